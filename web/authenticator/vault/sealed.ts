import { type Bytes, randomBytes, utf8 } from './bytes.ts'
import type { Account } from './totp.ts'

/** An account as it lies in the database: its name and its secret open only with the vault's key. */
export interface SealedAccount {
  readonly id: string
  /** The pairing that it belongs to and goes with; null: another site's. */
  readonly pairing: string | null
  readonly addedAtMs: number
  readonly iv: Bytes
  readonly box: ArrayBuffer
}

export interface OpenAccount extends Account {
  readonly id: string
  readonly pairing: string | null
  readonly addedAtMs: number
}

export async function seal(
  key: CryptoKey,
  account: Account,
  pairing: string | null,
  id: string,
): Promise<SealedAccount> {
  const { issuer, name, secret, digits, periodSeconds, algorithm } = account
  const iv = randomBytes(12)
  const text = utf8(JSON.stringify({ issuer, name, secret, digits, periodSeconds, algorithm }))
  // Bound to its row: a box that was put into another one does not open.
  const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(id) }, key, text)
  return { id, pairing, addedAtMs: Date.now(), iv, box }
}

export async function unseal(key: CryptoKey, { id, pairing, addedAtMs, iv, box }: SealedAccount): Promise<OpenAccount> {
  const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: utf8(id) }, key, box)
  const account = JSON.parse(new TextDecoder().decode(text)) as Account // as `seal` wrote it
  return { ...account, id, pairing, addedAtMs }
}
