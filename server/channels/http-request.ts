import { DeliveryError } from './channel.ts'

const answerBytesMax = 64 * 1024

/** What a gateway answered. */
export interface HttpAnswer {
  readonly isFine: boolean
  readonly status: number
  /** As much of it as is worth reading. */
  readonly text: string
}

/** One HTTP request to a provider. Never follows a redirect, so that nothing secret goes to another host. */
export async function request(url: string, init: RequestInit, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal })
    const text = await readSome(response)
    return { isFine: response.ok, status: response.status, text }
  } catch (error) {
    if (signal.aborted) throw new DeliveryError('the server did not answer in time', false)
    const code = codeOf(error)
    throw new DeliveryError(`the connection failed (${code || 'unknown'})`, beforeRequest.has(code))
  }
}

/** The refusal an answer means. `reason` is a provider's own code. */
export function refusal(status: number, reason = ''): DeliveryError {
  return new DeliveryError(`the server answered ${status}${reason && ` (${reason})`}`, status === 429 || status === 503)
}

/** Failures of a connection that never was: the other side surely has nothing. */
const beforeRequest = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } } // `fetch` keeps the connection's error there
  return typeof cause?.code === 'string' ? cause.code : ''
}

async function readSome({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= answerBytesMax) break
  }
  return Buffer.concat(chunks).subarray(0, answerBytesMax).toString()
}
