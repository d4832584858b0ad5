import type { Generated } from 'kysely'
import type { Sealed } from '../../security/seal.ts'

/** The key that seals a customer's secrets, itself sealed by a master key. `customer_id` 0: of the whole server. */
export interface DataKeyRow {
  customer_id: number
  key: Sealed
}

export interface CustomerRow {
  id: number
  name: string
  api_key: Sealed
  /** The one before, which counts until `old_api_key_until_ms`. */
  old_api_key: Sealed | null
  old_api_key_until_ms: Generated<number>
  created_at_ms: number
}

export interface LogoRow {
  customer_id: number
  /** SHA-256 of `png` in hex. */
  digest: string
  png: Uint8Array
  updated_at_ms: number
}

/** Who looks after a customer; at most one for each. */
export interface AccountRow {
  customer_id: number
  /** The address, as it is found: a keyed digest. */
  email_digest: Uint8Array
  email: Sealed
  phone: Sealed | null
  password: Sealed
  /** Of what a link to choose a new password holds. */
  reset_digest: Uint8Array | null
  reset_until_ms: number | null
  created_at_ms: number
  updated_at_ms: number
}

/** `customer_id` 0: of the whole server. */
export interface SettingRow {
  customer_id: number
  name: string
  value: Sealed
  updated_at_ms: number
}

export interface WebhookEventRow {
  id: string
  customer_id: number
  user_id: string
  body: Sealed
  state: string
  tries: number
  next_try_at_ms: number
  last_code: number | null
  created_at_ms: number
}

export interface AppRow {
  id: string
  customer_id: number
  name: string
  key: string
  secret: Sealed
  old_secret: Sealed | null
  old_secret_until_ms: number
  signature_order: string
  /** Separated by commas. */
  trusted_addresses: string
  factors: number
  created_at_ms: number
}
