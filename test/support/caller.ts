import { createHash } from 'node:crypto'

export interface Key {
  readonly customerKey: number
  readonly apiKey: string
}

export const testKey: Key = { customerKey: 11627, apiKey: 'an-api-key-of-the-tests' }

export interface Answered {
  readonly code: number
  readonly headers: Headers
  readonly text: string
  /** The JSON of the answer; `{}` when it is none. */
  readonly body: Record<string, unknown> & { status?: string; message?: string; txId?: string }
}

/** The three headers of a signed request. */
export function sign({ customerKey, apiKey }: Key, timestamp: number | string = Date.now()): Record<string, string> {
  const hash = createHash('sha512').update(`${customerKey}${timestamp}${apiKey}`).digest('hex')
  return { 'Customer-Key': String(customerKey), Timestamp: String(timestamp), Authorization: hash }
}

export interface CallOptions {
  readonly key?: Key
  readonly headers?: Record<string, string>
  readonly timestamp?: number
  readonly signed?: boolean
}

/** Signs and posts one call; `path` begins at the root of the server. */
export async function post(baseUrl: string, path: string, body: unknown, options: CallOptions = {}): Promise<Answered> {
  const signature = options.signed === false ? {} : sign(options.key ?? testKey, options.timestamp)
  const response = await fetch(baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signature, ...options.headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  })
  return answered(response)
}

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text()
  return { code: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): Answered['body'] {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

export interface InboxEntry {
  readonly id: number
  readonly channel: string
  readonly to: string
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
  readonly sentAtMs: number
}

/** Messages to one contact, newest first. */
export async function inbox(baseUrl: string, to: string): Promise<InboxEntry[]> {
  const response = await fetch(`${baseUrl}/dev/inbox.json?to=${encodeURIComponent(to)}`)
  return (await response.json()) as InboxEntry[]
}

/** The code of the newest message to a contact that has one: a notice may come in after it. */
export async function codeFor(baseUrl: string, to: string): Promise<string> {
  for (const { text } of await inbox(baseUrl, to)) {
    const code = /\b\d{6,8}\b/.exec(text)?.[0]
    if (code) return code
  }
  throw new Error(`There is no code for ${to} in the inbox.`)
}

/** A code that is surely not the given one. */
export function wrongCode(code: string): string {
  return String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0')
}
