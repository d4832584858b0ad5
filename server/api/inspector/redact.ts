import { readJson } from '../body.ts'

/** Fields whose values are shown to nobody, at whatever depth and in whatever case. */
const hiddenNames = [
  'token',
  'otpToken',
  'nextToken',
  'preSharedKey',
  'file',
  'secret',
  'password',
  'apiKey',
  'appSecret',
  'answer',
  'answers',
  'questionAnswerList',
  'qrCode',
  'recoveryCodes',
  'qrCodeData',
  'otpauthUri',
  'matchNumber',
  'assertion',
  'promptUrl',
  'link',
  'otp',
  'smsOtp',
  'crOtp',
  'authToken',
  'secretCode',
]
const isHidden = new Set(hiddenNames.map((name) => name.toLowerCase()))
const mask = '•••'
const shownLettersMax = 4_096

export interface Redacted {
  readonly text: string
  /** JSON with nothing cut off. */
  readonly isWhole: boolean
}

/** A body as it may be shown: what is secret is masked, and only the beginning of a long one is there. */
export function redact(bytes: Uint8Array): Redacted {
  const body = readJson(bytes)
  if (typeof body === 'string') return { text: cut(withoutSecrets(Buffer.from(bytes).toString())), isWhole: false }
  const text = JSON.stringify(body, masked, 2)
  return { text: cut(text), isWhole: text.length <= shownLettersMax }
}

/** An empty value is no secret, and often the mistake that is looked for. */
function masked(name: string, value: unknown): unknown {
  if (isHidden.has(name.toLowerCase()) && value !== '' && value !== null) return mask
  return typeof value === 'string' && value.startsWith('{') ? maskedText(value) : value
}

/** JSON inside a text, as some answers have it. */
function maskedText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), masked)
  } catch {
    return text
  }
}

const afterHiddenName = new RegExp(
  `((?:${hiddenNames.join('|')})["']?\\s*[:=]\\s*)("[^"]*"?|'[^']*'?|[^\\s,;&}]+)`,
  'gi',
)

/** Nobody knows what is what in a text that cannot be read: codes are digits, the rest stands after its name. */
function withoutSecrets(text: string): string {
  return text
    .slice(0, 2 * shownLettersMax)
    .replaceAll(afterHiddenName, `$1${mask}`)
    .replaceAll(/\p{Nd}/gu, '•')
}

function cut(text: string): string {
  return text.length <= shownLettersMax ? text : `${text.slice(0, shownLettersMax).toWellFormed()}… (cut)`
}
