import { fromBase32 } from './bytes.ts'
import { type Account, type Algorithm, algorithms } from './totp.ts'

export type OtpauthProblem = 'no-otpauth' | 'counter' | 'bad-secret' | 'bad-numbers'

const nameLengthMax = 120

/** What an `otpauth://totp/…` link says (Key URI format of Google Authenticator). */
export function readOtpauth(link: string): Account | OtpauthProblem {
  const url = URL.canParse(link) ? new URL(link) : undefined
  if (url?.protocol !== 'otpauth:') return 'no-otpauth'
  // Browsers disagree on where the host of such a link ends.
  const [, kind, path = ''] = /^otpauth:\/\/([a-z]+)\/?([^?#]*)/i.exec(link) ?? []
  if (kind?.toLowerCase() === 'hotp') return 'counter'
  if (kind?.toLowerCase() !== 'totp') return 'no-otpauth'
  const [first, ...rest] = decoded(path).split(':')
  const name = rest.length === 0 ? (first ?? '') : rest.join(':')
  const issuer = url.searchParams.get('issuer') ?? (rest.length === 0 ? '' : (first ?? ''))
  return accountOf({
    issuer,
    name,
    secret: url.searchParams.get('secret') ?? '',
    digits: Number(url.searchParams.get('digits') ?? 6),
    periodSeconds: Number(url.searchParams.get('period') ?? 30),
    algorithm: (url.searchParams.get('algorithm') ?? 'SHA1').toUpperCase().replace('-', ''),
  })
}

/** Checks what was scanned, typed or imported. */
export function accountOf(given: {
  readonly issuer: string
  readonly name: string
  readonly secret: string
  readonly digits: number
  readonly periodSeconds: number
  readonly algorithm: string
}): Account | OtpauthProblem {
  const secret = given.secret.replaceAll(/[\s-]/g, '').replace(/=+$/, '').toUpperCase()
  if ((fromBase32(secret)?.length ?? 0) < 5) return 'bad-secret'
  const { digits, periodSeconds } = given
  const isCounted = Number.isInteger(digits) && digits >= 6 && digits <= 8
  const isTimed = Number.isInteger(periodSeconds) && periodSeconds >= 10 && periodSeconds <= 300
  if (!isCounted || !isTimed || !isAlgorithm(given.algorithm)) return 'bad-numbers'
  return {
    issuer: plain(given.issuer),
    name: plain(given.name),
    secret,
    digits,
    periodSeconds,
    algorithm: given.algorithm,
  }
}

function isAlgorithm(name: string): name is Algorithm {
  return (algorithms as readonly string[]).includes(name)
}

/** One line, without what could reorder it. */
function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, nameLengthMax)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
