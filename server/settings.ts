import type { CustomerSettings } from './vocabulary.ts'

/** One setting that lives in the database: `parse` answers `undefined` for a value that may not be set. */
export interface Setting<T> {
  readonly fallback: T
  readonly meaning: string
  /** What is given up by changing the default. */
  readonly risk?: string
  readonly isSecret?: true
  readonly parse: (text: string) => T | undefined
}

type Table<T> = { readonly [Name in keyof T]: Setting<T[Name]> }

/** What each customer can choose, with the hard limits of `SECURITY.md`. */
export const customerSettings: Table<CustomerSettings> = {
  defaultCountry: {
    fallback: 'US',
    meaning: 'Country (ISO 3166 two letters) by which phone numbers without a country code are read.',
    parse: (text) => (/^[A-Z]{2}$/.test(text) ? text : undefined),
  },
  codeLength: {
    fallback: 6,
    meaning: 'Digits of a code sent by message, 6–8.',
    parse: (text) => wholeNumber(text, 6, 8),
  },
  codeTtlSeconds: {
    fallback: 300,
    meaning: 'Seconds a challenge waits for its answer, 30–600.',
    risk: 'A longer life gives a thief of the message more time.',
    parse: (text) => wholeNumber(text, 30, 600),
  },
  attemptsMax: {
    fallback: 5,
    meaning: 'Wrong answers that end a challenge, 1–10.',
    risk: 'Each further try makes a lucky guess likelier.',
    parse: (text) => wholeNumber(text, 1, 10),
  },
  contactEcho: {
    fallback: 'masked',
    meaning: '`masked` or `full`: how the stored phone or address of an enrolled user is shown to the caller.',
    risk: '`full` tells the phone number and address of a user to everyone who can name him.',
    parse: (text) => (text === 'masked' || text === 'full' ? text : undefined),
  },
  issuer: {
    fallback: '',
    meaning: 'Name that authenticator apps show. Empty: the name of the customer.',
    parse: (text) => (/^[^\p{C}:]{0,60}$/u.test(text) ? text : undefined),
  },
  timestampWindowSeconds: {
    fallback: 300,
    meaning: 'How far the Timestamp of a signed request may be off, 30–600 seconds.',
    risk: 'A captured signature stays useful for this long.',
    parse: (text) => wholeNumber(text, 30, 600),
  },
  unsignedStatus: {
    fallback: true,
    meaning: '`true` or `false`: whether `auth-status` answers without a signature, as browsers ask it.',
    risk: 'Whoever knows a transaction id can read its state (nothing else).',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
}

/** Settings of the whole server. */
export interface ServerSettings {
  readonly smtpUrl: string
  readonly smtpFrom: string
}

export const serverSettings: Table<ServerSettings> = {
  smtpUrl: {
    fallback: '',
    meaning:
      'SMTP server: `smtp://user:password@host:587` (STARTTLS when offered) or `smtps://host:465`. Empty: no e-mail gateway.',
    isSecret: true,
    parse: (text) => (text === '' || (/^smtps?:\/\/./.test(text) && URL.canParse(text)) ? text : undefined),
  },
  smtpFrom: {
    fallback: 'Countersign <countersign@localhost>',
    meaning: 'Sender of e-mails: `Name <address>`.',
    parse: (text) => (/^[^\p{C}]{3,200}$/u.test(text) && text.includes('@') ? text : undefined),
  },
}

/** The settings of a table from what is stored; a missing or no longer allowed value means its default. */
export function withDefaults<T extends object>(table: Table<T>, stored: ReadonlyMap<string, string>): T {
  const entries = Object.entries<Setting<unknown>>(table as Record<string, Setting<unknown>>)
  const values = entries.map(([name, setting]) => {
    const text = stored.get(name)
    return [name, (text === undefined ? undefined : setting.parse(text)) ?? setting.fallback]
  })
  return Object.fromEntries(values) as T // the table has one row for each field of T
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}
