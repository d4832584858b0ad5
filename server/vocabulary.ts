/** The nouns of the product. Imports nothing; all of the server speaks it. */

/** A tenant. Its id is the decimal customer key that callers send in their headers. */
export interface Customer {
  readonly id: number
  readonly name: string
  readonly apiKey: string
  /** Keys every digest of this customer: one-time codes, unknown names, contacts, audit pseudonyms. */
  readonly digestKey: Uint8Array
  readonly settings: CustomerSettings
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
}

export interface User {
  readonly id: string
  readonly customerId: number
  readonly username: string
  readonly email: string | null
  /** E.164, e.g. `+15551234567`. */
  readonly phone: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  /** The caller's own word for the method the user prefers, e.g. `SMS`; each vendor's `words.ts` reads it. */
  readonly preferredMethod: string | null
  readonly isEnabled: boolean
  readonly createdAtMs: number
}

/** A way to prove who you are. */
export type MethodId = 'message-code' | 'time-code'

/** How a message travels. */
export type Via = 'sms' | 'email'

/** What a user enrolled for a method; `secret` is JSON whose shape the method owns. */
export interface Credential {
  readonly id: string
  readonly method: MethodId
  readonly state: 'pending' | 'active'
  readonly label: string | null
  readonly secret: string
  /** The newest counter or time step that was accepted; only ever grows. −1 before the first. */
  readonly lastStep: number
}

/** Terminal states never change. `spent`: too many wrong answers; `cancelled`: a newer challenge or a failed delivery. */
export type ChallengeState = 'pending' | 'approved' | 'denied' | 'expired' | 'spent' | 'cancelled'

/** One question to one subject. */
export interface Challenge {
  readonly id: string
  readonly customerId: number
  readonly subject: Subject
  readonly userId: string | null
  readonly method: MethodId
  /** The method in the caller's own word, given back as it was asked. */
  readonly label: string
  readonly state: ChallengeState
  /** What the method kept to judge the answer, as JSON; `null` once settled. */
  readonly pending: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

/** Whom failures are counted against: a user's id, or a keyed digest of an unknown name or a contact. */
export interface Subject {
  readonly key: string
  /** Only an enrolled user's method is ever disabled for good; a stranger's contact is only locked for a time. */
  readonly isUser: boolean
}

/** What came back from the person. */
export interface Answer {
  readonly kind: 'code'
  readonly code: string
}

/** One message on its way: the text is gone once it was handed over. */
export interface Delivery {
  readonly id: string
  readonly customerId: number
  readonly challengeId: string
  readonly via: Via
  readonly contact: string
  readonly state: 'sending' | 'sent' | 'failed'
  readonly sentAtMs: number | null
  readonly message: Message | null
}

export interface Message {
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
}

/**
 * A judged answer on its way to becoming final. The store applies it in one conditional operation: the attempt is
 * spent, the challenge settled, the step advanced, the failure counted and the audit row written, or none of it.
 */
export interface Decision {
  readonly customerId: number
  readonly nowMs: number
  readonly verdict: 'right' | 'wrong'
  readonly method: MethodId
  readonly subject: Subject
  readonly challengeId: string | null
  readonly credential: { readonly id: string; readonly userId: string; readonly step: number } | null
  /** The credential is a pending enrolment: acceptance makes it active and removes those it replaces. */
  readonly isConfirming: boolean
  readonly request: RequestMark | null
  readonly audit: AuditNote
}

/**
 * What became of a decision.
 * `repeated`: this very request was seen before; `locked`: too many failures, for a time; `disabled`: for good;
 * `closed`: the challenge no longer waits for an answer; `used`: the code was right but had been accepted before.
 */
export type Decided = 'accepted' | 'wrong' | 'repeated' | 'locked' | 'disabled' | 'closed' | 'used'

/** Marks one signed request as seen, so that a captured copy of it does nothing. Both parts are the same for a copy. */
export interface RequestMark {
  readonly digest: Uint8Array
  readonly expiresAtMs: number
}

/** A line of the audit, before the store adds the outcome. `subject` is a keyed pseudonym, never a name. */
export interface AuditNote {
  readonly kind: string
  readonly subject: string | null
  readonly method: string | null
  readonly challengeId: string | null
  readonly requestId: string | null
  readonly detail: string | null
}

/** There is more to do than can be held; nothing of this request was done, and it may be sent again. */
export class OverloadError extends Error {}
