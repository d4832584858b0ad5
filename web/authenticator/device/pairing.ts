import type {
  AccountInfo,
  Device,
  DeviceInfo,
  PairingOffer,
  PublicKey,
  PushSubscriptionInfo,
  Registered,
  VoiceLink,
  VoiceState,
} from '../../../contract/device/pairing.ts'
import { calls } from '../../../contract/device.ts'
import { list, put, remove } from '../vault/database.ts'
import { ask, askSigned, type Outcome } from './calls.ts'

/** One user of one customer on this phone. */
export interface Pairing {
  readonly deviceId: string
  /** Signs, and cannot leave this browser. */
  readonly key: CryptoKey
  readonly account: AccountInfo
  readonly device: Device
  /** By how much the server's clock is ahead of this phone's. */
  readonly aheadMs: number
  /** The push service's address that the server was given last. */
  readonly endpoint: string | null
  /** Absent until the server said it. */
  readonly voice?: VoiceState
}

export const signerOf = ({ deviceId, key }: Pairing) => ({ deviceId, key })

/** Whose account a code pairs with; makes nothing. */
export function readOffer(code: string): Promise<Outcome<PairingOffer>> {
  return ask<PairingOffer>(calls.pairing, { code })
}

/** A key that signs for a new pairing. */
export function makeKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
}

/** Registers the key. May be repeated with the same one when no answer came. */
export async function register(
  pair: CryptoKeyPair,
  { code, name }: { readonly code: string; readonly name: string },
): Promise<Outcome<{ readonly pairing: Pairing; readonly registered: Registered }>> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const publicKey = { kty, crv, x, y } as PublicKey // of the curve it was made on
  const signer = { deviceId: null, key: pair.privateKey }
  const outcome = await askSigned<Registered>(signer, calls.register, { code, name, publicKey })
  if (!outcome.ok) return outcome
  const { nowMs, device, account } = outcome.value
  const aheadMs = nowMs - Date.now()
  const pairing = { deviceId: device.id, key: pair.privateKey, account, device, aheadMs, endpoint: null }
  await put('pairings', pairing)
  return { ok: true, value: { pairing, registered: outcome.value } }
}

export function readPairings(): Promise<Pairing[]> {
  return list<Pairing>('pairings')
}

/** What the server knows of this pairing now; keeps it. */
export async function refresh(pairing: Pairing): Promise<Outcome<Pairing>> {
  return kept(pairing, await askSigned<DeviceInfo>(signerOf(pairing), calls.device))
}

export async function rename(pairing: Pairing, name: string): Promise<Outcome<Pairing>> {
  return kept(pairing, await askSigned<DeviceInfo>(signerOf(pairing), calls.rename, { name }))
}

export async function sendPush(pairing: Pairing, push: PushSubscriptionInfo | null): Promise<Outcome<Pairing>> {
  const outcome = await askSigned<DeviceInfo>(signerOf(pairing), calls.push, { push })
  return kept({ ...pairing, ...(outcome.ok ? { endpoint: push?.endpoint ?? null } : {}) }, outcome)
}

async function kept(pairing: Pairing, outcome: Outcome<DeviceInfo>): Promise<Outcome<Pairing>> {
  if (!outcome.ok) return outcome
  const { nowMs, account, device, voice } = outcome.value
  const value = { ...pairing, account, device, voice, aheadMs: nowMs - Date.now() }
  await put('pairings', value)
  return { ok: true, value }
}

/** Where the user sets his voice up. */
export function askForVoiceLink(pairing: Pairing): Promise<Outcome<VoiceLink>> {
  return askSigned<VoiceLink>(signerOf(pairing), calls.voice)
}

/** Tells the server to forget this pairing. */
export function unpair(pairing: Pairing): Promise<Outcome<unknown>> {
  return askSigned(signerOf(pairing), calls.remove)
}

/** Forgets it on this phone. */
export function forget({ deviceId }: Pairing): Promise<void> {
  return remove('pairings', deviceId)
}
