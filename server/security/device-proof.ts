import { createPublicKey, hash, verify } from 'node:crypto'

/**
 * Which key signed a text: SHA-256 of its point, in base64url; null when nothing that could be read did. `publicKey` is an
 * uncompressed point of P-256 (SEC 1 section 2.3.3), `signature` ECDSA with SHA-256 as IEEE P1363, both in base64url.
 */
export function keyThatSigned(text: string, publicKey: string, signature: string): string | null {
  const point = Buffer.from(publicKey, 'base64url')
  const signed = Buffer.from(signature, 'base64url')
  if (point.length !== 65 || point[0] !== 4 || signed.length !== 64) return null
  const x = point.subarray(1, 33).toString('base64url')
  const y = point.subarray(33).toString('base64url')
  try {
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
    const isRight = verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signed)
    return isRight ? hash('sha256', point, 'base64url') : null
  } catch {
    return null // no point of the curve
  }
}
