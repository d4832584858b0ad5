import { setTimeout as sleep } from 'node:timers/promises'
import type { Checkpoints } from './checkpoints/write.ts'
import type { Engine } from './engine/ports.ts'
import type { riskPorts } from './risk-ports.ts'
import type { Store } from './store/open.ts'
import { sendWebhooks, type WebhookPorts } from './webhooks.ts'

const closeAuditEveryMs = 5_000
/** For so long a thief of the database can cut the end of the audit off unnoticed; a line is a third of a kilobyte. */
const checkpointEveryMs = 10 * 60_000
const purgeEveryMs = 60_000
const synchronizeEveryMs = 60_000
const webhooksEveryMs = 2_000
const countEveryMs = 1_000
const reloadEveryMs = 30_000

/** What the jobs beside the web server work with. */
export interface Background {
  readonly engine: Engine
  readonly store: Store
  readonly checkpoints: Checkpoints
  readonly clock: () => number
  readonly warn: (error: unknown) => void
  readonly synchronize: () => Promise<unknown>
  readonly risk: ReturnType<typeof riskPorts>
  /** Whether webhooks may go to this `host:port` when it is in a private network. */
  readonly mayBePrivate: (host: string) => Promise<boolean>
}

export function jobsOf({ engine, store, checkpoints, clock, warn, synchronize, risk, mayBePrivate }: Background) {
  return [
    every(closeAuditEveryMs, () => store.closeAudit(clock()), warn),
    every(checkpointEveryMs, () => checkpoints.write(clock()), warn),
    every(purgeEveryMs, () => store.purge(clock()), warn),
    every(countEveryMs, risk.count, warn),
    every(reloadEveryMs, risk.reload, warn),
    every(webhooksEveryMs, () => sendWebhooks(webhookPorts(engine, store, mayBePrivate)), warn),
    every(synchronizeEveryMs, synchronize, warn),
  ]
}

/** What sends webhooks: due events are claimed in the database, so that each node may try. */
function webhookPorts(engine: Engine, store: Store, mayBePrivate: Background['mayBePrivate']): WebhookPorts {
  return {
    clock: engine.clock,
    async target(customerId) {
      const customer = await engine.customer(customerId)
      const { webhookUrl: url, webhookSecret: secret } = customer?.settings ?? { webhookUrl: '', webhookSecret: '' }
      return url ? { url, secret, isPrivateAllowed: await mayBePrivate(hostOf(url)) } : undefined
    },
    claimDue: (nowMs, leaseUntilMs, limit) => store.write((tx) => tx.webhooks.claimDue(nowMs, leaseUntilMs, limit)),
    record: (id, code, isDelivered, nextTryAtMs) =>
      store.write((tx) => tx.webhooks.record(id, code, isDelivered, nextTryAtMs)),
  }
}

/** With its port, also where that is the usual one. */
function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}

/** Repeats a job until stopped, one run at a time; a failed run is told and the next one comes all the same. */
function every(pauseMs: number, job: () => Promise<unknown>, warn: (error: unknown) => void) {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
      if (!stopping.signal.aborted) await job().catch(warn)
    }
  })()
  return {
    stop(): Promise<void> {
      stopping.abort()
      return running
    },
  }
}
