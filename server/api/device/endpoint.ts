import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static, type TObject } from 'typebox'
import { Compile } from 'typebox/compile'
import { type RefusalCode, refusals } from '../../../contract/device/refusals.ts'
import { headers } from '../../../contract/device.ts'
import type { Engine } from '../../engine/ports.ts'
import { findPaired, type Paired, touchDevice } from '../../engine/prompts.ts'
import type { Language } from '../../engine/templates.ts'
import { OverloadError } from '../../vocabulary/overload.ts'
import type { RequestMark } from '../../vocabulary/request-mark.ts'
import { bytesOf, readJson } from '../body.ts'
import { languageOf } from '../page.ts'
import type { Nonces } from './nonce.ts'
import { readSigned, type Signed } from './signature.ts'

/** One call of the phone app. The schema is what validates and what `/openapi.json` shows. */
export type Endpoint<Body extends TObject = TObject> = {
  readonly call: { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; readonly path: string }
  readonly summary: string
  readonly code?: 201
  /** Absent: the call has none. */
  readonly body?: Body
  readonly answer: TObject
} & (
  | { readonly signedBy: 'nobody'; handle(call: OpenCall<Static<Body>>): Promise<object | RefusalCode> }
  | { readonly signedBy: 'new key'; handle(call: KeyCall<Static<Body>>): Promise<object | RefusalCode> }
  | { readonly signedBy: 'device'; handle(call: DeviceCall<Static<Body>>): Promise<object | RefusalCode> }
)

/** A call that nobody signed. */
export interface OpenCall<Body> {
  readonly engine: Engine
  readonly nonces: Nonces
  readonly body: Body
  readonly requestId: string
  /** Of the path. */
  readonly id: string
}

/** A call that is signed by a key no phone is known by yet. */
export interface KeyCall<Body> extends OpenCall<Body> {
  readonly signed: Signed
}

/** A call of a phone that is known. */
export interface DeviceCall<Body> extends OpenCall<Body>, Caller {}

/** A phone whose signature was right. */
export interface Caller {
  readonly paired: Paired
  /** What the app is shown in where it says so, else its customer's. */
  readonly language: Language
  readonly mark: RequestMark
}

/** Keeps the type of a body beside its schema. */
export function endpoint<Body extends TObject>(definition: Endpoint<Body>): Endpoint {
  return definition as unknown as Endpoint // the body keeps its own type inside; here it is only served
}

export const errorShape = Type.Object({
  error: Type.Object({
    code: Type.String({ enum: Object.keys(refusals), description: 'Stable.' }),
    message: Type.String({ description: 'A plain English sentence.' }),
  }),
})

export function serve(app: FastifyInstance, engine: Engine, nonces: Nonces, one: Endpoint): void {
  const body = one.body && Compile(one.body)
  app.route({
    method: one.call.method,
    url: one.call.path,
    schema: {
      summary: one.summary,
      tags: ['Phone app'],
      ...(one.body ? { body: one.body } : {}),
      response: { [one.code ?? 200]: one.answer, default: errorShape },
      security: one.signedBy === 'nobody' ? [] : [{ phone: [], phoneNonce: [], phoneSignature: [] }],
    },
    handler: async (request, reply) => {
      if (one.signedBy !== 'nobody') offerNonce(reply, nonces, engine)
      return answer(request, reply, one.code ?? 200, async () => {
        const raw = one.body ? readJson(bytesOf(request)) : {}
        if (typeof raw === 'string' || (body && !body.Check(raw))) return 'bad-request'
        const { id = '' } = request.params as { id?: string } // of `:id`, where the path has one
        const open = { engine, nonces, body: raw as never, requestId: request.id, id } // checked
        return one.signedBy === 'nobody' ? one.handle(open) : handleSigned(one, open, request)
      })
    },
  })
}

async function handleSigned(
  one: Extract<Endpoint, { signedBy: 'new key' | 'device' }>,
  open: OpenCall<never>,
  request: FastifyRequest,
): Promise<object | RefusalCode> {
  const signed = readSigned(request, open.nonces, open.engine.clock())
  if (typeof signed === 'string') return signed
  if (one.signedBy === 'new key') return one.handle({ ...open, signed })
  const caller = await callerOf(open.engine, signed, request)
  return typeof caller === 'string' ? caller : one.handle({ ...open, ...caller })
}

/** The next nonce comes with every answer to what is signed. */
export function offerNonce(reply: FastifyReply, nonces: Nonces, { clock }: Engine): void {
  reply.header(headers.nonce, nonces.issue(clock()))
}

/** The phone that signed, if it is one, and its user may still sign in. */
export async function callerOf(engine: Engine, signed: Signed, request: FastifyRequest): Promise<Caller | RefusalCode> {
  const paired = await findPaired(engine, signed.deviceId)
  if (!paired) return 'unknown-device'
  if (!signed.isSignedBy(paired.device.publicKey)) return 'bad-signature'
  if (!paired.user.isEnabled) return 'disabled-user'
  await touchDevice(engine, paired.device)
  const language = languageOf(request, paired.customer)
  return { paired, language, mark: signed.mark }
}

/** Says what came of a call; an exception is a bug or a broken machine, and tells nothing. */
export async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  code: number,
  job: () => Promise<object | RefusalCode>,
): Promise<object> {
  try {
    const said = await job()
    if (typeof said === 'string') return refuse(request, reply, said)
    request.outcome = 'done'
    reply.code(code)
    return said
  } catch (error) {
    if (error instanceof OverloadError) return refuse(request, reply.header('retry-after', '1'), 'overloaded')
    request.log.error({ err: error, requestId: request.id }, 'a call failed')
    return refuse(request, reply, 'failed')
  }
}

export function refuse(request: FastifyRequest, reply: FastifyReply, code: RefusalCode): object {
  request.outcome = code
  const { status, message } = refusals[code]
  reply.code(status)
  return { error: { code, message } }
}
