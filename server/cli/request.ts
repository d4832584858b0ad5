import { hash } from 'node:crypto'
import { reasonOf } from '../why-not-started.ts'
import { Refusal } from './report.ts'

/** Longer than the longest a server lets a request take. */
const answerTimeoutMs = 20_000
const inboxTimeoutMs = 1_000

export interface Signer {
  readonly customerKey: number
  readonly apiKey: string
}

/** One signed call, as it goes over the wire. */
export interface SignedRequest {
  readonly method: 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answered {
  readonly code: number
  /** The JSON of the answer, or its text when it is none. */
  readonly body: unknown
  /** It was given before, to a request with the same Idempotency-Key. */
  readonly isRepeat: boolean
}

/** Signs as document 000 says: SHA-512 of customer key, timestamp and API key, in lower-case hex. */
export function signed(
  url: string,
  body: string,
  { customerKey, apiKey }: Signer,
  nowMs: number,
  idempotencyKey?: string,
): SignedRequest {
  const headers = {
    'Content-Type': 'application/json',
    'Customer-Key': String(customerKey),
    Timestamp: String(nowMs),
    Authorization: hash('sha512', `${customerKey}${nowMs}${apiKey}`),
    ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
  }
  return { method: 'POST', url, headers, body }
}

export async function send({ method, url, headers, body }: SignedRequest): Promise<Answered> {
  try {
    const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(answerTimeoutMs) })
    const isRepeat = response.headers.get('idempotent-replayed') === 'true'
    return { code: response.status, body: parsed(await response.text()), isRepeat }
  } catch (error) {
    throw new Refusal(whyNoAnswer(new URL(url).origin, error))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function whyNoAnswer(origin: string, error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return `The certificate of ${origin} is not trusted here (${code}). Name the file of its authority in NODE_EXTRA_CA_CERTS.`
  return `${origin} does not answer: ${reasonOf(cause)}. Start the server with npm start, or give its address with --url.`
}

/** Where a server shows its messages, when it has an inbox. */
export async function inboxOf(origin: string): Promise<string | null> {
  const url = `${origin}/dev/inbox`
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(inboxTimeoutMs) })
    await response.body?.cancel()
    return response.ok ? url : null
  } catch {
    return null
  }
}
