import { createHmac } from 'node:crypto'
import { keyObject } from './key-object.ts'

/** The hash functions RFC 6238 names. */
export type OtpAlgorithm = 'sha1' | 'sha256' | 'sha512'

/** HOTP (RFC 4226 section 5.3): the code for one counter value, `digits` decimal digits. */
export function hotp(secret: Uint8Array, counter: number, digits: number, algorithm: OtpAlgorithm = 'sha1'): string {
  const moving = Buffer.alloc(8)
  moving.writeUInt32BE(Math.floor(counter / 2 ** 32), 0)
  moving.writeUInt32BE(counter >>> 0, 4)
  const mac = createHmac(algorithm, keyObject(secret)).update(moving).digest()
  const offset = (mac[mac.length - 1] ?? 0) & 0x0f
  const truncated = mac.readUInt32BE(offset) & 0x7fffffff
  return String(truncated % 10 ** digits).padStart(digits, '0')
}

/** The time step of RFC 6238 section 4.2 that `nowMs` lies in. */
export function timeStep(nowMs: number, periodSeconds: number): number {
  return Math.floor(nowMs / (periodSeconds * 1000))
}

const base32Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Base32 without padding (RFC 4648 section 6), as authenticator apps read secrets. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += base32Letters[(value >>> (bits - 5)) & 31]
    value &= (1 << bits) - 1
  }
  return bits > 0 ? text + base32Letters[(value << (5 - bits)) & 31] : text
}

/** Reads base32, with or without padding, blanks and dashes; undefined when it is none. */
export function fromBase32(text: string): Buffer | undefined {
  const bare = text.replaceAll(/[\s-]|=+$/g, '').toUpperCase()
  if (!/^[A-Z2-7]+$/.test(bare)) return undefined
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const letter of bare) {
    value = (value << 5) | base32Letters.indexOf(letter)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >>> bits) & 0xff)
    value &= (1 << bits) - 1
  }
  return Buffer.from(bytes)
}
