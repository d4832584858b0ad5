import { createCipheriv, randomBytes } from 'node:crypto'

export interface Yubikey {
  readonly key: Uint8Array
  /** In modhex. */
  readonly publicId: string
  readonly privateId: Uint8Array
}

/** A YubiKey fresh from its maker. */
export function newYubikey(): Yubikey {
  return { key: randomBytes(16), publicId: modhex(randomBytes(6).toString('hex')), privateId: randomBytes(6) }
}

/** Its row in the traditional log of Yubico's personalisation tool, to import it by. */
export function logRow({ key, publicId, privateId }: Yubikey): string {
  const [seed, id] = [key, privateId].map((bytes) => Buffer.from(bytes).toString('hex'))
  return `Yubico OTP,11/22/26 8:43 AM,1,${publicId},${id},${seed},000000000000,000000000000,0,0,0,0,0,0,0,0,0,0`
}

/** What a YubiKey types at a touch: written again here, so that the server is not judged by itself. */
export function touch({ key, publicId, privateId }: Yubikey, plugged: number, used: number): string {
  const block = Buffer.alloc(16)
  Buffer.from(privateId).copy(block)
  block.writeUInt16LE(plugged, 6)
  randomBytes(3).copy(block, 8)
  block.writeUInt8(used, 11)
  randomBytes(2).copy(block, 12)
  block.writeUInt16LE(~checksum(block.subarray(0, 14)) & 0xffff, 14)
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  const hex = Buffer.concat([cipher.update(block), cipher.final()]).toString('hex')
  return publicId + modhex(hex)
}

/** Hexadecimal in letters that every keyboard layout has in the same places. */
function modhex(hex: string): string {
  return [...hex].map((digit) => 'cbdefghijklnrtuv'['0123456789abcdef'.indexOf(digit)]).join('')
}

/** CRC-16 of ISO 13239, by its polynomial. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit++) {
      const isSet = ((crc ^ (byte >> bit)) & 1) === 1
      crc >>= 1
      if (isSet) crc ^= 0x8408
    }
  return crc
}
