import { Agent, request } from 'node:https'
import type { PushSubscription } from '../vocabulary/device.ts'
import { DeliveryError } from './channel.ts'
import { isPrivateLiteral, publicLookup } from './public-hosts.ts'

const timeoutMs = 10_000

/** What signs push messages (VAPID, RFC 8292); base64url. `subject`: `https:` or `mailto:`, where a push service may ask. */
export interface Vapid {
  readonly subject: string
  readonly publicKey: string
  readonly privateKey: string
}

/** What wakes a phone's app: the payload is encrypted for it on the way. */
export interface Wake {
  readonly push: PushSubscription
  readonly payload: string
  readonly ttlSeconds: number
  /** A newer message with it takes the place of an older one that still waits (RFC 8030 section 5.4). */
  readonly topic: string
}

/** What a push service answered. */
export interface PushAnswer {
  readonly code: number
  /** How long it asks to be left alone; null: it does not. */
  readonly retryAfterMs: number | null
}

/** Hands encrypted messages to the push services that phones named. Nobody but the phone can read them. */
export class WebPush {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 20 })
  readonly #isAllowed: (host: string) => Promise<boolean>

  /** `isAllowed`: whether a `host:port` may be in a private network. */
  constructor(isAllowed: (host: string) => Promise<boolean>) {
    this.#isAllowed = isAllowed
  }

  /** Throws a `DeliveryError` when nothing was answered, or may not even be asked. */
  async send({ push, payload, ttlSeconds, topic }: Wake, vapid: Vapid, nowMs: number): Promise<PushAnswer> {
    // Loaded at the first message: most installations begin without a phone.
    const { default: library } = await import('web-push')
    const { endpoint, p256dh, auth } = push
    const url = new URL(endpoint)
    const isPrivateAllowed = await this.#isAllowed(`${url.hostname}:${url.port || '443'}`)
    if (!isPrivateAllowed && isPrivateLiteral(url)) throw new DeliveryError(privateHost, false)
    const subscription = { endpoint, keys: { p256dh, auth } }
    const { headers, body } = library.generateRequestDetails(subscription, payload, {
      vapidDetails: vapid,
      TTL: ttlSeconds,
      urgency: 'high',
      topic,
      contentEncoding: 'aes128gcm',
    })
    return new Promise((resolve, reject) => {
      const asking = request(
        url,
        {
          method: 'POST',
          headers,
          agent: this.#agent,
          lookup: isPrivateAllowed ? undefined : publicLookup,
          signal: AbortSignal.timeout(timeoutMs),
        },
        (answer) => {
          answer.resume() // what it says beyond its status helps nobody
          resolve({ code: answer.statusCode ?? 0, retryAfterMs: retryAfter(answer.headers['retry-after'], nowMs) })
        },
      )
      asking.on('error', (error) => reject(new DeliveryError(reasonOf(error), true)))
      asking.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

const privateHost = 'the push service is in a private network'

/** Seconds, or a date (RFC 9110 section 10.2.3). */
function retryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1_000
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs)
}

/** Without the address, which is as good as a secret. */
function reasonOf(error: Error & { code?: string }): string {
  return error.code === 'EPRIVATE' ? privateHost : (error.code ?? error.name)
}
