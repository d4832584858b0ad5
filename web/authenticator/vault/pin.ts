import { type Bytes, utf8 } from './bytes.ts'

const pinLengthMin = 6
export const pinLengthMax = 12

/** OWASP's number for PBKDF2 with SHA-256. */
export const iterations = 600_000

/** A PIN that everybody tries first: one digit again and again, or a run of them. */
export function isWeakPin(pin: string): boolean {
  const digits = [...pin].map(Number)
  const steps = new Set(digits.slice(1).map((digit, index) => digit - (digits[index] ?? 0)))
  const [only] = steps
  return steps.size === 1 && only !== undefined && Math.abs(only) <= 1
}

export function isPin(pin: string): boolean {
  return /^[0-9]+$/.test(pin) && pin.length >= pinLengthMin && pin.length <= pinLengthMax
}

export const triesMax = 10

/** How long one waits after so many wrong PINs in a row. After `triesMax` the app erases what it holds. */
function waitMs(wrong: number): number {
  const minutes = [0, 0, 0, 0.5, 1, 5, 15, 60, 180, 360]
  return (minutes[Math.min(wrong, minutes.length - 1)] ?? 0) * 60_000
}

/** What was tried. A clock that was put back makes nobody wait longer than the wait itself. */
export interface Tries {
  readonly wrong: number
  readonly lastAtMs: number
}

export function remainingMs({ wrong, lastAtMs }: Tries, nowMs: number): number {
  const wait = waitMs(wrong)
  return Math.max(0, Math.min(wait, lastAtMs + wait - nowMs))
}

/**
 * The key that wraps the vault's: stretched from the PIN, then keyed by a secret that this browser never lets out, so
 * that the wrapped key alone cannot be tried elsewhere.
 */
export async function keyOfPin(pin: string, salt: Bytes, binding: CryptoKey): Promise<CryptoKey> {
  return crypto.subtle.importKey(
    'raw',
    await crypto.subtle.sign('HMAC', binding, await stretched(pin, salt)),
    'AES-GCM',
    false,
    ['wrapKey', 'unwrapKey'],
  )
}

/** 256 bits of a password. */
export async function stretched(password: string, salt: Bytes, rounds = iterations): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey('raw', utf8(password.normalize('NFKC')), 'PBKDF2', false, ['deriveBits'])
  return crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, key, 256)
}
