import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static, type TObject } from 'typebox'
import { Compile } from 'typebox/compile'
import { mayName } from '../../engine/groups.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Facts } from '../../vocabulary/audit.ts'
import { OverloadError } from '../../vocabulary/overload.ts'
import { bytesOf } from '../body.ts'
import { common, isAddress, readFields, textsOf } from './fields.ts'
import type { CallName } from './orders.ts'
import { authenticate, type Caller, type SignedCall } from './signature.ts'
import { type Reply, said } from './words.ts'

type CommonFields = Static<ReturnType<typeof Type.Object<typeof common>>>

/** One call of the API. The schema, with the fields that every call has, is what validates and what is described. */
export interface Endpoint<Fields extends Record<string, Type.TSchema> = Record<string, Type.TSchema>> {
  /** Below `webresources/`. */
  readonly name: CallName
  /** As it was called in 2018. */
  readonly oldName?: string
  /** Documented under `/v2`. Both are served. */
  readonly isVersioned: boolean
  /** The user's name stands behind the path, too. */
  readonly namesUser?: true
  readonly summary: string
  readonly fields: Fields
  readonly handle: (call: Call<Static<ReturnType<typeof Type.Object<Fields>>>>) => Promise<Reply>
}

/** A call whose signature was right and whose body fits its schema. */
export interface Call<Body = unknown> extends Caller {
  readonly engine: Engine
  readonly body: CommonFields & Body
  /** The address that the caller says the user signs in from. */
  readonly origin: string | null
  readonly facts: Facts
  readonly requestId: string
}

/** Keeps the type of a body beside its schema. */
export function endpoint<Fields extends Record<string, Type.TSchema>>(definition: Endpoint<Fields>): Endpoint<Fields> {
  return definition
}

/** A call as it is served, its schema compiled once. */
export interface Served {
  readonly one: Endpoint
  readonly body: TObject
  readonly understand: (raw: Record<string, unknown>) => SignedCall['fields'] | string
}

export function served(one: Endpoint): Served {
  const body = Type.Object({ ...common, ...one.fields })
  return { one, body, understand: understanding(body) }
}

const answerShape = Type.Object({
  code: Type.String({ description: '`0` is the only success.' }),
  message: Type.String(),
  object: Type.String({ description: 'JSON as text; empty when there is nothing to tell.' }),
})

/** Describes a call and serves it at its documented path. */
export function describeCall(scope: FastifyInstance, engine: Engine, call: Served, path: string): void {
  const { one, body } = call
  scope.post(path, {
    config: { isCall: true },
    schema: {
      summary: one.summary,
      tags: ['CENTAGATE'],
      description: 'Signed in its body: see `hmac`.',
      body,
      response: { 200: answerShape },
      security: [],
    },
    handler: async (request, reply) => answer(reply, await handle(engine, call, request, reply)),
  })
}

/** HTTP 200 whatever the outcome: clients read the body of nothing else. All three are always there, and texts. */
export function answer(reply: FastifyReply, { code, message, object }: Reply): string {
  reply.header('content-type', 'application/json; charset=utf-8')
  return JSON.stringify({ code, message, object: object ? JSON.stringify(object) : '' })
}

export async function handle(
  engine: Engine,
  { one, body, understand }: Served,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Reply> {
  try {
    const bytes = bytesOf(request)
    const raw = readFields(bytes, Object.keys(body.properties))
    const fields = typeof raw === 'string' ? raw : understand(one.namesUser ? namedBy(request, raw) : raw)
    return noted(
      request,
      typeof fields === 'string' ? badInput(fields) : await take(engine, one, fields, bytes, request),
    )
  } catch (error) {
    const isOverload = error instanceof OverloadError
    if (!isOverload) request.log.error({ err: error, requestId: request.id }, 'a call failed')
    reply.header('retry-after', '1')
    return noted(request, isOverload ? said.busy : said.failed)
  }
}

async function take(
  engine: Engine,
  one: Endpoint,
  fields: SignedCall['fields'],
  body: Uint8Array,
  request: FastifyRequest,
): Promise<Reply> {
  const { ipAddress, userAgent, browserFp } = fields
  if (ipAddress !== undefined && !isAddress(ipAddress)) return badInput('The field ipAddress is not valid.')
  const caller = await authenticate(engine, { call: one.name, fields, body, address: request.ip })
  if ('code' in caller) return caller
  if (!(await mayName(engine, caller.app, fields.username))) return said.notAllowed
  return one.handle({
    ...caller,
    engine,
    body: fields as unknown as CommonFields & Record<string, unknown>, // checked by this endpoint's own schema
    origin: ipAddress ?? null,
    facts: { ...(userAgent ? { userAgent } : {}), ...(browserFp ? { browserFp } : {}) },
    requestId: request.id,
  })
}

export function badInput(message: string): Reply {
  return { ...said.badInput, message }
}

/** Leaves a word of it for the log. */
export function noted(request: FastifyRequest, reply: Reply): Reply {
  const { code, message } = reply
  request.outcome = code === said.done.code ? 'SUCCESS' : `refused: ${code} ${message}`
  return reply
}

/** The user named behind the path, where the body leaves him out; two that differ make a value no schema takes. */
function namedBy(request: FastifyRequest, raw: Record<string, unknown>): Record<string, unknown> {
  const named = segmentsOf(request.url)[2]
  if (named === undefined) return raw
  return { ...raw, username: raw['username'] === undefined || raw['username'] === named ? named : [named] }
}

/** What stands behind `webresources/`, without empty parts: clients end paths with a slash, or double one. */
export function segmentsOf(url: string): string[] {
  const path = (url.split('?')[0] ?? '').split(/\/webresources(?=\/)/i)[1] ?? ''
  const parts = path.split('/').filter((part) => part !== '')
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return []
  }
}

/** A refusal names the first field that is wrong. */
function understanding(body: TObject): Served['understand'] {
  const validator = Compile(body)
  return (raw) => {
    if (validator.Check(raw)) return textsOf(raw) as SignedCall['fields'] // checked: what is required is there
    const [problem] = validator.Errors(raw)
    const missing =
      problem && 'requiredProperties' in problem.params ? problem.params.requiredProperties.join(', ') : ''
    return missing
      ? `Missing: ${missing}.`
      : `The field ${problem?.instancePath.slice(1).replaceAll('/', '.')} is not valid.`
  }
}
