import { get as httpGet, type IncomingMessage } from 'node:http'
import { get as httpsGet } from 'node:https'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { openTransport } from '../channels/smtp.ts'
import { reasonOf } from '../why-not-started.ts'

const listenTimeoutMs = 1_000
const smtpTimeoutMs = 3_000
const descriptionBytesMax = 1024 * 1024

/** What answers on an address of this machine; null: nothing listens there. */
export async function whatListens(
  host: string,
  port: number,
  isTls: boolean,
): Promise<{ product: string; version: string } | null> {
  const reachable = ({ '0.0.0.0': '127.0.0.1', '::': '::1' } as Readonly<Record<string, string>>)[host] ?? host
  if (!(await isOpen(reachable, port))) return null
  const unknown = { product: 'unknown', version: '' }
  try {
    const { info } = JSON.parse(await description(reachable, port, isTls))
    return { product: String(info.title), version: String(info.version) }
  } catch {
    return unknown
  }
}

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: listenTimeoutMs })
    const settle = (isListening: boolean) => {
      socket.destroy()
      resolve(isListening)
    }
    socket.on('connect', () => settle(true))
    socket.on('error', () => settle(false))
    socket.on('timeout', () => settle(false))
  })
}

/** The description that Countersign gives of itself. Only read, on this machine: its certificate may be of any name. */
function description(host: string, port: number, isTls: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host, port, path: '/openapi.json', signal: AbortSignal.timeout(listenTimeoutMs) }
    const read = (response: IncomingMessage) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > descriptionBytesMax) response.destroy(new Error('too long'))
      })
      response.on('end', () => resolve(text))
      response.on('error', reject)
    }
    const request = isTls ? httpsGet({ ...options, rejectUnauthorized: false }, read) : httpGet(options, read)
    request.on('error', reject)
  })
}

/** Why an SMTP server does not take our mail, as far as can be known without sending one; null: it does. */
export async function smtpProblem(url: string): Promise<string | null> {
  const transport = await openTransport(url)
  const waiting = new AbortController()
  const late = sleep(smtpTimeoutMs, 'it did not answer in time', { signal: waiting.signal }).catch(() => null)
  try {
    return await Promise.race([transport.verify().then(() => null, reasonOf), late])
  } finally {
    waiting.abort()
    transport.close()
  }
}
