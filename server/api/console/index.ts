import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { ConsoleRoute } from '../../../contract/console/route.ts'
import { type CallName, consoleRoutes } from '../../../contract/console.ts'
import { OverloadError } from '../../vocabulary/overload.ts'
import { notReadable, readJson } from '../body.ts'
import { activity } from './activity.ts'
import { admins } from './admins.ts'
import { apps } from './apps.ts'
import type { Asked, ConsolePorts, Handlers } from './asked.ts'
import { developers } from './developers.ts'
import { customerHeader, enter, isSecure, setCookie } from './door.ts'
import { groups } from './groups.ts'
import { home } from './home.ts'
import { Problem } from './problem.ts'
import { risk } from './risk.ts'
import { check } from './schemas.ts'
import { session } from './session.ts'
import { setup } from './setup.ts'
import { tokens } from './tokens.ts'
import { userHelp } from './user-help.ts'
import { userInvitations } from './user-invitations.ts'
import { userTimeline } from './user-timeline.ts'
import { users } from './users.ts'

const bodyBytesMax = 64 * 1024

const handlers = {
  ...session,
  ...home,
  ...users,
  ...userTimeline,
  ...userHelp,
  ...userInvitations,
  ...groups,
  ...tokens,
  ...apps,
  ...setup,
  ...risk,
  ...activity,
  ...developers,
  ...admins,
} satisfies Partial<Handlers<CallName>>

/** Everything that the console asks: `contract/console.ts` has each call. */
export function consoleCalls(ports: ConsolePorts): FastifyPluginAsync {
  return async (app) => {
    readAsConsole(app)
    for (const name of Object.keys(handlers) as (keyof typeof handlers)[]) {
      const { method, path, bodyBytesMax: bytes }: ConsoleRoute = consoleRoutes[name]
      app.route({
        method,
        url: path,
        bodyLimit: bytes ?? bodyBytesMax,
        schema: { hide: true },
        handler: (request, reply) => answer(ports, name, request, reply),
      })
    }
  }
}

async function answer(ports: ConsolePorts, name: keyof typeof handlers, request: FastifyRequest, reply: FastifyReply) {
  const { engine } = ports
  const entered = await enter(engine, name, request)
  if (entered instanceof Problem) return refuse(reply, entered)
  const body = check(name, 'body', request.body)
  if (body instanceof Problem) return refuse(reply, body)
  const query = check(name, 'query', request.query)
  if (query instanceof Problem) return refuse(reply, query)
  const asked = {
    ports,
    engine,
    ...entered,
    params: request.params,
    query,
    body,
    namedCustomer: request.headers[customerHeader],
    keep: (secret: string | null) => setCookie(reply, secret, isSecure(engine)),
    asFile: (type: string, file: string) =>
      reply.type(type).header('content-disposition', `attachment; filename="${file}"`),
  }
  // The door and the schemas made of it what the call's own type says.
  const handler = handlers[name] as (asked: unknown) => Promise<unknown>
  const said = await handler(asked as unknown as Asked<CallName>)
  return said instanceof Problem ? refuse(reply, said) : said
}

function refuse(reply: FastifyReply, problem: Problem) {
  reply.code(problem.status)
  return problem.body
}

/** JSON alone, within limits, answered so that no page may frame, keep or run it. */
function readAsConsole(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, given, done) => {
    const bytes = given as Buffer // as `parseAs` says
    const problem = notReadable(request.headers, bytes)
    const read = problem ?? (bytes.length === 0 ? {} : readJson(bytes))
    // PostgreSQL keeps no text with this character, which nobody types.
    const refused = typeof read === 'object' && hasNull(read) ? 'The body must not contain U+0000.' : read
    if (typeof refused === 'string') done(Object.assign(new Error(refused), { statusCode: 422 }))
    else done(null, refused)
  })
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(safeHeaders)
    done()
  })
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    if (error instanceof OverloadError) {
      reply.header('retry-after', '1')
      return refuse(reply, new Problem('busy', 'There is too much to do just now. Try again.'))
    }
    const code = error.statusCode ?? 500
    if (code >= 500) request.log.error({ err: error, requestId: request.id }, 'a request failed')
    const text = code >= 500 ? `Something went wrong here (${request.id}). Try again.` : error.message
    return refuse(reply, new Problem(code >= 500 ? 'broken' : 'invalid', text))
  })
}

function hasNull(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, one]) => name.includes('\0') || hasNull(one))
}

const safeHeaders = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}
