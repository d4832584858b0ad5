import { hash } from 'node:crypto'
import { fingerprint, same } from '../../security/digest.ts'
import type { Customer, RequestMark } from '../../vocabulary.ts'

/** The three headers of documents 000, 001 and 003; `undefined` when absent. */
export interface SignatureHeaders {
  readonly customerKey: string | undefined
  readonly timestamp: string | undefined
  readonly authorization: string | undefined
}

export interface Caller {
  readonly customer: Customer
  readonly mark: RequestMark
}

/**
 * Who calls: lower-case hex SHA-512 of customerKey + Timestamp + apiKey. The hash covers neither path nor body, so the
 * numbers must be canonical (no sign, no leading zero: nothing can shift between them) and one exact request counts
 * once. Returns a sentence when it is refused. An unknown customer and a wrong hash look the same.
 */
export async function authenticate(
  headers: SignatureHeaders,
  request: { readonly call: string; readonly body: Uint8Array },
  findCustomer: (id: number) => Promise<Customer | undefined>,
  nowMs: number,
): Promise<Caller | string> {
  const { customerKey, timestamp, authorization } = headers
  if (!customerKey || !timestamp || !authorization) return 'Send the headers Customer-Key, Timestamp and Authorization.'
  if (!/^[1-9][0-9]{0,11}$/.test(customerKey)) return 'Customer-Key must be decimal digits.'
  if (!/^[1-9][0-9]{11,14}$/.test(timestamp))
    return 'Timestamp must be the time in milliseconds since 1970, in decimal digits.'
  // One known client makes the hex from a big integer and so drops leading zeros.
  if (!/^[0-9a-f]{64,128}$/.test(authorization)) return wrongSignature

  const customer = await findCustomer(Number(customerKey))
  const expected = hash('sha512', customerKey + timestamp + (customer?.apiKey ?? nobodysKey), 'buffer')
  const isSame = same(expected, Buffer.from(authorization.padStart(128, '0'), 'hex'))
  if (!customer || !isSame) return wrongSignature

  const windowMs = customer.settings.timestampWindowSeconds * 1000
  const offMs = Number(timestamp) - nowMs
  if (Math.abs(offMs) > windowMs) return `The Timestamp is ${ago(offMs)}. Check the clock of the caller.`
  const digest = fingerprint('miniorange', request.call, customerKey, timestamp, request.body)
  return { customer, mark: { digest, expiresAtMs: Number(timestamp) + markLifeMs } }
}

const wrongSignature =
  'Invalid signature. Authorization is the SHA-512 of Customer-Key, Timestamp and API key, in lower-case hex.'
/** Longer than any request can be fresh (±600 s), and the same for each copy of one: its mark is found by it. */
const markLifeMs = 1_200_000

const nobodysKey = 'nobody has this key'

function ago(offMs: number): string {
  const seconds = Math.round(Math.abs(offMs) / 1000)
  const span = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
  return offMs < 0 ? `${span} old` : `${span} ahead`
}
