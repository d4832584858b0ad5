import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery, Via } from '../vocabulary.ts'
import { type Channel, DeliveryError } from './channel.ts'

/** Everything that happens to one message must fit in here: shorter than the clients' own 10 seconds. */
const deadlineMs = 8_000
const leaseMs = deadlineMs + 4_000
const triesMax = 3
const firstPauseMs = 250
/** How often each node looks for messages whose sender died, and how many it takes over at once. */
const sweepEveryMs = 2_000
const sweepMax = 20

/** One result, as it is recorded. */
export interface Result {
  readonly id: string
  readonly customerId: number
  readonly isSent: boolean
  readonly atMs: number
  readonly error: string | null
}

export interface OutboxPorts {
  readonly clock: () => number
  /** The channel that is set up for a way to travel, at this moment. */
  channelFor(via: Via): Promise<Channel | undefined>
  record(results: readonly Result[]): Promise<void>
  claimAbandoned(nowMs: number, leaseUntilMs: number, triesMax: number, limit: number): Promise<Delivery[]>
  /** Told of each result and of each failed sweep. */
  observe(via: Via, channel: string, result: Result): void
  warn(error: unknown): void
}

/** Hands messages over: deadline, retries and recording around every channel, for requests and for the sweeper alike. */
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
    const { id, customerId, via } = delivery
    const channel = await this.#ports.channelFor(via)
    const error = channel ? await this.#handOver(channel, delivery) : 'no gateway is set up'
    const result = { id, customerId, isSent: error === null, atMs: this.#ports.clock(), error }
    this.#ports.observe(via, channel?.id ?? 'none', result)
    return result
  }

  /** Tries until it is handed over, surely refused, or out of time. Returns why not, or null. */
  async #handOver(channel: Channel, { contact, message, customerId }: Delivery): Promise<string | null> {
    if (!message) return 'the text is gone'
    const signal = AbortSignal.timeout(deadlineMs)
    for (let tries = 1; ; tries++) {
      try {
        await channel.send(contact, message, customerId, signal)
        return null
      } catch (error) {
        const { reason, isRetriable } = this.#understand(error)
        if (!isRetriable || tries >= triesMax || signal.aborted) return reason
        await sleep(firstPauseMs * 2 ** (tries - 1), undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return 'the gateway did not answer in time'
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
