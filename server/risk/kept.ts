import type { MethodId } from '../vocabulary/method.ts'
import type { KnownDevice } from './device.ts'
import type { Evidence } from './evidence.ts'
import type { Assessment, Obligation, RiskAction } from './facts.ts'
import type { Marks } from './marks.ts'
import type { Profile } from './profile.ts'
import type { Place } from './travel.ts'

/** What is kept between sign-ins. The store keeps it, the engine reads and changes it. */

/** A count that fades by the hour, as of a time. */
export interface Fading {
  readonly count: number
  readonly atMs: number
}

/** What is known of one user. */
export interface RiskUser {
  readonly profile: Profile
  readonly place: Place | null
  readonly failures: Fading
  /** Questions that were asked and not yet answered. */
  readonly prompts: Fading
  readonly reportedUntilMs: number
}

/** A browser that a user had remembered. */
export interface RememberedDevice extends KnownDevice {
  readonly tokenDigest: Uint8Array
  /** Of the token before, which counts until the browser has shown the new one. */
  readonly oldTokenDigest: Uint8Array | null
  readonly isTokenSeen: boolean
  readonly tokenAtMs: number
  /** Digest of the key that it must prove with its token; null: none. */
  readonly key: string | null
  readonly label: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number
  readonly trustedUntilMs: number
}

/** All that is read before a sign-in is weighed. */
export interface RiskSnapshot {
  readonly userId: string
  readonly isEnabled: boolean
  readonly user: RiskUser
  /** Last used first. */
  readonly devices: readonly RememberedDevice[]
  readonly hasEmail: boolean
  readonly hasPhone: boolean
  /** In a row, the most with one method. */
  readonly wrongAnswers: number
  /** That he enrolled. */
  readonly methods: readonly MethodId[]
}

/** `open` waits for a proof, `allowed` for being redeemed; the others are over. */
export type EvaluationState = 'open' | 'allowed' | 'denied' | 'finished' | 'failed' | 'not-me'

/** One weighing with all that it was decided by. */
export interface KeptEvaluation {
  readonly id: string
  readonly customerId: number
  /** Null: nobody of this name is enrolled. */
  readonly userId: string | null
  readonly atMs: number
  readonly state: EvaluationState
  readonly decision: RiskAction
  readonly score: number
  readonly marks: Marks
  readonly record: EvaluationRecord
  readonly sessionDigest: Uint8Array | null
  /** The remembered device that it was made on. */
  readonly deviceId: string | null
  readonly challengeId: string | null
  /** What proved the user; null: nothing did. */
  readonly method: string | null
  readonly result: { readonly digest: Uint8Array; readonly untilMs: number } | null
}

/** What a weighing was decided by, kept to explain it and to try policies on. */
export interface EvaluationRecord {
  readonly username: string
  readonly origin: string | null
  readonly action: string | null
  readonly isUntrusted: boolean
  readonly evidence: Evidence
  readonly assessment: Assessment
  readonly obligations: readonly Obligation[]
  /** Where the policy came from: empty for the customer's, `app:…`, `group:…`. */
  readonly scope: string
  /** Absent: it was kept before this was. */
  readonly app?: string | null
  /** Major version of the browser, and the key it proved. */
  readonly version: number
  readonly deviceKey: string | null
}

/** What a page was given by its site. */
export interface KeptSession {
  readonly username: string
  readonly origin: string
  readonly action: string
  readonly mayRegister: boolean
  readonly phone: string | null
  readonly email: string | null
}

/** What is counted for all users of a customer: the value of a level. */
export interface CountKey {
  readonly level: number
  readonly mark: number
}

/** How an evaluation ends well. */
export interface Finish {
  readonly method: MethodId | 'caller'
  readonly deviceId: string | null
  readonly result: { readonly digest: Uint8Array; readonly untilMs: number }
}

export const nobody: RiskUser = {
  profile: { total: 0, withToken: 0, atMs: 0, records: new Uint32Array(0) },
  place: null,
  failures: { count: 0, atMs: 0 },
  prompts: { count: 0, atMs: 0 },
  reportedUntilMs: 0,
}

const hourMs = 3_600_000

/** What is left of a fading count: half of it after an hour. */
export function leftOf({ count, atMs }: Fading, nowMs: number): number {
  const left = count * 2 ** (-Math.max(0, nowMs - atMs) / hourMs)
  return left < 0.1 ? 0 : left
}

/** Values of a finished sign-in that everybody's counts do not hold yet. */
export interface Uncounted {
  readonly customerId: number
  readonly atMs: number
  readonly marks: Marks
}
