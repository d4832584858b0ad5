import { type Bytes, randomBytes } from './bytes.ts'
import { change, find, put } from './database.ts'
import { keyOfPin, remainingMs, type Tries, triesMax } from './pin.ts'

/** A key of the vault as another key wrapped it. */
interface Wrapped {
  readonly iv: Bytes
  readonly key: ArrayBuffer
}

/** What is kept of the lock: nothing here opens without the PIN or the authenticator of this phone. */
interface LockRecord {
  readonly salt: Bytes
  /** Not extractable. */
  readonly binding: CryptoKey
  readonly byPin: Wrapped
  readonly byPasskey: PasskeyLock | null
}

export interface PasskeyLock {
  readonly credentialId: Bytes
  readonly salt: Bytes
  readonly wrapped: Wrapped
}

const lockName = 'lock'
const triesName = 'tries'

export async function readLock(): Promise<LockRecord | undefined> {
  return find<LockRecord>('settings', lockName)
}

/** Makes the vault's key and locks it with a PIN. */
export async function createVault(pin: string): Promise<CryptoKey> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt'])
  await put('settings', await pinLock(pin, key, null), lockName)
  await put('settings', { wrong: 0, lastAtMs: 0 } satisfies Tries, triesName)
  return key
}

async function pinLock(pin: string, key: CryptoKey, byPasskey: PasskeyLock | null): Promise<LockRecord> {
  const salt = randomBytes(16)
  const binding = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return { salt, binding, byPin: await wrap(key, await keyOfPin(pin, salt, binding)), byPasskey }
}

export type Unlocked =
  | { readonly ok: true; readonly key: CryptoKey }
  | { readonly ok: false; readonly reason: 'wrong'; readonly left: number; readonly waitMs: number }
  | { readonly ok: false; readonly reason: 'wait'; readonly waitMs: number }
  | { readonly ok: false; readonly reason: 'spent' }

/** Tries a PIN. The try is counted before it is judged, so that closing the app does not win it back. */
export async function unlockWithPin(pin: string): Promise<Unlocked> {
  const lock = await readLock()
  if (!lock) throw new Error('there is no lock')
  const nowMs = Date.now()
  let mustWaitMs = 0
  const tries = await change<Tries>('settings', triesName, (old = { wrong: 0, lastAtMs: 0 }) => {
    mustWaitMs = remainingMs(old, nowMs)
    return mustWaitMs > 0 ? old : { wrong: old.wrong + 1, lastAtMs: nowMs }
  })
  if (mustWaitMs > 0) return { ok: false, reason: 'wait', waitMs: mustWaitMs }
  const key = await unwrap(lock.byPin, await keyOfPin(pin, lock.salt, lock.binding))
  if (key) {
    await put('settings', { wrong: 0, lastAtMs: 0 } satisfies Tries, triesName)
    return { ok: true, key }
  }
  if (tries.wrong >= triesMax) return { ok: false, reason: 'spent' }
  return { ok: false, reason: 'wrong', left: triesMax - tries.wrong, waitMs: remainingMs(tries, nowMs) }
}

/** How long the next try has to wait. */
export async function lockedForMs(): Promise<number> {
  return remainingMs((await find<Tries>('settings', triesName)) ?? { wrong: 0, lastAtMs: 0 }, Date.now())
}

/** Locks the vault, that is open, with another PIN. */
export async function changePin(key: CryptoKey, pin: string): Promise<void> {
  const lock = await readLock()
  await put('settings', await pinLock(pin, key, lock?.byPasskey ?? null), lockName)
}

/** Lets a key of the phone's authenticator open the vault too; null: no longer. */
export async function setPasskey(
  key: CryptoKey,
  passkey: (Omit<PasskeyLock, 'wrapped'> & { readonly secret: Bytes }) | null,
): Promise<void> {
  const lock = await readLock()
  if (!lock) throw new Error('there is no lock')
  if (!passkey) return put('settings', { ...lock, byPasskey: null } satisfies LockRecord, lockName)
  const { credentialId, salt, secret } = passkey
  const byPasskey = { credentialId, salt, wrapped: await wrap(key, await keyOfPasskey(secret)) }
  await put('settings', { ...lock, byPasskey } satisfies LockRecord, lockName)
}

/** What the authenticator gave opens the vault; undefined when it is not what wrapped it. */
export async function unlockWithPasskey({ wrapped }: PasskeyLock, secret: Bytes): Promise<CryptoKey | undefined> {
  return unwrap(wrapped, await keyOfPasskey(secret))
}

async function keyOfPasskey(secret: Bytes): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new TextEncoder().encode('lock') }
  return crypto.subtle.deriveKey(derivation, base, { name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey'])
}

async function wrap(key: CryptoKey, by: CryptoKey): Promise<Wrapped> {
  const iv = randomBytes(12)
  return { iv, key: await crypto.subtle.wrapKey('raw', key, by, { name: 'AES-GCM', iv }) }
}

/** Extractable, since changing the PIN wraps it anew. Undefined: another key wrapped it. */
async function unwrap({ iv, key }: Wrapped, by: CryptoKey): Promise<CryptoKey | undefined> {
  const how = { name: 'AES-GCM', iv }
  return crypto.subtle
    .unwrapKey('raw', key, by, how, { name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt'])
    .catch(() => undefined)
}
