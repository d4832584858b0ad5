import { Button, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import type { FactorKind, FactorProof } from '../../../contract/console/session.ts'
import { call } from '../api.ts'
import { askPasskey, knowsPasskeys } from '../passkeys.ts'
import { Trouble } from './trouble.tsx'

interface Props {
  readonly factors: readonly FactorKind[]
  /** Hands the proof over; a rejection is shown and may be tried again. */
  readonly prove: (proof: FactorProof) => Promise<unknown>
}

const codeLength = 6

/** Asks for a second factor: a passkey where there is one, else a code of the authenticator app. */
export function ProveFactor({ factors, prove }: Props) {
  const hasPasskey = factors.includes('passkey') && knowsPasskeys
  const hasTotp = factors.includes('totp')
  const [kind, setKind] = useState<FactorKind>(hasPasskey ? 'passkey' : 'totp')
  const [code, setCode] = useState('')
  const [error, setError] = useState<Error | null>(null)
  const [isBusy, setBusy] = useState(false)

  const attempt = async (proof: () => Promise<FactorProof>) => {
    setBusy(true)
    setError(null)
    try {
      await prove(await proof())
    } catch (refusal) {
      setError(refusal as Error) // `call` and `askPasskey` throw problems
      setCode('')
    } finally {
      setBusy(false)
    }
  }
  const proveCode = (digits: string) => attempt(async () => ({ kind: 'totp', code: digits }))
  const provePasskey = () =>
    attempt(async () => {
      const { options } = await call('session.passkeyOptions')
      return { kind: 'passkey', assertion: await askPasskey(options) }
    })
  const type = (text: string) => {
    const digits = text.replaceAll(/\D/g, '').slice(0, codeLength)
    setCode(digits)
    if (digits.length === codeLength && !isBusy) void proveCode(digits)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (code.length === codeLength) void proveCode(code)
  }

  return (
    <div className="stack">
      <Trouble error={error} />
      {kind === 'passkey' ? (
        <Button
          size="md"
          leftSection={<IconFingerprint size={20} />}
          loading={isBusy}
          onClick={() => void provePasskey()}
        >
          Use your passkey
        </Button>
      ) : (
        <form className="stack" onSubmit={submit}>
          <TextInput
            label="Code of your authenticator app"
            description="Six digits; they change every 30 seconds."
            classNames={{ input: 'code-input' }}
            size="md"
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            data-autofocus
            value={code}
            readOnly={isBusy}
            onChange={(event) => type(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={isBusy}>
            Continue
          </Button>
        </form>
      )}
      {hasPasskey && hasTotp && (
        <button type="button" className="text-button" onClick={() => setKind(kind === 'totp' ? 'passkey' : 'totp')}>
          {kind === 'totp' ? 'Use a passkey instead' : 'Use a code of your authenticator app instead'}
        </button>
      )}
    </div>
  )
}
