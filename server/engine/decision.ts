import { methods } from '../methods/index.ts'
import type { Hashing, Heard } from '../methods/method.ts'
import type { Answer } from '../vocabulary/answer.ts'
import type { Facts } from '../vocabulary/audit.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Decided, FinallyDecided } from '../vocabulary/decision.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import { dailyOf } from './guard.ts'
import { hashQueue } from './hashing.ts'
import {
  type Decidable,
  type DecidedFor,
  decisionOf,
  type Judgeable,
  type Judged,
  judge,
  keyOf,
  wrong,
} from './judge.ts'
import type { Engine } from './ports.ts'
import { toolsFor } from './tools.ts'

/** A request with an answer, as far as judging and deciding need it. */
export interface Answering extends Asking {
  readonly answer: Answer
  readonly listen?: Listen | undefined
}

interface Asking {
  readonly customer: Customer
  readonly request: RequestMark | null
  readonly requestId: string
  /** For the audit. */
  readonly facts?: Facts | undefined
}

/** Listens to a recording for what was enrolled; its place was taken before. Never throws. */
export type Listen = (secret: string) => Promise<Heard>

/** Judges an answer and lets the store decide. One that takes long to judge is spent first: see `Decision.stage`. */
export async function judgeAndDecide(
  engine: Engine,
  request: Answering,
  subject: Subject,
  judgeable: Judgeable,
): Promise<FinallyDecided> {
  const { method, challengeId } = judgeable
  const decidable = { method, subject, challengeId, isConfirming: false }
  if (methods[method].judgeLater)
    return decide(engine, request, { ...decidable, judged: await judgeLater(request, judgeable, engine.clock()) })
  if (request.listen) return hearAndDecide(engine, request, request.listen, decidable, judgeable)
  const hashings = hashingsOf(request.answer, judgeable)
  if (hashings.size === 0) {
    return decide(engine, request, { ...decidable, judged: judgeNow(engine, request, judgeable) })
  }
  return hashQueue.hold(request.customer.id, hashings.size, async (hash) => {
    const daily = dailyOf(method, engine.clock())
    const spending = { ...decidable, judged: wrong, stage: 'spend', daily } as const
    const spent = await engine.store.decide(decisionOf(requestOf(engine, request), spending))
    if (spent !== 'judging') return spent
    const made = await Promise.all([...hashings].map(async ([key, one]) => [key, await hash(one)] as const))
    const judged = judgeNow(engine, request, { ...judgeable, digests: new Map(made) })
    // The request was marked as seen when it was spent.
    return decide(engine, { ...request, request: null }, { ...decidable, judged, stage: 'settle', daily })
  })
}

/** An answer that is listened to: spent first, so that never more recordings are judged than allowed. */
async function hearAndDecide(
  engine: Engine,
  request: Answering,
  listen: Listen,
  decidable: Omit<Decidable, 'judged'>,
  judgeable: Judgeable,
): Promise<FinallyDecided> {
  const spending = { ...decidable, judged: wrong, stage: 'spend' } as const
  const spent = await engine.store.decide(decisionOf(requestOf(engine, request), spending))
  if (spent !== 'judging') return spent
  const [credential] = judgeable.credentials
  const heard = credential && (await listen(credential.secret))
  const judged = judgeNow(engine, request, { ...judgeable, ...(heard && { heard }) })
  const facts = { ...request.facts, ...(heard && told(heard)) }
  return decide(engine, { ...request, request: null, facts }, { ...decidable, judged, stage: 'settle' })
}

/** For the audit, and nowhere else. */
function told({ speaker, speakerMin, digits }: Heard): Facts {
  const shown = (value: number) => value.toFixed(2)
  return {
    speaker: shown(speaker),
    speakerMin: shown(speakerMin),
    digits: digits === null ? 'unchecked' : shown(digits),
  }
}

/** What has to be hashed to judge an answer, each once: credentials that share a salt share the work. */
function hashingsOf(
  answer: Answer,
  { method, challengeId, pending, userId, credentials }: Judgeable,
): ReadonlyMap<string, Hashing> {
  const secrets = credentials.length === 0 ? [null] : credentials.map(({ secret }) => secret)
  const hashings = secrets.flatMap(
    (secret) => methods[method].hashings?.({ challengeId, pending, secret, answer, userId }) ?? [],
  )
  return new Map(hashings.map((one) => [keyOf(one), one]))
}

function judgeNow(
  engine: Engine,
  { customer, answer }: Pick<Answering, 'customer' | 'answer'>,
  judgeable: Judgeable,
): Judged {
  return judge(methods[judgeable.method], answer, judgeable, toolsFor(customer, engine.clock()))
}

/** The same for a method that judges later: one credential after the other, because only one of them has signed. */
async function judgeLater(
  { customer, answer: given }: Pick<Answering, 'customer' | 'answer'>,
  { method, challengeId, pending, userId, credentials }: Judgeable,
  nowMs: number,
): Promise<Judged> {
  const tools = toolsFor(customer, nowMs)
  if (userId === null) return wrong
  for (const { id, secret, lastStep, lastUsedAtMs } of credentials) {
    const from = { challengeId, pending, secret, answer: given, last: { step: lastStep, atMs: lastUsedAtMs } }
    const verdict = await methods[method].judgeLater?.(from, tools)
    if (verdict?.kind !== 'right') continue
    return { verdict: 'right', credential: { id, userId, step: verdict.usedStep ?? lastStep + 1 } }
  }
  return wrong
}

/** Hands the judged answer to the store; whatever it answers is final and on disk. */
export async function decide(engine: Engine, request: Asking, decidable: Decidable): Promise<FinallyDecided> {
  return settled(await engine.store.decide(decisionOf(requestOf(engine, request), decidable)))
}

/** What became of an answer that was judged. */
export function settled(decided: Decided): FinallyDecided {
  if (decided === 'judging') throw new Error('An answer was judged, and nothing was decided.')
  return decided
}

function requestOf(engine: Engine, { customer, request, requestId, facts }: Asking): DecidedFor {
  return { customerId: customer.id, nowMs: engine.clock(), request, requestId, detail: detailOf(facts) }
}

/** What the audit keeps of what a caller said. */
export function detailOf(facts: Facts | undefined): string | null {
  return facts && Object.keys(facts).length > 0 ? JSON.stringify(facts) : null
}
