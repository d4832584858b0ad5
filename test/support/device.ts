import { createHash, webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import jsQR from 'jsqr'
import sharp from 'sharp'
import { readLink } from '../../contract/device/link.ts'
import type { PublicKey, Registered, Registration, ServerInfo, SoftToken } from '../../contract/device/pairing.ts'
import type { Prompt, PromptDecision, PromptList, ScannedPrompt } from '../../contract/device/prompts.ts'
import { decisionText, requestText } from '../../contract/device/signed.ts'
import * as contract from '../../contract/device.ts'
import { totp } from './totp.ts'

type Call = { readonly method: string; readonly path: string }

/** What a server said to a phone. */
export interface Heard {
  readonly code: number
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape of what it asked for
  readonly body: any
  /** The code of the refusal; undefined when it is none. */
  readonly refusal: string | undefined
}

export interface AnswerMore {
  readonly proof?: string
  readonly transactionName?: string | null
  readonly signedAs?: PromptDecision
}

/** The phone app, played in Node: a key that nobody can take out, and all that `contract/device.ts` asks of it. */
export class Phone {
  readonly baseUrl: string
  id: string = contract.newDevice
  softToken: SoftToken | null = null
  #keys: webcrypto.CryptoKeyPair | undefined
  #nonce: string | undefined

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl
  }

  /** Another phone object with this one's key and name, such as the same app talking to another node. */
  at(baseUrl: string): Phone {
    const twin = new Phone(baseUrl)
    twin.id = this.id
    twin.softToken = this.softToken
    twin.#keys = this.#keys
    return twin
  }

  /** What the phone shows at this moment of the server's clock. */
  code(atMs: number): string {
    if (!this.softToken) throw new Error('This phone is not paired.')
    return totp(this.softToken.secret, atMs)
  }

  async publicKey(): Promise<PublicKey> {
    const { x = '', y = '' } = await webcrypto.subtle.exportKey('jwk', (await this.#pair()).publicKey)
    return { kty: 'EC', crv: 'P-256', x, y }
  }

  /** Pairs by a scanned link. */
  async pair(link: string, more: Partial<Registration> = {}): Promise<Heard> {
    const code = readLink(link)?.code ?? link
    const body = { code, name: 'My phone', publicKey: await this.publicKey(), ...more }
    const heard = await this.ask(contract.calls.register, body)
    if (heard.code === 201) {
      const registered = heard.body as Registered
      this.id = registered.device.id
      this.softToken = registered.softToken
    }
    return heard
  }

  async prompts(): Promise<readonly Prompt[]> {
    const { body } = await this.ask(contract.calls.prompts)
    return (body as PromptList).prompts
  }

  /** The one prompt that waits. */
  async prompt(): Promise<Prompt> {
    const [prompt] = await this.prompts()
    if (!prompt) throw new Error('Nothing waits for this phone.')
    return prompt
  }

  scan(link: string): Promise<Heard> {
    return this.ask(contract.calls.scan, { code: readLink(link)?.code ?? link })
  }

  async answer(
    { id, transactionName }: Pick<Prompt, 'id' | 'transactionName'>,
    decision: PromptDecision,
    { proof = '', transactionName: seen = transactionName, signedAs = decision }: AnswerMore = {},
  ): Promise<Heard> {
    const signature = await this.sign(decisionText({ promptId: id, decision: signedAs, proof, transactionName: seen }))
    const { method, path } = contract.calls.answer
    return this.ask({ method, path: path.replace(':id', id) }, { decision, proof, signature })
  }

  /** Scans a code and approves what it asks. */
  async scanAndApprove(link: string): Promise<Heard> {
    const seen = await this.scan(link)
    if (seen.refusal) return seen
    const { prompt } = seen.body as ScannedPrompt
    return this.answer(prompt, 'approve', { proof: readLink(link)?.code.split('.')[1] ?? '' })
  }

  /** Signs and sends one request; `headers` and `sent` come in place of what was signed. */
  async ask(
    call: Call,
    body?: unknown,
    forged: { headers?: Record<string, string>; sent?: string } = {},
  ): Promise<Heard> {
    const bytes = body === undefined ? '' : JSON.stringify(body)
    this.#nonce ??= ((await (await fetch(this.baseUrl + contract.calls.server.path)).json()) as ServerInfo).nonce
    const heard = await hearing(await this.fetch(call, bytes, forged))
    const isHonest = forged.headers === undefined && forged.sent === undefined
    return heard.refusal === 'stale-nonce' && isHonest ? hearing(await this.fetch(call, bytes)) : heard
  }

  async fetch(
    { method, path }: Call,
    bytes: string,
    { headers = {}, sent = bytes }: { headers?: Record<string, string>; sent?: string } = {},
  ): Promise<Response> {
    const signed = { ...(await this.headersFor({ method, path }, bytes)), ...headers }
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: { ...signed, ...(sent === '' ? {} : { 'content-type': 'application/json' }) },
      ...(sent === '' ? {} : { body: sent }),
    })
    this.#nonce = response.headers.get(contract.headers.nonce) ?? undefined
    return response
  }

  /** The headers of one request; also uses up nothing: the nonce is the newest one the server gave. */
  async headersFor({ method, path }: Call, bytes: string): Promise<Record<string, string>> {
    const nonce = this.#nonce ?? ''
    const bodySha256 = createHash('sha256').update(bytes).digest('hex')
    const text = requestText({ method, path, device: this.id, nonce, bodySha256 })
    return {
      [contract.headers.device]: this.id,
      [contract.headers.nonce]: nonce,
      [contract.headers.signature]: await this.sign(text),
    }
  }

  async sign(text: string): Promise<string> {
    const { privateKey } = await this.#pair()
    const bytes = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from(text))
    return Buffer.from(bytes).toString('base64url')
  }

  /** Opens the stream of events; each call of `next` gives the next one, at last `end`. */
  async events(): Promise<{ next(): Promise<{ event: string; data: unknown }>; close(): void }> {
    await this.ask(contract.calls.prompts)
    const { path } = contract.calls.events
    // Not by fetch, which connects anew when its stream is cancelled, and so keeps a server from stopping.
    const asked = get(this.baseUrl + path, {
      headers: await this.headersFor({ method: 'GET', path }, ''),
      agent: false,
    })
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    if (response.statusCode !== 200) throw new Error(`There is no stream: ${response.statusCode}`)
    const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]()
    let text = ''
    return {
      async next() {
        for (;;) {
          const end = text.indexOf('\n\n')
          if (end >= 0) {
            const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
            text = text.slice(end + 2)
            if (event && data) return { event, data: JSON.parse(data) as unknown }
            continue
          }
          const { value, done } = await chunks.next()
          if (done) return { event: 'end', data: null }
          text += value
        }
      },
      close: () => void asked.destroy(),
    }
  }

  async #pair(): Promise<webcrypto.CryptoKeyPair> {
    this.#keys ??= await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    return this.#keys
  }
}

async function hearing(response: Response): Promise<Heard> {
  const text = await response.text()
  const body = text.startsWith('{') ? JSON.parse(text) : {}
  return { code: response.status, body, refusal: body.error?.code }
}

/** What a camera reads from the bare base64 of a picture. */
export async function readQr(base64: string): Promise<string> {
  const image = sharp(Buffer.from(base64, 'base64')).ensureAlpha()
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const text = jsQR.default(new Uint8ClampedArray(data), info.width, info.height)?.data
  if (!text) throw new Error('There is no QR code in the picture.')
  return text
}

/** Scans the QR code of `register-mobile` and pairs; the site's own call, whatever signs it, is `call`. */
export async function pairedPhone(
  baseUrl: string,
  call: (path: string, body: object) => Promise<{ readonly body: Readonly<Record<string, unknown>> }>,
  username: string,
  more: Partial<Registration> = {},
): Promise<Phone> {
  const { body } = await call('/auth/register-mobile', { username })
  const phone = new Phone(baseUrl)
  const heard = await phone.pair(await readQr(String(body['qrCode'])), more)
  if (heard.code !== 201) throw new Error(`Not paired: ${JSON.stringify(heard.body)}`)
  return phone
}
