import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { call } from '../api.ts'
import { useActing } from '../calls.ts'
import { ProveFactor } from '../parts/prove-factor.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { useSession } from '../session.ts'
import { Frame } from './frame.tsx'

/** Password, then the second factor. `hasEnded`: somebody was in until a moment ago, and should know why he is not. */
export function SignIn({ hasEnded }: { readonly hasEnded: boolean }) {
  const { state, take } = useSession()
  const end = useActing('session.end', { onDone: take })
  if (state.step === 'factor')
    return (
      <Frame
        title="Your second factor"
        lead={state.admin ? `Signing in as ${state.admin.login}.` : null}
        foot={
          <button type="button" className="text-button" onClick={() => end.mutate({})}>
            Start again
          </button>
        }
      >
        <ProveFactor
          factors={state.factors}
          prove={async (proof) => take(await call('session.factor', { body: proof }))}
        />
      </Frame>
    )
  return <Password hasEnded={hasEnded} />
}

function Password({ hasEnded }: { readonly hasEnded: boolean }) {
  const { take } = useSession()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useActing('session.password', { onDone: take })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate({ body: { login: login.trim(), password } })
  }
  return (
    <Frame
      title="Sign in to the console"
      lead={hasEnded ? 'Your session has ended. Sign in again to go on where you were.' : null}
      foot={
        <p>
          Locked out? Whoever runs the server can help: <code>npx countersign admins reset {'<login>'}</code>
        </p>
      }
    >
      <form className="stack" onSubmit={submit}>
        <Trouble error={signIn.error} />
        <TextInput
          label="E-mail or name"
          size="md"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          autoFocus
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          size="md"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <Button type="submit" size="md" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </Frame>
  )
}
