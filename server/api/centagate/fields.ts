import { isIP } from 'node:net'
import Type from 'typebox'
import { readJson } from '../body.ts'
import { line } from '../line.ts'
import type { Fields } from './orders.ts'

/** Sent by some clients, and read by none of our calls. */
export const ignored = Type.Unknown()

/**
 * What every call has. Values are texts. The signed text has nothing between them, so each is of a form that leaves no
 * room for a letter of its neighbour: see docs/centagate.md.
 */
export const common = {
  username: line(254, 'The user, as enrolled with us.'),
  integrationKey: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The key of the app: 64 hex digits.' }),
  unixTimestamp: Type.String({ pattern: '^[1-9][0-9]{9}$', description: 'The time in seconds since 1970: 10 digits.' }),
  authToken: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9+/]{43}=$',
      description: 'The `authToken` of the step before, if there was one.',
    }),
  ),
  supportFido: Type.Optional(Type.String({ pattern: '^(true|false)$', description: '`true` or `false`.' })),
  ipAddress: Type.Optional(
    Type.Union([Type.String({ format: 'ipv4', maxLength: 15 }), Type.String({ format: 'ipv6', maxLength: 45 })], {
      description: 'The address the user signs in from; shown to him, and limited.',
    }),
  ),
  // No digit at the beginning: in the order `table` it follows the code.
  userAgent: Type.Optional(
    Type.String({ maxLength: 512, pattern: '^[^0-9\\p{Cc}][^\\p{Cc}]*$', description: 'The browser of the user.' }),
  ),
  browserFp: Type.Optional(
    Type.String({ maxLength: 512, pattern: '^[^\\p{Cc}]*$', description: 'The fingerprint of that browser.' }),
  ),
  hmac: Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: "Lower-case hex HMAC-SHA-256 under the app's secret key of the values in the order of the app.",
  }),
}

/** Room for a signature and all that stands around it. */
export const assertion = Type.String({
  minLength: 2,
  maxLength: 49_152,
  description:
    'What `navigator.credentials.get` gave, as the JSON text of `toJSON()`. Not signed: it is signed itself.',
})
export const smsOtp = line(64, 'The code of the SMS, as the user typed it.')
/** Devices are not enrolled with us, so there is none to name. */
export const devAccId = line(64, 'The account of a device. There are none: leave it out.')
export const otpType = Type.String({ pattern: '^(online|offline)$', description: '`online` or `offline`.' })
/** Letters and digits: it stands behind free text. */
export const transactionId = Type.String({
  pattern: '^[0-9A-Za-z_-]{1,64}$',
  description: 'Your id of the transaction.',
})
/** Shown as a whole or not at all: nobody should confirm a part. */
export const details = line(100, 'What the user confirms; the message shows all of it.')

/**
 * The fields of a body, or a sentence that says what is wrong with it. The same key twice, or in another case, is refused:
 * nobody could say which one was signed.
 */
export function readFields(bytes: Uint8Array, known: readonly string[]): Record<string, unknown> | string {
  const body = readJson(bytes)
  if (typeof body === 'string') return body
  const names = keysIn(Buffer.from(bytes).toString())
  const seen = new Set<string>()
  const folded = new Map(known.map((name) => [name.toLowerCase(), name]))
  for (const name of names) {
    const right = folded.get(name.toLowerCase())
    if (right !== undefined && right !== name) return `The field is spelled ${right}.`
    if (seen.has(name.toLowerCase())) return 'The same field is there twice.'
    seen.add(name.toLowerCase())
  }
  // Absent, null and empty are alike.
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== ''))
}

/** Every key in a JSON text, as often as it is there: a parser only gives back the last. */
function keysIn(text: string): string[] {
  return [...text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")\s*(:?)/g)].flatMap(([, quoted = '', colon]) =>
    colon === ':' ? [String(JSON.parse(quoted))] : [],
  )
}

/** Whether an address is complete and of one reading. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0
}

/** The texts among the fields; what is signed is always a text. */
export function textsOf(body: object): Fields {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string')) as Fields // by name
}
