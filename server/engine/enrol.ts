import { methods } from '../methods/index.ts'
import { same } from '../security/digest.ts'
import { randomId } from '../security/random.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { FinallyDecided } from '../vocabulary/decision.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import { mayEnrol, mayUse, orTurnedOff, TurnedOff } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import { decide } from './decision.ts'
import { judge } from './judge.ts'
import { tellOfFailures, tellUser } from './notices.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import { userSubject } from './subject.ts'
import { toolsFor } from './tools.ts'
import { ensureUser } from './users.ts'

export interface EnrolRequest {
  readonly customer: Customer
  readonly username: string
  readonly method: MethodId
  /** The name an app shows, instead of the customer's own. */
  readonly issuer: string | null
  /** Null: the user asks on a page of his own. */
  readonly request: RequestMark | null
  readonly requestId: string
}

export type EnrolOutcome =
  | { readonly ok: true; readonly id: string; readonly secretText: string; readonly uri: string }
  | { readonly ok: false; readonly reason: 'repeated' | 'disabled-user' | 'turned-off' }

/**
 * Offers a user a new secret. It counts for nothing until a code made with it comes back; until then a confirmed one
 * stays valid. A user who does not exist yet is created, because the document's own example begins here.
 */
export async function enrol(engine: Engine, request: EnrolRequest): Promise<EnrolOutcome> {
  const { customer, method, requestId } = request
  const nowMs = engine.clock()
  const made = methods[method].enrol?.(
    { issuer: request.issuer ?? customer.settings.issuer, account: request.username },
    toolsFor(customer, nowMs),
  )
  if (!made) throw new Error(`The method ${method} has nothing to enrol.`)
  const id = randomId()
  const job = async (tx: Records): Promise<EnrolOutcome> => {
    if (request.request && !(await tx.marks.claim(request.request))) return { ok: false, reason: 'repeated' }
    const user = await ensureUser(tx, customer, request.username, nowMs)
    if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }
    if (!(await mayEnrol(tx, customer, user.id, method))) throw new TurnedOff()
    const credential = {
      id,
      method,
      state: 'pending',
      label: request.issuer,
      secret: made.secret,
      lastStep: -1,
      lastUsedAtMs: null,
    } as const
    await tx.credentials.offer(customer.id, user.id, credential, nowMs)
    const note = { kind: 'enrolment', subject: user.id, method, challengeId: null, requestId, detail: null }
    await tx.audit.append(customer.id, note, 'offered', nowMs)
    return { ok: true, id, secretText: made.show.secretText, uri: made.show.uri }
  }
  return orTurnedOff(engine.store.write(job))
}

export interface ConfirmRequest {
  readonly customer: Customer
  readonly username: string
  readonly method: MethodId
  /** The secret as it was shown. Only one that this server made for this user counts. */
  readonly secretText: string
  readonly code: string
  readonly request: RequestMark | null
  readonly requestId: string
}

export type ConfirmOutcome =
  | { readonly ok: true; readonly id: string }
  | {
      readonly ok: false
      readonly reason:
        | 'unknown-secret'
        | 'disabled-user'
        | 'turned-off'
        | Exclude<FinallyDecided, 'accepted' | 'closed'>
    }

/** Confirms an offered secret by a code made with it, or checks a code of a confirmed one; each step counts once. */
export async function confirm(engine: Engine, request: ConfirmRequest): Promise<ConfirmOutcome> {
  const { customer, method } = request
  const user = await engine.store.read.users.find(customer.id, foldUsername(request.username))
  if (!user) return { ok: false, reason: 'unknown-secret' }
  if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }
  const credentials = await engine.store.read.credentials.of(customer.id, user.id, method)
  const given = Buffer.from(request.secretText.replaceAll(/[\s-]/g, '').toUpperCase())
  const named = credentials.find((credential) =>
    same(given, Buffer.from(methods[method].secretText?.(credential.secret) ?? '')),
  )
  if (!named) return { ok: false, reason: 'unknown-secret' }
  const isConfirming = named.state === 'pending'
  const isAllowed = isConfirming
    ? await mayEnrol(engine.store.read, customer, user.id, method)
    : await mayUse(engine, customer, user.id, method)
  if (!isAllowed) return { ok: false, reason: 'turned-off' }

  const answer = { kind: 'code', code: request.code } as const
  const judgeable = { challengeId: null, pending: null, userId: user.id, credentials: [named] }
  const judged = judge(methods[method], answer, judgeable, toolsFor(customer, engine.clock()))
  const subject = userSubject(user.id)
  const { failures } = await engine.store.read.guards.find(customer.id, subject.key, method)
  const decided = await decide(engine, request, {
    method,
    subject,
    challengeId: null,
    judged,
    isConfirming,
  })
  engine.observe({ kind: 'answer', method, outcome: decided })
  await tellOfFailures(engine, customer, { subject, method, failures, decided })
  if (decided === 'accepted') {
    if (isConfirming) await tellUser(engine, customer, user.id, 'method-added', named.id)
    return { ok: true, id: named.id }
  }
  return { ok: false, reason: decided === 'closed' ? 'wrong' : decided }
}
