import { Button } from '@mantine/core'
import { Problem } from '../api.ts'

/** What went wrong and what to do next; `onRetry` when trying again may help. */
export function Trouble({ error, onRetry }: { readonly error: Error | null; readonly onRetry?: () => void }) {
  if (!error) return null
  const details = error instanceof Problem ? error.details : []
  return (
    <div className="trouble" role="alert">
      <div>
        <p>{error.message}</p>
        {details.length > 0 && (
          <ul>
            {details.map((detail) => (
              <li key={detail}>{detail}</li>
            ))}
          </ul>
        )}
      </div>
      {onRetry && (
        <Button size="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}
