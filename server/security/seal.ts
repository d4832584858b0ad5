import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import { keyObject } from './key-object.ts'

declare const sealedMark: unique symbol
/** Encrypted bytes. A secret column has this type, so that writing plain text does not compile. */
export type Sealed = Uint8Array & { readonly [sealedMark]: true }

/** A 256-bit key and the id that sealed records carry to find it again. */
export interface SealingKey {
  readonly id: Uint8Array
  readonly bytes: Uint8Array
}

const formatVersion = 1
const keyIdBytes = 4
const nonceBytes = 12
const tagBytes = 16
const headBytes = 1 + keyIdBytes + nonceBytes

/** The key with its id: the first four bytes of its SHA-256. */
export function sealingKey(bytes: Uint8Array): SealingKey {
  if (bytes.length !== 32) throw new Error('A sealing key has 32 bytes.')
  return { id: hash('sha256', bytes, 'buffer').subarray(0, keyIdBytes), bytes }
}

/**
 * Encrypts with AES-256-GCM. `place` (customer, table, row, column) is authenticated with it, so that a sealed value
 * copied to another row does not open. Layout: version 1, key id 4, nonce 12, ciphertext, tag 16.
 */
export function seal(key: SealingKey, plain: string | Uint8Array, place: string): Sealed {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', keyObject(key.bytes), nonce).setAAD(Buffer.from(place))
  const body = Buffer.concat([cipher.update(plain as Uint8Array), cipher.final()])
  const sealed = Buffer.concat([Buffer.of(formatVersion), key.id, nonce, body, cipher.getAuthTag()])
  return sealed as unknown as Sealed // the one place where bytes become Sealed
}

/** Opens what `seal` made; throws when the key, the place or a bit is not the one it was sealed with. */
export function unseal(key: SealingKey, sealed: Uint8Array, place: string): Buffer {
  if (sealed.length < headBytes + tagBytes || sealed[0] !== formatVersion) throw new Error('Not a sealed value.')
  const nonce = sealed.subarray(1 + keyIdBytes, headBytes)
  const decipher = createDecipheriv('aes-256-gcm', keyObject(key.bytes), nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(sealed.length - tagBytes))
  const plain = decipher.update(sealed.subarray(headBytes, sealed.length - tagBytes))
  return Buffer.concat([plain, decipher.final()])
}

/** Which key a sealed value names. */
export function sealedBy(sealed: Uint8Array, key: SealingKey): boolean {
  return Buffer.compare(sealed.subarray(1, 1 + keyIdBytes), key.id) === 0
}
