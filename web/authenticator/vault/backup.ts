import { fromBase64Url, randomBytes, toBase64Url, utf8 } from './bytes.ts'
import { accountOf } from './otpauth.ts'
import { iterations, stretched } from './pin.ts'
import type { Account } from './totp.ts'

export const passphraseLengthMin = 12
const format = 'countersign-codes'
const version = 1
const accountsMax = 500
/** A file may not make us calculate for ever. */
const iterationsMax = 5_000_000

/** A file that holds accounts of other sites, and opens with the passphrase alone (PBKDF2, AES-256-GCM). */
export async function writeBackup(accounts: readonly Account[], passphrase: string): Promise<string> {
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const key = await keyOf(passphrase, salt, iterations)
  const plain = accounts.map(({ issuer, name, secret, digits, periodSeconds, algorithm }) => {
    return { issuer, name, secret, digits, periodSeconds, algorithm }
  })
  const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, utf8(JSON.stringify(plain)))
  const kdf = { name: 'PBKDF2-SHA-256', iterations, salt: toBase64Url(salt) }
  return `${JSON.stringify({ format, version, kdf, iv: toBase64Url(iv), data: toBase64Url(box) }, null, 2)}\n`
}

/** What such a file holds; `no-backup` for another file, `wrong` for another passphrase or a damaged one. */
export async function readBackup(text: string, passphrase: string): Promise<Account[] | 'no-backup' | 'wrong'> {
  const file = parsed(text) as {
    format?: unknown
    version?: unknown
    kdf?: { iterations?: unknown; salt?: unknown }
    iv?: unknown
    data?: unknown
  } | null
  const salt = bytesOf(file?.kdf?.salt)
  const iv = bytesOf(file?.iv)
  const data = bytesOf(file?.data)
  const rounds = Number(file?.kdf?.iterations)
  if (file?.format !== format || file.version !== version || !salt || iv?.length !== 12 || !data) return 'no-backup'
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > iterationsMax) return 'no-backup'
  const key = await keyOf(passphrase, salt, rounds)
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, data).catch(() => undefined)
  if (!opened) return 'wrong'
  const rows = parsed(new TextDecoder().decode(opened))
  if (!Array.isArray(rows)) return 'no-backup'
  return rows.slice(0, accountsMax).flatMap((row) => {
    const account = accountOf({
      issuer: String(row?.issuer ?? ''),
      name: String(row?.name ?? ''),
      secret: String(row?.secret ?? ''),
      digits: Number(row?.digits),
      periodSeconds: Number(row?.periodSeconds),
      algorithm: String(row?.algorithm),
    })
    return typeof account === 'string' ? [] : [account]
  })
}

async function keyOf(passphrase: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const bits = await stretched(passphrase, salt, rounds)
  return crypto.subtle.importKey('raw', bits, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  return typeof value === 'string' && value !== '' ? fromBase64Url(value) : undefined
}
