import { checkProviders, type Provider, publicProviders, readProviders, withSecretsOf } from './channels/providers.ts'
import type { CustomerSettings } from './vocabulary/customer.ts'

/** One setting that lives in the database: `parse` answers `undefined` for a value that may not be set. */
export interface Setting<T> {
  readonly fallback: T
  readonly meaning: string
  /** What is given up by changing the default. */
  readonly risk?: string
  readonly isSecret?: true
  readonly parse: (text: string) => T | undefined
  /** Of a value that has parts. */
  readonly parts?: Parts<T>
}

/** A value that is written as JSON and of which only some parts are secret. */
interface Parts<T> {
  /** What may be shown of it. */
  shown(value: T): unknown
  /** A value whose secrets may be left out, with those of the one in use. */
  complete(value: unknown, inUse: T): unknown
  /** Everything that is wrong with it, in sentences that begin with the place. */
  problems(value: unknown): readonly string[]
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
  requireBodySignature: {
    fallback: false,
    meaning: '`true` or `false`: refuse calls that are not signed over their body (`X-Signature-Version: 2`).',
    risk: '`false` lets whoever captures a signature send another body with it, for as long as the timestamp is fresh.',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
  language: {
    fallback: 'en',
    meaning: '`en` or `es`: the language of messages and pages when the caller names none.',
    parse: (text) => (text === 'en' || text === 'es' ? text : undefined),
  },
  notices: {
    fallback: true,
    meaning:
      '`true` or `false`: tell a user, at his old contact, when a contact or method of his changes or he is locked.',
    risk: 'Without notices a user does not learn that somebody else changed his ways in.',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
  webhookUrl: {
    fallback: '',
    meaning: 'Where your site wants to be told of the same events, as signed JSON. Empty: nowhere.',
    parse: (text) => (text === '' || (/^https?:\/\//.test(text) && URL.canParse(text)) ? text : undefined),
  },
  webhookSecret: {
    fallback: '',
    meaning: 'The secret that signs webhooks (HMAC-SHA-256), 16–200 characters.',
    isSecret: true,
    parse: (text) => (/^$|^[\x21-\x7e]{16,200}$/.test(text) ? text : undefined),
  },
  allowedCountries: {
    fallback: [],
    meaning: 'Countries whose numbers are sent to, such as `US,CA,MX`. Empty: the default country. `*`: all.',
    risk: 'Every further country is one more that fraudsters can have messages sent to, at your cost.',
    parse: (text) => {
      const list = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
      return list.every((part) => /^([A-Z]{2}|\*)$/.test(part)) ? list : undefined
    },
  },
  sendsPerContact10Min: {
    fallback: 5,
    meaning: 'Messages to one number or address in any ten minutes, 1–20.',
    parse: (text) => wholeNumber(text, 1, 20),
  },
  sendsPerContactDay: {
    fallback: 10,
    meaning: 'Messages to one number or address in any 24 hours, 1–100.',
    parse: (text) => wholeNumber(text, 1, 100),
  },
  sendsPerPrefix10Min: {
    fallback: 30,
    meaning: 'Messages to numbers with the same country code and next four digits in any ten minutes, 1–10000.',
    risk: 'Pumped messages come in blocks of neighbouring numbers; a high limit lets more of them through.',
    parse: (text) => wholeNumber(text, 1, 10_000),
  },
  sendsPerAddress10Min: {
    fallback: 20,
    meaning: 'Messages for one `ipAddress` that callers name, in any ten minutes, 1–1000. IPv6: for its /64 network.',
    parse: (text) => wholeNumber(text, 1, 1_000),
  },
  messagesPerDay: {
    fallback: 1_000,
    meaning: 'Messages of this customer in a day (UTC), 0–999999: the most that a day can cost.',
    parse: (text) => wholeNumber(text, 0, 999_999),
  },
  numberMatching: {
    fallback: 'whenShown',
    meaning:
      "`whenShown`, `always` or `never`: whether accepting a link means typing the number that the login page shows. `whenShown`: when the caller says it shows one, else the link's page shows a number itself. `always`: challenges of callers that show none are refused.",
    risk: '`never` lets somebody be talked into accepting a sign-in he did not start.',
    parse: (text) => (['whenShown', 'always', 'never'] as const).find((word) => word === text),
  },
  questions: {
    fallback: true,
    meaning: '`true` or `false`: whether security questions (`KBA`) can be set up and asked.',
    risk: 'Answers to questions are weak: friends know them and strangers look them up. No norm counts them as a factor (NIST SP 800-63B-4, OWASP ASVS 6.4.2); set `false` unless your users depend on them.',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
  passkeyRpId: {
    fallback: '',
    meaning:
      'The domain that passkeys belong to, such as `example.com`: the host of the base URL or a domain above it. Empty: the host of the base URL.',
    risk: 'Passkeys work for the domain they were made for and no other: whoever has one must set it up anew after a change.',
    parse: (text) => (text === '' || domain.test(text) ? text : undefined),
  },
  passkeyOrigins: {
    fallback: [],
    meaning:
      'Your own pages and apps that may ask for passkeys, besides the base URL: up to ten, such as `https://login.example.com,android:apk-key-hash:…`.',
    risk: 'A page that may ask for passkeys is trusted like this server.',
    parse: (text) => {
      const list = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
      return list.length <= 10 && list.every(isPasskeyOrigin) ? list : undefined
    },
  },
  passkeyVerification: {
    fallback: 'preferred',
    meaning:
      '`preferred` or `required`: whether an authenticator must recognise its user, by a PIN or a finger, and not only be touched.',
    risk: 'With `preferred` a stolen security key works without its PIN; your own password is then the other factor.',
    parse: (text) => (text === 'preferred' || text === 'required' ? text : undefined),
  },
  voiceThreshold: {
    fallback: 'default',
    meaning:
      '`lenient`, `default` or `strict`: how like his own a voice must be. Measured on unseen speakers of one session, own tries refused / others let in: lenient 2–3 % / 0–8 %, default 3–10 % / 0–4 %, strict 6–23 % / 0–2 %; see docs/voice.md.',
    risk: '`lenient` lets in up to one in twelve other speakers; no value reaches what norms ask of a biometric (one in 10,000).',
    parse: (text) => (['lenient', 'default', 'strict'] as const).find((word) => word === text),
  },
  voiceReplayProtection: {
    fallback: 'required',
    meaning:
      '`required` or `preferred`: whether voices are only asked for where the server checks that the right digits are said (it needs pocketsphinx).',
    risk: 'With `preferred`, on a server that cannot check it, a recording of the user gets in.',
    parse: (text) => (text === 'required' || text === 'preferred' ? text : undefined),
  },
  unsignedStatus: {
    fallback: true,
    meaning: '`true` or `false`: whether `auth-status` answers without a signature, as browsers ask it.',
    risk: 'Whoever knows a transaction id can read its state (nothing else).',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
  riskOpenOrigins: {
    fallback: [],
    meaning:
      'Pages that may use the browser SDK without a session that their backend opened: up to ten, such as `https://www.example.com`. Empty: none. See docs/adaptive.md.',
    risk: 'Such a page proves nothing to your server: whoever opens it can ask about any user, and no result of it can be redeemed.',
    parse: (text) => {
      const list = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
      return list.length <= 10 && list.every(isPageOrigin) ? list : undefined
    },
  },
  isTest: {
    fallback: false,
    meaning:
      '`true` or `false`: a customer to test with. Nothing of it reaches a gateway, its codes are 123456, and some contacts have a fixed outcome; see docs/testing.md.',
    risk: 'Everybody knows the codes of a test customer: never set it for one with real users, and make another customer instead of switching one over.',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
}

/** Settings of the whole server. */
export interface ServerSettings {
  readonly providers: readonly Provider[]
  readonly smtpUrl: string
  readonly smtpFrom: string
  readonly customerSignUp: Where
  readonly customerSignIn: Where
  readonly signUpsPerDay: number
  readonly supportEmail: string
  readonly privatePushHosts: readonly string[]
  readonly privateWebhookHosts: readonly string[]
}

/** Where something is allowed. */
type Where = 'development' | 'on' | 'off'

export const serverSettings: Table<ServerSettings> = {
  providers: {
    fallback: [],
    meaning:
      'The gateways, as a JSON list in the order they are tried; see docs/providers.md. Best set with `settings import`.',
    isSecret: true,
    parse: (text) => {
      const read = readProviders(text)
      return typeof read === 'string' ? undefined : read
    },
    parts: {
      shown: publicProviders,
      complete: (value, inUse) => withSecretsOf(inUse, value),
      problems: (value) => checkProviders(value).problems,
    },
  },
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
  customerSignUp: {
    fallback: 'development',
    meaning:
      '`on`, `off` or `development` (only there): whether anybody who reaches this server can make a customer of his own, as plugins do when a site registers.',
    risk: '`on` gives strangers a customer each, with messages at your cost: keep `signUpsPerDay` low, or add customers yourself.',
    parse: where,
  },
  customerSignIn: {
    fallback: 'development',
    meaning:
      "`on`, `off` or `development` (only there): whether a plugin is given a customer's keys for the e-mail address and password of its account, and passwords can be chosen anew by mail.",
    risk: '`on` makes a password, and a mailbox, as good as the API key.',
    parse: where,
  },
  signUpsPerDay: {
    fallback: 20,
    meaning: 'Customers that sign up by themselves in a day (UTC), 0–10000; at most 3 from one address.',
    parse: (text) => wholeNumber(text, 0, 10_000),
  },
  supportEmail: {
    fallback: '',
    meaning:
      "Where questions go that a site's administrator sends from a plugin's support form. Empty: they are refused with a sentence.",
    parse: (text) => (text === '' || /^[^\s\p{C}@<>,;:]+@[^\s\p{C}@<>,;:]+$/u.test(text) ? text : undefined),
  },
  privatePushHosts: {
    fallback: [],
    meaning:
      'Push services inside your own network, up to ten, such as `push.example.internal:8443`. Push messages go to every https address on the internet, and to private addresses only of these.',
    risk: 'Phones say where their push messages go: a host named here can be made to be asked by whoever pairs one.',
    parse: hostList,
  },
  privateWebhookHosts: {
    fallback: [],
    meaning:
      'Sites inside your own network that webhooks may go to, up to ten, such as `intranet.example.internal:443`. In production webhooks go to the internet, and to private addresses only of these; in development anywhere.',
    risk: "A customer's admins choose where its webhooks go: a host named here can be made to be asked by any of them.",
    parse: hostList,
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

/** Up to ten of `host:port`. */
function hostList(text: string): readonly string[] | undefined {
  const list = text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')
  const areHosts = list.every((part) => /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):[0-9]{1,5}$/.test(part))
  return list.length <= 10 && areHosts ? list : undefined
}

function where(text: string): Where | undefined {
  return text === 'development' || text === 'on' || text === 'off' ? text : undefined
}

/** In lower case, and never an address. */
const domain = /^(?=.{1,253}$)(?![0-9.]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/

/** What browsers call the origin of a page or of an Android app; pages need https, except on this computer. */
function isPasskeyOrigin(text: string): boolean {
  if (/^android:apk-key-hash:[A-Za-z0-9_-]{43}$/.test(text)) return true
  const url = URL.canParse(text) ? new URL(text) : undefined
  return (
    url?.origin === text && (url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost'))
  )
}

/** What browsers call the origin of a page. */
function isPageOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}
