import type { Generated } from 'kysely'
import type { Sealed } from '../../security/seal.ts'

export interface DeliveryRow {
  id: string
  customer_id: number
  /** Null: a notice. */
  challenge_id: string | null
  via: string
  contact: Sealed
  message: Sealed | null
  state: string
  tries: number
  lease_until_ms: number
  sent_at_ms: number | null
  error: string | null
  /** Country code and four digits of a phone number, for noticing messages that nobody answers. */
  prefix: string | null
  created_at_ms: number
}

/** One attempt with one provider, and the receipt that came for it. */
export interface DeliveryTryRow {
  id: string
  delivery_id: string
  provider: string
  reference: string | null
  outcome: string
  detail: string | null
  at_ms: number
  receipt: string | null
  receipt_at_ms: number | null
}

/** Messages sent for a key (a contact, a prefix, an address, the customer) at one moment, or in one day. */
export interface SendCountRow {
  customer_id: number
  key: string
  window_start_ms: number
  window_end_ms: number
  sent: number
}

export interface InboxRow {
  id: Generated<number>
  customer_id: number
  channel: string
  to: string
  subject: string | null
  text: string
  html: string | null
  sent_at_ms: number
}
