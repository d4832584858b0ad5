import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const silenceMs = 1_500

/** What came back over a socket, before any client made sense of it. */
export interface RawAnswer {
  /** 0 when nothing came. */
  readonly code: number
  readonly head: string
  readonly text: string
  readonly body: { readonly status?: unknown; readonly message?: unknown }
}

/** Writes bytes as they are; resolves when the server hangs up, or has long been silent. */
export async function exchange(baseUrl: string, ...chunks: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  socket.setTimeout(silenceMs, () => socket.destroy())
  const received: Buffer[] = []
  socket.on('data', (chunk) => received.push(chunk))
  socket.on('error', () => undefined) // a refusal may reset the connection; what had come counts
  const closed = new Promise((resolve) => socket.on('close', resolve))
  for (const chunk of chunks) {
    socket.write(chunk)
    await sleep(1)
  }
  await closed
  return readAnswer(Buffer.concat(received).toString())
}

/** Writes a part of something and goes away without waiting. */
export async function hangUp(baseUrl: string, part: string): Promise<void> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined) // the server may hang up first
  socket.write(part)
  await sleep(20)
  socket.destroy()
}

export function readAnswer(received: string): RawAnswer {
  const split = received.indexOf('\r\n\r\n')
  const head = split < 0 ? received : received.slice(0, split)
  const text = split < 0 ? '' : received.slice(split + 4)
  return { code: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, text, body: parsed(text) }
}

function parsed(text: string): RawAnswer['body'] {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** A whole request with its length, after which the connection is to be closed. */
export function requestText(line: string, headers: Record<string, string>, body = ''): string {
  const all = { ...headers, Connection: 'close', 'Content-Length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line}\r\n${lines.join('')}\r\n${body}`
}
