import { hash } from 'node:crypto'
import { fingerprint, keyedDigest, same } from '../../security/digest.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { markLifeMs, type RequestMark } from '../../vocabulary/request-mark.ts'

/** The headers that sign a request; `undefined` when absent. */
export interface SignatureHeaders {
  readonly customerKey: string | undefined
  readonly timestamp: string | undefined
  readonly authorization: string | undefined
  /** Our extension: version 2 covers method, path and body. */
  readonly version?: string | undefined
  readonly nonce?: string | undefined
  readonly signature?: string | undefined
}

export interface SignedRequest {
  /** The endpoint, however its path was spelled. */
  readonly call: string
  /** The path as it was sent. */
  readonly path: string
  readonly body: Uint8Array
}

/** Who called, and the mark that keeps a copy of the call from counting. */
export interface Caller {
  readonly customer: Customer
  readonly mark: RequestMark
}

/**
 * Who calls. Documents 000, 001 and 003: `Authorization` is the lower-case hex SHA-512 of customerKey + Timestamp +
 * apiKey. That hash covers neither path nor body, so the numbers must be canonical (no sign, no leading zero: nothing
 * can shift between them) and one exact request counts once. Version 2 is an HMAC over everything, with a nonce.
 * Returns a sentence when it is refused. An unknown customer and a wrong signature look the same.
 */
export async function authenticate(
  headers: SignatureHeaders,
  request: SignedRequest,
  findCustomer: (id: number) => Promise<Customer | undefined>,
  nowMs: number,
): Promise<Caller | string> {
  const { customerKey, timestamp } = headers
  if (!customerKey || !timestamp) return 'Send the headers Customer-Key, Timestamp and Authorization.'
  if (!/^[1-9][0-9]{0,11}$/.test(customerKey)) return 'Customer-Key must be decimal digits.'
  if (!/^[1-9][0-9]{11,14}$/.test(timestamp))
    return 'Timestamp must be the time in milliseconds since 1970, in decimal digits.'
  if (headers.version !== undefined && headers.version !== '2') return 'X-Signature-Version must be 2, or left out.'

  const customer = await findCustomer(Number(customerKey))
  const judge = headers.version === '2' ? judgeVersion2 : judgeVersion1
  const judged = judge(headers, request, customer?.apiKey ?? nobodysKey)
  if (typeof judged === 'string') return judged
  if (!customer || !judged.isRight) return byKeyBefore(headers, request, customer, nowMs, judged.wrong)
  if (customer.settings.requireBodySignature && headers.version !== '2')
    return 'This customer requires X-Signature-Version 2, which covers the body. See docs/miniorange.md.'

  const windowMs = customer.settings.timestampWindowSeconds * 1000
  const offMs = Number(timestamp) - nowMs
  if (Math.abs(offMs) > windowMs) return `The Timestamp is ${ago(offMs)}. Check the clock of the caller.`
  return { customer, mark: { ...judged.once, expiresAtMs: Number(timestamp) + markLifeMs } }
}

/** The same by the key before, while that one still counts. */
function byKeyBefore(
  headers: SignatureHeaders,
  request: SignedRequest,
  customer: Customer | undefined,
  nowMs: number,
  wrong: string,
): Promise<Caller | string> | string {
  if (!customer?.oldApiKey || customer.oldApiKey.untilMs <= nowMs) return wrong
  const { oldApiKey, ...rest } = customer
  return authenticate(headers, request, async () => ({ ...rest, apiKey: oldApiKey.key }), nowMs)
}

interface Judged {
  readonly isRight: boolean
  /** What to say of a wrong one. */
  readonly wrong: string
  /** What counts once. */
  readonly once: Omit<RequestMark, 'expiresAtMs'>
}

function judgeVersion1(headers: SignatureHeaders, { call, body }: SignedRequest, apiKey: string): Judged | string {
  const { customerKey = '', timestamp = '', authorization } = headers
  if (!authorization) return 'Send the headers Customer-Key, Timestamp and Authorization.'
  const wrong =
    'Invalid signature. Authorization is the SHA-512 of Customer-Key, Timestamp and API key, in lower-case hex.'
  // One known client makes the hex from a big integer and so drops leading zeros.
  if (!/^[0-9a-f]{64,128}$/.test(authorization)) return wrong
  const expected = hash('sha512', customerKey + timestamp + apiKey, 'buffer')
  const isRight = same(expected, Buffer.from(authorization.padStart(128, '0'), 'hex'))
  const digest = fingerprint('miniorange', call, customerKey, timestamp, body)
  return { isRight, wrong, once: { digest, nonce: null } }
}

function judgeVersion2(headers: SignatureHeaders, { path, body }: SignedRequest, apiKey: string): Judged | string {
  const { customerKey = '', timestamp = '', nonce, signature } = headers
  if (!nonce || !/^[A-Za-z0-9_-]{16,64}$/.test(nonce))
    return 'X-Nonce must be 16–64 letters and digits, new for each request.'
  if (!signature || !/^[0-9a-f]{64}$/.test(signature)) return 'X-Signature must be 64 lower-case hex digits.'
  const expected = bodySignature(apiKey, { path, customerKey, timestamp, nonce, body })
  const wrong =
    'Invalid signature. X-Signature is the HMAC-SHA-256 under the API key over POST, path, Customer-Key, Timestamp, X-Nonce and the SHA-256 of the body, each with its length.'
  return {
    isRight: same(expected, Buffer.from(signature, 'hex')),
    wrong,
    once: {
      digest: fingerprint('copy', path, customerKey, timestamp, nonce, body),
      nonce: fingerprint('nonce', customerKey, nonce),
    },
  }
}

/** Version 2: HMAC-SHA-256 over `POST`, path, customer key, timestamp, nonce, hex SHA-256 of the body; each as `length:text`. */
export function bodySignature(
  apiKey: string,
  part: { path: string; customerKey: string; timestamp: string; nonce: string; body: Uint8Array },
): Buffer {
  const { path, customerKey, timestamp, nonce, body } = part
  return keyedDigest(Buffer.from(apiKey), 'POST', path, customerKey, timestamp, nonce, hash('sha256', body))
}

const nobodysKey = 'nobody has this key'

function ago(offMs: number): string {
  const seconds = Math.round(Math.abs(offMs) / 1000)
  const span = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
  return offMs < 0 ? `${span} old` : `${span} ahead`
}
