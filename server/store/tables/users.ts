import type { Generated } from 'kysely'
import type { Sealed } from '../../security/seal.ts'

export interface UserRow {
  id: string
  customer_id: number
  username: string
  username_folded: string
  email: Sealed | null
  phone: Sealed | null
  first_name: string | null
  last_name: string | null
  preferred_method: string | null
  is_enabled: number
  /** What the user is looked for by: names folded, contacts as keyed digests. */
  first_folded: string | null
  last_folded: string | null
  email_digest: Uint8Array | null
  phone_digest: Uint8Array | null
  /** 0: he was added before there was an index. */
  is_indexed: Generated<number>
  created_at_ms: number
  updated_at_ms: number
}

export interface CredentialRow {
  id: string
  customer_id: number
  user_id: string
  method: string
  state: string
  label: string | null
  secret: Sealed
  last_step: number
  created_at_ms: number
  confirmed_at_ms: number | null
  last_used_at_ms: number | null
  /** The phone that it was enrolled with, and goes with; null: it belongs to none. */
  device_id: Generated<string | null>
}

/** A hardware token. While it is assigned, the credential of the same id knows the newest step. */
export interface TokenRow {
  id: string
  customer_id: number
  serial: string
  /** The identity a YubiKey types; null for every other token. */
  public_id: string | null
  state: string
  user_id: string | null
  seed: Sealed
  /** The newest step that was accepted from whoever had it before; only ever grows. */
  carried_step: number
  carried_at_ms: number | null
  created_at_ms: number
}

export interface SignInRow {
  digest: Uint8Array
  customer_id: number
  app_id: string
  user_id: string
  /** Separated by commas. */
  methods: string
  challenge_id: string | null
  expires_at_ms: number
}

/** A one-time link to the pages of a user, or the browser that came by one. */
export interface UserSessionRow {
  digest: Uint8Array
  customer_id: number
  user_id: string
  kind: string
  is_proved: number
  used_at_ms: number
  expires_at_ms: number
}

export interface GroupRow {
  /** Grows with every new group: lists are in this order. */
  id: Generated<number>
  customer_id: number
  name: string
  name_folded: string
  /** 1 in one row of each customer. */
  is_default: number
  is_built_in: number
  /** JSON, by number. */
  attributes: string
  /** JSON list; null: it names none. */
  methods: string | null
  created_at_ms: number
  updated_at_ms: number
}

export interface GroupMemberRow {
  /** Grows with every new membership: lists are in this order. */
  number: Generated<number>
  customer_id: number
  group_id: number
  user_id: string
  created_at_ms: number
}

/** The users of these groups alone may be named by the app; without a row, every user. */
export interface AppGroupRow {
  app_id: string
  customer_id: number
  group_id: number
}
