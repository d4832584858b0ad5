import { setTimeout as sleep } from 'node:timers/promises'
import { methods } from '../methods/index.ts'
import { randomId } from '../security/random.ts'
import type { Challenge, Delivery, RequestMark, Via } from '../vocabulary.ts'
import { maskEmail, maskPhone } from './contacts.ts'
import { barOf } from './guard.ts'
import { findPerson, type Person, type PersonRefusal, type PersonRequest } from './person.ts'
import type { Engine, NewChallenge, Sent } from './ports.ts'
import { toolsFor } from './tools.ts'
import { codeMessage } from './wording.ts'

/** Ask a user something. Absent fields are null. */
export interface ChallengeRequest extends PersonRequest {
  readonly transactionName: string | null
  readonly request: RequestMark | null
  readonly requestId: string
}

export type ChallengeOutcome =
  | { readonly ok: true; readonly challengeId: string; readonly label: string; readonly deliveries: readonly Shown[] }
  | {
      readonly ok: false
      readonly reason: ChallengeRefusal
      readonly deliveries?: readonly Shown[]
    }

export type ChallengeRefusal = PersonRefusal | 'locked' | 'disabled' | 'delivery-failed'

/** A delivery as the caller sees it. */
export interface Shown {
  readonly via: Via
  readonly contact: string
  readonly isSent: boolean
  readonly atMs: number
}

type Refused = Extract<ChallengeOutcome, { ok: false }>

/** How often a repeated request looks whether the first one's messages are through. */
const lookAgainMs = 100

/** Finds whom to ask and how, keeps the question, hands the messages over, and says what became of each. */
export async function challenge(engine: Engine, request: ChallengeRequest): Promise<ChallengeOutcome> {
  const person = await findPerson(engine, request)
  if ('reason' in person) return refused(engine, request, person)
  const { asked, subject } = person
  const nowMs = engine.clock()
  const guard = await engine.store.read.guards.find(request.customer.id, subject.key, asked.method)
  const bar = barOf(guard, subject, nowMs)
  if (bar) return refused(engine, request, { ok: false, reason: bar.reason })

  const { question, deliveries } = compose(request, person, nowMs)
  const earlier = await keep(engine, request, question, deliveries, nowMs)
  if (earlier) return askedBefore(engine, request, person, earlier)
  engine.observe({ kind: 'challenge', method: asked.method, outcome: 'asked' })
  const sent = await engine.outbox.send(deliveries)
  const outcome = outcomeOf(request, person, question, deliveries, sent)
  if (outcome.ok) return outcome
  // Nobody knows whether a failed message arrives after all: its code must not live when the caller asks again.
  await engine.store.write(async (tx) => {
    await tx.challenges.cancel(request.customer.id, question.id, engine.clock())
    await tx.audit.append(request.customer.id, note(request, question), 'delivery-failed', engine.clock())
  })
  return refused(engine, request, outcome)
}

/** Asked, when at least one message was handed over or none was needed. */
function outcomeOf(
  request: ChallengeRequest,
  { stored }: Person,
  { id, label }: Challenge,
  deliveries: readonly Delivery[],
  sent: readonly Sent[],
): ChallengeOutcome {
  const shown = deliveries.map((delivery) => show(request, stored, delivery, sent))
  const isAsked = shown.length === 0 || shown.some(({ isSent }) => isSent)
  if (!isAsked) return { ok: false, reason: 'delivery-failed', deliveries: shown }
  return { ok: true, challengeId: id, label, deliveries: shown }
}

function compose(
  request: ChallengeRequest,
  person: Person,
  nowMs: number,
): { question: NewChallenge; deliveries: Delivery[] } {
  const { customer, transactionName } = request
  const { asked, contacts } = person
  const { codeLength, codeTtlSeconds, attemptsMax } = customer.settings
  const id = randomId()
  const begun = methods[asked.method].begin({ challengeId: id, via: asked.via, codeLength }, toolsFor(customer, nowMs))
  const question: NewChallenge = {
    id,
    customerId: customer.id,
    subject: person.subject,
    userId: person.userId,
    method: asked.method,
    label: asked.label,
    state: 'pending',
    pending: begun.pending,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + codeTtlSeconds * 1000,
    attemptsMax,
    transactionName,
    requestDigest: request.request?.digest ?? null,
  }
  const context = { customerName: customer.name, transactionName, ttlSeconds: codeTtlSeconds }
  const deliveries = begun.send.map((code): Delivery => {
    const contact = contacts[code.via]
    if (contact === null) throw new Error(`There is no contact for ${code.via}.`) // `findPerson` made sure
    const message = codeMessage(code, context)
    return {
      id: randomId(),
      customerId: customer.id,
      challengeId: id,
      via: code.via,
      contact,
      state: 'sending',
      sentAtMs: null,
      message,
    }
  })
  return { question, deliveries }
}

/** Keeps the question with its messages, or returns the one that this very request made before. */
function keep(
  engine: Engine,
  request: ChallengeRequest,
  question: NewChallenge,
  deliveries: readonly Delivery[],
  nowMs: number,
): Promise<Challenge | undefined> {
  return engine.store.write(async (tx) => {
    const earlier =
      question.requestDigest && (await tx.challenges.byRequest(question.customerId, question.requestDigest))
    if (earlier) return earlier
    await tx.challenges.replace(question, nowMs)
    await tx.deliveries.add(deliveries, nowMs + engine.outbox.leaseMs)
    await tx.audit.append(question.customerId, note(request, question), 'asked', nowMs)
    return undefined
  })
}

/** A byte-identical repeat gets the same transaction and no second message; it waits for the first one's result. */
async function askedBefore(
  engine: Engine,
  request: ChallengeRequest,
  person: Person,
  earlier: Challenge,
): Promise<ChallengeOutcome> {
  const untilMs = performance.now() + engine.outbox.leaseMs
  for (;;) {
    const deliveries = await engine.store.read.deliveries.of(earlier.customerId, earlier.id)
    const isDone = deliveries.every(({ state }) => state !== 'sending')
    if (isDone || performance.now() > untilMs) {
      const sent = deliveries.map(({ id, state, sentAtMs }) => ({ id, isSent: state === 'sent', atMs: sentAtMs ?? 0 }))
      return outcomeOf(request, person, earlier, deliveries, sent)
    }
    await sleep(lookAgainMs)
  }
}

function show(request: ChallengeRequest, stored: readonly Via[], delivery: Delivery, sent: readonly Sent[]): Shown {
  const result = sent.find(({ id }) => id === delivery.id)
  const isMasked = stored.includes(delivery.via) && request.customer.settings.contactEcho === 'masked'
  const mask = delivery.via === 'sms' ? maskPhone : maskEmail
  return {
    via: delivery.via,
    contact: isMasked ? mask(delivery.contact) : delivery.contact,
    isSent: result?.isSent ?? false,
    atMs: result?.atMs ?? 0,
  }
}

function refused(engine: Engine, request: ChallengeRequest, refusal: Refused): Refused {
  engine.observe({ kind: 'challenge', method: request.asked?.method ?? 'none', outcome: refusal.reason })
  return refusal
}

function note(request: ChallengeRequest, question: NewChallenge) {
  return {
    kind: 'challenge',
    subject: question.subject.key,
    method: question.method,
    challengeId: question.id,
    requestId: request.requestId,
    detail: request.transactionName === null ? null : JSON.stringify({ transactionName: request.transactionName }),
  }
}
