import { setTimeout as sleep } from 'node:timers/promises'
import type pino from 'pino'
import type { Receipt } from './channels/channel.ts'
import type { KeepMessage } from './channels/inbox.ts'
import { type Channels, openChannels } from './channels/index.ts'
import { Outbox } from './channels/outbox.ts'
import { testChannel } from './channels/test-channel.ts'
import type { Config } from './config.ts'
import { countryOf } from './engine/contacts.ts'
import { isDeliverable } from './engine/test-customer.ts'
import type { createMetrics } from './metrics.ts'
import { remember } from './remember.ts'
import { type ServerSettings, serverSettings, withDefaults } from './settings.ts'
import type { Store } from './store/open.ts'
import { type Customer, serverScope } from './vocabulary/customer.ts'

const receiptPauseMs = 2_000

export interface OutgoingOptions {
  readonly config: Config
  readonly store: Store
  readonly metrics: ReturnType<typeof createMetrics>
  readonly logger: pino.Logger
  readonly clock: () => number
  readonly customer: (id: number) => Promise<Customer | undefined>
  readonly baseUrl: () => string
  /** How old the settings in use may be. */
  readonly freshMs: number
}

export type Outgoing = ReturnType<typeof createOutgoing>

/** Everything that leaves the server: the outbox, joined to the store and to the providers as they are set up now. */
export function createOutgoing(options: OutgoingOptions) {
  const { config, store, metrics, logger, clock, customer, baseUrl, freshMs } = options
  const warn = (error: unknown) => logger.warn({ err: error }, 'a message could not be handled')
  const settings = remember(
    async (scope: number) => withDefaults(serverSettings, await store.read.settings.all(scope)),
    freshMs,
  )
  /** Keeps messages in the inbox, if there is one, under the name of their way and a mark. */
  const inboxWith = (mark: string): KeepMessage | null => {
    if (!config.inbox) return null
    return (customerId, via, to, { subject, text, html }) =>
      store.write((tx) => tx.inbox.add(customerId, { channel: via + mark, to, subject, text, html, sentAtMs: clock() }))
  }

  const onReceipt = async ({ provider, reference, state, detail }: Receipt): Promise<void> => {
    const receive = () => store.write((tx) => tx.deliveries.receive(provider, reference, state, detail, clock()))
    let isKnown = await receive()
    if (!isKnown) {
      // A fast centre sends its receipt together with its answer, before the try is recorded.
      await sleep(receiptPauseMs)
      isKnown = await receive()
    }
    if (isKnown) metrics.received(provider, state)
  }

  const ports = {
    receiptUrl: (id: string) => `${baseUrl()}/receipts/${id}`,
    onReceipt: (receipt: Receipt) => void onReceipt(receipt).catch(warn),
    warn,
  }
  let channels: Channels | undefined
  let madeFrom: string | undefined

  /** The channels of the settings in use; those of older settings end when newer ones are there. */
  const current = async (): Promise<Channels> => {
    const now = (await settings(serverScope)) as ServerSettings // `withDefaults` always answers
    const text = JSON.stringify(now)
    if (channels && text === madeFrom) return channels
    void channels?.close()
    channels = openChannels(now, inboxWith(''), ports)
    madeFrom = text
    return channels
  }

  const outbox = new Outbox({
    clock,
    async channelsFor(via, contact, customerId) {
      const { isTest } = (await customer(customerId))?.settings ?? {}
      if (isTest) return [testChannel(via, isDeliverable, inboxWith(' (test)'))]
      const [country = null] = via === 'email' ? [] : countryOf(contact)
      return (await current()).for(via, country)
    },
    record: (results) =>
      store.write(async (tx) => {
        for (const result of results) await tx.deliveries.record(result)
      }),
    claimAbandoned: (nowMs, leaseUntilMs, triesMax, limit) =>
      store.write((tx) => tx.deliveries.claimAbandoned(nowMs, leaseUntilMs, triesMax, limit)),
    observe(via, delivery, { provider, isTaken, detail }) {
      metrics.delivered(via, provider, isTaken)
      if (!isTaken) logger.warn({ delivery, via, provider, reason: detail }, 'a message was not handed over')
    },
    warn,
  })

  return {
    outbox,
    onReceipt,
    settings: async () => (await settings(serverScope)) as ServerSettings, // `withDefaults` always answers
    provider: async (id: string) => (await settings(serverScope))?.providers.find((one) => one.id === id),
    async stop(): Promise<void> {
      await outbox.stop()
      await channels?.close()
    },
  }
}
