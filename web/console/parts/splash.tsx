import { Button } from '@mantine/core'
import { Mark } from './mark.tsx'

/** What is there until the server has said who is signed in. */
export function Splash({ problem }: { readonly problem: Error | null }) {
  return (
    <main className="splash">
      <Mark size={44} />
      {problem && (
        <div role="alert">
          <p>{problem.message}</p>
          <Button onClick={() => location.reload()}>Try again</Button>
        </div>
      )}
    </main>
  )
}
