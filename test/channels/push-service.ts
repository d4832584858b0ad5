import { createECDH, createPublicKey, type ECDH, randomBytes, verify } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { decrypt } from 'http_ece'
import type { PushSubscriptionInfo } from '../../contract/device/pairing.ts'
import { certificate } from './certificate.ts'

/** One message as a push service gets it, and as its phone reads it. */
export interface Pushed {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly encrypted: Buffer
  /** Decrypted by the phone's keys (RFC 8291). */
  readonly text: string
  /** What the sender says of itself, by a signature that was verified (RFC 8292). */
  readonly vapid: { readonly aud: string; readonly exp: number; readonly sub: string; readonly publicKey: string }
}

/** A push service on this computer that checks all that the RFCs ask of a sender. */
export interface PushService {
  /** `host:port`, as the setting names it. */
  readonly host: string
  readonly pushed: Pushed[]
  /** The next answers; 201 when there are none left. */
  readonly answers: { readonly code: number; readonly headers?: Record<string, string> }[]
  /** A new subscription of a phone. */
  subscribe(): PushSubscriptionInfo
  /** Waits until so many messages were there. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

export async function startPushService(): Promise<PushService> {
  setDefaultCACertificates([...getCACertificates('default'), certificate.cert])
  const phones = new Map<string, { keys: ECDH; auth: Buffer }>()
  const pushed: Pushed[] = []
  const answers: PushService['answers'] = []
  let origin = ''
  const server: Server = createServer(certificate, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      const phone = phones.get(path)
      try {
        if (!phone || request.method !== 'POST') throw new Error('There is no such subscription.')
        const encrypted = Buffer.concat(chunks)
        const { keys, auth } = phone
        const text = decrypt(encrypted, { version: 'aes128gcm', privateKey: keys, authSecret: auth }).toString()
        const vapid = readVapid(request.headers.authorization ?? '')
        if (vapid.aud !== origin) throw new Error(`It is for ${vapid.aud}.`)
        pushed.push({ path, headers: request.headers, encrypted, text, vapid })
      } catch (error) {
        response.writeHead(400).end(String(error))
        return
      }
      const { code, headers = {} } = answers.shift() ?? { code: 201 }
      response.writeHead(code, headers).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `localhost:${(server.address() as AddressInfo).port}` // listening on TCP
  origin = `https://${host}`
  return {
    host,
    pushed,
    answers,
    subscribe() {
      const keys = createECDH('prime256v1')
      keys.generateKeys()
      const auth = randomBytes(16)
      const path = `/push/${randomBytes(8).toString('hex')}`
      phones.set(path, { keys, auth })
      return {
        endpoint: origin + path,
        keys: { p256dh: keys.getPublicKey('base64url'), auth: auth.toString('base64url') },
      }
    },
    async until(count) {
      const deadline = performance.now() + 30_000
      while (pushed.length < count) {
        if (performance.now() > deadline) throw new Error(`${pushed.length} of ${count} messages came.`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Checks the token of RFC 8292 section 2: an ES256 signature by the very key that is named. */
function readVapid(authorization: string): Pushed['vapid'] {
  const [, token = '', publicKey = ''] = /^vapid t=([\w-]+\.[\w-]+\.[\w-]+), ?k=([\w-]+)$/.exec(authorization) ?? []
  const [head = '', claims = '', signature = ''] = token.split('.')
  const point = Buffer.from(publicKey, 'base64url')
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const isRight = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string }
  if (!isRight || alg !== 'ES256') throw new Error('The VAPID token is not signed by its key.')
  return { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), publicKey }
}
