import { type Bytes, fromBase32 } from './bytes.ts'

export const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const
export type Algorithm = (typeof algorithms)[number]

const hashes = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' } as const satisfies Record<Algorithm, string>

/** An account whose codes this app shows. */
export interface Account {
  /** Whose site it is, such as `Example Bank`. */
  readonly issuer: string
  /** Who one is there, such as `ana@example.com`. */
  readonly name: string
  /** Base32. */
  readonly secret: string
  readonly digits: number
  readonly periodSeconds: number
  readonly algorithm: Algorithm
}

/** The code of a moment (RFC 6238). */
export async function totp(account: Account, atMs: number): Promise<string> {
  const key = fromBase32(account.secret)
  if (!key) throw new Error('not base32')
  const step = Math.floor(atMs / 1_000 / account.periodSeconds)
  return hotp(key, step, account.digits, account.algorithm)
}

async function hotp(secret: Bytes, counter: number, digits: number, algorithm: Algorithm): Promise<string> {
  const hash = { name: 'HMAC', hash: hashes[algorithm] }
  const key = await crypto.subtle.importKey('raw', secret, hash, false, ['sign'])
  const message = new DataView(new ArrayBuffer(8))
  message.setBigUint64(0, BigInt(counter))
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, message.buffer))
  const offset = mac.getUint8(mac.byteLength - 1) & 15 // RFC 4226 section 5.3
  const number = mac.getUint32(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** How long the code of a moment still counts. */
export function secondsLeft({ periodSeconds }: Account, atMs: number): number {
  return periodSeconds - (Math.floor(atMs / 1_000) % periodSeconds)
}
