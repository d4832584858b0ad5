import type { MethodId } from './method.ts'

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
  readonly transactionName: string | null
  /** Where the sign-in came from, as the caller said: an address, or null. */
  readonly origin: string | null
  /** The `User-Agent` of where the sign-in came from, as the caller said; null when it said nothing, and once settled. */
  readonly userAgent: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

/** Terminal states never change. `spent`: too many wrong answers; `cancelled`: a newer challenge or a failed delivery. */
export type ChallengeState = 'pending' | 'approved' | 'denied' | 'expired' | 'spent' | 'cancelled'

/** Whom failures are counted against: a user's id, or a keyed digest of an unknown name or a contact. */
export interface Subject {
  readonly key: string
  /** Only an enrolled user's method is ever disabled for good; a stranger's contact is only locked for a time. */
  readonly isUser: boolean
}

/** A challenge on its way into the store. */
export interface NewChallenge extends Challenge {
  readonly attemptsMax: number
  readonly requestDigest: Uint8Array | null
}

/** How an earlier question went. */
export interface RecentChallenge {
  readonly state: ChallengeState
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly settledAtMs: number | null
}
