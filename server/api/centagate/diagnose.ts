import { createHmac, hash } from 'node:crypto'
import type { App } from '../../vocabulary/app.ts'
import { type CallName, callNamed, type Fields, orderNames, signedText } from './orders.ts'
import { hmacOf, secretsOf } from './signature.ts'

/**
 * Why an HMAC is wrong, in words: tries the other orders, and the mistakes that callers make, until one gives what was
 * sent. For the request inspector of development only; a caller is never told, and nothing is accepted by it.
 */
export function diagnose(
  path: string,
  app: App,
  fields: Fields & { hmac?: string },
  nowMs: number,
): string | undefined {
  const call = callNamed(path)
  const { hmac } = fields
  if (!call || !hmac) return undefined // the answer says so
  const given = decoded(hmac)
  for (const secret of secretsOf(app, nowMs)) {
    const explained = explain(call, app, fields, secret, given.hex)
    if (explained === 'right') return given.problem && `The hmac is right, but ${given.problem}; send lower-case hex.`
    if (explained) return explained
  }
  const { oldSecret } = app
  if (oldSecret !== null && explain(call, app, fields, oldSecret, given.hex) === 'right')
    return 'The hmac matches with the secret key that was replaced.'
  return undefined
}

function explain(call: CallName, app: App, fields: Fields, secret: string, hex: string): string | undefined {
  const own = signedText(call, app.signatureOrder, fields)
  if (hmacOf(secret, own).toString('hex') === hex) return 'right'
  for (const name of orderNames)
    if (hmacOf(secret, signedText(call, name, fields)).toString('hex') === hex)
      return `The hmac matches the order ${name}, but this app is set to ${app.signatureOrder}: npx countersign apps change ${JSON.stringify(app.name)} --hmac-order ${name}`
  for (const [how, change] of mistakes)
    for (const name of orderNames)
      if (hmacOf(secret, signedText(call, name, change(fields))).toString('hex') === hex)
        return `The hmac matches in the order ${name} ${how}.`
  for (const [title, mac] of otherMacs)
    if (mac(secret, own) === hex) return `The hmac is ${title}; it must be HMAC-SHA-256.`
  return undefined
}

/** What callers do to a value on its way into the text. */
const mistakes: readonly (readonly [how: string, change: (fields: Fields) => Fields])[] = [
  ['with "null" for an absent authToken', (fields) => ({ ...fields, authToken: fields.authToken ?? 'null' })],
  ['with "null" for an absent browserFp', (fields) => ({ ...fields, browserFp: fields.browserFp ?? 'null' })],
  ['without the supportFido of the body', ({ supportFido: _, ...fields }) => fields],
  ['without the ipAddress of the body', ({ ipAddress: _, ...fields }) => fields],
  ['with the time in milliseconds', (fields) => ({ ...fields, unixTimestamp: `${fields.unixTimestamp ?? ''}000` })],
]

const otherMacs: readonly (readonly [title: string, mac: (secret: string, text: string) => string])[] = [
  ['an HMAC-SHA-1', (secret, text) => createHmac('sha1', secret).update(text).digest('hex')],
  ['an HMAC-SHA-512', (secret, text) => createHmac('sha512', secret).update(text).digest('hex')],
  ['the plain SHA-256 of the text and the secret key', (secret, text) => hash('sha256', text + secret)],
]

/** The bytes that were meant, in lower-case hex, and what is unusual about how they are written. */
function decoded(text: string): { readonly hex: string; readonly problem: string | undefined } {
  if (!/^[0-9a-f]+$/i.test(text)) return { hex: Buffer.from(text, 'base64').toString('hex'), problem: 'in base64' }
  const hex = text.toLowerCase()
  return { hex, problem: hex === text ? undefined : 'in upper case' }
}
