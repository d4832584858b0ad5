import type { Sealed } from '../../security/seal.ts'

/** What is remembered of a user's sign-ins, and how he fared of late. */
export interface RiskUserRow {
  customer_id: number
  user_id: string
  /** Packed; see `risk/profile.ts`. Null: no sign-in was finished yet. */
  profile: Uint8Array | null
  /** When the value that was not seen for longest was last seen. */
  oldest_ms: number
  /** Where he was last, as JSON. */
  place: Sealed | null
  /** Failed attempts and unanswered questions, faded as of their time. */
  failures: number
  failures_at_ms: number
  prompts: number
  prompts_at_ms: number
  /** Until when it weighs that he said a sign-in was not his. */
  reported_until_ms: number
}

export interface RiskDeviceRow {
  id: string
  customer_id: number
  user_id: string
  token_digest: Uint8Array
  /** Of the token before, which counts until the browser has shown the new one. */
  old_token_digest: Uint8Array | null
  is_token_seen: number
  token_at_ms: number
  /** Digest of the key that the browser must prove; null: none. */
  key: string | null
  marks: Uint8Array
  version: number
  label: string
  created_at_ms: number
  last_used_at_ms: number
  trusted_until_ms: number
}

/** How often a customer's users showed a value, by its keyed hash; grows as `weightAt` says. */
export interface RiskCountRow {
  customer_id: number
  level: number
  mark: number
  count: number
  last_ms: number
}

/** One weighing. `open` waits for a proof, `allowed` to be redeemed; then `finished`, `failed` or `not-me`. */
export interface RiskEvaluationRow {
  id: string
  customer_id: number
  user_id: string | null
  at_ms: number
  state: string
  decision: string
  score: number
  marks: Uint8Array
  /** Evidence, findings and circumstances as JSON. */
  record: Sealed
  session_digest: Uint8Array | null
  device_id: string | null
  challenge_id: string | null
  method: string | null
  result_digest: Uint8Array | null
  /** Null: redeemed, or none was given out. */
  result_until_ms: number | null
  /** Whether its values are in the counts of everybody; only finished ones ever are. 2: never to be. */
  is_counted: number
}

/** What a page may do for five minutes, by the digest of its token. */
export interface RiskSessionRow {
  digest: Uint8Array
  customer_id: number
  /** As JSON. */
  session: Sealed
  /** Weighings that are left. */
  evaluations: number
  expires_at_ms: number
}

/** `scope`: empty for the customer, `app:<id>` or `group:<id>`. */
export interface RiskPolicyRow {
  customer_id: number
  scope: string
  /** As JSON, without what is the default. */
  policy: string
  updated_at_ms: number
}
