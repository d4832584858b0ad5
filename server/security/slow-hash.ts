import { argon2 } from 'node:crypto'

/** OWASP's least for Argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const cost = { memory: 19 * 1024, passes: 2, parallelism: 1, tagLength: 32 } as const
/** As RFC 9106 section 3.1 recommends. */
export const saltBytes = 16

/**
 * A digest of 32 bytes that takes tens of milliseconds to make (Argon2id, RFC 9106), for secrets that people choose or
 * write down. Each part is length-prefixed so that parts cannot slide into each other. It is made beside the event loop.
 */
export function slowHash(salt: Uint8Array, parts: readonly string[]): Promise<Buffer> {
  const message = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
  return new Promise((resolve, reject) => {
    argon2('argon2id', { ...cost, message, nonce: salt }, (error, digest) => {
      if (error) reject(error)
      else resolve(digest)
    })
  })
}
