import { base32, hotp, type OtpAlgorithm, timeStep } from '../security/otp.ts'
import type { Method } from './method.ts'

interface Secret {
  readonly key: string
  readonly digits: number
  readonly periodSeconds: number
  readonly algorithm: OtpAlgorithm
}

/**
 * RFC 6238 section 5.2 recommends at most one step for network delay. The latest first: of two steps with one code the
 * later one is spent, and with it both.
 */
const stepsAround = [1, 0, -1]
/** RFC 4226 section 4 R6 recommends 160 bits. */
const keyBytes = 20

/** Stands in where nothing was enrolled: the same work, and never right. */
const nobody: Secret = { key: '', digits: 6, periodSeconds: 30, algorithm: 'sha1' }

/** TOTP (RFC 6238): the code that an authenticator app or our own soft token shows. */
export const timeCode: Method = {
  id: 'time-code',
  title: 'Code of an authenticator app',
  needs: 'credential',
  answeredBy: 'code',
  asksFirst: false,

  begin() {
    return { pending: '{}', send: [] }
  },

  judge({ secret, answer }, tools) {
    const { key, digits, periodSeconds, algorithm } = secret === null ? nobody : (JSON.parse(secret) as Secret) // written by enrol
    const given = Buffer.from(answer.kind === 'code' ? answer.code : '')
    const bytes = Buffer.from(key, 'base64')
    const now = timeStep(tools.nowMs, periodSeconds)
    // A wrong code, and a code of nobody, costs all of them: time tells nothing that the answer does not.
    const usedStep = stepsAround
      .map((around) => now + around)
      .find((step) => tools.same(given, Buffer.from(hotp(bytes, step, digits, algorithm))))
    return secret === null || usedStep === undefined ? { kind: 'wrong' } : { kind: 'right', usedStep }
  },

  enrol({ issuer, account }, tools) {
    const bytes = tools.randomSecret(keyBytes)
    const secret: Secret = { key: bytes.toString('base64'), digits: 6, periodSeconds: 30, algorithm: 'sha1' }
    const secretText = base32(bytes)
    return { secret: JSON.stringify(secret), show: { secretText, uri: otpauthUri(issuer, account, secretText) } }
  },

  secretText: (secret) => base32(Buffer.from((JSON.parse(secret) as Secret).key, 'base64')),
}

/** Together with the rest of the URI this fits a QR code that a phone can still read. */
const encodedLettersMax = 300

/** The Key URI that authenticator apps scan. A colon separates issuer and account, so the issuer may hold none. */
function otpauthUri(issuer: string, account: string, secretText: string): string {
  const name = encoded(issuer.replaceAll(':', ' ').trim() || 'Countersign')
  const label = `${name}:${encoded(account)}`
  return `otpauth://totp/${label}?secret=${secretText}&issuer=${name}&algorithm=SHA1&digits=6&period=30`
}

/** Percent-encoded, cut at a whole character; both are only shown. */
function encoded(text: string): string {
  let result = ''
  for (const letter of text.toWellFormed()) {
    const next = result + encodeURIComponent(letter)
    if (next.length > encodedLettersMax) break
    result = next
  }
  return result
}
