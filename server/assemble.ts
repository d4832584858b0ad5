import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { createHttp } from './api/http.ts'
import { createCheckpoints } from './checkpoints/write.ts'
import { type Clock, createClock } from './clock.ts'
import { type Config, ConfigError } from './config.ts'
import { diskOf } from './data-folder.ts'
import { openStoreOf } from './database.ts'
import { createDoorbell } from './doorbell.ts'
import type { Engine, SelfService } from './engine/ports.ts'
import { jobsOf } from './jobs.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createOutgoing } from './outgoing.ts'
import { createPushSending } from './push-sending.ts'
import { remember } from './remember.ts'
import { riskPorts } from './risk-ports.ts'
import { servedBy } from './served.ts'
import type { ServerSettings } from './settings.ts'
import type { Store } from './store/open.ts'
import { readTls, reloadTls } from './tls.ts'
import { shippedModel } from './voice/model.ts'
import { findPocketsphinx } from './voice/pocketsphinx.ts'
import { onnxProblem } from './voice/sherpa.ts'
import { type OpenVoices, openVoices } from './voice/voices.ts'

/** How old a customer, a setting or a key may be in use after it was changed on another node. */
const freshMs = 1_000
const hangUpEveryMs = 50

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
  const tls = readTls(config)
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
  const checkpoints = createCheckpoints(store, config.dataDir, logger)
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
  const app = await createHttp({
    logger,
    trustedProxies: config.trustedProxies,
    tls,
    version: packageJson.version,
    baseUrl: config.baseUrl,
    isHttpsOnly: config.mode === 'production',
    whyNotReady: () => whyNotReady(store, config),
    state: {
      voice: voices.isReplayChecked ? 'replay protection on' : 'replay protection off',
      get audit() {
        return checkpoints.state()
      },
    },
    metrics: metrics.registry,
    plugins: servedBy({ config, store, engine, outgoing, vapidPublicKey: push.vapidPublicKey }),
  })

  const warn = (error: unknown) => logger.warn({ err: error }, 'a background job failed')
  outgoing.outbox.start()
  const mayBePrivate = async (host: string) =>
    config.mode === 'development' || (await settings()).privateWebhookHosts.includes(host)
  const synchronize = () => time.synchronize()
  const jobs = jobsOf({ engine, store, checkpoints, clock, warn, synchronize, risk, mayBePrivate })
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
      await checkpoints.write(clock())
      await store.close()
      flush()
    },
  }
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
    isForStrangers: settings.customerSignUp === 'on',
    signUpsPerDay: settings.signUpsPerDay,
    supportEmail: settings.supportEmail || null,
  }
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

async function whyNotReady(store: Store, config: Config): Promise<string | null> {
  try {
    await store.read.customers.list()
    return diskOf(config)?.isFull ? 'the disk is full' : null
  } catch {
    return 'the database does not answer'
  }
}
