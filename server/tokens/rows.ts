import { fromBase32 } from '../security/otp.ts'
import type { OathSeed, TokenSeed, YubikeySeed } from '../vocabulary/token.ts'
import type { RowProblem } from './problems.ts'

/** What is read from a file at most. */
export const fileLimits = { lettersMax: 16 * 1024 * 1024, rowsMax: 5_000 } as const

/** One token of a file. `row` is its line, or in PSKC the number of its package, from 1. */
export interface TokenRow {
  readonly row: number
  readonly serial: string
  readonly seed: TokenSeed
  /** The newest step that was used elsewhere; −1 for none. */
  readonly lastStep: number
}

export interface RowError {
  readonly row: number
  readonly serial: string | null
  readonly problem: RowProblem
}

/** What a file holds: each token is a row or an error. */
export interface TokenFile {
  readonly rows: readonly TokenRow[]
  readonly errors: readonly RowError[]
}

/** What cannot be taken, by as much of its serial number as one may have. */
export function rowError(row: number, serial: string | undefined, problem: RowProblem): RowError {
  return { row, serial: serial?.slice(0, serialLettersMax) || null, problem }
}

const serialLettersMax = 64

/** RFC 4226 section 4 R6 demands 128 bits; tokens with less are sold, and are told to be weak. */
const keyBitsMin = 80
const keyBitsGood = 128
const keyBytesMax = 128

/** Whether a seed has fewer than 128 bits. */
export function isWeak({ key }: TokenSeed): boolean {
  return Buffer.from(key, 'base64').length * 8 < keyBitsGood
}

/** The columns of an OATH token as they stand in a file; empty: the usual. */
export interface OathColumns {
  readonly type: string
  readonly digits: string
  readonly algorithm: string
  readonly counter: string
  readonly period: string
}

type Read<T> = T | RowProblem

const algorithms: Readonly<Record<string, OathSeed['algorithm']>> = {
  '': 'sha1',
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA512: 'sha512',
}

/** An OATH seed from what a file says of it, and the step it begins after. */
export function readOath(key: Uint8Array, columns: OathColumns): Read<Pick<TokenRow, 'seed' | 'lastStep'>> {
  if (key.length * 8 < keyBitsMin) return 'short-secret'
  if (key.length > keyBytesMax) return 'long-secret'
  const kind = { '': 'totp', TOTP: 'totp', HOTP: 'hotp' }[columns.type.toUpperCase()]
  if (!kind) return 'bad-type'
  const digits = columns.digits === '' ? 6 : Number(columns.digits)
  if (digits !== 6 && digits !== 8) return 'bad-digits'
  const algorithm =
    algorithms[
      columns.algorithm
        .toUpperCase()
        .replace(/^HMAC-?/, '')
        .replace('-', '')
    ]
  if (!algorithm) return 'bad-algorithm'
  const oath = { key: Buffer.from(key).toString('base64'), digits, algorithm } as const
  if (kind === 'hotp') {
    if (!/^[0-9]{0,12}$/.test(columns.counter)) return 'bad-counter'
    return { seed: { kind, ...oath }, lastStep: Number(columns.counter) - 1 }
  }
  const periodSeconds = columns.period === '' ? 30 : Number(columns.period)
  if (periodSeconds !== 30 && periodSeconds !== 60) return 'bad-period'
  return { seed: { kind: 'totp', ...oath, periodSeconds }, lastStep: -1 }
}

/** A YubiKey's seed; all as the key's maker writes it. */
export function readYubikey(publicId: string, privateId: string, key: string): Read<YubikeySeed> {
  if (!/^(?:[cbdefghijklnrtuv]{2}){1,16}$/i.test(publicId)) return 'bad-public-id'
  if (!/^[0-9a-f]{12}$/i.test(privateId)) return 'bad-private-id'
  if (!/^[0-9a-f]{32}$/i.test(key)) return 'bad-key'
  return {
    kind: 'yubikey',
    key: Buffer.from(key, 'hex').toString('base64'),
    publicId: publicId.toLowerCase(),
    privateId: privateId.toLowerCase(),
  }
}

/** A secret in hexadecimal or base32. What could be both, by a chance of one in millions, is hexadecimal. */
export function readSecret(text: string): Buffer | undefined {
  const bare = text.replaceAll(/[\s-]/g, '')
  return /^(?:[0-9a-f]{2})+$/i.test(bare) ? Buffer.from(bare, 'hex') : fromBase32(bare)
}

export function readSerial(text: string): Read<{ readonly serial: string }> {
  const serial = text.trim()
  if (serial === '') return 'no-serial'
  return /^[\w.:-]{1,64}$/.test(serial) ? { serial } : 'bad-serial'
}
