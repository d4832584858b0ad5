import { ActionIcon, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'

const shownMs = 2_000

/** Copies a text, and says so. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), shownMs)
  }
  return (
    <>
      <Tooltip label={isCopied ? 'Copied' : `Copy ${what}`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--quiet)"
          aria-label={`Copy ${what}`}
          onClick={() => void copy()}
        >
          {isCopied ? <IconCheck size={18} /> : <IconCopy size={18} />}
        </ActionIcon>
      </Tooltip>
      <span className="unseen" aria-live="polite">
        {isCopied ? `Copied ${what}` : ''}
      </span>
    </>
  )
}

/** A text to be taken elsewhere: a key, a link, a code. */
export function CopyField({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <span className="copy-field">
      <code>{text}</code>
      <CopyButton text={text} what={what} />
    </span>
  )
}
