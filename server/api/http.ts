import type { Socket } from 'node:net'
import swagger from '@fastify/swagger'
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { randomId } from '../security/random.ts'
import { answerMissing } from './missing.ts'
import { isFromOwnNetwork } from './network.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What became of the call, in a word, for the log. */
    outcome: string | null
  }
  interface FastifyContextConfig {
    /** A call of an API: told in the log. */
    isCall?: boolean
  }
}

const bodyBytesMax = 64 * 1024
const requestTimeoutMs = 15_000
const headersTimeoutMs = 10_000
/** Less than a stop may take: Node closes no connection that is still in its handshake. */
const handshakeTimeoutMs = 5_000
const lookEveryMs = 500
const yearSeconds = 31_536_000

export interface HttpOptions {
  readonly logger: Logger
  readonly trustedProxies: readonly string[]
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null
  readonly version: string
  readonly baseUrl: string
  /** Whether browsers are told never to come by plain http again (RFC 6797). */
  readonly isHttpsOnly: boolean
  /** What keeps this server from deciding anything, in a few words; null: nothing. */
  readonly whyNotReady: () => Promise<string | null>
  /** What an operator should know of a server that is ready, in a few words each. */
  readonly state: Readonly<Record<string, string>>
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> }
  /** The APIs and pages to serve. */
  readonly plugins: readonly FastifyPluginAsync[]
}

/** The web server: request ids, limits, health, the description of the API, and the last boundary for errors. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const start = randomId().slice(0, 8)
  let count = 0
  const app = Fastify({
    ...(options.tls
      ? { https: { ...options.tls, ...bareHttp, handshakeTimeout: handshakeTimeoutMs } }
      : { http: bareHttp }),
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => `${start}-${(++count).toString(36)}`,
    requestIdHeader: false,
    // Every line names its request itself; a logger of its own for each request would cost more than the line.
    childLoggerFactory: (logger) => logger,
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { ignoreTrailingSlash: true },
    schemaController: { compilersFactory: describingOnly },
    clientErrorHandler,
    frameworkErrors: onError,
    forceCloseConnections: 'idle',
    // A request that comes while the server stops is still answered, in its caller's words.
    return503OnClosing: false,
  }) as unknown as FastifyInstance // http and https instances differ only in a type we do not use
  app.server.headersTimeout = headersTimeoutMs
  // Node would answer an unknown expectation with an empty body.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  hangUpUnused(app, options.tls !== null)

  app.decorateRequest('outcome', null)
  // On every answer, said here once. What may be kept, as files are, says so itself: answers hold keys and recovery codes.
  const headers = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(options.isHttpsOnly ? { 'strict-transport-security': `max-age=${yearSeconds}` } : {}),
  }
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    reply.headers(headers)
    // No text that we keep or look for has this character, and PostgreSQL takes none with it.
    if (request.url.includes('%00')) reply.code(400).send(refusal('An address must not contain U+0000.'))
    else done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const path = request.routeOptions.url ?? 'unknown'
    const isCall = request.routeOptions.config.isCall || /^\/(moas|api|rest)\//.test(path)
    const level = isCall ? 'info' : 'debug'
    const line = {
      requestId: request.id,
      ip: request.ip,
      path,
      code: reply.statusCode,
      outcome: request.outcome,
      ms: Math.round(reply.elapsedTime),
    }
    request.log[level](line, 'request')
    done()
  })
  app.setNotFoundHandler((request, reply) =>
    answerMissing(request, reply, refusal('There is no such call; /docs lists them all.')),
  )
  app.setErrorHandler(onError)

  await describe(app, options)
  for (const plugin of options.plugins) await app.register(plugin)
  app.register(async (scope) => operate(scope, options))
  return app
}

/** How long a connection that was made beforehand may still ask something while the server stops. */
const unusedMs = 1_000

/** Browsers connect beforehand, and Node does not call a connection idle that never asked anything: it would hold up a stop. */
function hangUpUnused(app: FastifyInstance, isTls: boolean): void {
  const open = new Set<Socket>()
  const watch = (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  app.server.on('connection', watch)
  // What came before the handshake was through is no question yet.
  if (isTls) app.server.on('secureConnection', watch)
  app.addHook('preClose', (done) => {
    setTimeout(() => {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    }, unusedMs).unref()
    done()
  })
}

/**
 * The schemas describe; what they mean is checked by the endpoints, in the words of their own callers. Fastify's own
 * compilers, which need megabytes, are not even loaded.
 */
const describingOnly = {
  buildValidator: () => () => () => true,
  buildSerializer: () => () => JSON.stringify,
} as unknown as Compilers // typed for those alone
type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>

/** Old clients send no Host; Node would answer them with an empty body, and look only every 30 s for who takes too long. */
const bareHttp = { requireHostHeader: false, connectionsCheckingInterval: lookEveryMs }

/** The last boundary: framing errors keep their HTTP status, everything else is ours and says nothing about itself. */
function onError(error: { statusCode?: number; message: string }, request: FastifyRequest, reply: FastifyReply): void {
  const code = error.statusCode ?? 500
  if (code >= 500) request.log.error({ err: error, requestId: request.id }, 'a request failed')
  reply.code(code).send(refusal(code >= 500 ? 'Something went wrong here. Try again.' : error.message))
}

/** The word that every client of every API takes for a refusal. */
function refusal(message: string) {
  return { status: 'FAILED', statusCode: 'FAILED', message, statusMessage: message }
}

/** What a request that is not even HTTP is told. */
function clientErrorHandler(error: { code?: string }, socket: Socket): void {
  // Where the connection itself broke, or never got through its handshake, nobody reads an answer, and the end waits for ever.
  if (!/^(HPE|ERR_HTTP)_/.test(error.code ?? '') || !socket.writable) {
    socket.destroy()
    return
  }
  const line = clientErrors[error.code ?? ''] ?? '400 Bad Request'
  const body = JSON.stringify(refusal(line.slice(4)))
  socket.end(
    `HTTP/1.1 ${line}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

const clientErrors: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

async function describe(app: FastifyInstance, { version, baseUrl }: HttpOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Countersign',
        version,
        description: 'Multi-factor authentication: challenge a user, validate the answer.',
      },
      servers: [{ url: baseUrl }],
      components: {
        securitySchemes: {
          customerKey: { type: 'apiKey', in: 'header', name: 'Customer-Key', description: 'Your customer key.' },
          timestamp: {
            type: 'apiKey',
            in: 'header',
            name: 'Timestamp',
            description: 'The time in milliseconds since 1970, in decimal digits.',
          },
          signature: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'Lower-case hex SHA-512 of customer key + timestamp + API key.',
          },
          phone: { type: 'apiKey', in: 'header', name: 'Countersign-Device', description: 'The id of the phone.' },
          phoneNonce: {
            type: 'apiKey',
            in: 'header',
            name: 'Countersign-Nonce',
            description: 'From `GET /api/device/v1/server`, or from the last answer.',
          },
          phoneSignature: {
            type: 'apiKey',
            in: 'header',
            name: 'Countersign-Signature',
            description:
              'ECDSA P-256 with SHA-256 over the request, r||s in base64url; docs/phone-app.md tells of what.',
          },
        },
      },
    },
  })
}

async function operate(app: FastifyInstance, { whyNotReady, state, metrics }: HttpOptions): Promise<void> {
  const hidden = { schema: { hide: true } }
  app.get('/healthz', hidden, async () => ({ status: 'ok' }))
  app.get('/readyz', hidden, async (_request, reply) => {
    const why = await whyNotReady()
    if (why !== null) reply.code(503).header('retry-after', '5')
    return why === null ? { status: 'ready', ...state } : { status: why }
  })
  app.get('/metrics', hidden, async (request, reply) => {
    if (!isFromOwnNetwork(request))
      return reply.code(403).send(refusal('Metrics are for this machine and private networks; see docs/operating.md.'))
    reply.header('content-type', metrics.contentType)
    return metrics.metrics()
  })
  app.get('/openapi.json', hidden, async () => app.swagger())
}
