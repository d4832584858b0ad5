import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** A message as it arrived: its envelope, its headers (names in lower case) and its readable parts. */
export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly isEncrypted: boolean
  readonly user: string | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly text: string
  readonly html: string
}

/** A real SMTP server on loopback that does what a test tells it to. */
export interface Gateway {
  readonly url: string
  readonly port: number
  /** How often somebody connected. */
  conversations(): number
  /** Every text that was given over completely, accepted or not. */
  readonly mails: readonly Mail[]
  /** Cuts every connection without a farewell. */
  reset(): void
  /** Ends every connection without an answer. */
  hangUp(): void
  close(): Promise<void>
}

/** Options of `smtp-server`; `onText` stands for its `onData` once the text has been read. */
export interface GatewayOptions extends Omit<SMTPServerOptions, 'onData'> {
  readonly onText?: (mail: Mail, accept: (error?: Error) => void) => void
  readonly port?: number
}

/** An SMTP reply as an error of `smtp-server`. */
export function reply(code: number): Error {
  return Object.assign(new Error('as the test wants it'), { responseCode: code })
}

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const { onText, onConnect, port: wanted = 0, ...rest } = options
  const mails: Mail[] = []
  let conversations = 0
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    ...rest,
    onConnect(session, callback) {
      conversations++
      if (onConnect) onConnect(session, callback)
      else callback()
    },
    onData(stream, { envelope, secure, user }, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        const to = envelope.rcptTo.map(({ address }) => address)
        const mail = { from, to, isEncrypted: secure, user: user as string | undefined, ...read(Buffer.concat(chunks)) }
        mails.push(mail)
        if (onText) onText(mail, callback)
        else callback()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    conversations: () => conversations,
    mails,
    reset() {
      for (const { _socket } of server.connections) '_handle' in _socket && _socket.resetAndDestroy()
    },
    hangUp() {
      for (const { _socket } of server.connections) _socket.destroy()
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

type Part = Pick<Mail, 'headers' | 'text' | 'html'>

/** Reads what mail programs read: folded headers, encoded words, and the two parts of an alternative. */
function read(raw: Buffer): Part {
  const [head, body] = split(raw.toString('latin1'))
  const headers = [...head.replaceAll(/\r\n[ \t]+/g, ' ').matchAll(/^([^:\r\n]+): ?(.*)$/gm)].map(
    ([, name = '', value = '']) => [name.toLowerCase(), decodeWords(value)] as const,
  )
  const type = headerOf(headers, 'content-type')
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1]
  if (boundary) {
    const parts = body
      .split(`--${boundary}`)
      .slice(1, -1)
      .map((part) => read(Buffer.from(part.replace(/^\r\n/, ''), 'latin1')))
    const first = (kind: 'text' | 'html') => parts.find((part) => part[kind] !== '')?.[kind] ?? ''
    return { headers, text: first('text'), html: first('html') }
  }
  const content = decode(body, headerOf(headers, 'content-transfer-encoding'))
  return type.startsWith('text/html') ? { headers, text: '', html: content } : { headers, text: content, html: '' }
}

export function headerOf(headers: Mail['headers'], name: string): string {
  return headers.find(([one]) => one === name)?.[1] ?? ''
}

function split(text: string): [head: string, body: string] {
  const end = text.indexOf('\r\n\r\n')
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 4)]
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString()
  if (encoding === 'quoted-printable') return unquote(body.replaceAll('=\r\n', ''))
  return Buffer.from(body, 'latin1').toString()
}

function decodeWords(value: string): string {
  return value
    .replaceAll(/\?= +=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString() : unquote(text.replaceAll('_', ' ')),
    )
}

function unquote(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
