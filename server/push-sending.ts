import type pino from 'pino'
import { WebPush } from './channels/web-push.ts'
import type { Doorbell } from './engine/ports.ts'
import type { createMetrics } from './metrics.ts'
import { PushSender } from './push.ts'
import { derivedP256 } from './security/p256.ts'
import type { ServerSettings } from './settings.ts'
import type { Store } from './store/open.ts'

export interface PushSendingOptions {
  readonly store: Store
  readonly clock: () => number
  readonly doorbell: Doorbell
  readonly settings: () => Promise<ServerSettings>
  readonly baseUrl: () => string
  readonly metrics: ReturnType<typeof createMetrics>
  readonly logger: pino.Logger
}

/** Push messages, joined to the store, to the settings in use and to the key that all nodes sign with. */
export async function createPushSending(options: PushSendingOptions) {
  const { store, clock, doorbell, settings, baseUrl, metrics, logger } = options
  // Made from the server's own sealed key, so that it is there from the first start on and never changes.
  const { publicKey, privateKey } = derivedP256(await store.serverKey('vapid'), 'vapid')
  const webPush = new WebPush(async (host) => (await settings()).privatePushHosts.includes(host))

  const sender = new PushSender({
    clock,
    async claimDue(nowMs, leaseUntilMs, limit) {
      // Nothing is due most of the time, and looking needs no turn among the writes.
      if (!(await store.read.pushMessages.isDue(nowMs))) return []
      return store.write((tx) => tx.pushMessages.claimDue(nowMs, leaseUntilMs, limit))
    },
    record: (id, code, isTaken, nextTryAtMs) =>
      store.write((tx) => tx.pushMessages.record(id, code, isTaken, nextTryAtMs)),
    forget: (customerId, deviceId, gone) => store.write((tx) => tx.pushMessages.forget(customerId, deviceId, gone)),
    send: async (wake) => webPush.send(wake, { subject: await subject(), publicKey, privateKey }, clock()),
    observe({ id }, code, isTaken, reason) {
      metrics.delivered('push', 'web-push', isTaken)
      if (!isTaken) logger.warn({ delivery: id, via: 'push', code, reason }, 'a push message was not handed over')
    },
    warn: (error) => logger.warn({ err: error }, 'push messages could not be sent'),
  })
  const unlisten = doorbell.listen(() => sender.kick())

  /** Where a push service may ask who sends: an address, or this server (RFC 8292 section 2.1). */
  async function subject(): Promise<string> {
    const { supportEmail } = await settings()
    if (supportEmail) return `mailto:${supportEmail}`
    return baseUrl().startsWith('https:') ? baseUrl() : 'mailto:countersign@localhost'
  }

  return {
    vapidPublicKey: publicKey,
    async stop(): Promise<void> {
      unlisten()
      await sender.stop()
      webPush.close()
    },
  }
}
