import { Button, TextInput } from '@mantine/core'
import { IconDeviceMobile, IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import type { NewTotp, SessionState } from '../../../contract/console/session.ts'
import { call } from '../api.ts'
import { knowsPasskeys, makePasskey } from '../passkeys.ts'
import { CopyField } from './copy.tsx'
import { Trouble } from './trouble.tsx'

interface Props {
  /** The state that the session is in with the new factor. */
  readonly onDone: (state: SessionState) => void
}

/** Sets up a second factor: pick, do, prove. */
export function NewFactor({ onDone }: Props) {
  const [totp, setTotp] = useState<NewTotp | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const [isBusy, setBusy] = useState(false)
  const attempt = async (act: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    await act().catch(setError)
    setBusy(false)
  }
  const passkey = () =>
    attempt(async () => {
      const { options } = await call('factors.newPasskey')
      const attestation = await makePasskey(options)
      onDone(await call('factors.confirmPasskey', { body: { attestation, name: deviceName() } }))
    })
  const begin = () => attempt(async () => setTotp(await call('factors.newTotp')))

  if (totp) return <ProveTotp totp={totp} onDone={onDone} onBack={() => setTotp(null)} />
  return (
    <div className="stack">
      <Trouble error={error} />
      {knowsPasskeys && (
        <button type="button" className="choice" disabled={isBusy} onClick={() => void passkey()}>
          <IconFingerprint size={26} aria-hidden="true" />
          <span>
            <strong>Passkey</strong>
            <span>A finger, a face or a security key. No page can trick you out of it.</span>
          </span>
        </button>
      )}
      <button type="button" className="choice" disabled={isBusy} onClick={() => void begin()}>
        <IconDeviceMobile size={26} aria-hidden="true" />
        <span>
          <strong>Authenticator app</strong>
          <span>Six digits from an app on your phone, such as Google Authenticator.</span>
        </span>
      </button>
    </div>
  )
}

interface Proving extends Props {
  readonly totp: NewTotp
  readonly onBack: () => void
}

function ProveTotp({ totp, onDone, onBack }: Proving) {
  const [code, setCode] = useState('')
  const [error, setError] = useState<Error | null>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      onDone(await call('factors.confirmTotp', { body: { id: totp.id, code, name: 'Authenticator app' } }))
    } catch (refusal) {
      setError(refusal as Error) // `call` throws problems
      setCode('')
    }
    setBusy(false)
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <ol className="steps">
        <li>Open your authenticator app, choose “add”, and scan this picture.</li>
        <li>Type the six digits that it shows.</li>
      </ol>
      <img
        className="qr"
        src={`data:image/svg+xml,${encodeURIComponent(totp.qrSvg)}`}
        alt="QR code for your authenticator app"
      />
      <details className="fold">
        <summary>The picture cannot be scanned?</summary>
        <p>
          On this device, <a href={totp.uri}>open the app</a>. Or type this secret into it:
        </p>
        <CopyField text={totp.secretText} what="secret" />
      </details>
      <Trouble error={error} />
      <TextInput
        label="Code"
        classNames={{ input: 'code-input' }}
        size="md"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        withAsterisk={false}
        autoFocus
        maxLength={6}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value.replaceAll(/\D/g, ''))}
      />
      <Button type="submit" size="md" loading={isBusy} disabled={code.length !== 6}>
        Finish
      </Button>
      <button type="button" className="text-button" onClick={onBack}>
        Choose something else
      </button>
    </form>
  )
}

/** A first name for a passkey, so that two of them can be told apart. */
function deviceName(): string {
  const kinds = [
    [/iphone/i, 'iPhone'],
    [/ipad/i, 'iPad'],
    [/android/i, 'Android phone'],
    [/mac os/i, 'Mac'],
    [/windows/i, 'Windows PC'],
    [/linux/i, 'Linux PC'],
  ] as const
  return kinds.find(([pattern]) => pattern.test(navigator.userAgent))?.[1] ?? 'Passkey'
}
