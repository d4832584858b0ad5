import type { ReactNode } from 'react'

export type Tone = 'good' | 'bad' | 'warn' | 'plain' | 'accent'

/** A word about a state. The colour never says anything that the word does not. */
export function Tag({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return <span className={`tag tag-${tone}`}>{children}</span>
}
