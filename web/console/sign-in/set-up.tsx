import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Answered } from '../../../contract/console.ts'
import { call } from '../api.ts'
import { useActing } from '../calls.ts'
import { NewFactor } from '../parts/new-factor.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { go } from '../router.ts'
import { useSession } from '../session.ts'
import { ChoosePassword } from './choose-password.tsx'
import { Frame } from './frame.tsx'

/** What a one-time link leads through: choose a password, then set up a second factor. */
export function SetUp() {
  const { state, take } = useSession()
  const end = useActing('session.end', {
    onDone: (next) => {
      go('/console', { replace: true })
      take(next)
    },
  })
  if (state.step !== 'enrol') return <WithLink />
  return (
    <Frame
      title="Set up your second factor"
      lead="A password alone opens nothing here. Choose what you will prove yourself with each time."
      foot={
        <button type="button" className="text-button" onClick={() => end.mutate({})}>
          Stop and sign out
        </button>
      }
    >
      <NewFactor
        onDone={(next) => {
          go('/console', { replace: true })
          take(next)
        }}
      />
    </Frame>
  )
}

/** The secret stands behind the `#`, which no browser sends anywhere. */
function WithLink() {
  const [secret] = useState(() => location.hash.slice(1))
  const [link, setLink] = useState<Answered<'setup.look'> | null>(null)
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => {
    call('setup.look', { body: { secret } }).then(setLink, setError)
  }, [secret])
  if (error)
    return (
      <Frame title="This link leads nowhere">
        <div className="stack">
          <Trouble error={error} />
          <p>
            Ask for another one: an owner sends it from <em>Settings</em>, and whoever runs the server makes one with{' '}
            <code>npx countersign admins reset {'<login>'}</code>. Until the first admin is set up, each start prints a
            new one.
          </p>
          <Button variant="default" onClick={() => go('/console', { replace: true })}>
            Go to the sign-in
          </Button>
        </div>
      </Frame>
    )
  return (
    <Frame
      title={link?.kind === 'reset' ? 'Choose another password' : 'Welcome to Countersign'}
      lead={
        link?.kind === 'reset'
          ? `For ${link.login}.`
          : 'First a name and a password, then a second factor. It takes a minute.'
      }
    >
      {link && <ChoosePassword link={link} secret={secret} />}
    </Frame>
  )
}
