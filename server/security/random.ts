import { randomBytes, randomInt, randomUUID } from 'node:crypto'

/** A decimal one-time code of `digits` digits, each value equally likely. */
export function randomCode(digits: number): string {
  return String(randomInt(10 ** digits)).padStart(digits, '0')
}

/** An id with 122 random bits in the 36-character form callers expect (UUID version 4). */
export function randomId(): string {
  return randomUUID()
}

/** `bytes` random bytes from the operating system. */
export function randomSecret(bytes: number): Buffer {
  return randomBytes(bytes)
}

/** A whole number from `least` on and below `end`, each equally likely. */
export function randomWhole(least: number, end: number): number {
  return randomInt(least, end)
}

/** An API key: 192 random bits in letters that need no quoting in a shell. */
export function randomApiKey(): string {
  return randomBytes(24).toString('base64url').replaceAll('-', 'A').replaceAll('_', 'B')
}
