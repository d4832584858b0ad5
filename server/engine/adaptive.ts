import { unknownBrowser } from '../risk/browser.ts'
import { brokenEvidence } from '../risk/evidence.ts'
import type { Assessment, Obligation, SignInFacts } from '../risk/facts.ts'
import type { EvaluationState, KeptEvaluation, RiskSnapshot } from '../risk/kept.ts'
import { marksOf } from '../risk/marks.ts'
import { acceptable } from '../risk/obligations.ts'
import { assess } from '../risk/policy.ts'
import type { Policy } from '../risk/policy-file.ts'
import { fingerprint } from '../security/digest.ts'
import { randomId, randomSecret } from '../security/random.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { type Comparison, compare } from './adaptive-compare.ts'
import { renewed } from './adaptive-devices.ts'
import { evaluationTtlMs, keep, resultDigest, resultTtlMs } from './adaptive-keep.ts'
import { policyFor } from './adaptive-policy.ts'
import { allowedMethods, isTurnedOn } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import type { RiskCore } from './ports.ts'

/**
 * Weigh one sign-in. In a browser flow `session` is the token that the site's backend was given, with the origin of the
 * page that sent it; a signed call of a backend names the user itself.
 */
export interface EvaluateRequest {
  readonly customer: Customer
  readonly who:
    | { readonly username: string }
    | { readonly session: string; readonly username: string | null; readonly origin: string | null }
  /** The app and groups whose policy goes before the customer's; null and empty: none. The user's own groups count besides. */
  readonly app: string | null
  readonly groups: readonly string[]
  readonly facts: SignInFacts
  /** What the browser presented (cookie or header), as it was given out; null: none. */
  readonly deviceToken: string | null
  /**
   * SHA-256, in base64url, of the key that the browser has proved to hold in this session; null: none. `complete` keeps it
   * with the device that it remembers; from then on the token counts only together with that key, also after it rotated.
   */
  readonly deviceKey: string | null
  /** Nothing of this sign-in may ever be trusted or learned: a page without a session, where the customer allows it. */
  readonly isUntrusted: boolean
  readonly requestId: string
}

/** What a sign-in was weighed to, and what its page needs to go on. */
export interface Evaluation extends Assessment {
  /** UUID; names the evaluation in `recall`, `ask`, `complete` and `tell`. Lives 15 minutes. To the browser that made it, and to no other. */
  readonly id: string
  /** How the user may be asked, strongest first; empty unless the decision is `challenge`, and then too when he has nothing that counts. */
  readonly obligations: readonly Obligation[]
  /** What the browser must present the next time instead of what it presented now; null: keep what you have, if any. */
  readonly deviceToken: string | null
  readonly isKnownDevice: boolean
  /** For the site's backend to redeem, once, within 60 seconds; null unless the decision is `allow` and somebody may rely on it. */
  readonly resultToken: string | null
}

/** `bad-session`: unknown, expired, finished, evaluated too often, of another origin or of another user. */
export type EvaluateOutcome =
  | ({ readonly ok: true } & Evaluation)
  | { readonly ok: false; readonly reason: 'bad-session' | 'disabled-user' }

/**
 * Reads what is known, weighs, and keeps the evaluation. An unknown user looks like one without history. Whatever
 * breaks inside gives `challenge` with the finding `engine`, never `allow`.
 */
export async function evaluate(engine: RiskCore, request: EvaluateRequest): Promise<EvaluateOutcome> {
  const { customer, isUntrusted } = request
  const atMs = engine.clock()
  const who = await whoIs(engine, request, atMs)
  if (!who) return { ok: false, reason: 'bad-session' }
  const found = await engine.store.riskSnapshot(customer.id, foldUsername(who.username))
  const isDisabled = found !== undefined && !found.isEnabled
  if (isDisabled && !isUntrusted) return { ok: false, reason: 'disabled-user' }
  // Where anybody may ask about any name, a disabled user looks like a name without a user.
  const snapshot = isDisabled ? undefined : found

  const weighed = await weigh(engine, request, snapshot, atMs)
  const { evidence, assessment, shown, policy } = weighed
  const outcome = evidence.isBroken ? 'broken' : assessment.unenforced
  engine.observe({ kind: 'risk', method: policy.mode, outcome })
  const isKnownDevice = evidence.token === 'known'
  const obligations =
    assessment.decision === 'challenge' && snapshot
      ? acceptable(assessment.score, policy, await waysOf(engine, customer, snapshot))
      : []
  const isAllowed = assessment.decision === 'allow'
  const renewal = shown && renewed(shown, isAllowed, weighed, atMs)
  const resultToken = isAllowed && !isUntrusted ? randomSecret(32).toString('base64url') : null
  const kept = keptOf(request, who, snapshot, weighed, { obligations, resultToken, atMs })
  const done = await keep(engine, request, kept, renewal)
  if (!done.ok) return { ok: false, reason: 'bad-session' }
  const { id } = kept
  return { ok: true, id, ...assessment, obligations, isKnownDevice, deviceToken: done.deviceToken, resultToken }
}

interface Who {
  readonly username: string
  readonly session: { readonly digest: Buffer; readonly origin: string; readonly action: string } | null
}

/** Whom it is about; undefined when the session does not say so. */
async function whoIs({ store }: RiskCore, { customer, who }: EvaluateRequest, nowMs: number): Promise<Who | undefined> {
  if (!('session' in who)) return { username: who.username, session: null }
  const digest = fingerprint('risk session', who.session)
  const session = await store.read.riskSessions.find(customer.id, digest, nowMs)
  if (!session || session.origin !== who.origin) return undefined
  if (who.username !== null && foldUsername(who.username) !== foldUsername(session.username)) return undefined
  return { username: session.username, session: { digest, origin: session.origin, action: session.action } }
}

interface Weighed extends Omit<Comparison, 'shown'> {
  readonly shown: Comparison['shown'] | undefined
  readonly assessment: Assessment
  readonly policy: Policy
  readonly scope: string
}

async function weigh(
  engine: RiskCore,
  request: EvaluateRequest,
  snapshot: RiskSnapshot | undefined,
  atMs: number,
): Promise<Weighed> {
  const { customer, app, groups, isUntrusted } = request
  // Nobody is told by another decision that a name exists, where anybody may ask.
  const userId = isUntrusted ? null : (snapshot?.userId ?? null)
  const { policy, scope } = await policyFor(engine, customer, { app, groups, userId })
  const deviceToken = isUntrusted ? null : request.deviceToken
  try {
    const comparison = await compare(engine, { ...request, deviceToken }, snapshot, atMs)
    const assessment = assess(comparison.evidence, policy)
    const atLeast = isUntrusted && assessment.decision === 'allow' ? 'challenge' : assessment.decision
    return { ...comparison, assessment: { ...assessment, decision: atLeast }, policy, scope }
  } catch {
    const evidence = brokenEvidence(atMs)
    const nothing = { evidence, marks: marksOf({}, () => [0, 0]), browser: unknownBrowser, shown: undefined }
    return { ...nothing, assessment: assess(evidence, policy), policy, scope }
  }
}

/** Every way in which this user can be asked. */
export async function waysOf(
  engine: Pick<RiskCore, 'store'>,
  customer: Customer,
  { userId, methods, hasPhone, hasEmail }: RiskSnapshot,
): Promise<Obligation[]> {
  const enrolled = methods.filter((method) => isTurnedOn(customer, method)).map((method) => ({ method, via: null }))
  const byPhone: Obligation[] = [
    { method: 'message-link', via: 'sms' },
    { method: 'message-code', via: 'sms' },
    { method: 'message-code', via: 'call' },
  ]
  const byMail: Obligation[] = [
    { method: 'message-link', via: 'email' },
    { method: 'message-code', via: 'email' },
  ]
  const ways = [...enrolled, ...(hasPhone ? byPhone : []), ...(hasEmail ? byMail : [])]
  const allowed = await allowedMethods(engine, customer, userId)
  return allowed === null ? ways : ways.filter(({ method }) => allowed.has(method))
}

function keptOf(
  { customer, isUntrusted, deviceKey, app }: EvaluateRequest,
  { username, session }: Who,
  snapshot: RiskSnapshot | undefined,
  { evidence, assessment, marks, browser, shown, scope }: Weighed,
  more: { readonly obligations: readonly Obligation[]; readonly resultToken: string | null; readonly atMs: number },
): KeptEvaluation {
  const { decision, score } = assessment
  const { obligations, resultToken, atMs } = more
  const states = { allow: 'allowed', challenge: 'open', deny: 'denied' } as const satisfies Record<
    Assessment['decision'],
    EvaluationState
  >
  return {
    ...{ id: randomId(), customerId: customer.id, userId: snapshot?.userId ?? null, atMs, decision, score, marks },
    state: states[decision],
    record: {
      ...{ username, isUntrusted, evidence, assessment, obligations, scope, app, deviceKey },
      origin: session?.origin ?? null,
      action: session?.action ?? null,
      version: browser.version,
    },
    sessionDigest: session?.digest ?? null,
    deviceId: shown?.state === 'known' ? (shown.device?.id ?? null) : null,
    ...{ challengeId: null, method: null },
    result: resultToken === null ? null : { digest: resultDigest(resultToken), untilMs: atMs + resultTtlMs },
  }
}

/** `origin`: of the page that evaluated, so that no other may go on; null for a signed call. */
export type Recalled = Evaluation & {
  readonly username: string
  readonly origin: string | null
  readonly isUntrusted: boolean
}

/** The evaluation of an id as it was decided, while it lives; undefined: unknown, of another customer, or over. */
export async function recall(engine: RiskCore, customer: Customer, id: string): Promise<Recalled | undefined> {
  const kept = await engine.store.read.riskEvaluations.find(customer.id, id)
  const isOver = !kept || kept.atMs + evaluationTtlMs <= engine.clock()
  if (isOver || !['open', 'allowed', 'denied'].includes(kept.state)) return undefined
  const { username, origin, isUntrusted, assessment, obligations, evidence } = kept.record
  const isKnownDevice = evidence.token === 'known'
  return { id, ...assessment, obligations, isKnownDevice, ...{ username, origin, isUntrusted }, ...nothingNew }
}

/** Tokens are given out once. */
const nothingNew = { deviceToken: null, resultToken: null } as const
