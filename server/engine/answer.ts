import { methods } from '../methods/index.ts'
import { typedCodes } from '../methods/typed-codes.ts'
import { randomId } from '../security/random.ts'
import type { Answer } from '../vocabulary/answer.ts'
import type { Facts } from '../vocabulary/audit.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Credential } from '../vocabulary/credential.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { FinallyDecided, TypedCode } from '../vocabulary/decision.ts'
import type { MethodId, TypedMethod } from '../vocabulary/method.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { ChallengeSnapshot, UserSnapshot } from '../vocabulary/snapshot.ts'
import { isTurnedOn, mayUse } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import { detailOf, judgeAndDecide, type Listen, settled } from './decision.ts'
import { guardLimits } from './guard.ts'
import { tellOfCopy, tellOfFailures } from './notices.ts'
import type { Engine } from './ports.ts'
import { tellOfFewCodes } from './recovery-codes.ts'
import { strangerSubject, userSubject } from './subject.ts'

/** An answer to a challenge, or of a user who was not asked (an authenticator app). */
export interface AnswerRequest {
  readonly customer: Customer
  readonly to: ToChallenge | ToUser
  /** Reads the word that is stored for the user's own method; null when it says that he chose none. */
  readonly readOwnMethod: (label: string) => { readonly method: MethodId } | null | undefined
  readonly answer: Answer
  /** Listens to the recording that the answer is. */
  readonly listen?: Listen | undefined
  readonly facts?: Facts | undefined
  readonly request: RequestMark | null
  readonly requestId: string
}

/** A name given beside the challenge must be that of the user who was asked. */
export interface ToChallenge {
  readonly challengeId: string
  readonly username: string | null
}

interface ToUser {
  readonly username: string
  /** Null: the user's own. */
  readonly method: MethodId | null
}

export type AnswerOutcome =
  | { readonly ok: true; readonly challengeId: string; readonly label: string | null }
  | {
      readonly ok: false
      readonly reason: AnswerRefusal
      readonly challengeId: string | null
      readonly label: string | null
    }

export type AnswerRefusal =
  | 'unknown-challenge'
  | 'other-kind'
  | 'no-method'
  | 'turned-off'
  | 'not-a-token'
  | 'disabled-user'
  | 'wrong'
  | 'used'
  | 'expired'
  | 'spent'
  | 'replaced'
  | 'denied'
  | 'locked'
  | 'disabled'
  | 'repeated'

/** The only door through which an answer is accepted: read a snapshot, judge purely, let the store decide. */
export async function answer(engine: Engine, request: AnswerRequest): Promise<AnswerOutcome> {
  const outcome =
    'challengeId' in request.to
      ? await answerChallenge(engine, request, request.to)
      : await answerUnasked(engine, request, request.to)
  engine.observe({ kind: 'answer', method: outcome.method, outcome: outcome.ok ? 'accepted' : outcome.reason })
  return outcome
}

type Counted = AnswerOutcome & { readonly method: string }

async function answerChallenge(engine: Engine, request: AnswerRequest, to: ToChallenge): Promise<Counted> {
  const { challengeId } = to
  const snapshot = await engine.store.challengeSnapshot(request.customer.id, challengeId)
  if (!snapshot || !(await isOf(engine, request.customer, snapshot.challenge, to.username)))
    return { ok: false, reason: 'unknown-challenge', challengeId: null, label: null, method: 'none' }
  const { challenge } = snapshot
  const told = { challengeId, label: challenge.label, method: challenge.method }
  if (!snapshot.isEnabled) return { ok: false, reason: 'disabled-user', ...told }
  if (!(await mayUse(engine, request.customer, challenge.userId, challenge.method)))
    return { ok: false, reason: 'turned-off', ...told }
  if (methods[challenge.method].answeredBy !== request.answer.kind) return { ok: false, reason: 'other-kind', ...told }
  const { method, subject, pending, userId } = challenge
  const credentials = credentialsOf(snapshot.credentials, method)
  const decided = await judgeAndDecide(engine, request, subject, { method, challengeId, pending, userId, credentials })
  await tell(engine, request, { subject, method, failures: snapshot.failures, decided })
  if (decided === 'used') await tellOfCopy(engine, request.customer, { subject, method, challengeId })
  if (decided === 'accepted') return { ok: true, ...told }
  return { ok: false, reason: decided === 'closed' ? await whyClosed(engine, request, snapshot) : decided, ...told }
}

/** Whether a challenge may be answered in this name: an enrolled user's only in his own. */
async function isOf(
  engine: Engine,
  customer: Customer,
  { userId }: Challenge,
  username: string | null,
): Promise<boolean> {
  if (username === null || userId === null) return true
  const named = await engine.store.userSnapshot(customer.id, foldUsername(username))
  return named?.id === userId
}

/**
 * Without a challenge, as with authenticator apps, or without its id, as WordPress sends answers. A name that nobody
 * enrolled, or a user without a credential, is judged, counted and locked like any other, so that neither the answer
 * nor its time tells which names exist.
 */
function answerUnasked(engine: Engine, request: AnswerRequest, to: ToUser): Promise<Counted> {
  const { answer: given, customer } = request
  const { method, username } = to
  if (given.kind === 'code' && method !== null && isTyped(method) && !customer.hasGroupMethods)
    return answerTyped(engine, request, { usernameFolded: foldUsername(username), method, code: given.code })
  return answerByName(engine, request, to)
}

function isTyped(method: MethodId): method is TypedMethod {
  return Object.hasOwn(typedCodes, method)
}

/** A code that is judged where it is decided: in one go, by what is enrolled at that moment. */
async function answerTyped(
  engine: Engine,
  { customer, request, requestId, facts }: AnswerRequest,
  typed: Pick<TypedCode, 'usernameFolded' | 'method' | 'code'>,
): Promise<Counted> {
  const { method } = typed
  const told = { challengeId: randomId(), label: null, method }
  const about = { customerId: customer.id, nowMs: engine.clock(), request, requestId, detail: detailOf(facts) }
  const { decided, userId, failures } = await engine.store.decideCode({ ...typed, ...about })
  if (decided === 'disabled-user') return { ok: false, reason: decided, ...told }
  // The count is exact: fewer failures have locked nobody.
  const hasNews = decided !== 'wrong' || failures + 1 >= guardLimits.failuresPerLock
  if (userId !== null && hasNews)
    await tell(engine, { customer }, { subject: userSubject(userId), method, failures, decided: settled(decided) })
  return outcomeOf(settled(decided), told)
}

/** The same, read before it is judged. */
async function answerByName(engine: Engine, request: AnswerRequest, to: ToUser): Promise<Counted> {
  const folded = foldUsername(to.username)
  const user = await engine.store.userSnapshot(request.customer.id, folded)
  const method = to.method ?? ownMethod(request, user)
  const challengeId = randomId()
  if (!method) return { ok: false, reason: 'no-method', challengeId, label: null, method: 'none' }
  const told = { challengeId, label: null, method }
  const bar = barOfUnasked(request, method, user)
  if (bar) return { ok: false, reason: bar, ...told }
  if (user && !(await mayUse(engine, request.customer, user.id, method)))
    return { ok: false, reason: 'turned-off', ...told }
  const subject = user ? userSubject(user.id) : strangerSubject(request.customer, folded)
  if (methods[method].asksFirst) {
    const latest = await engine.store.read.challenges.latest(request.customer.id, subject.key, method)
    if (latest) return answerChallenge(engine, request, { challengeId: latest, username: null })
  }
  const credentials = user ? credentialsOf(user.credentials, method) : []
  const userId = user?.id ?? null
  const unasked = { method, challengeId: null, pending: null, userId, credentials }
  const decided = await judgeAndDecide(engine, request, subject, unasked)
  await tell(engine, request, { subject, method, failures: user?.failures ?? 0, decided })
  return outcomeOf(decided, told)
}

interface Told {
  readonly challengeId: string
  readonly label: string | null
  readonly method: MethodId
}

function outcomeOf(decided: FinallyDecided, told: Told): Counted {
  if (decided === 'accepted') return { ok: true, ...told }
  // Without a question nothing closes but the user, who was disabled while his answer was judged.
  return { ok: false, reason: decided === 'closed' ? 'disabled-user' : decided, ...told }
}

/** Why an answer without the id of a challenge is not even judged. */
function barOfUnasked(
  { customer, answer: given }: AnswerRequest,
  method: MethodId,
  user: UserSnapshot | undefined,
): AnswerRefusal | undefined {
  const { asksFirst, answeredBy } = methods[method]
  if (asksFirst && given.kind === 'code') return 'not-a-token'
  if (answeredBy !== given.kind) return 'other-kind'
  if (!isTurnedOn(customer, method)) return 'turned-off'
  return user && !user.isEnabled ? 'disabled-user' : undefined
}

/** An authenticator app when the user, or a stranger, chose nothing; undefined when his choice is not available. */
function ownMethod({ readOwnMethod }: AnswerRequest, user: UserSnapshot | undefined): MethodId | undefined {
  const own = user?.preferredMethod ? readOwnMethod(user.preferredMethod) : null
  return own === null ? 'time-code' : own?.method
}

/** Tells the user what he should know of an answer. */
async function tell(
  engine: Engine,
  { customer }: Pick<AnswerRequest, 'customer'>,
  answered: Parameters<typeof tellOfFailures>[2],
) {
  await tellOfFailures(engine, customer, answered)
  const { method, decided, subject } = answered
  if (method === 'recovery-code' && decided === 'accepted') await tellOfFewCodes(engine, customer, subject.key)
}

function credentialsOf(all: readonly Credential[], method: MethodId): Credential[] {
  return all.filter((credential) => credential.method === method)
}

/** One that waited when it was read was ended by another answer meanwhile, a right or a wrong one: it is read again. */
async function whyClosed(
  engine: Engine,
  { customer }: Pick<AnswerRequest, 'customer'>,
  { challenge }: ChallengeSnapshot,
): Promise<AnswerRefusal> {
  const isOver = challenge.expiresAtMs <= engine.clock()
  if (challenge.state !== 'pending' || isOver) return whyOver[challenge.state]
  const now = await engine.store.challengeSnapshot(customer.id, challenge.id)
  if (now && !now.isEnabled) return 'disabled-user'
  // Still waiting: its last try is being judged.
  return !now || now.challenge.state === 'pending' ? 'used' : whyOver[now.challenge.state]
}

const whyOver = {
  pending: 'expired',
  approved: 'used',
  denied: 'denied',
  expired: 'expired',
  spent: 'spent',
  cancelled: 'replaced',
} as const satisfies Record<Challenge['state'], AnswerRefusal>
