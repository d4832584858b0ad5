import { createHmac } from 'node:crypto'

/** The code an authenticator app shows: written again here, so that the server is not judged by itself. */
export function totp(secretText: string, atMs: number): string {
  return oathCode(decodeBase32(secretText), Math.floor(atMs / 30_000))
}

/** The code of an OATH token at a counter or time step. */
export function oathCode(key: Uint8Array, step: number, digits = 6, algorithm = 'sha1'): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac(algorithm, key).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0')
}

function decodeBase32(text: string): Buffer {
  const bits = [...text]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}
