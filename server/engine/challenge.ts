import { methods } from '../methods/index.ts'
import type { Site } from '../methods/method.ts'
import type { NewChallenge } from '../vocabulary/challenge.ts'
import type { SendBar } from './admission.ts'
import { compose } from './challenge-compose.ts'
import { keep, note } from './challenge-keep.ts'
import {
  askedBefore,
  type ChallengeOutcome,
  type ChallengeRefusal,
  outcomeOf,
  type Refused,
} from './challenge-outcome.ts'
import type { ChallengeRequest } from './challenge-request.ts'
import { barOf, triedOutUntil } from './guard.ts'
import { siteOf } from './passkey-site.ts'
import { findPerson, type Person } from './person.ts'
import type { Engine } from './ports.ts'
import { decideSoon } from './test-decision.ts'
import { barOfVoice } from './voice.ts'

/** Finds whom to ask and how, keeps the question, hands the messages over, and says what became of each. */
export async function challenge(engine: Engine, request: ChallengeRequest): Promise<ChallengeOutcome> {
  const person = await findPerson(engine, request)
  if ('reason' in person) return refused(engine, request, person)
  const { asked, subject } = person
  const nowMs = engine.clock()
  const guard = await engine.store.read.guards.find(request.customer.id, subject.key, asked.method)
  const bar = barOf(guard, subject, nowMs)
  if (bar) return barred(engine, request, person, bar.reason)
  if (await triedOutUntil(engine.store.read, request.customer, subject, asked.method, nowMs))
    return barred(engine, request, person, 'locked')

  const site = methods[asked.method].answeredBy === 'assertion' ? siteOf(request.customer, engine.baseUrl) : undefined
  const methodBar = barOfMethod(engine, request, person, site)
  if (methodBar) return refused(engine, request, { ok: false, reason: methodBar })

  const composed = compose(engine, request, person, site, nowMs)
  const { question, deliveries, fate, send } = composed
  if (fate === 'locked') return refused(engine, request, { ok: false, reason: fate })
  const kept = await keep(engine, request, composed, nowMs)
  if (kept.bar) return barred(engine, request, person, kept.bar)
  if (kept.earlier) return askedBefore(engine, request, person, kept.earlier)
  engine.observe({ kind: 'challenge', method: asked.method, outcome: 'asked' })
  ring(engine, question)
  const sent = await engine.outbox.send(deliveries)
  const outcome = outcomeOf(engine, request, person, composed, sent)
  if (outcome.ok && (fate === 'approved' || fate === 'denied'))
    void decideSoon(engine, { ...request, challengeId: question.id, send, isAccepted: fate === 'approved' })
  if (outcome.ok) return outcome
  // Nobody knows whether a failed message arrives after all: its code must not live when the caller asks again.
  await engine.store.write(async (tx) => {
    await tx.challenges.cancel(request.customer.id, question.id, engine.clock())
    await tx.audit.append(request.customer.id, note(request, question), 'delivery-failed', engine.clock())
  })
  return refused(engine, request, outcome)
}

/** Why a method cannot be asked by, as things are here. */
function barOfMethod(
  engine: Engine,
  { customer, showsMatchNumber }: ChallengeRequest,
  { asked, secrets }: Person,
  site: Site | undefined,
): ChallengeRefusal | undefined {
  const { answeredBy, isPrompt } = methods[asked.method]
  if (isPrompt && customer.settings.numberMatching === 'always' && !showsMatchNumber) return 'needs-match-number'
  if (answeredBy === 'assertion' && !site) return 'no-domain'
  return answeredBy === 'recording' ? barOfVoice(engine, customer, secrets) : undefined
}

function ring({ doorbell }: Engine, { method, userId }: NewChallenge): void {
  if (methods[method].asksPhones && userId !== null) doorbell.ring(userId)
}

/** Refused, and told in the history of the user: he, or whoever helps him, will ask why. */
async function barred(
  engine: Engine,
  request: ChallengeRequest,
  { subject, asked }: Person,
  reason: Refused['reason'] & (SendBar | 'repeated' | 'locked' | 'disabled'),
): Promise<Refused> {
  const { transactionName, requestId, customer } = request
  if (reason !== 'repeated') {
    const detail = JSON.stringify({ reason, ...(transactionName !== null && { transactionName }) })
    const line = { kind: 'challenge', subject: subject.key, method: asked.method, challengeId: null, requestId, detail }
    await engine.store.write((tx) => tx.audit.append(customer.id, line, 'refused', engine.clock()))
  }
  return refused(engine, request, { ok: false, reason } as Refused) // each of these has nothing else to tell
}

function refused(engine: Engine, request: ChallengeRequest, refusal: Refused): Refused {
  engine.observe({ kind: 'challenge', method: request.asked?.method ?? 'none', outcome: refusal.reason })
  return refusal
}
