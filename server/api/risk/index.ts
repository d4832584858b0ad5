import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TObject } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Engine } from '../../engine/ports.ts'
import { OverloadError } from '../../vocabulary/overload.ts'
import { readBytes, readJson } from '../body.ts'
import type { Around } from './around.ts'
import { challengeBody, evaluateBody, registerBody, userBody, validateBody } from './bodies.ts'
import { evaluatedPageOf, pageOf } from './caller.ts'
import { challengeUser } from './challenge.ts'
import { evaluateRisk } from './evaluate.ts'
import { isUserRegistered, registerUser } from './registration.ts'
import { validateAnswer } from './validate.ts'
import { type Said, said } from './words.ts'

/**
 * What the browser SDK calls, for document 002's functions. Nothing here is signed: a session that the site's backend
 * opened says whose page it is, and only that page's origin may read the answer. The SDK is served beside it, so that the
 * calls are between the two and described nowhere else.
 */
export function riskPages(engine: Engine): FastifyPluginAsync {
  return async (app) => {
    // As plain text, so that browsers send it without asking; nobody is answered who asks.
    readBytes(app)
    for (const one of calls) serve(app, engine, one)
  }
}

interface PageCall<Body extends TObject, Page> {
  readonly name: string
  readonly body: Body
  /** Who may call; undefined: not this page. */
  readonly pageOf: (engine: Engine, body: Static<Body>, origin: string | undefined) => Promise<Page | undefined>
  readonly handle: (around: Around, page: Page, body: Static<Body>) => Promise<Said>
}

/** Keeps the types of body and page beside the call; here it is only served. */
function pageCall<Body extends TObject, Page>(one: PageCall<Body, Page>): Served {
  return one as unknown as Served // a body is checked by its own schema before it is handed over
}

type Served = PageCall<TObject, unknown>

const calls = [
  pageCall({
    name: 'user',
    body: userBody,
    pageOf,
    handle: isUserRegistered,
  }),
  pageCall({
    name: 'register',
    body: registerBody,
    pageOf,
    handle: registerUser,
  }),
  pageCall({
    name: 'evaluate',
    body: evaluateBody,
    pageOf,
    handle: evaluateRisk,
  }),
  pageCall({
    name: 'challenge',
    body: challengeBody,
    pageOf: evaluatedPageOf,
    handle: challengeUser,
  }),
  pageCall({
    name: 'validate',
    body: validateBody,
    pageOf: evaluatedPageOf,
    handle: validateAnswer,
  }),
]

function serve(app: FastifyInstance, engine: Engine, one: Served): void {
  const validator = Compile(one.body)
  app.post(`/api/risk/page/${one.name}`, {
    config: { isCall: true },
    schema: { hide: true },
    handler: async (request, reply) => {
      reply.headers({ 'content-type': 'application/json; charset=utf-8', vary: 'origin' })
      const raw = readJson(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))
      if (typeof raw === 'string') return told(request, {}, { status: 'ERROR', message: raw })
      if (!validator.Check(raw)) {
        const field = validator.Errors(raw)[0]?.instancePath.slice(1).replaceAll('/', '.')
        return told(request, {}, { status: 'ERROR', message: `The field ${field || 'of that name'} is not valid.` })
      }
      return told(request, raw, await take(engine, one, raw, request, reply))
    },
  })
}

async function take(
  engine: Engine,
  one: Served,
  body: Record<string, unknown>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Said> {
  const { origin } = request.headers
  try {
    const page = await one.pageOf(engine, body, origin)
    if (page === undefined) return said.notThisPage
    reply.header('access-control-allow-origin', origin)
    const userAgent = request.headers['user-agent'] ?? null
    return await one.handle({ engine, address: request.ip, userAgent, requestId: request.id }, page, body)
  } catch (error) {
    const isOverload = error instanceof OverloadError
    if (!isOverload) request.log.error({ err: error, requestId: request.id }, 'a call failed')
    reply.header('retry-after', '1')
    return isOverload ? said.busy : said.failed
  }
}

/** HTTP 200 whatever the outcome, with the names as they were sent. */
function told(request: FastifyRequest, { customerKey, userKey }: Record<string, unknown>, answer: Said): string {
  request.outcome = answer.status
  return JSON.stringify({ customerKey, userKey, ...answer })
}
