import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { createHttp } from './api/http.ts'
import { inboxPages } from './api/inbox/index.ts'
import { miniOrange } from './api/miniorange/index.ts'
import { channelsFor } from './channels/index.ts'
import { Outbox } from './channels/outbox.ts'
import { type Clock, createClock } from './clock.ts'
import { type Config, ConfigError } from './config.ts'
import { guardLimits } from './engine/guard.ts'
import type { Engine } from './engine/ports.ts'
import { createMetrics } from './metrics.ts'
import { remember } from './remember.ts'
import { randomSecret } from './security/random.ts'
import { serverSettings, withDefaults } from './settings.ts'
import { serverScope } from './store/keys.ts'
import { openStore, type Store } from './store/open.ts'
import type { Via } from './vocabulary.ts'

/** How old a customer, a setting or a key may be in use after it was changed on another node. */
const freshMs = 1_000
const closeAuditEveryMs = 5_000
const purgeEveryMs = 60_000
const synchronizeEveryMs = 60_000
const hangUpEveryMs = 50

/** Everything, joined and not yet listening. */
export interface Assembled {
  readonly app: FastifyInstance
  readonly store: Store
  /** Stops taking requests, finishes what is running, closes the audit and the database. */
  close(): Promise<void>
}

/** Joins config, store, channels, engine and APIs. `given` is another clock than this computer's. */
export async function assemble(config: Config, given?: Clock): Promise<Assembled> {
  const logger = pino(
    { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ sync: false, minLength: 4096 }),
  )
  const flushing = setInterval(() => logger.flush(), freshMs).unref()
  const metrics = createMetrics()
  const store = await openStoreOf(config)
  const time = given ?? createClock(Date.now, () => store.timeMs())
  await time.synchronize()
  const clock = time.now
  const outbox = createOutbox(config, store, metrics, logger, clock)
  const engine: Engine = {
    store,
    outbox,
    clock,
    customer: remember((id: number) => store.read.customers.find(id), freshMs),
    observe: metrics.observe,
  }
  const app = await createHttp({
    logger,
    trustedProxies: config.trustedProxies,
    tls: config.tls && { cert: readFileSync(config.tls.certFile), key: readFileSync(config.tls.keyFile) },
    version: packageJson.version,
    baseUrl: config.baseUrl,
    isReady: () => isReady(store),
    metrics: metrics.registry,
    plugins: [
      miniOrange(engine),
      ...(config.inbox ? [inboxPages((to, limit) => store.read.inbox.list(to, limit))] : []),
    ],
  })

  const warn = (error: unknown) => logger.warn({ err: error }, 'a background job failed')
  outbox.start()
  const jobs = [
    every(closeAuditEveryMs, () => store.closeAudit(clock()), warn),
    every(purgeEveryMs, () => store.purge(clock()), warn),
    every(synchronizeEveryMs, () => time.synchronize(), warn),
  ]
  return {
    app,
    store,
    async close() {
      // A connection whose last answer is out is closed at once, and not when its caller lets go of it.
      const hangingUp = setInterval(() => app.server.closeIdleConnections(), hangUpEveryMs)
      await app.close()
      clearInterval(hangingUp)
      await outbox.stop()
      await Promise.all(jobs.map((job) => job.stop()))
      await store.closeAudit(clock()).catch(warn)
      await store.close()
      clearInterval(flushing)
      logger.flush()
    },
  }
}

/** The database of these settings, with its tables brought up to this release. */
export async function openStoreOf(config: Config): Promise<Store> {
  const store = await connectStoreOf(config)
  try {
    await store.migrate()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The same with its tables as they are. */
export async function connectStoreOf({ databaseUrl, dataDir, masterKeys: given }: Config): Promise<Store> {
  const masterKeys = given ?? [developmentKey(dataDir)]
  return openStore({ databaseUrl, dataDir, masterKeys, limits: guardLimits })
}

/** A master key of this folder's own, made at the first start; production wants one that is kept elsewhere. */
function developmentKey(dataDir: string): Uint8Array {
  const file = join(dataDir, 'master.key')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${randomSecret(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (key.length === 32) return key
  throw new ConfigError(
    `${file} does not hold a whole key. Restore it from a backup; without one, begin with an empty data folder.`,
  )
}

function createOutbox(
  config: Config,
  store: Store,
  metrics: ReturnType<typeof createMetrics>,
  logger: pino.Logger,
  clock: () => number,
): Outbox {
  const keepInInbox = (
    customerId: number,
    channel: Via,
    to: string,
    message: { subject: string | null; text: string; html: string | null },
  ) => store.write((tx) => tx.inbox.add(customerId, { channel, to, ...message, sentAtMs: clock() }))
  const settings = remember(
    async (scope: number) => withDefaults(serverSettings, await store.read.settings.all(scope)),
    freshMs,
  )
  let channels = channelsFor(withDefaults(serverSettings, new Map()), null)
  let madeFrom: unknown
  return new Outbox({
    clock,
    async channelFor(via) {
      const now = await settings(serverScope)
      const text = JSON.stringify(now)
      if (now && text !== madeFrom) {
        channels = channelsFor(now, config.inbox ? keepInInbox : null)
        madeFrom = text
      }
      return channels(via)
    },
    record: (results) =>
      store.write(async (tx) => {
        for (const result of results) await tx.deliveries.record(result)
      }),
    claimAbandoned: (nowMs, leaseUntilMs, triesMax, limit) =>
      store.write((tx) => tx.deliveries.claimAbandoned(nowMs, leaseUntilMs, triesMax, limit)),
    observe(via, channel, { isSent, id, error }) {
      metrics.delivered(via, channel, isSent)
      if (!isSent) logger.warn({ delivery: id, via, channel, reason: error }, 'a message was not handed over')
    },
    warn: (error) => logger.warn({ err: error }, 'the outbox failed'),
  })
}

async function isReady(store: Store): Promise<boolean> {
  try {
    await store.read.customers.list()
    return true
  } catch {
    return false
  }
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
