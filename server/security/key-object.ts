import { createSecretKey, type KeyObject } from 'node:crypto'

const made = new WeakMap<Uint8Array, KeyObject>()

/** The key as Node's crypto wants it. Handing over raw bytes costs it more than a whole HMAC, each time. */
export function keyObject(bytes: Uint8Array): KeyObject {
  const known = made.get(bytes)
  if (known) return known
  const key = createSecretKey(bytes)
  made.set(bytes, key)
  return key
}
