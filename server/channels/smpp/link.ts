import { setTimeout as sleep } from 'node:timers/promises'
import { DeliveryError } from '../channel.ts'
import type { SmppProvider } from '../providers.ts'
import type { Heard } from './receipt.ts'
import { openSession, RefusalError, type SmppSession } from './session.ts'

/** Between two attempts that messages ask for. */
const spacingMs = 250
/** A refused bind is not repeated for so long: centres lock accounts that insist. */
const refusalHoldMs = 10_000
/** Between attempts to be there again for receipts, after the connection was lost: doubles up to the most. */
const pauseMs = 1_000
const pauseMaxMs = 30_000

export interface LinkPorts {
  hear(receipt: Heard): void
  warn(error: unknown): void
}

/** Keeps one session with a centre: opens it at the first message, and again whenever it was lost. */
export class SmppLink {
  readonly #provider: SmppProvider
  readonly #ports: LinkPorts
  readonly #closing = new AbortController()
  readonly #closed = new AbortController()
  readonly #inFlight = new Set<Promise<unknown>>()
  #session: Promise<SmppSession> | undefined
  #recovering: Promise<void> | undefined
  #failed = { error: new DeliveryError('not tried', true), atMs: Number.NEGATIVE_INFINITY }

  constructor(provider: SmppProvider, ports: LinkPorts) {
    this.#provider = provider
    this.#ports = ports
  }

  /** Hands one short message over, once bound. */
  async submit(fields: object, signal: AbortSignal): Promise<string | null> {
    if (this.#closing.signal.aborted) throw new DeliveryError('the channel is closed', true)
    const submitting = this.#submit(fields, signal)
    this.#inFlight.add(submitting)
    try {
      return await submitting
    } finally {
      this.#inFlight.delete(submitting)
    }
  }

  /** Lets the messages on their way finish, then says goodbye. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#inFlight)
    this.#closed.abort()
    const session = await this.#session?.catch(() => undefined)
    await session?.close()
    await this.#recovering
  }

  async #submit(fields: object, signal: AbortSignal): Promise<string | null> {
    const session = await within(this.#bound(), signal)
    return session.submit(fields, signal)
  }

  /** The session of this moment, or the one attempt to open it that all wait for. */
  #bound(): Promise<SmppSession> {
    if (this.#session) return this.#session
    const { error, atMs } = this.#failed
    if (error instanceof RefusalError && performance.now() < atMs + refusalHoldMs) return Promise.reject(error)
    const opening = this.#open()
    this.#session = opening
    return opening
  }

  async #open(): Promise<SmppSession> {
    try {
      await sleep(Math.max(0, this.#failed.atMs + spacingMs - performance.now()))
      const session = await openSession(this.#provider, this.#ports.hear, this.#closed.signal)
      void session.ended.then(() => this.#lost())
      return session
    } catch (error) {
      this.#session = undefined
      const isKnown = error instanceof DeliveryError
      if (!isKnown) this.#ports.warn(error)
      this.#failed = {
        error: isKnown ? error : new DeliveryError('the session failed', false),
        atMs: performance.now(),
      }
      throw this.#failed.error
    }
  }

  #lost(): void {
    this.#session = undefined
    if (this.#closing.signal.aborted) return
    this.#ports.warn(new Error(`${this.#provider.id}: the SMPP connection was lost`))
    this.#recovering ??= this.#recover()
  }

  async #recover(): Promise<void> {
    const { signal } = this.#closing
    for (let pause = pauseMs; !signal.aborted; pause = Math.min(pause * 2, pauseMaxMs)) {
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined)
      const isBound = !signal.aborted && (await this.#bound().then(Boolean, () => false))
      if (isBound) break
    }
    this.#recovering = undefined
  }
}

/** The session, unless the message runs out of time before there is one. */
async function within(opening: Promise<SmppSession>, signal: AbortSignal): Promise<SmppSession> {
  const late = Promise.withResolvers<never>()
  const giveUp = () => late.reject(new DeliveryError('there was no bind in time', true))
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  try {
    return await Promise.race([opening, late.promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
