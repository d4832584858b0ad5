import { methods } from '../methods/index.ts'
import type { Challenge, NewChallenge } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Delivery } from '../vocabulary/message.ts'
import { admit, isWithinBudget, type SendBar } from './admission.ts'
import type { Composed } from './challenge-compose.ts'
import type { ChallengeRequest } from './challenge-request.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'

interface Kept {
  /** What this very request made before. */
  readonly earlier?: Challenge
  readonly bar?: SendBar | 'repeated'
}

/** Keeps the question with its messages, unless it was asked before or nothing may be sent. */
export async function keep(
  engine: Engine,
  request: ChallengeRequest,
  { question, deliveries, fate }: Composed,
  nowMs: number,
): Promise<Kept> {
  const { customer, origin } = request
  const { subject, method, customerId } = question
  try {
    return await engine.store.write(async (tx): Promise<Kept> => {
      const copy = question.requestDigest
      const earlier = copy && (await tx.challenges.byRequest(customerId, copy))
      if (earlier) return { earlier }
      if (request.request && !(await tx.marks.claim(request.request))) throw new Repeated()
      const isOnPhones = waitsOnPhones(question, deliveries)
      const sending = { customer, subject, method, origin, deliveries, isOnPhones, nowMs }
      const bar = fate ? undefined : await admit(tx, sending)
      if (bar) throw new Barred(bar)
      await tx.challenges.replace(question, nowMs)
      await tx.deliveries.add(deliveries, nowMs, nowMs + engine.outbox.leaseMs)
      if (isOnPhones) await wakePhones(tx, customer, question, nowMs)
      await tx.audit.append(customerId, note(request, question), 'asked', nowMs)
      if (!fate && !(await isWithinBudget(tx, customer, deliveries.length, nowMs))) throw new Barred('over-budget')
      return {}
    })
  } catch (error) {
    if (error instanceof Barred) return { bar: error.bar }
    if (!(error instanceof Repeated)) throw error
    // Another copy of it may have been committed meanwhile.
    const copy = question.requestDigest
    const earlier = copy && (await engine.store.read.challenges.byRequest(customerId, copy))
    return earlier ? { earlier } : { bar: 'repeated' }
  }
}

/** Whether a question waits on the phones of its user, and nowhere else. */
function waitsOnPhones({ method, userId }: NewChallenge, deliveries: readonly Delivery[]): boolean {
  return methods[method].asksPhones === true && userId !== null && deliveries.length === 0
}

/** What is asked on phones wakes them. */
async function wakePhones(tx: Records, { settings }: Customer, question: NewChallenge, nowMs: number): Promise<void> {
  const { id: challengeId, customerId, userId, expiresAtMs } = question
  if (userId === null || settings.isTest) return
  await tx.pushMessages.addFor({ customerId, userId, challengeId, expiresAtMs }, nowMs)
}

/** What counts once was seen before. */
class Repeated extends Error {}

/** Undoes what was counted: a message that is not sent must not use up the limit for one that could be. */
class Barred extends Error {
  readonly bar: SendBar

  constructor(bar: SendBar) {
    super(bar)
    this.bar = bar
  }
}

export function note(request: ChallengeRequest, question: NewChallenge) {
  const { transactionName, facts } = request
  const detail = { ...(transactionName === null ? {} : { transactionName }), ...facts }
  return {
    kind: 'challenge',
    subject: question.subject.key,
    method: question.method,
    challengeId: question.id,
    requestId: request.requestId,
    detail: Object.keys(detail).length === 0 ? null : JSON.stringify(detail),
  }
}
