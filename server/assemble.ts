import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { accountPages } from './api/accounts/index.ts'
import { authenticatorApp } from './api/authenticator.ts'
import { centagate } from './api/centagate/index.ts'
import { consoleCalls } from './api/console/index.ts'
import { deviceApi } from './api/device/index.ts'
import { createHttp } from './api/http.ts'
import { inboxPages } from './api/inbox/index.ts'
import { createInspector, type Inspector } from './api/inspector/index.ts'
import { sdkFiles } from './api/js/index.ts'
import { linkPages } from './api/links/index.ts'
import { passkeyPages } from './api/links/passkeys.ts'
import { voicePages } from './api/links/voices.ts'
import { selfPages } from './api/me/index.ts'
import { miniOrange } from './api/miniorange/index.ts'
import { pageStyle } from './api/page.ts'
import { receiptHooks } from './api/receipts/index.ts'
import { referencePages } from './api/reference/index.ts'
import { curlLines } from './api/reference/samples/curl.ts'
import { riskPages } from './api/risk/index.ts'
import type { Watch } from './api/seen.ts'
import { webApp } from './api/web.ts'
import { type Clock, createClock } from './clock.ts'
import { addressList, type Config, ConfigError } from './config.ts'
import { createSetup } from './console-setup.ts'
import { createDoorbell } from './doorbell.ts'
import { guardLimits } from './engine/guard.ts'
import type { Engine, SelfService } from './engine/ports.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createOutgoing } from './outgoing.ts'
import { createPushSending } from './push-sending.ts'
import { remember } from './remember.ts'
import { riskPorts } from './risk-ports.ts'
import { randomSecret } from './security/random.ts'
import type { ServerSettings } from './settings.ts'
import { openStore, type Store } from './store/open.ts'
import { readTls, reloadTls } from './tls.ts'
import { shippedModel } from './voice/model.ts'
import { findPocketsphinx } from './voice/pocketsphinx.ts'
import { onnxProblem } from './voice/sherpa.ts'
import { type OpenVoices, openVoices } from './voice/voices.ts'
import { sendWebhooks, type WebhookPorts } from './webhooks.ts'

/** How old a customer, a setting or a key may be in use after it was changed on another node. */
const freshMs = 1_000
const closeAuditEveryMs = 5_000
const purgeEveryMs = 60_000
const synchronizeEveryMs = 60_000
const hangUpEveryMs = 50
const webhooksEveryMs = 2_000
const countEveryMs = 1_000
const reloadEveryMs = 30_000

/** Everything, joined and not yet listening. */
export interface Assembled {
  readonly app: FastifyInstance
  readonly store: Store
  /** Takes requests from now on; returns the base URL, with the real port when a free one was asked for. */
  listen(): Promise<string>
  /** Takes a renewed certificate; what is wrong with it is in the log, and the one in use stays. */
  reload(): void
  /** Stops taking requests, finishes what is running, closes the audit and the database. */
  close(): Promise<void>
}

/** Joins config, store, channels, engine and APIs. `given` is another clock than this computer's. */
export async function assemble(config: Config, given?: Clock): Promise<Assembled> {
  const { logger, flush } = createLog(config.logLevel)
  const metrics = createMetrics()
  const store = await openStoreOf(config)
  const time = given ?? createClock(Date.now, () => store.timeMs())
  await time.synchronize()
  const clock = time.now
  let baseUrl = config.baseUrl
  const voices = openVoicesOf(config)
  const customer = remember((id: number) => store.read.customers.find(id), freshMs)
  const outgoing = createOutgoing({ config, store, metrics, logger, clock, customer, baseUrl: () => baseUrl, freshMs })
  const doorbell = createDoorbell()
  const { settings } = outgoing
  const push = await createPushSending({ store, clock, doorbell, settings, baseUrl: () => baseUrl, metrics, logger })
  const risk = riskPorts(config.networks, store, logger, freshMs)
  const engine: Engine = {
    get baseUrl() {
      return baseUrl
    },
    store,
    outbox: outgoing.outbox,
    doorbell,
    clock,
    customer,
    app: remember((key: string) => store.read.apps.byKey(key), freshMs),
    observe: metrics.observe,
    ...risk.ports,
    selfService: async () => selfServiceOf(await outgoing.settings(), config),
    voices,
  }
  const isDevelopment = config.mode === 'development'
  const keys = () => keysOf(store)
  const inspector = isDevelopment ? createInspector({ clock, baseUrl: () => baseUrl, keys, curl: curlLines }) : null
  const app = await createHttp({
    logger,
    trustedProxies: config.trustedProxies,
    tls: readTls(config),
    version: packageJson.version,
    baseUrl: config.baseUrl,
    isReady: () => isReady(store),
    state: { voice: voices.isReplayChecked ? 'replay protection on' : 'replay protection off' },
    metrics: metrics.registry,
    plugins: [
      ...vendorsOf(engine, inspector?.watch),
      ...pagesOf(engine).concat(consoleOf(config, engine, store, outgoing, inspector), consolePages()),
      deviceApi(engine, push.vapidPublicKey),
      authenticatorApp(isDevelopment),
      receiptHooks({ find: outgoing.provider, onReceipt: outgoing.onReceipt, baseUrl: () => baseUrl }),
      referencePages(async () => ({
        baseUrl,
        key: isDevelopment ? ((await keys())[0] ?? null) : null,
        links: linksOf(config),
      })),
      ...(config.inbox ? [inboxPages((to, limit) => store.read.inbox.list(to, limit))] : []),
      ...(inspector ? [inspector.pages] : []),
    ],
  })

  const warn = (error: unknown) => logger.warn({ err: error }, 'a background job failed')
  outgoing.outbox.start()
  const jobs = jobsOf({ engine, store, clock, warn, synchronize: () => time.synchronize(), risk })
  return {
    app,
    store,
    async listen() {
      await app.listen({ host: config.host, port: config.port })
      const { port } = app.server.address() as AddressInfo // listening on TCP
      if (config.port === 0) baseUrl = baseUrl.replace(/:0$/, `:${port}`)
      return baseUrl
    },
    reload: () => reloadInLog(app, config, logger),
    async close() {
      // A connection whose last answer is out is closed at once, and not when its caller lets go of it.
      const hangingUp = setInterval(() => app.server.closeIdleConnections(), hangUpEveryMs)
      await app.close()
      clearInterval(hangingUp)
      await Promise.all([outgoing.stop(), push.stop()])
      await Promise.all(jobs.map((job) => job.stop()))
      await voices.close()
      await store.closeAudit(clock()).catch(warn)
      await store.close()
      flush()
    },
  }
}

interface Background {
  readonly engine: Engine
  readonly store: Store
  readonly clock: () => number
  readonly warn: (error: unknown) => void
  readonly synchronize: () => Promise<unknown>
  readonly risk: ReturnType<typeof riskPorts>
}

/** What is done again and again beside the requests. */
function jobsOf({ engine, store, clock, warn, synchronize, risk }: Background) {
  return [
    every(closeAuditEveryMs, () => store.closeAudit(clock()), warn),
    every(purgeEveryMs, () => store.purge(clock()), warn),
    every(countEveryMs, risk.count, warn),
    every(reloadEveryMs, risk.reload, warn),
    every(webhooksEveryMs, () => sendWebhooks(webhookPorts(engine, store)), warn),
    every(synchronizeEveryMs, synchronize, warn),
  ]
}

/** The keys of all customers, the oldest one's first: development shows it, as the start's box does. */
async function keysOf({ read }: Store): Promise<{ customerKey: string; apiKey: string }[]> {
  const byAge = (await read.customers.list()).sort((left, right) => left.createdAtMs - right.createdAtMs)
  const found = await Promise.all(byAge.map(({ id }) => read.customers.find(id)))
  return found.flatMap((customer) => (customer ? [{ customerKey: String(customer.id), apiKey: customer.apiKey }] : []))
}

function reloadInLog(app: FastifyInstance, config: Config, logger: Logger): void {
  try {
    if (reloadTls(app.server, config)) logger.info('the certificate was read again')
  } catch (error) {
    logger.error({ err: error }, 'the certificate cannot be used; the one before stays')
  }
}

function selfServiceOf(settings: ServerSettings, { mode }: Config): SelfService {
  const isAllowed = (where: ServerSettings['customerSignUp']) => where === 'on' || where === mode
  return {
    maySignUp: isAllowed(settings.customerSignUp),
    maySignIn: isAllowed(settings.customerSignIn),
    signUpsPerDay: settings.signUpsPerDay,
    supportEmail: settings.supportEmail || null,
  }
}

/** Every vendor's words, each a folder that can be taken away. */
function vendorsOf(engine: Engine, watch: Watch | undefined) {
  return [
    miniOrange(engine, watch), // documents 000, 001 and 003
    centagate(engine, watch), // document 004
    riskPages(engine), // document 002
    sdkFiles,
  ]
}

/** Where people look after all this. */
function consoleOf(
  { mode, inbox: hasInbox }: Config,
  engine: Engine,
  store: Store,
  { settings: serverSettings }: ReturnType<typeof createOutgoing>,
  inspector: Inspector | null,
) {
  const setup = createSetup({ engine, store, hasInbox, serverSettings })
  const areAddresses = (list: readonly string[]) => list.length === 0 || addressList(list.join(',')) !== undefined
  const calls = inspector && ((customerKey: string) => inspector.calls(customerKey))
  return consoleCalls({ engine, mode, hasInbox, version: packageJson.version, setup, areAddresses, calls })
}

/** The console itself, where `web/build.ts` has left it. */
function consolePages() {
  const folder = fileURLToPath(new URL('../dist/console', import.meta.url))
  return existsSync(folder) ? [webApp({ path: '/console', folder })] : []
}

/** What people reach by a link in a message or a QR code. */
function pagesOf(engine: Engine) {
  return [pageStyle, linkPages(engine), passkeyPages(engine), voicePages(engine), accountPages(engine), selfPages(engine)]
}

/** Pages of this server that the reference points to. */
function linksOf({ inbox, mode }: Config) {
  const description = {
    href: '/openapi.json',
    title: 'API description',
    about: 'the same for programs, as OpenAPI 3.1',
  }
  const messages = { href: '/dev/inbox', title: 'Inbox', about: 'every message that no gateway is set up for' }
  const requests = {
    href: '/dev/requests',
    title: 'Requests',
    about: 'your last calls, and why a signature is refused',
  }
  return [...(inbox ? [messages] : []), ...(mode === 'development' ? [requests] : []), description]
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

/** What listens to voices, with the model that the settings name. */
function openVoicesOf({ voiceModel, voiceOnnx: onnx }: Config): OpenVoices {
  const problem = onnx && onnxProblem(onnx)
  if (problem) throw new ConfigError(problem)
  const folder = voiceModel ?? shippedModel
  try {
    return openVoices({ folder, onnx, pocketsphinx: findPocketsphinx() })
  } catch {
    throw new ConfigError(`COUNTERSIGN_VOICE_MODEL names a folder without a background model: ${folder}`)
  }
}

/** What sends webhooks: due events are claimed in the database, so that each node may try. */
function webhookPorts(engine: Engine, store: Store): WebhookPorts {
  return {
    clock: engine.clock,
    async target(customerId) {
      const customer = await engine.customer(customerId)
      const { webhookUrl: url, webhookSecret: secret } = customer?.settings ?? { webhookUrl: '', webhookSecret: '' }
      return url ? { url, secret } : undefined
    },
    claimDue: (nowMs, leaseUntilMs, limit) => store.write((tx) => tx.webhooks.claimDue(nowMs, leaseUntilMs, limit)),
    record: (id, code, isDelivered, nextTryAtMs) =>
      store.write((tx) => tx.webhooks.record(id, code, isDelivered, nextTryAtMs)),
  }
}

async function isReady(store: Store): Promise<boolean> {
  try {
    await store.read.customers.list()
    return true
  } catch {
    return false
  }
}

/** What is done again and again beside the requests. */
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
