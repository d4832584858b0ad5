/** Stands for a customer's id where something is the whole server's: its settings, and sign-ins to accounts. */
export const serverScope = 0

/** A site or organisation that shares nothing with another. Its id is the decimal customer key that callers send in their headers. */
export interface Customer {
  readonly id: number
  readonly name: string
  readonly apiKey: string
  /** The one before, while it may still count. */
  readonly oldApiKey?: { readonly key: string; readonly untilMs: number }
  /** What the secrets of his plugins are made with, once they were replaced; absent: they are the first ones. */
  readonly secretSalts?: SecretSalts
  /** Keys every digest of this customer: one-time codes, unknown names, contacts, audit pseudonyms. */
  readonly digestKey: Uint8Array
  readonly settings: CustomerSettings
  /** The customer's own texts, by `id.language`; the rest is ours. */
  readonly templates: ReadonlyMap<string, string>
  /** The digest of its logo's PNG, in hex; absent or null: it has none. */
  readonly logo?: string | null
  /** Some group of the customer names methods: what a user may use depends on his groups. */
  readonly hasGroupMethods?: boolean
}

/** See `engine/customer-secrets.ts`. */
export interface SecretSalts {
  readonly salt: string
  /** Of the secrets before, which count until `oldUntilMs`; null: they were the first ones. */
  readonly oldSalt: string | null
  readonly oldUntilMs: number
}

/** What a customer can choose. Meaning, default and risk of each: `settings.ts`. */
export interface CustomerSettings {
  readonly defaultCountry: string
  readonly codeLength: number
  readonly codeTtlSeconds: number
  readonly attemptsMax: number
  readonly contactEcho: 'masked' | 'full'
  readonly issuer: string
  readonly timestampWindowSeconds: number
  readonly unsignedStatus: boolean
  readonly requireBodySignature: boolean
  readonly language: 'en' | 'es'
  readonly notices: boolean
  readonly webhookUrl: string
  readonly webhookSecret: string
  /** Countries whose numbers may be sent to; empty: only the default country; `*`: all. */
  readonly allowedCountries: readonly string[]
  readonly sendsPerContact10Min: number
  readonly sendsPerContactDay: number
  readonly sendsPerPrefix10Min: number
  readonly sendsPerAddress10Min: number
  readonly messagesPerDay: number
  readonly numberMatching: 'whenShown' | 'always' | 'never'
  readonly questions: boolean
  /** The domain that passkeys belong to; empty: the host of the base URL. */
  readonly passkeyRpId: string
  /** Where the customer's own pages ask for passkeys, besides the base URL. */
  readonly passkeyOrigins: readonly string[]
  readonly passkeyVerification: 'preferred' | 'required'
  /** Pages whose origin is here may use the browser SDK without a session of their backend. */
  readonly riskOpenOrigins: readonly string[]
  readonly voiceThreshold: 'lenient' | 'default' | 'strict'
  /** Whether voices are asked for where nobody checks that the right digits are said. */
  readonly voiceReplayProtection: 'required' | 'preferred'
  /** Nothing is sent, and everybody knows the codes. */
  readonly isTest: boolean
}

/** Who looks after a customer: signs in by e-mail and password, to be given the customer's keys. */
export interface Account {
  readonly customerId: number
  readonly email: string
  /** As it was given; nothing is sent to it. */
  readonly phone: string | null
  /** What is kept of the password; `engine/passwords.ts` knows its form. */
  readonly password: string
}
