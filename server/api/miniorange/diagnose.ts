import { createHmac, hash } from 'node:crypto'
import { readJson } from '../body.ts'
import type { KnownKeys } from '../seen.ts'
import { bodySignature, type SignatureHeaders } from './signature.ts'

interface Signed {
  /** As it was sent. */
  readonly path: string
  readonly body: Uint8Array
}

/**
 * Why a signature is wrong, in words: tries the mistakes that callers make until one gives the hash that was sent. For
 * the request inspector of development only; a caller is never told.
 */
export function diagnose(headers: SignatureHeaders, request: Signed, keys: KnownKeys): string | undefined {
  const { customerKey, timestamp, version, signature } = headers
  if (!customerKey || !timestamp) return undefined // the answer says so
  if (keys.own === undefined) return `There is no customer ${shown(customerKey)} on this server.`
  const isBodySigned = version === '2'
  const explain = isBodySigned ? explainVersion2 : explainVersion1
  const judged = explain(headers, request, keys.own) ?? explainOtherKey(headers, request, keys)
  if (judged === 'right') return explainBody(customerKey, request.body)
  if (judged) return judged
  return signature && !isBodySigned
    ? 'X-Signature is there without X-Signature-Version: 2, so Authorization counts.'
    : undefined
}

/** What is wrong, in words; `right` when nothing is. */
type Explained = string | undefined

interface Parts {
  readonly customerKey: string
  readonly timestamp: string
  readonly apiKey: string
}

/** Each mistake with the text whose SHA-512 it gives; the sentence begins "The hash matches". */
const hashMistakes: readonly (readonly [how: string, text: (parts: Parts) => string])[] = [
  ['with the API key first', ({ customerKey, timestamp, apiKey }) => apiKey + customerKey + timestamp],
  ['with the API key first and the Timestamp second', (parts) => parts.apiKey + parts.timestamp + parts.customerKey],
  ['with the API key before the Timestamp', (parts) => parts.customerKey + parts.apiKey + parts.timestamp],
  ['with the Timestamp first', ({ customerKey, timestamp, apiKey }) => timestamp + customerKey + apiKey],
  ['with the Timestamp first and the API key second', (parts) => parts.timestamp + parts.apiKey + parts.customerKey],
  ['without the API key', ({ customerKey, timestamp }) => customerKey + timestamp],
  ...[':', ' ', '|', ',', '.', '-', '_', '\n', '&', '+'].map((between): (typeof hashMistakes)[number] => [
    `with ${JSON.stringify(between)} between the parts; nothing stands between them`,
    ({ customerKey, timestamp, apiKey }) => [customerKey, timestamp, apiKey].join(between),
  ]),
]

/** What becomes of a Timestamp or an API key on the way into a hash; for both versions. */
const partMistakes: readonly (readonly [how: string, change: (parts: Parts) => Parts])[] = [
  [
    'with the timestamp in seconds; the header and the hash both take milliseconds',
    (parts) => ({ ...parts, timestamp: String(Math.floor(Number(parts.timestamp) / 1000)) }),
  ],
  [
    'with the timestamp in seconds; the header and the hash both take milliseconds',
    (parts) => ({ ...parts, timestamp: String(Number(parts.timestamp) / 1000) }),
  ],
  ...['\n', ' ', '\r\n', '\t'].map((end): (typeof partMistakes)[number] => [
    'with a space or newline at the end of the API key; echo and files add one',
    (parts) => ({ ...parts, apiKey: parts.apiKey + end }),
  ]),
  ['with a space before the API key', (parts) => ({ ...parts, apiKey: ` ${parts.apiKey}` })],
  ...['"', "'", '<>'].map((marks): (typeof partMistakes)[number] => [
    'with quotation marks or brackets around the API key',
    (parts) => ({ ...parts, apiKey: marks.at(0) + parts.apiKey + marks.at(-1) }),
  ]),
]

function explainVersion1(headers: SignatureHeaders, _: Signed, apiKey: string): Explained {
  const { customerKey = '', timestamp = '', authorization = '' } = headers
  const given = decoded(authorization)
  const right: Parts = { customerKey, timestamp, apiKey }
  const plain = (parts: Parts) => parts.customerKey + parts.timestamp + parts.apiKey
  if (given.hex === hash('sha512', plain(right)) || given.hex === hash('sha512', plain(right)).replace(/^0+/, ''))
    return given.problem ? `The hash is right, but ${given.problem}; send lower-case hex and nothing else.` : 'right'
  for (const [how, text] of hashMistakes)
    if (given.hex === hash('sha512', text(right)))
      return `The hash matches ${how}. It is made of Customer-Key, Timestamp and API key, in this order.`
  for (const [how, change] of partMistakes)
    if (given.hex === hash('sha512', plain(change(right)))) return `The hash matches ${how}.`
  for (const [name, algorithm] of otherHashes)
    if (given.hex === hash(algorithm, plain(right))) return `The hash is ${name}; it must be SHA-512.`
  const isKeyed =
    given.hex ===
    createHmac('sha512', apiKey)
      .update(customerKey + timestamp)
      .digest('hex')
  return isKeyed ? 'This is an HMAC under the API key; send the plain SHA-512 with the API key at its end.' : undefined
}

const otherHashes = [
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-1', 'sha1'],
  ['MD5', 'md5'],
  ['SHA3-512', 'sha3-512'],
] as const

interface BodyParts extends Parts {
  readonly path: string
  readonly nonce: string
  readonly body: Uint8Array
}

const nothing = new Uint8Array(0)

/** Each mistake of version 2 with the HMAC it gives; the sentence begins "X-Signature matches". */
const bodyMistakes: readonly (readonly [how: string, hex: (parts: BodyParts) => string])[] = [
  ['when the body is left out', (parts) => signatureOf({ ...parts, body: nothing })],
  ['when the path is without /moas', (parts) => signatureOf({ ...parts, path: parts.path.replace(/^\/moas/, '') })],
  [
    'when the path is with /moas; sign it as it is sent',
    (parts) => signatureOf({ ...parts, path: `/moas${parts.path}` }),
  ],
  ['when the path has a slash at its end', (parts) => signatureOf({ ...parts, path: `${parts.path}/` })],
  ['when the path has no slash at its end', (parts) => signatureOf({ ...parts, path: parts.path.replace(/\/$/, '') })],
  ['when the path has no slash at its beginning', (parts) => signatureOf({ ...parts, path: parts.path.slice(1) })],
  ['when the parts stand without their lengths', (parts) => hmacOf(parts.apiKey, plainParts(parts).join(''))],
  [
    'when the parts stand in lines, without their lengths',
    (parts) => hmacOf(parts.apiKey, plainParts(parts).join('\n')),
  ],
  [
    'when the body itself stands where its SHA-256 belongs',
    (parts) => hmacOf(parts.apiKey, framed([...plainParts(parts).slice(0, -1), Buffer.from(parts.body).toString()])),
  ],
  [
    'when the SHA-256 of the body is in upper case',
    (parts) => hmacOf(parts.apiKey, framed(plainParts(parts).map((one, at) => (at === 5 ? one.toUpperCase() : one)))),
  ],
]

function explainVersion2(headers: SignatureHeaders, { path, body }: Signed, apiKey: string): Explained {
  const { customerKey = '', timestamp = '', nonce = '', signature = '' } = headers
  const given = decoded(signature)
  const right: BodyParts = { customerKey, timestamp, apiKey, path, nonce, body }
  if (given.hex === signatureOf(right))
    return given.problem ? `X-Signature is right, but ${given.problem}; send lower-case hex and nothing else.` : 'right'
  for (const [how, hex] of bodyMistakes) if (given.hex === hex(right)) return `X-Signature matches ${how}.`
  for (const [how, change] of partMistakes)
    if (given.hex === signatureOf({ ...right, ...change(right) })) return `X-Signature matches ${how}.`
  return undefined
}

function explainOtherKey(headers: SignatureHeaders, request: Signed, { others }: KnownKeys): Explained {
  const isBodySigned = headers.version === '2'
  const explain = isBodySigned ? explainVersion2 : explainVersion1
  const other = others.find(({ apiKey }) => explain(headers, request, apiKey) === 'right')
  return (
    other && `${isBodySigned ? 'X-Signature' : 'The hash'} matches with the API key of customer ${other.customerKey}.`
  )
}

/** The signature is right: what else about it is refused. */
function explainBody(customerKey: string, bytes: Uint8Array): string | undefined {
  const body = readJson(bytes)
  const key = typeof body === 'string' ? undefined : body['customerKey']
  if (key === undefined || key === null || key === '' || String(key) === customerKey) return undefined
  return `Customer-Key is ${shown(customerKey)}, but customerKey in the body is ${shown(String(key))}.`
}

/** The bytes that were meant, in lower-case hex, and what is unusual about how they are written. */
function decoded(text: string): { readonly hex: string; readonly problem: string | undefined } {
  const bare = text.trim().replace(/^(\S+) +(?=\S+$)/, '')
  const isPrefixed = bare !== text.trim()
  if (!/^[0-9a-f]*$/i.test(bare)) return { hex: Buffer.from(bare, 'base64').toString('hex'), problem: 'in base64' }
  const hex = bare.toLowerCase()
  if (isPrefixed) return { hex, problem: 'there is a word before it' }
  return { hex, problem: hex === bare ? undefined : 'in upper case' }
}

function signatureOf({ apiKey, ...parts }: BodyParts): string {
  return bodySignature(apiKey, parts).toString('hex')
}

function plainParts({ path, customerKey, timestamp, nonce, body }: BodyParts): string[] {
  return ['POST', path, customerKey, timestamp, nonce, hash('sha256', body)]
}

function framed(parts: readonly string[]): string {
  return parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
}

function hmacOf(apiKey: string, text: string): string {
  return createHmac('sha256', apiKey).update(text).digest('hex')
}

/** Whatever was sent, short enough for a sentence. */
function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
