import type { Encoding } from 'smpp'

/** One short message, in the fields of `submit_sm`. */
export interface Part {
  readonly data_coding: number
  readonly esm_class: number
  readonly short_message: Buffer
}

/** How much fits: in one message, and in each part of a longer one beside its six bytes of header (3GPP TS 23.040). */
const gsm = { data_coding: 0, bytesMax: 160, partBytesMax: 153 }
const ucs2 = { data_coding: 8, bytesMax: 140, partBytesMax: 134 }

const escapeByte = 0x1b
const headerIndicator = 0x40

/** A text as the messages that carry it: GSM 03.38 when all of it fits that alphabet, else UCS-2. */
export function partsOf(text: string, gsmAlphabet: Encoding, mark: number): readonly Part[] {
  const isGsm = gsmAlphabet.match(text)
  const { data_coding, bytesMax, partBytesMax } = isGsm ? gsm : ucs2
  const bytes = isGsm ? gsmAlphabet.encode(text) : Buffer.from(text.toWellFormed(), 'utf16le').swap16()
  if (bytes.length <= bytesMax) return [{ data_coding, esm_class: 0, short_message: bytes }]
  const pieces = split(bytes, partBytesMax, isGsm ? endOfGsm : endOfUcs2)
  return pieces.map((piece, index) => ({
    data_coding,
    esm_class: headerIndicator,
    short_message: Buffer.concat([Buffer.from([5, 0, 3, mark & 0xff, pieces.length, index + 1]), piece]),
  }))
}

function split(bytes: Buffer, size: number, endOf: (bytes: Buffer, end: number) => number): readonly Buffer[] {
  const pieces: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = start + size < bytes.length ? endOf(bytes, start + size) : bytes.length
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}

/** Characters of two bytes, like `€`, stay together. */
function endOfGsm(bytes: Buffer, end: number): number {
  return bytes[end - 1] === escapeByte ? end - 1 : end
}

/** Surrogate pairs stay together. */
function endOfUcs2(bytes: Buffer, end: number): number {
  const last = bytes.readUInt16BE(end - 2)
  return last >= 0xd800 && last <= 0xdbff ? end - 2 : end
}
