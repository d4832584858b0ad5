import { methods } from '../methods/index.ts'
import type { Hashing, Heard, LastUse } from '../methods/method.ts'
import type {
  Answer,
  Credential,
  Customer,
  Decision,
  Facts,
  FinallyDecided,
  MethodId,
  RequestMark,
  Subject,
} from '../vocabulary.ts'
import { dailyOf } from './guard.ts'
import { hashQueue } from './hashing.ts'
import type { Engine } from './ports.ts'
import { toolsFor } from './tools.ts'

/** A request with an answer, as far as judging and deciding need it. */
export interface Answering extends Asking {
  readonly answer: Answer
  readonly listen?: Listen | undefined
}

/** Listens to a recording for what was enrolled; its place was taken before. Never throws. */
export type Listen = (secret: string) => Promise<Heard>

interface Asking {
  readonly customer: Customer
  readonly request: RequestMark | null
  readonly requestId: string
  /** For the audit. */
  readonly facts?: Facts | undefined
}

/** What an answer is judged by. */
export interface Judgeable {
  readonly method: MethodId
  readonly challengeId: string | null
  readonly pending: string | null
  /** Null for a name that nobody enrolled. */
  readonly userId: string | null
  readonly credentials: readonly Credential[]
  /** What was hashed slowly, by `keyOf`; absent for methods that hash nothing so. */
  readonly digests?: ReadonlyMap<string, Buffer>
  readonly heard?: Heard
}

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
    return decide(engine, request, { ...decidable, judged: judge(request, judgeable, engine.clock()) })
  }
  return hashQueue.hold(hashings.size, async (hash) => {
    const daily = dailyOf(method, engine.clock())
    const spending = { ...decidable, judged: wrong, stage: 'spend', daily } as const
    const spent = await engine.store.decide(decisionOf(engine, request, spending))
    if (spent !== 'judging') return spent
    const made = await Promise.all([...hashings].map(async ([key, one]) => [key, await hash(one)] as const))
    const judged = judge(request, { ...judgeable, digests: new Map(made) }, engine.clock())
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
  const spent = await engine.store.decide(decisionOf(engine, request, spending))
  if (spent !== 'judging') return spent
  const [credential] = judgeable.credentials
  const heard = credential && (await listen(credential.secret))
  const judged = judge(request, { ...judgeable, ...(heard && { heard }) }, engine.clock())
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

interface Judged {
  readonly verdict: 'right' | 'wrong' | 'denied'
  readonly credential: { readonly id: string; readonly userId: string; readonly step: number } | null
}

const wrong: Judged = { verdict: 'wrong', credential: null }

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

const noDigest = Buffer.alloc(0)

function keyOf({ salt, parts }: Hashing): string {
  return JSON.stringify([Buffer.from(salt).toString('base64'), ...parts])
}

/** Asks the method about each of the user's credentials; without any, about nothing, which costs the same work. */
export function judge(
  { customer, answer: given }: Pick<Answering, 'customer' | 'answer'>,
  { method, challengeId, pending, userId, credentials, digests, heard }: Judgeable,
  nowMs: number,
): Judged {
  const tools = toolsFor(customer, nowMs)
  const ask = (secret: string | null, last?: LastUse) => {
    const from = { challengeId, pending, secret, answer: given, ...(last && { last }), ...(heard && { heard }) }
    if (!digests) return methods[method].judge(from, tools)
    const mine = methods[method].hashings?.({ ...from, userId }) ?? []
    return methods[method].judge({ ...from, digests: mine.map((one) => digests.get(keyOf(one)) ?? noDigest) }, tools)
  }
  if (methods[method].needs === 'contact' || userId === null || credentials.length === 0) {
    return { verdict: ask(null).kind, credential: null }
  }
  const judged = credentials.map((credential) => {
    const last = { step: credential.lastStep, atMs: credential.lastUsedAtMs }
    return { credential, verdict: ask(credential.secret, last) }
  })
  if (judged.some(({ verdict }) => verdict.kind === 'denied')) return { verdict: 'denied', credential: null }
  for (const { credential, verdict } of judged) {
    if (verdict.kind !== 'right') continue
    return {
      verdict: 'right',
      credential: { id: credential.id, userId, step: verdict.usedStep ?? credential.lastStep + 1 },
    }
  }
  return wrong
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

interface Decidable {
  readonly method: MethodId
  readonly subject: Subject
  readonly challengeId: string | null
  readonly judged: Judged
  readonly isConfirming: boolean
  readonly stage?: Decision['stage']
  readonly daily?: Decision['daily'] | undefined
}

/** Hands the judged answer to the store; whatever it answers is final and on disk. */
export async function decide(engine: Engine, request: Asking, decidable: Decidable): Promise<FinallyDecided> {
  const decided = await engine.store.decide(decisionOf(engine, request, decidable))
  if (decided === 'judging') throw new Error('An answer was judged, and nothing was decided.')
  return decided
}

function decisionOf(
  engine: Engine,
  { customer, request, requestId, facts }: Asking,
  { method, subject, challengeId, judged, isConfirming, stage, daily }: Decidable,
): Decision {
  return {
    ...(stage && { stage }),
    ...(daily && { daily }),
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
      detail: facts && Object.keys(facts).length > 0 ? JSON.stringify(facts) : null,
    },
  }
}
