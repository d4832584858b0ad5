import type { PushAnswer, Wake } from './channels/web-push.ts'
import type { PushMessage, PushSubscription } from './vocabulary/device.ts'

const sweepEveryMs = 2_000
/** Longer than a push service may take to answer. */
const leaseMs = 15_000
const messagesAtOnce = 50
/** After each failed try, unless the push service says itself how long to wait. */
const pausesMs = [2_000, 5_000, 15_000, 30_000, 60_000]

export interface PushPorts {
  readonly clock: () => number
  claimDue(nowMs: number, leaseUntilMs: number, limit: number): Promise<readonly PushMessage[]>
  record(id: string, code: number | null, isTaken: boolean, nextTryAtMs: number | null): Promise<void>
  /** The push service says that there is no such subscription any more. */
  forget(customerId: number, deviceId: string, gone: PushSubscription): Promise<void>
  /** Throws when nothing was answered. */
  send(wake: Wake): Promise<PushAnswer>
  /** Told of each try; `code` null: nothing was answered. */
  observe(message: PushMessage, code: number | null, isTaken: boolean, reason: string | null): void
  warn(error: unknown): void
}

/** Sends what is due, at once when it is kicked and every few seconds for what another node left behind. */
export class PushSender {
  readonly #ports: PushPorts
  readonly #sweeping: NodeJS.Timeout
  readonly #inFlight = new Set<Promise<void>>()
  #isStopped = false

  constructor(ports: PushPorts) {
    this.#ports = ports
    this.#sweeping = setInterval(() => this.kick(), sweepEveryMs).unref()
  }

  /** Claims and sends; each message is claimed by one node, so that kicks may overlap. */
  kick(): void {
    if (this.#isStopped) return
    const sending = this.#sendDue().catch((error: unknown) => this.#ports.warn(error))
    this.#inFlight.add(sending)
    void sending.finally(() => this.#inFlight.delete(sending))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#sweeping)
    await Promise.all(this.#inFlight)
  }

  async #sendDue(): Promise<void> {
    const { clock, claimDue } = this.#ports
    for (;;) {
      const nowMs = clock()
      const due = await claimDue(nowMs, nowMs + leaseMs, messagesAtOnce)
      await Promise.all(due.map((message) => this.#sendOne(message)))
      if (due.length < messagesAtOnce || this.#isStopped) return
    }
  }

  async #sendOne(message: PushMessage): Promise<void> {
    const { clock, send, record, forget, observe } = this.#ports
    const { id, customerId, deviceId, push, expiresAtMs } = message
    const payload = JSON.stringify({ kind: 'prompt', device: deviceId })
    const ttlSeconds = Math.max(1, Math.ceil((expiresAtMs - clock()) / 1_000))
    // A user has one prompt at a time, and a newer one ends it.
    const wake = { push, payload, ttlSeconds, topic: 'prompt' }
    const answer = await send(wake).catch((error: unknown) => String(error instanceof Error ? error.message : error))
    const code = typeof answer === 'string' ? null : answer.code
    const isTaken = code !== null && code >= 200 && code < 300
    observe(message, code, isTaken, typeof answer === 'string' ? answer : null)
    if (code === 404 || code === 410) await forget(customerId, deviceId, push)
    await record(id, code, isTaken, isTaken ? null : this.#nextTryOf(message, answer))
  }

  /** Null: it would come too late, or would be refused again. */
  #nextTryOf({ tries, expiresAtMs }: PushMessage, answer: PushAnswer | string): number | null {
    const code = typeof answer === 'string' ? null : answer.code
    const isPassing = code === null || code === 429 || code >= 500
    const pauseMs = (typeof answer === 'string' ? null : answer.retryAfterMs) ?? pausesMs[tries - 1]
    if (!isPassing || pauseMs === undefined) return null
    const atMs = this.#ports.clock() + pauseMs
    return atMs < expiresAtMs ? atMs : null
  }
}
