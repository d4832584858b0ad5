import { isKnownBrowser, readBrowser } from '../risk/browser.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Engine } from './ports.ts'
import type { Language } from './templates.ts'

/** Where a question came from, in words for the user who is asked. */
export interface Whereabouts {
  /** Such as `Lisbon, Portugal`; null: the operator's files do not know the address, or there is none. */
  readonly place: string | null
  /** Such as `Firefox on Windows`; null: not told, or nothing that is known. */
  readonly browser: string | null
}

/** As far as the caller told, and the operator's files of addresses know. */
export function whereaboutsOf(
  { networkOf }: Pick<Engine, 'networkOf'>,
  { origin, userAgent }: Pick<Challenge, 'origin' | 'userAgent'>,
  language: Language,
): Whereabouts {
  return {
    place: origin === null ? null : placeIn(networkOf(origin), language),
    browser: userAgent === null ? null : browserIn(userAgent, language),
  }
}

function placeIn({ city, country }: ReturnType<Engine['networkOf']>, language: Language): string | null {
  // Some makers write the whole name where others write two letters.
  const named = country !== null && /^[A-Z]{2}$/.test(country) ? countries[language].of(country) : country
  return [city, named].filter(Boolean).join(', ') || null
}

const countries = {
  en: new Intl.DisplayNames('en', { type: 'region' }),
  es: new Intl.DisplayNames('es', { type: 'region' }),
} as const satisfies Record<Language, Intl.DisplayNames>

/** Names from a list alone: whoever signs in writes what stands in a user agent, and must not write to the one who is asked. */
function browserIn(userAgent: string, language: Language): string | null {
  const browser = readBrowser({ userAgent, hints: {} })
  if (!isKnownBrowser(browser)) return null
  const { browserName, osName } = browser
  return osName === '' ? browserName : `${browserName} ${on[language]} ${osName}`
}

const on = { en: 'on', es: 'en' } as const satisfies Record<Language, string>
