import { createECDH, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { deriveKey } from './digest.ts'

interface Point {
  /** 32 bytes in base64url without padding, as in a JWK. */
  readonly x: string
  readonly y: string
}

/** Whether the two halves are a point of the curve P-256. */
export function isP256Point(point: Point): boolean {
  return publicKeyOf(point) !== undefined
}

/** Whether `signature` (ECDSA with SHA-256; r||s in base64url without padding) is this key's over the text. */
export function isSignedBy(point: Point, text: string, signature: string): boolean {
  const bytes = readBytes(signature, 64)
  const key = bytes && publicKeyOf(point)
  return key !== undefined && verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, bytes as Buffer)
}

/** A key pair that is always the same for one secret and purpose; both halves in base64url, the public one uncompressed. */
export function derivedP256(
  secret: Uint8Array,
  purpose: string,
): { readonly publicKey: string; readonly privateKey: string } {
  const pair = createECDH('prime256v1')
  for (let round = 0; ; round++) {
    const scalar = deriveKey(secret, `${purpose} ${round}`)
    try {
      pair.setPrivateKey(scalar)
    } catch {
      continue // not below the order of the curve: once in four thousand million
    }
    return { publicKey: pair.getPublicKey().toString('base64url'), privateKey: scalar.toString('base64url') }
  }
}

function publicKeyOf({ x, y }: Point): KeyObject | undefined {
  if (!readBytes(x, 32) || !readBytes(y, 32)) return undefined
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
  } catch {
    return undefined
  }
}

/** Exactly so many bytes in base64url, written in the one right way. */
function readBytes(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : undefined
}
