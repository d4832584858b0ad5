import { createDecipheriv } from 'node:crypto'
import { keyObject } from './key-object.ts'

/** What a YubiKey says of itself in one OTP. */
export interface YubikeyOtp {
  /** Six bytes that only the key and the server know. */
  readonly privateId: Buffer
  /** Counts every plugging-in and, in the low byte, every touch since: only ever grows. */
  readonly step: number
}

const letters = 'cbdefghijklnrtuv'
/** One block of AES in modhex, behind the public identity. */
const blockLetters = 32

/** Hexadecimal in letters that stand in the same place on most keyboards. */
export function modhex(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/[0-9a-f]/g, (digit) => letters.charAt(Number.parseInt(digit, 16)))
}

/** The public identity that an OTP begins with, in lower case; undefined when this is no OTP. */
export function yubikeyPublicId(otp: string): string | undefined {
  const text = otp.toLowerCase()
  return /^(?:[cbdefghijklnrtuv]{2}){17,32}$/.test(text) ? text.slice(0, -blockLetters) : undefined
}

/**
 * Opens an OTP with the key's AES-128 key; undefined when its checksum is wrong.
 * Layout: developers.yubico.com/OTP/OTPs_Explained.html.
 */
export function openYubikeyOtp(otp: string, key: Uint8Array): YubikeyOtp | undefined {
  const text = otp.toLowerCase().slice(-blockLetters)
  if (!/^[cbdefghijklnrtuv]{32}$/.test(text)) return undefined
  const hex = text.replaceAll(/./g, (letter) => letters.indexOf(letter).toString(16))
  const decipher = createDecipheriv('aes-128-ecb', keyObject(key), null).setAutoPadding(false)
  const block = Buffer.concat([decipher.update(Buffer.from(hex, 'hex')), decipher.final()])
  if (crc16(block) !== residue) return undefined
  // The highest bit of the counter is none of it (in old keys: caps lock).
  const plugged = block.readUInt16LE(6) & 0x7fff
  return { privateId: block.subarray(0, 6), step: plugged * 256 + block.readUInt8(11) }
}

/** What CRC-16 (ISO 13239) leaves of a text that ends with its checksum. */
const residue = 0xf0b8

function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1
  }
  return crc
}
