import { openedByApp } from '../../../contract/device/link.ts'
import type { Language } from '../../engine/templates.ts'
import { openedBySelf } from '../page.ts'
import { words } from './words.ts'

/** The pages of ours that open others in their place, by what they add to the path. */
const openers = {
  [openedByApp]: { path: '/app/', word: 'backToApp' },
  [openedBySelf]: { path: '/me', word: 'backToSelf' },
} as const

type OpenedBy = keyof typeof openers

/** What a URL says of the page that opened it; empty for one that came by a message. */
export function openedBy(url: string): OpenedBy | '' {
  const all = Object.keys(openers) as OpenedBy[] // the table's own keys
  return all.find((one) => url.endsWith(one)) ?? ''
}

/** A link, as HTML, to the page that opened this one; empty when none did. */
export function wayBack(language: Language, url: string): string {
  const by = openedBy(url)
  if (by === '') return ''
  const { path, word } = openers[by]
  return `<p class="back"><a href="${path}">${words[language][word]}</a></p>`
}
