import { methods } from '../methods/index.ts'
import type { LastUse } from '../methods/method.ts'
import { randomId } from '../security/random.ts'
import type { Answer, Challenge, Credential, Customer, Decided, MethodId, RequestMark, Subject } from '../vocabulary.ts'
import { foldUsername } from './contacts.ts'
import { strangerSubject, userSubject } from './guard.ts'
import { tellOfFailures } from './notices.ts'
import type { ChallengeSnapshot, Engine, UserSnapshot } from './ports.ts'
import { toolsFor } from './tools.ts'

/** An answer to a challenge, or of a user who was not asked (an authenticator app). */
export interface AnswerRequest {
  readonly customer: Customer
  readonly to: ToChallenge | { readonly username: string; readonly method: MethodId | null }
  /** Reads the word that is stored for the user's own method; null when it says that he chose none. */
  readonly readOwnMethod: (label: string) => { readonly method: MethodId } | null | undefined
  readonly answer: Answer
  readonly request: RequestMark | null
  readonly requestId: string
}

/** A name given beside the challenge must be that of the user who was asked. */
export interface ToChallenge {
  readonly challengeId: string
  readonly username: string | null
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
  if (methods[challenge.method].answeredBy !== request.answer.kind) return { ok: false, reason: 'other-kind', ...told }
  const { method, subject, pending } = challenge
  const own = credentialsOf(snapshot.credentials, method)
  const judged = judge(
    request,
    { method, challengeId, pending, userId: challenge.userId, credentials: own },
    engine.clock(),
  )
  const decided = await decide(engine, request, { method, subject, challengeId, judged, isConfirming: false })
  await tellOfFailures(engine, request.customer, { subject, method, failures: snapshot.failures, decided })
  if (decided === 'accepted') return { ok: true, ...told }
  return { ok: false, reason: decided === 'closed' ? whyClosed(snapshot, engine.clock()) : decided, ...told }
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
 * Without a challenge, as with authenticator apps. A name that nobody enrolled, or a user without a credential, is
 * judged, counted and locked like any other, so that neither the answer nor its time tells which names exist.
 */
async function answerUnasked(
  engine: Engine,
  request: AnswerRequest,
  to: { readonly username: string; readonly method: MethodId | null },
): Promise<Counted> {
  const folded = foldUsername(to.username)
  const user = await engine.store.userSnapshot(request.customer.id, folded)
  const method = to.method ?? ownMethod(request, user)
  const challengeId = randomId()
  if (!method) return { ok: false, reason: 'no-method', challengeId, label: null, method: 'none' }
  const told = { challengeId, label: null, method }
  if (methods[method].asksFirst) return { ok: false, reason: 'not-a-token', ...told }
  if (user && !user.isEnabled) return { ok: false, reason: 'disabled-user', ...told }
  const subject = user ? userSubject(user.id) : strangerSubject(request.customer, folded)
  const own = user ? credentialsOf(user.credentials, method) : []
  const judged = judge(
    request,
    { method, challengeId: null, pending: null, userId: user?.id ?? null, credentials: own },
    engine.clock(),
  )
  const decided = await decide(engine, request, { method, subject, challengeId: null, judged, isConfirming: false })
  await tellOfFailures(engine, request.customer, { subject, method, failures: user?.failures ?? 0, decided })
  if (decided === 'accepted') return { ok: true, ...told }
  return { ok: false, reason: decided === 'closed' ? 'expired' : decided, ...told }
}

/** An authenticator app when the user, or a stranger, chose nothing; undefined when his choice is not available. */
function ownMethod({ readOwnMethod }: AnswerRequest, user: UserSnapshot | undefined): MethodId | undefined {
  const own = user?.preferredMethod ? readOwnMethod(user.preferredMethod) : null
  return own === null ? 'time-code' : own?.method
}

interface Judged {
  readonly verdict: 'right' | 'wrong' | 'denied'
  readonly credential: { readonly id: string; readonly userId: string; readonly step: number } | null
}

interface Judgeable {
  readonly method: MethodId
  readonly challengeId: string | null
  readonly pending: string | null
  readonly userId: string | null
  readonly credentials: readonly Credential[]
}

/** Asks the method about each of the user's credentials; without any, about nothing, which costs the same work. */
export function judge(
  { customer, answer: given }: Pick<AnswerRequest, 'customer' | 'answer'>,
  { method, challengeId, pending, userId, credentials }: Judgeable,
  nowMs: number,
): Judged {
  const tools = toolsFor(customer, nowMs)
  const ask = (secret: string | null, last?: LastUse) => {
    const from = { challengeId, pending, secret, answer: given }
    return methods[method].judge(last ? { ...from, last } : from, tools)
  }
  const wrong: Judged = { verdict: 'wrong', credential: null }
  if (methods[method].needs === 'contact' || userId === null || credentials.length === 0) {
    return { verdict: ask(null).kind, credential: null }
  }
  const judged = credentials.map((credential) => {
    const last = { step: credential.lastStep, atMs: credential.lastUsedAtMs }
    return { credential, verdict: ask(credential.secret, last) }
  })
  for (const { credential, verdict } of judged) {
    if (verdict.kind !== 'right') continue
    return {
      verdict: 'right',
      credential: { id: credential.id, userId, step: verdict.usedStep ?? credential.lastStep + 1 },
    }
  }
  return wrong
}

interface Decidable {
  readonly method: MethodId
  readonly subject: Subject
  readonly challengeId: string | null
  readonly judged: Judged
  readonly isConfirming: boolean
}

/** Hands the judged answer to the store; whatever it answers is final and on disk. */
export function decide(
  engine: Engine,
  { customer, request, requestId }: Pick<AnswerRequest, 'customer' | 'request' | 'requestId'>,
  { method, subject, challengeId, judged, isConfirming }: Decidable,
): Promise<Decided> {
  return engine.store.decide({
    customerId: customer.id,
    nowMs: engine.clock(),
    verdict: judged.verdict,
    method,
    subject,
    challengeId,
    credential: judged.credential,
    isConfirming,
    request,
    audit: {
      kind: isConfirming ? 'enrolment' : 'answer',
      subject: subject.key,
      method,
      challengeId,
      requestId,
      detail: null,
    },
  })
}

function credentialsOf(all: readonly Credential[], method: MethodId): Credential[] {
  return all.filter((credential) => credential.method === method)
}

function whyClosed({ challenge }: ChallengeSnapshot, nowMs: number): AnswerRefusal {
  const reasons = {
    pending: challenge.expiresAtMs <= nowMs ? 'expired' : 'used', // pending when read: another answer was first
    approved: 'used',
    denied: 'denied',
    expired: 'expired',
    spent: 'spent',
    cancelled: 'replaced',
  } as const satisfies Record<Challenge['state'], AnswerRefusal>
  return reasons[challenge.state]
}
