import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Answered } from '../../../contract/console.ts'
import { Problem } from '../api.ts'
import { useActing } from '../calls.ts'
import { Trouble } from '../parts/trouble.tsx'
import { useSession } from '../session.ts'

const passwordLengthMin = 12

interface Props {
  readonly link: Answered<'setup.look'>
  readonly secret: string
}

/** Who the admin is and what he will sign in with. */
export function ChoosePassword({ link, secret }: Props) {
  const { take } = useSession()
  const isFirst = link.kind === 'first'
  const [login, setLogin] = useState(link.login)
  const [name, setName] = useState(link.name)
  const [password, setPassword] = useState('')
  const begin = useActing('setup.begin', { onDone: take })
  const missing = Math.max(0, passwordLengthMin - [...password].length)
  const field = begin.error instanceof Problem ? begin.error.field : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (missing === 0) begin.mutate({ body: { secret, password, ...(isFirst ? { login, name } : { name }) } })
  }
  return (
    <form className="stack" onSubmit={submit}>
      <Trouble error={begin.error} />
      <TextInput
        label="E-mail or name to sign in with"
        size="md"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        readOnly={!isFirst}
        value={login}
        error={field === 'login'}
        onChange={(event) => setLogin(event.currentTarget.value)}
      />
      {link.kind !== 'reset' && (
        <TextInput
          label="Your name"
          description="As it will stand in the log beside what you do."
          size="md"
          autoComplete="name"
          value={name}
          error={field === 'name'}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <PasswordInput
        label="Password"
        description={
          missing > 0
            ? `At least ${passwordLengthMin} characters; three or four words in a row are fine. ${missing} to go.`
            : 'Long enough.'
        }
        size="md"
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={password}
        error={field === 'password'}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
      />
      <Button type="submit" size="md" loading={begin.isPending} disabled={missing > 0}>
        Continue
      </Button>
    </form>
  )
}
