import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Language } from '../../engine/templates.ts'
import { readJson } from '../body.ts'
import { hidden, languageOf } from '../page.ts'
import { demoPage } from './page.ts'
import { words } from './words.ts'

export interface DemoOptions {
  readonly clock: () => number
  /** The keys of the customer that the demonstration plays; undefined: there is none yet. */
  readonly key: () => Promise<CustomerKey | undefined>
}

interface CustomerKey {
  readonly customerKey: string
  readonly apiKey: string
}

/** What the page sends; every step takes what it needs of it. */
interface Input {
  readonly username: string
  readonly txId: string
  readonly token: string
  readonly ipAddress: string
  readonly userAgent: string
  readonly language: Language
}

type Step = (input: Input, customerKey: string) => { readonly path: string; readonly body: object }

/** What a site calls, step by step: the same calls that any client of the vendor makes. */
const steps: Readonly<Record<string, Step>> = {
  user: ({ username }, customerKey) => ({ path: '/admin/users/create', body: { customerKey, username } }),
  pair: ({ username }) => ({ path: '/auth/register-mobile', body: { username } }),
  paired: ({ txId }) => ({ path: '/auth/registration-status', body: { txId } }),
  push: ({ username, ipAddress, userAgent, language }, customerKey) => ({
    path: '/auth/challenge',
    body: {
      customerKey,
      username,
      authType: 'PUSH NOTIFICATIONS',
      transactionName: words[language].transaction,
      ipAddress,
      userAgent,
      showsMatchNumber: true,
    },
  }),
  scan: ({ username, ipAddress, userAgent, language }, customerKey) => ({
    path: '/auth/challenge',
    body: {
      customerKey,
      username,
      authType: 'MOBILE AUTHENTICATION',
      transactionName: words[language].transaction,
      ipAddress,
      userAgent,
    },
  }),
  code: ({ username, token }, customerKey) => ({
    path: '/auth/validate',
    body: { customerKey, username, authType: 'SOFT TOKEN', token },
  }),
  status: ({ txId }) => ({ path: '/auth/auth-status', body: { txId } }),
}

/** Users of its own, so that nobody else's are touched. */
const demoUser = /^demo-[a-z0-9]{4,12}@example\.com$/

const files = {
  '/demo/demo.css': ['demo.css', 'text/css; charset=utf-8'],
  '/demo/demo.js': ['demo.js', 'text/javascript; charset=utf-8'],
} as const

const safeHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self' data:; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}

/**
 * A login page with a phone beside it, so that one browser shows the whole dance. Its server half calls this server as any
 * client does, signed with the customer's key. Registered in development only: it lets everybody in.
 */
export function demoPages(options: DemoOptions): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(safeHeaders)
    })
    app.get('/demo', hidden, async (request, reply) =>
      reply.type('text/html; charset=utf-8').send(demoPage(languageOf(request))),
    )
    for (const [path, [file, type]] of Object.entries(files)) {
      const content = readFileSync(new URL(file, import.meta.url))
      app.get(path, hidden, async (_request, reply) => reply.type(type).send(content))
    }
    app.post<{ Params: { step: string } }>('/demo/:step', hidden, async (request, reply) => {
      const { params, body, ip, headers } = request
      const step = Object.hasOwn(steps, params.step) ? steps[params.step] : undefined
      const given = body instanceof Uint8Array ? readJson(body) : 'Send a JSON object.'
      if (!step) return reply.code(404).send({ message: 'There is no such step.' })
      if (typeof given === 'string') return reply.code(400).send({ message: given })
      const text = (name: string) => (typeof given[name] === 'string' ? given[name] : '')
      const input = {
        username: text('username'),
        txId: text('txId'),
        token: text('token'),
        ipAddress: ip,
        userAgent: String(headers['user-agent']),
        language: languageOf(request),
      }
      if (!demoUser.test(input.username))
        return reply.code(400).send({ message: 'This is no user of the demonstration.' })
      return call(app, options, (customerKey) => step(input, customerKey))
    })
  }
}

async function call(app: FastifyInstance, options: DemoOptions, made: (customerKey: string) => ReturnType<Step>) {
  const key = await options.key()
  if (!key) return { status: 'ERROR', message: 'There is no customer yet.' }
  const { path, body } = made(key.customerKey)
  const timestamp = String(options.clock())
  const signature = createHash('sha512').update(`${key.customerKey}${timestamp}${key.apiKey}`).digest('hex')
  const headers = { 'Customer-Key': key.customerKey, Timestamp: timestamp, Authorization: signature }
  const answer = await app.inject({ method: 'POST', url: `/moas/api${path}`, headers, payload: body })
  return answer.json()
}
