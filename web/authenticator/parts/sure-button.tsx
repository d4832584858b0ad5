import { useEffect, useState } from 'react'
import { useWords } from '../words/words.ts'
import { Icon } from './icon.tsx'

/** Longer than the two taps of a double tap are apart. */
const sureAfterMs = 600

interface Props {
  readonly text: string
  /** What it says when it asks once more. */
  readonly sure: string
  readonly onSure: () => void
}

/** A button for what cannot be undone: it asks once more, and takes no double tap for the answer. */
export function SureButton({ text, sure, onSure }: Props) {
  const words = useWords()
  const [asks, setAsks] = useState(false)
  const [isReady, setReady] = useState(false)
  useEffect(() => {
    if (!asks) return setReady(false)
    const timer = setTimeout(() => setReady(true), sureAfterMs)
    return () => clearTimeout(timer)
  }, [asks])

  const press = () => {
    if (!asks) setAsks(true)
    else if (isReady) onSure()
  }
  return (
    <>
      <button type="button" className="no" aria-disabled={asks && !isReady} onClick={press}>
        <Icon name="trash" />
        {asks ? sure : text}
      </button>
      {asks && (
        <button type="button" className="quiet-button" onClick={() => setAsks(false)}>
          {words.cancel}
        </button>
      )}
    </>
  )
}
