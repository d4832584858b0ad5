import type { Problem } from '../device/calls.ts'
import type { LinkProblem } from '../model/link-problem.ts'
import { useStore } from '../model/store.ts'
import type { OtpauthProblem } from '../vault/otpauth.ts'
import { en, type Words } from './en.ts'
import { es } from './es.ts'

export type Language = 'en' | 'es'

const dictionaries = { en, es } as const satisfies Record<Language, Words>

export function useLanguage(): Language {
  const { language } = useStore().preferences
  if (language !== 'auto') return language
  return navigator.languages
    .find((one) => /^(en|es)\b/i.test(one))
    ?.toLowerCase()
    .startsWith('es')
    ? 'es'
    : 'en'
}

export function useWords(): Words {
  return dictionaries[useLanguage()]
}

/** Puts values in place of `{names}`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{([a-z]+)\}(\.?)/g, (_, name: string, stop: string) => {
    const value = String(values[name] ?? '')
    // A name that ends with a full stop of its own, such as Inc., brings no second one.
    return value.endsWith('.') ? value : value + stop
  })
}

/** Why a call was refused; a code that this release does not know in general words. */
export function problemText(words: Words, problem: Problem): string {
  return problem === 'offline' ? words['offline-problem'] : (words[problem] ?? words.failed)
}

export function linkProblemText(words: Words, problem: LinkProblem): string {
  if (problem === 'foreign-server') return words.linkForeign
  if (problem === 'unknown-link') return words.linkUnknown
  if (problem === 'no-pairing') return words.linkNoPairing
  return problemText(words, problem)
}

const otpauthWords = {
  'no-otpauth': 'otpNoLink',
  counter: 'otpCounter',
  'bad-secret': 'otpBadSecret',
  'bad-numbers': 'otpBadNumbers',
} as const satisfies Record<OtpauthProblem, keyof Words>

export const otpauthText = (words: Words, problem: OtpauthProblem) => words[otpauthWords[problem]]

/** How long something takes, in the largest unit that says it. */
export function duration(words: Words, ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  if (seconds < 120) return fill(words.seconds, { count: seconds })
  const minutes = Math.ceil(seconds / 60)
  return minutes < 120 ? fill(words.minutes, { count: minutes }) : fill(words.hours, { count: Math.ceil(minutes / 60) })
}

export function momentText(language: Language, atMs: number): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'es', { dateStyle: 'long', timeStyle: 'short' }).format(
    atMs,
  )
}

export function clockText(language: Language, atMs: number): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'es', { timeStyle: 'medium' }).format(atMs)
}
