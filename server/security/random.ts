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
