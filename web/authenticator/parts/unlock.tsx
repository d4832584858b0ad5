import { type FormEvent, useEffect, useRef, useState } from 'react'
import { eraseAll } from '../model/erase.ts'
import { unlock, unlockByPasskey } from '../model/lock.ts'
import { useStore } from '../model/store.ts'
import { pinLengthMax } from '../vault/pin.ts'
import { lockedForMs } from '../vault/vault.ts'
import { duration, fill, useWords } from '../words/words.ts'
import { Field } from './field.tsx'
import { Icon } from './icon.tsx'
import { useNow } from './now.ts'
import { SureButton } from './sure-button.tsx'

/** Asks for the PIN, or the phone's own authenticator. What it opens shows by itself. */
export function Unlock({ title, text }: { readonly title?: string; readonly text?: string }) {
  const words = useWords()
  const { hasPasskey } = useStore()
  const [pin, setPin] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [waitUntilMs, setWait] = useState(0)
  const [isWorking, setWorking] = useState(false)
  const field = useRef<HTMLFormElement>(null)
  const nowMs = useNow()
  useEffect(() => {
    void lockedForMs().then((ms) => setWait(ms > 0 ? Date.now() + ms : 0))
  }, [])
  const waitMs = waitUntilMs - nowMs

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setWorking(true)
    const outcome = await unlock(pin)
    setWorking(false)
    setPin('')
    if (outcome.ok || outcome.reason === 'spent') return
    // The button, which was pressed last, lost the focus while the PIN was tried.
    field.current?.querySelector('input')?.focus()
    setWait(outcome.waitMs > 0 ? Date.now() + outcome.waitMs : 0)
    if (outcome.reason === 'wait') return setProblem(null)
    setProblem(outcome.left === 1 ? words.pinWrongLast : fill(words.pinWrong, { left: outcome.left }))
  }
  const byPasskey = async () => {
    if (!(await unlockByPasskey())) setProblem(words.unlockPasskeyFailed)
  }

  return (
    <section className="card unlock">
      <h2>
        <Icon name="lock" />
        {title ?? words.unlockTitle}
      </h2>
      {text && <p className="quiet">{text}</p>}
      {hasPasskey && (
        <button type="button" onClick={byPasskey}>
          <Icon name="finger" />
          {words.unlockPasskey}
        </button>
      )}
      <form ref={field} onSubmit={submit}>
        <Field
          label={words.pin}
          type="password"
          inputMode="numeric"
          className="pin"
          maxLength={pinLengthMax}
          value={pin}
          problem={waitMs > 0 ? fill(words.pinWait, { time: duration(words, waitMs) }) : problem}
          onText={(text) => setPin(text.replaceAll(/\D/g, ''))}
          disabled={waitMs > 0}
          required
        />
        <button type="submit" className="main" disabled={isWorking || waitMs > 0}>
          {isWorking ? words.working : words.unlock}
        </button>
      </form>
      <Forgotten />
    </section>
  )
}

function Forgotten() {
  const words = useWords()
  return (
    <details>
      <summary>{words.pinForgotten}</summary>
      <p>{words.pinForgottenText}</p>
      <SureButton text={words.eraseAll} sure={words.eraseSure} onSure={() => void eraseAll()} />
    </details>
  )
}
