import { createCipheriv, createDecipheriv, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { keyObject } from './key-object.ts'

// What XML Encryption and PKCS #5 use, and so files of token seeds. Nothing of ours is sealed with it: see `seal.ts`.

export type MacAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512'

const blockBytes = 16
const ciphers: ReadonlyMap<number, string> = new Map([
  [16, 'aes-128-cbc'],
  [24, 'aes-192-cbc'],
  [32, 'aes-256-cbc'],
])

/** AES-CBC with the IV in front; the last byte of the plain text says how many are padding (XML Encryption 5.2). */
export function encryptCbc(key: Uint8Array, plain: Uint8Array): Buffer {
  const iv = randomBytes(blockBytes)
  const cipher = createCipheriv(cipherFor(key), keyObject(key), iv)
  return Buffer.concat([iv, cipher.update(plain), cipher.final()])
}

/** Undefined when it cannot be the work of this key. CBC alone proves nothing: check a MAC first. */
export function decryptCbc(key: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < 2 * blockBytes || sealed.length % blockBytes !== 0) return undefined
  const decipher = createDecipheriv(cipherFor(key), keyObject(key), sealed.subarray(0, blockBytes))
  decipher.setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(sealed.subarray(blockBytes)), decipher.final()])
  const padding = plain.at(-1) ?? 0
  return padding >= 1 && padding <= blockBytes ? plain.subarray(0, -padding) : undefined
}

/** HMAC of bytes that somebody else protected: `keyedDigest` is for our own. */
export function macOf(algorithm: MacAlgorithm, key: Uint8Array, bytes: Uint8Array): Buffer {
  return createHmac(algorithm, keyObject(key)).update(bytes).digest()
}

/** A key from a password (PBKDF2, RFC 8018). It takes its time beside the thread: bound the iterations. */
export function keyOfPassword(
  password: string,
  {
    salt,
    iterations,
    bytes,
    algorithm,
  }: { salt: Uint8Array; iterations: number; bytes: number; algorithm: MacAlgorithm },
): Promise<Buffer> {
  return promisify(pbkdf2)(password, salt, iterations, bytes, algorithm)
}

function cipherFor(key: Uint8Array): string {
  const cipher = ciphers.get(key.length)
  if (!cipher) throw new Error('An AES key has 16, 24 or 32 bytes.')
  return cipher
}
