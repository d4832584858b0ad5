import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useWords } from '../words/words.ts'
import { Icon } from './icon.tsx'

const holdMs = 1_500
/** A screen reader presses without holding: then two presses approve, so far apart that they are no double press. */
const armedAfterMs = 1_000
const armedForMs = 15_000

/** A button that does nothing when it is tapped: it must be held until it is full. */
export function HoldButton({ onHeld, isDisabled }: { readonly onHeld: () => void; readonly isDisabled: boolean }) {
  const words = useWords()
  const hint = useId()
  const [isHeld, setHeld] = useState(false)
  const [wasShort, setShort] = useState(false)
  const [armedAtMs, setArmed] = useState<number | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    if (armedAtMs === null) return
    const disarm = setTimeout(() => setArmed(null), armedForMs)
    return () => clearTimeout(disarm)
  }, [armedAtMs])

  const begin = () => {
    if (isDisabled || isHeld) return
    setHeld(true)
    setShort(false)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      setHeld(false)
      onHeld()
    }, holdMs)
  }
  const end = () => {
    if (!isHeld) return
    clearTimeout(timer.current)
    setHeld(false)
    setShort(true)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== ' ' && event.key !== 'Enter') return
    event.preventDefault()
    if (!event.repeat) begin()
  }
  const press = () => {
    if (isDisabled) return
    if (armedAtMs === null) setArmed(Date.now())
    else if (Date.now() - armedAtMs >= armedAfterMs) onHeld()
  }

  return (
    <>
      <p className="hint" id={hint} role="status">
        {armedAtMs !== null ? words.holdArmed : wasShort ? words.holdLonger : words.holdHint}
      </p>
      <button
        type="button"
        className={isHeld ? 'hold yes held' : 'hold yes'}
        aria-describedby={hint}
        disabled={isDisabled}
        onPointerDown={({ button }) => button === 0 && begin()}
        onPointerUp={end}
        onPointerLeave={end}
        onPointerCancel={end}
        onKeyDown={onKeyDown}
        onKeyUp={end}
        onBlur={end}
        onContextMenu={(event) => event.preventDefault()}
        // Only a press without pointer and key, as assistive technology makes it, has no detail.
        onClick={({ detail }) => detail === 0 && press()}
      >
        <Icon name="check" />
        {armedAtMs !== null ? words.holdArmed : words.holdLabel}
      </button>
    </>
  )
}
