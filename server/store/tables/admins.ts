import type { Sealed } from '../../security/seal.ts'

/** Who works in the console. `customer_id` 0: for all customers. */
export interface AdminRow {
  id: string
  customer_id: number
  /** What he signs in with, as it is found: a keyed digest. */
  login_digest: Uint8Array
  login: Sealed
  name: string
  role: string
  /** Null: not chosen yet. */
  password: Sealed | null
  is_enabled: number
  /** Of what a one-time link to choose a password holds. */
  link_digest: Uint8Array | null
  link_kind: string | null
  link_until_ms: number | null
  last_sign_in_at_ms: number | null
  created_at_ms: number
}

/** An admin's second factor. */
export interface AdminFactorRow {
  id: string
  admin_id: string
  kind: string
  state: string
  name: string
  secret: Sealed
  used_step: number
  created_at_ms: number
  last_used_at_ms: number | null
}

/** A browser in which an admin signed in, or is about to. */
export interface AdminSessionRow {
  digest: Uint8Array
  admin_id: string
  step: string
  /** The passkey question that waits, as JSON. */
  asked: string | null
  confirmed_at_ms: number | null
  created_at_ms: number
  used_at_ms: number
  expires_at_ms: number
}
