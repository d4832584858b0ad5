import Type from 'typebox'
import { line } from '../line.ts'

/** Documents 001 and 003 write a number, document 000 and most clients a string. */
export const customerKey = Type.Union([Type.String({ pattern: '^[1-9][0-9]{0,11}$' }), Type.Integer({ minimum: 1 })], {
  description: 'Your customer key; the same as in the header.',
})
/** The same, as some calls name it. */
export const customerId = Type.Union(customerKey.anyOf, {
  description: 'Your customer key; the same as in the header.',
})
export const username = line(254, 'The user, as he was enrolled with us; usually his e-mail address.')
/** Whom a call of ours is about. */
export const who = { customerKey: Type.Optional(customerKey), username }
export const authType = line(60, 'The method, in the words of document 000, such as `SMS` or `GOOGLE AUTHENTICATOR`.')
export const code = line(64, 'The code as the user typed it; spaces are ignored.')
export const phone = line(40, 'A phone number, best with its country code: `+15551234567`.')
export const email = line(254, 'An e-mail address.')
/** Longer ones are cut: WordPress always sends 40 characters where document 000 allows 30. */
export const transactionName = Type.String({
  maxLength: 1_000,
  description: 'What the user is asked to confirm; the first 30 characters are shown.',
})
export const txId = Type.Union([line(64, 'The transaction, as challenge gave it.'), Type.Integer()], {
  description: 'The transaction, as challenge gave it.',
})
/** Our extensions of document 000. */
export const showsMatchNumber = Type.Boolean({
  description:
    'You show the `matchNumber` of the answer where the user signs in; accepting a link then means typing it.',
})
export const ipAddress = Type.Union(
  [Type.String({ format: 'ipv4', maxLength: 15 }), Type.String({ format: 'ipv6', maxLength: 45 })],
  { description: 'The address the user signs in from; shown to him, and limited.' },
)
/** Long ones are cut: nobody should fail to sign in because of his browser's name. */
export const userAgent = Type.String({
  maxLength: 4_000,
  description: 'The `User-Agent` header of the browser the user signs in with; shown to him as `Firefox on Windows`.',
})
export const language = Type.Union([Type.Literal('en'), Type.Literal('es')], {
  description: 'The language of the message.',
})
/** Our engine judges what stands in them; an answer may be empty, and is then wrong. */
export const questionAnswers = Type.Array(
  Type.Object({ question: Type.String({ maxLength: 500 }), answer: Type.String({ maxLength: 500 }) }),
  { maxItems: 20, description: 'Security questions, each with its answer.' },
)
const base64 = (maxLength: number) => Type.String({ minLength: 1, maxLength })
export const assertion = Type.Union(
  [
    Type.Object({
      id: base64(1_364),
      response: Type.Object({
        clientDataJSON: base64(16_384),
        authenticatorData: base64(16_384),
        signature: base64(16_384),
        userHandle: Type.Optional(Type.Union([Type.String({ maxLength: 128 }), Type.Null()])),
      }),
    }),
    Type.String({ minLength: 1, maxLength: 32_768 }),
  ],
  {
    description:
      'Instead of `token`, for a challenge by `PASSKEY`: what `navigator.credentials.get` gave, as its `toJSON()` or the text of that.',
  },
)
const batchSizeMax = 1_000
export const batchNo = Type.Union(
  [Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.String({ pattern: '^[1-9][0-9]{0,5}$' })],
  { description: 'The batch, from 1.' },
)
export function batchSize(what: string) {
  return Type.Union(
    [Type.Integer({ minimum: 1, maximum: batchSizeMax }), Type.String({ pattern: '^([1-9][0-9]{0,2}|1000)$' })],
    { description: `${what} in a batch, up to 1000.` },
  )
}

/** What to read for a batch: one more than it holds, so that `shown` knows whether another one comes. −1: none. */
export function batchesOf(body: { readonly batchNo: number | string; readonly batchSize: number | string }) {
  const [size, batch] = [Number(body.batchSize), Number(body.batchNo)]
  return {
    offset: (batch - 1) * size,
    limit: size + 1,
    shown: <T>(page: readonly T[]) => ({
      list: page.slice(0, size),
      fetchedCount: Math.min(page.length, size),
      nextBatch: page.length > size ? batch + 1 : -1,
    }),
  }
}

/** Named by document 001 or sent by some clients, and not looked at. */
export const ignored = Type.Unknown()

export const answerShape = Type.Object(
  {
    status: Type.String({ description: 'How it went; `SUCCESS` is the only success.' }),
    message: Type.String(),
    statusCode: Type.String({ description: 'The same as `status`.' }),
    statusMessage: Type.String({ description: 'The same as `message`.' }),
  },
  { additionalProperties: true },
)

/** Two spellings of one field (documents 000, 001 and 003 use both). */
const aliases: readonly (readonly [alias: string, name: string])[] = [
  ['txID', 'txId'],
  ['otpToken', 'token'],
  ['Users', 'users'],
]

/** Two spellings that disagree make the value a list, which no schema of ours takes. */
export function reworded(raw: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(raw).filter(([, value]) => value !== null && value !== '')
  const body = new Map(given)
  for (const [alias, name] of aliases) {
    if (!body.has(alias)) continue
    const value = body.get(alias)
    body.set(name, body.has(name) && body.get(name) !== value ? [body.get(name), value] : value)
    body.delete(alias)
  }
  return Object.fromEntries(body)
}

/** What is shown of a transaction name: one line of 30 letters. */
export function shownName(text: string | undefined): string | null {
  return shownLine(text ?? '', 30) || null
}

/** What is shown of a text in one line: well-formed, without control or bidirectional characters, cut by code points. */
export function shownLine(text: string, lettersMax: number): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, ' ')
    .trim()
  return [...clean].slice(0, lettersMax).join('').trim()
}
