import type { Sealed } from '../../security/seal.ts'

export interface DeviceRow {
  id: string
  customer_id: number
  user_id: string
  name: string
  key_x: string
  key_y: string
  push: Sealed | null
  created_at_ms: number
  last_used_at_ms: number | null
}

export interface PushMessageRow {
  id: string
  customer_id: number
  device_id: string
  challenge_id: string
  state: string
  tries: number
  next_try_at_ms: number
  expires_at_ms: number
  last_code: number | null
  created_at_ms: number
}

export interface PhoneOfferRow {
  id: string
  customer_id: number
  user_id: string
  secret_digest: Uint8Array | null
  device_id: string | null
  created_at_ms: number
  expires_at_ms: number
}
