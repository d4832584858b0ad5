import type { Generated } from 'kysely'
import type { Sealed } from '../../security/seal.ts'

export interface ChallengeRow {
  id: string
  customer_id: number
  subject: string
  subject_is_user: number
  user_id: string | null
  method: string
  label: string
  state: string
  attempts: number
  attempts_max: number
  /** Attempts that are spent and whose verdict is not in yet. One that a crash cut off stays counted here. */
  judging: Generated<number>
  pending: Sealed | null
  transaction_name: string | null
  origin: string | null
  request_digest: Uint8Array | null
  created_at_ms: number
  expires_at_ms: number
  settled_at_ms: number | null
}

/** Failures of one subject with one method since its last success. */
export interface GuardRow {
  customer_id: number
  subject: string
  method: string
  failures: number
  locked_until_ms: number
  updated_at_ms: number
}

/** Tries of one subject with one method in one day (UTC), for methods that allow only so many. */
export interface DailyTryRow {
  customer_id: number
  subject: string
  method: string
  day_start_ms: number
  tries: number
}

export interface RequestMarkRow {
  digest: Uint8Array
  nonce: Uint8Array | null
  expires_at_ms: number
}

/** What a request under a key of its caller's was answered. */
export interface KeptAnswerRow {
  customer_id: number
  /** Of the call and the key. */
  digest: Uint8Array
  /** Of the body, keyed. */
  body_digest: Uint8Array
  /** Null: not answered yet, or never. */
  answer: Sealed | null
  claimed_at_ms: number
  expires_at_ms: number
}
