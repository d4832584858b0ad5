import { useEffect } from 'react'
import type { Problem } from '../device/calls.ts'
import type { Asked } from '../device/prompts.ts'
import { Screen } from '../parts/screen.tsx'
import type { Words } from '../words/en.ts'
import { fill, problemText, useWords } from '../words/words.ts'

export type Ending =
  | { readonly kind: 'approve' | 'deny' | 'report' | 'expired' | 'elsewhere' | 'spoken' }
  | { readonly kind: 'failed'; readonly problem: Problem }

const endings = {
  approve: { seal: 'yes', title: 'approvedTitle', text: 'approvedText' },
  deny: { seal: 'no', title: 'deniedTitle', text: 'deniedText' },
  report: { seal: 'no', title: 'reportedTitle', text: 'reportedText' },
  expired: { seal: 'quiet', title: 'expiredTitle', text: 'expiredText' },
  elsewhere: { seal: 'quiet', title: 'elsewhereTitle', text: 'elsewhereText' },
  spoken: { seal: 'quiet', title: 'spokenTitle', text: 'spokenText' },
  failed: { seal: 'no', title: 'failedTitle', text: 'failed' },
} as const satisfies Record<Ending['kind'], { seal: 'yes' | 'no' | 'quiet'; title: keyof Words; text: keyof Words }>

interface Props {
  readonly ending: Ending
  readonly asked: Asked
  readonly onClose: () => void
}

/** What became of a prompt. */
export function EndingScreen({ ending, asked, onClose }: Props) {
  const words = useWords()
  const { account } = asked.prompt
  const { customerName: customer } = account
  const { seal, title, text } = endings[ending.kind]
  useEffect(() => {
    document.querySelector('h1')?.focus()
  }, [])
  return (
    <Screen title={words[title]} brand={account} seal={seal}>
      <p className="centred" role="status">
        {ending.kind === 'failed' ? problemText(words, ending.problem) : fill(words[text], { customer })}
      </p>
      <button type="button" className="main" onClick={onClose}>
        {words.done}
      </button>
    </Screen>
  )
}
