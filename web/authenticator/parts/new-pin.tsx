import { type FormEvent, useState } from 'react'
import { isPin, isWeakPin, pinLengthMax } from '../vault/pin.ts'
import { useWords } from '../words/words.ts'
import { Field } from './field.tsx'

/** Asks for a new PIN, twice. */
export function NewPin({ onPin }: { readonly onPin: (pin: string) => Promise<void> }) {
  const words = useWords()
  const [pin, setPin] = useState('')
  const [repeated, setRepeated] = useState('')
  const [problem, setProblem] = useState<'first' | 'weak' | 'second' | null>(null)
  const [isWorking, setWorking] = useState(false)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const wrong = !isPin(pin) ? 'first' : isWeakPin(pin) ? 'weak' : pin !== repeated ? 'second' : null
    setProblem(wrong)
    if (wrong) return event.currentTarget.querySelectorAll('input')[wrong === 'second' ? 1 : 0]?.focus()
    setWorking(true)
    await onPin(pin)
  }
  const digits = (text: string) => text.replaceAll(/\D/g, '')
  const common = {
    type: 'password',
    inputMode: 'numeric',
    className: 'pin',
    autoComplete: 'off',
    maxLength: pinLengthMax,
  } as const

  return (
    <form className="card" onSubmit={submit} noValidate>
      <p>{words.pinNewText}</p>
      <Field
        {...common}
        label={words.pinNew}
        value={pin}
        onText={(text) => setPin(digits(text))}
        problem={problem === 'first' ? words.pinShort : problem === 'weak' ? words.pinWeak : null}
      />
      <Field
        {...common}
        label={words.pinRepeat}
        value={repeated}
        onText={(text) => setRepeated(digits(text))}
        problem={problem === 'second' ? words.pinDifferent : null}
      />
      <p className="hint">{words.pinPolicy}</p>
      <button type="submit" className="main" disabled={isWorking}>
        {isWorking ? words.working : words.pinSet}
      </button>
    </form>
  )
}
