import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TObject } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Engine } from '../../engine/ports.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { OverloadError } from '../../vocabulary/overload.ts'
import { bytesOf, readJson } from '../body.ts'
import { answerShape, reworded } from './bodies.ts'
import { isDefaultCustomer, onlySignUp } from './default-customers.ts'
import { keyHeaders, onceByKey } from './idempotency.ts'
import { authenticate, type Caller, type SignatureHeaders, type SignedRequest } from './signature.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Refusals of this call are bare sentences. */
    isTextRefusal?: boolean
  }
}

/** One call of the API. The schema is what validates and what `/openapi.json` shows. */
export type Endpoint<Body extends TObject = TObject> = Described<Body> & (Signed<Static<Body>> | Open<Static<Body>>)

interface Described<Body> {
  /** Below `/moas`; also served without that prefix. */
  readonly path: string
  readonly summary: string
  readonly body: Body
  /**
   * What a request that is not understood is told: a word that no client takes for success. `text`: the sentence alone,
   * because clients of that call take every JSON for success.
   */
  readonly refusal: 'ERROR' | 'FAILED' | 'text'
  /** Longer bodies than the usual 64 KiB. */
  readonly bodyBytesMax?: number
  /** Also for the customers whose key everybody knows; see `default-customers.ts`. */
  readonly isForDefaultCustomers?: true
}

interface Signed<Body> {
  readonly isOpen?: never
  /**
   * A caller who lost the answer may repeat his request under an `Idempotency-Key`. What he does next when the server broke off
   * and nobody can say how it ended, as a sentence.
   */
  readonly nextWhenUnknown?: string
  readonly handle: (call: Call<Body>) => Promise<Reply | string>
}

/** Also answers without a signature. */
interface Open<Body> {
  readonly isOpen: true
  readonly nextWhenUnknown?: never
  /** To pages of other origins too. */
  readonly isForBrowsers?: true
  readonly handle: (call: OpenCall<Body>) => Promise<Reply | string>
}

/** A call that need not be signed. */
export interface OpenCall<Body> {
  readonly engine: Engine
  readonly body: Body
  readonly requestId: string
  /** Where the connection comes from, or what a trusted proxy says of it. */
  readonly address: string
  /** Who signed, if anybody did. */
  readonly caller: Caller | null
}

/** A call whose signature was right and whose body fits its schema. */
export interface Call<Body> extends OpenCall<Body> {
  readonly caller: Caller
}

/** Every answer says how it went, in words; `answer` mirrors both under the names that older clients read. */
export interface Reply {
  readonly status: string
  readonly message: string
  readonly [field: string]: unknown
}

/** Keeps the type of a body beside its schema. */
export function endpoint<Body extends TObject>(definition: Endpoint<Body>): Endpoint<Body> {
  return definition
}

/** Adds an endpoint to a server. `isListed` false keeps a second path to the same call out of the description. */
export function serve<Body extends TObject>(
  app: FastifyInstance,
  engine: Engine,
  one: Endpoint<Body>,
  isListed: boolean,
): void {
  const understand = understanding(one)
  app.post(one.path, {
    ...(one.bodyBytesMax === undefined ? {} : { bodyLimit: one.bodyBytesMax }),
    config: { isTextRefusal: one.refusal === 'text' },
    schema: {
      summary: one.summary,
      tags: ['miniOrange'],
      hide: !isListed,
      ...(one.nextWhenUnknown ? { headers: keyHeaders } : {}),
      body: one.body,
      response: { 200: answerShape },
      security: one.isOpen ? [] : [{ customerKey: [], timestamp: [], signature: [] }],
    },
    handler: async (request, reply) => {
      const said = await handle(engine, one, understand, request, reply)
      return answer(reply, said)
    },
  })
}

/** HTTP 200 whatever the outcome: clients read the body and several never look further. A sentence is sent as text. */
export function answer(reply: FastifyReply, said: Reply | string): string {
  if (typeof said === 'string') {
    reply.header('content-type', 'text/plain; charset=utf-8')
    return said
  }
  reply.header('content-type', 'application/json; charset=utf-8')
  return JSON.stringify({ ...said, statusCode: said.status, statusMessage: said.message })
}

type Understand<Body> = (raw: Record<string, unknown>) => { readonly body: Body } | string

async function handle<Body extends TObject>(
  engine: Engine,
  one: Endpoint<Body>,
  understand: Understand<Static<Body>>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Reply | string> {
  try {
    const caller = await identify(engine, one, request)
    if (typeof caller === 'string') return refuse(one, request, caller)
    const raw = readJson(bytesOf(request))
    if (typeof raw === 'string') return refuse(one, request, raw)
    const understood = understand(reworded(raw))
    if (typeof understood === 'string') return refuse(one, request, understood)
    const { body } = understood
    const foreign = caller && foreignKey(caller.customer, body)
    if (foreign) return refuse(one, request, `${foreign} and the Customer-Key header differ.`)
    const call = { engine, body, requestId: request.id, address: request.ip, caller }
    const said = await carryOut(one, call, request, reply)
    request.outcome ??= outcomeOf(one, said)
    return said
  } catch (error) {
    const isOverload = error instanceof OverloadError
    if (!isOverload) logProblem(request, error)
    reply.header('retry-after', '1')
    const message = isOverload ? 'The server is busy. Try again in a moment.' : 'Something went wrong here. Try again.'
    return refuse(one, request, message)
  }
}

/** A bare sentence refuses where refusals are sentences, and is a success elsewhere. */
function outcomeOf({ refusal }: Pick<Endpoint, 'refusal'>, said: Reply | string): string {
  if (typeof said !== 'string') return said.status
  return refusal === 'text' ? 'refused' : 'SUCCESS'
}

function refuse({ refusal }: Pick<Endpoint, 'refusal'>, request: FastifyRequest, message: string): Reply | string {
  request.outcome = `refused: ${message}`
  return refusal === 'text' ? message : { status: refusal, message }
}

function logProblem(request: FastifyRequest, error: unknown): void {
  request.log.error({ err: error, requestId: request.id }, 'a call failed')
}

function carryOut<Body extends TObject>(
  one: Endpoint<Body>,
  call: OpenCall<Static<Body>>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Reply | string> | Reply | string {
  if (one.isOpen) return one.handle(call)
  if (!isSigned(call)) return refuse(one, request, 'Sign the request.')
  const key = request.headers['idempotency-key']
  if (!one.nextWhenUnknown || key === undefined) return one.handle(call)
  return carryOutOnce(one, call, { key, nextWhenUnknown: one.nextWhenUnknown }, request, reply)
}

function isSigned<Body>(call: OpenCall<Body>): call is Call<Body> {
  return call.caller !== null
}

/** The same under a key: a repeat is given the answer of the first. */
async function carryOutOnce<Body extends TObject>(
  one: Described<Body> & Signed<Static<Body>>,
  call: Call<Static<Body>>,
  { key, nextWhenUnknown }: { readonly key: string | readonly string[]; readonly nextWhenUnknown: string },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Reply | string> {
  const { engine, caller } = call
  const once = await onceByKey(
    engine,
    { customer: caller.customer, call: one.path, key, nextWhenUnknown, body: bytesOf(request) },
    (watched) => one.handle({ ...call, engine: watched }),
    (error) => logProblem(request, error),
  )
  if ('refusal' in once) {
    if (once.isSoonOver) reply.header('retry-after', '1')
    return refuse(one, request, once.refusal)
  }
  const said = once.said as Reply // what `handle` said, this time or the first
  if (!once.isRepeat) return said
  reply.header('idempotent-replayed', 'true')
  request.outcome = `repeated: ${said.status}`
  return said
}

/** An open endpoint also takes a signature, and then it must be right. Some clients send `Basic` with nothing behind it. */
async function identify(
  engine: Engine,
  one: Pick<Endpoint, 'isOpen' | 'isForDefaultCustomers' | 'path'>,
  request: FastifyRequest,
): Promise<Caller | null | string> {
  const { headers, path, body } = signatureOf(request)
  if (one.isOpen && headers.customerKey === undefined) return null
  const signed = { call: one.path, path, body }
  const caller = await authenticate(headers, signed, (id) => engine.customer(id), engine.clock())
  if (typeof caller === 'string' || one.isOpen || one.isForDefaultCustomers) return caller
  return isDefaultCustomer(caller.customer) ? onlySignUp : caller
}

export interface Signature extends Omit<SignedRequest, 'call'> {
  readonly headers: SignatureHeaders
}

/** What signs a request and what it signs, as they were sent. */
export function signatureOf(request: FastifyRequest): Signature {
  const headers = {
    customerKey: headerOf(request, 'customer-key'),
    timestamp: headerOf(request, 'timestamp'),
    authorization: headerOf(request, 'authorization'),
    version: headerOf(request, 'x-signature-version'),
    nonce: headerOf(request, 'x-nonce'),
    signature: headerOf(request, 'x-signature'),
  }
  return { headers, path: request.url.split('?')[0] ?? '', body: bytesOf(request) }
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The header is the identity (security hazard H7); a body may only agree with it. */
function foreignKey({ id }: Customer, body: object): string | undefined {
  const given: Readonly<Record<string, unknown>> = { ...body }
  return ['customerKey', 'customerId'].find((name) => given[name] !== undefined && String(given[name]) !== String(id))
}

/** Compiles the schema once; a refusal names the first field that is wrong. */
function understanding<Body extends TObject>({ body }: Pick<Described<Body>, 'body'>): Understand<Static<Body>> {
  const validator = Compile(body)
  return (raw) => {
    if (validator.Check(raw)) return { body: raw as Static<Body> } // checked
    const [problem] = validator.Errors(raw)
    const place = problem?.instancePath.slice(1).replaceAll('/', '.')
    // The body itself, or an item of a list: of other values the caller may have meant another form.
    const isWhole = problem && /^$|\/\d+$/.test(problem.instancePath)
    const missing = isWhole && 'requiredProperties' in problem.params ? problem.params.requiredProperties : []
    return missing.length > 0
      ? `Missing: ${missing.map((name) => (place ? `${place}.${name}` : name)).join(', ')}.`
      : `The field ${place} is not valid.`
  }
}
