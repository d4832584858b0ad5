import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery, DeliveryTry, Via } from '../vocabulary/message.ts'
import { type Channel, DeliveryError } from './channel.ts'

/** Everything that happens to one message must fit in here: shorter than the clients' own 10 seconds. */
const deadlineMs = 8_000
/** What a provider gets of it while another one could still be tried. */
const shareMs = 3_000
const leaseMs = deadlineMs + 4_000
const triesMax = 3
const firstPauseMs = 250
/** How often each node looks for messages whose sender died, and how many it takes over at once. */
const sweepEveryMs = 2_000
const sweepMax = 20

/** One attempt with one provider, fresh from it. */
export type Try = Omit<DeliveryTry, 'receipt' | 'receiptAtMs'>

/** What became of one message, as it is recorded. */
export interface Result {
  readonly id: string
  readonly customerId: number
  readonly isSent: boolean
  readonly atMs: number
  readonly error: string | null
  readonly tries: readonly Try[]
}

export interface OutboxPorts {
  readonly clock: () => number
  /** The channels for a message, at this moment, in the order they are tried. */
  channelsFor(via: Via, contact: string, customerId: number): Promise<readonly Channel[]>
  record(results: readonly Result[]): Promise<void>
  claimAbandoned(nowMs: number, leaseUntilMs: number, triesMax: number, limit: number): Promise<Delivery[]>
  /** Told of each try. */
  observe(via: Via, deliveryId: string, one: Try): void
  warn(error: unknown): void
}

/** Hands messages over: deadline, retries, failover and recording around every channel, for requests and sweeper alike. */
export class Outbox {
  readonly leaseMs = leaseMs
  readonly #ports: OutboxPorts
  readonly #stopping = new AbortController()
  readonly #inFlight = new Set<Promise<unknown>>()

  constructor(ports: OutboxPorts) {
    this.#ports = ports
  }

  /** Sends all at once; resolves within the deadline with one result for each. Never throws for a failed message. */
  async send(deliveries: readonly Delivery[]): Promise<readonly Result[]> {
    if (deliveries.length === 0) return []
    const sending = this.#sendAll(deliveries)
    this.#inFlight.add(sending)
    try {
      return await sending
    } finally {
      this.#inFlight.delete(sending)
    }
  }

  /** Takes over, until `stop`, what died senders left behind. */
  start(): void {
    void this.#sweep()
  }

  /** Ends the sweeper and waits for what is on its way. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.allSettled(this.#inFlight)
  }

  async #sendAll(deliveries: readonly Delivery[]): Promise<readonly Result[]> {
    const results = await Promise.all(deliveries.map((delivery) => this.#sendOne(delivery)))
    await this.#ports.record(results)
    return results
  }

  async #sendOne(delivery: Delivery): Promise<Result> {
    const { id, customerId, via, contact } = delivery
    const channels = await this.#ports.channelsFor(via, contact, customerId)
    const tries: Try[] = []
    const deadline = AbortSignal.timeout(deadlineMs)
    for (const [index, channel] of channels.entries()) {
      if (deadline.aborted) break
      const isLast = index === channels.length - 1
      const one = await this.#tryWith(
        channel,
        delivery,
        isLast ? deadline : AbortSignal.any([deadline, AbortSignal.timeout(shareMs)]),
      )
      tries.push(one)
      this.#ports.observe(via, id, one)
      if (one.isTaken) break
    }
    const last = tries.at(-1)
    const error = last ? last.detail : 'no gateway is set up'
    return { id, customerId, isSent: last?.isTaken ?? false, atMs: this.#ports.clock(), error, tries }
  }

  /** Tries one provider until it took the message, surely refused it, or is out of time. The code is the same each time. */
  async #tryWith(channel: Channel, { contact, message, customerId }: Delivery, signal: AbortSignal): Promise<Try> {
    const done = (isTaken: boolean, reference: string | null, detail: string | null): Try => {
      return { provider: channel.id, isTaken, reference, detail, atMs: this.#ports.clock() }
    }
    if (!message) return done(false, null, 'the text is gone')
    for (let tries = 1; ; tries++) {
      try {
        const { reference } = await channel.send(contact, message, customerId, signal)
        return done(true, reference, null)
      } catch (error) {
        const { reason, isRetriable } = this.#understand(error)
        if (!isRetriable || tries >= triesMax || signal.aborted) return done(false, null, reason)
        await sleep(firstPauseMs * 2 ** (tries - 1), undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return done(false, null, 'the gateway did not answer in time')
      }
    }
  }

  #understand(error: unknown): { readonly reason: string; readonly isRetriable: boolean } {
    if (error instanceof DeliveryError) return { reason: error.message, isRetriable: error.isRetriable }
    this.#ports.warn(error)
    return { reason: 'the gateway failed', isRetriable: false }
  }

  async #sweep(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await sleep(sweepEveryMs, undefined, { signal, ref: false })
        const nowMs = this.#ports.clock()
        const abandoned = await this.#ports.claimAbandoned(nowMs, nowMs + leaseMs, triesMax, sweepMax)
        if (abandoned.length > 0) await this.send(abandoned)
      } catch (error) {
        if (!signal.aborted) this.#ports.warn(error)
      }
    }
  }
}
