import type { RiskAction } from '../risk/facts.ts'
import { type KeptEvaluation, leftOf } from '../risk/kept.ts'
import { counts } from '../risk/obligations.ts'
import { defaultPolicy, type Policy } from '../risk/policy-file.ts'
import { randomId, randomSecret } from '../security/random.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { MethodId } from '../vocabulary/method.ts'
import { failuresKey } from './adaptive-counts.ts'
import { rememberDevice } from './adaptive-devices.ts'
import { evaluationTtlMs, resultDigest, resultTtlMs, riskNote } from './adaptive-keep.ts'
import { learnFrom } from './adaptive-learn.ts'
import { foldUsername } from './contacts.ts'
import type { RiskCore } from './ports.ts'
import type { Records } from './records.ts'

/**
 * The question that was asked because of an evaluation (`engine/challenge.ts` made it): only its answer completes the
 * evaluation from now on. False when the evaluation is over, denied, or of somebody else than the challenged user.
 */
export async function ask(engine: RiskCore, customer: Customer, id: string, challengeId: string): Promise<boolean> {
  const nowMs = engine.clock()
  return engine.store.write(async (tx) => {
    const kept = await tx.riskEvaluations.find(customer.id, id)
    const challenge = await tx.challenges.find(challengeId)
    if (!kept || kept.userId === null || isOver(kept, nowMs)) return false
    if (challenge?.customerId !== customer.id || challenge.userId !== kept.userId) return false
    if (!(await tx.riskEvaluations.ask(customer.id, id, challengeId))) return false
    const user = await tx.riskUsers.hold(customer.id, kept.userId)
    const prompts = { count: leftOf(user.prompts, nowMs) + 1, atMs: nowMs }
    await tx.riskUsers.put(customer.id, kept.userId, { ...user, prompts })
    return true
  })
}

/** The challenge that an evaluation waits for; undefined: none, or the evaluation is over. */
export async function asked(engine: RiskCore, customer: Customer, id: string): Promise<string | undefined> {
  const kept = await engine.store.read.riskEvaluations.find(customer.id, id)
  return kept && !isOver(kept, engine.clock()) ? (kept.challengeId ?? undefined) : undefined
}

export interface CompleteRequest {
  readonly customer: Customer
  readonly id: string
  /**
   * `challenge`: the evaluation's own challenge, which must be approved in the store. `method`: the caller has just had
   * an unasked answer (an authenticator app) accepted by `engine/answer.ts`. `caller`: a signed call says that the site
   * itself has seen a second factor.
   */
  readonly proof: 'challenge' | { readonly method: MethodId } | 'caller'
  /** The user wants this device remembered. */
  readonly trustsDevice: boolean
}

export type CompleteOutcome =
  | { readonly ok: true; readonly resultToken: string; readonly deviceToken: string | null }
  /** `method-too-weak`: the policy does not count it at this risk. `too-many-devices`: completed, and not remembered, is no refusal. */
  | { readonly ok: false; readonly reason: 'unknown' | 'denied' | 'not-approved' | 'method-too-weak' }

/** The user proved himself: the sign-in is finished and learned, its device remembered, and a result given out. Works once. */
export async function complete(engine: RiskCore, request: CompleteRequest): Promise<CompleteOutcome> {
  const { customer, id, trustsDevice } = request
  const nowMs = engine.clock()
  const kept = await engine.store.read.riskEvaluations.find(customer.id, id)
  if (!kept || kept.atMs + evaluationTtlMs <= nowMs) return { ok: false, reason: 'unknown' }
  if (kept.state !== 'open') return { ok: false, reason: kept.state === 'denied' ? 'denied' : 'unknown' }
  const policies = await engine.policies(customer.id)
  const policy = policies.get(kept.record.scope) ?? defaultPolicy
  const method = await proofOf(engine, request, kept)
  if (method === undefined) return { ok: false, reason: 'not-approved' }
  if (method !== 'caller' && !counts(method, kept.score, policy)) return { ok: false, reason: 'method-too-weak' }
  return finish(engine, kept, { method, policy, trustsDevice, nowMs })
}

/** What proved the user; undefined: nothing has yet. */
async function proofOf(
  { store }: RiskCore,
  { customer, proof }: CompleteRequest,
  kept: KeptEvaluation,
): Promise<MethodId | 'caller' | undefined> {
  if (proof === 'caller') return proof
  if (proof !== 'challenge') return proof.method
  const challenge = kept.challengeId === null ? undefined : await store.read.challenges.find(kept.challengeId)
  const isProof = challenge?.customerId === customer.id && challenge.userId === kept.userId
  return isProof && challenge.state === 'approved' ? challenge.method : undefined
}

interface Finishing {
  readonly method: MethodId | 'caller'
  readonly policy: Policy
  readonly trustsDevice: boolean
  readonly nowMs: number
}

async function finish(
  { store }: RiskCore,
  kept: KeptEvaluation,
  { method, policy, trustsDevice, nowMs }: Finishing,
): Promise<CompleteOutcome> {
  const { customerId, id, record, sessionDigest } = kept
  const resultToken = randomSecret(32).toString('base64url')
  const result = { digest: resultDigest(resultToken), untilMs: nowMs + resultTtlMs }
  const isTrusting = trustsDevice && !record.isUntrusted
  const deviceId = kept.deviceId ?? (isTrusting ? randomId() : null)
  return store.write(async (tx): Promise<CompleteOutcome> => {
    // Decides which of two answers at once finishes it; the other finds nothing that waits.
    if (!(await tx.riskEvaluations.finish(customerId, id, { method, deviceId, result })))
      return { ok: false, reason: 'unknown' }
    // One session has one result, however many of its evaluations were answered.
    if (sessionDigest && !(await tx.riskSessions.end(customerId, sessionDigest)))
      return { ok: false, reason: 'unknown' }
    const device = deviceId !== null && isTrusting ? await rememberDevice(tx, kept, deviceId, policy, nowMs) : null
    await learnFrom(tx, kept)
    await tx.audit.append(customerId, { ...riskNote(kept, null), method }, 'completed', nowMs)
    return { ok: true, resultToken, deviceToken: device }
  })
}

/** Past its time, or not waiting for a proof. */
function isOver({ atMs, state }: KeptEvaluation, nowMs: number): boolean {
  return state !== 'open' || atMs + evaluationTtlMs <= nowMs
}

/** What the backend of a site learns of a sign-in for its result token. */
export interface Redeemed {
  readonly evaluationId: string
  readonly username: string
  /** Of the session; null when there was none. */
  readonly action: string | null
  readonly origin: string | null
  readonly decision: RiskAction
  readonly score: number
  /** What proved the user beside his habits; null when nothing had to. */
  readonly method: string | null
  readonly challengeId: string | null
  readonly atMs: number
}

/** What a page brought, and what for; `action` is compared where the session had one. */
export interface Brought {
  readonly resultToken: string
  readonly username: string
  readonly action: string
}

/**
 * Counts once, on however many nodes; undefined: forged, expired, of another customer, redeemed before, or of another user or
 * action, which uses it up too. Learns an allowed sign-in.
 */
export async function redeem(
  { store, clock }: RiskCore,
  customer: Customer,
  brought: Brought,
): Promise<Redeemed | undefined> {
  const nowMs = clock()
  return store.write(async (tx) => {
    const kept = await tx.riskEvaluations.redeem(customer.id, resultDigest(brought.resultToken), nowMs)
    if (!kept) return undefined
    if (!isOf(kept, brought)) {
      await tx.audit.append(customer.id, riskNote(kept, null), 'mistaken', nowMs)
      return undefined
    }
    if (kept.state === 'allowed') {
      await tx.riskEvaluations.settle(customer.id, kept.id, 'finished')
      await learnFrom(tx, kept)
    }
    await tx.audit.append(customer.id, riskNote(kept, null), 'redeemed', nowMs)
    const { id, decision, score, method, challengeId, atMs, record } = kept
    const { username, action, origin } = record
    return { evaluationId: id, username, action, origin, decision, score, method, challengeId, atMs }
  })
}

function isOf({ record }: KeptEvaluation, { username, action }: Brought): boolean {
  return foldUsername(record.username) === foldUsername(username) && (record.action ?? action) === action
}

/**
 * What the site or the user says of a sign-in afterwards, within 180 days. `failed`: a wrong password or factor.
 * `not-me`: the user did not do it; forgets the device that did it, unlearns nothing that never was learned, and raises
 * the risk of the user's sign-ins for 30 days. `mine`: takes `not-me` back. False: no such evaluation.
 */
export async function tell(
  { store, clock }: RiskCore,
  customer: Customer,
  id: string,
  what: 'failed' | 'not-me' | 'mine',
): Promise<boolean> {
  const nowMs = clock()
  return store.write(async (tx) => {
    const kept = await tx.riskEvaluations.find(customer.id, id)
    if (!kept || (what === 'failed' && kept.state !== 'open' && kept.state !== 'allowed')) return false
    const states = { failed: 'failed', 'not-me': 'not-me', mine: 'finished' } as const
    await tx.riskEvaluations.settle(customer.id, id, states[what])
    const { userId, deviceId } = kept
    if (what === 'failed')
      for (const key of failuresKey(kept.marks, nowMs).slice(0, 1)) await tx.riskCounts.bump(customer.id, key, nowMs)
    if (userId !== null) {
      const user = await tx.riskUsers.hold(customer.id, userId)
      const changes = {
        failed: { failures: { count: leftOf(user.failures, nowMs) + 1, atMs: nowMs } },
        'not-me': { reportedUntilMs: nowMs + reportedMs },
        mine: { reportedUntilMs: 0 },
      } as const
      await tx.riskUsers.put(customer.id, userId, { ...user, ...changes[what] })
      if (what === 'not-me' && deviceId !== null) await tx.riskDevices.remove(customer.id, userId, deviceId)
    }
    await tx.audit.append(customer.id, riskNote(kept, null), what, nowMs)
    return true
  })
}

/** How long it weighs that a user said a sign-in was not his. */
const reportedMs = 30 * 24 * 3_600_000

/** The user said somewhere else that a sign-in was not his: it raises the risk of those to come for 30 days. */
export async function raiseByReport(tx: Records, customerId: number, userId: string, nowMs: number): Promise<void> {
  const user = await tx.riskUsers.hold(customerId, userId)
  await tx.riskUsers.put(customerId, userId, { ...user, reportedUntilMs: nowMs + reportedMs })
}
