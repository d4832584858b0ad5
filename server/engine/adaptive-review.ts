import type { Evidence } from '../risk/evidence.ts'
import type { Assessment, Obligation, RiskAction, SignInFacts } from '../risk/facts.ts'
import { productOf } from '../risk/freeman.ts'
import type { KeptEvaluation } from '../risk/kept.ts'
import { acceptable } from '../risk/obligations.ts'
import { assess } from '../risk/policy.ts'
import type { Policy } from '../risk/policy-file.ts'
import { sizes } from '../risk/profile.ts'
import { said } from '../risk/said.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { waysOf } from './adaptive.ts'
import { compare } from './adaptive-compare.ts'
import { type Device, listDevices } from './adaptive-devices.ts'
import { policyFor } from './adaptive-policy.ts'
import { foldUsername } from './contacts.ts'
import type { RiskCore } from './ports.ts'
import type { Weighed } from './timeline.ts'

/** What would come of a sign-in; nothing is kept of it. */
export interface Simulation extends Assessment {
  readonly evidence: Evidence
  /** How the user could be asked at this score, strongest first. */
  readonly obligations: readonly Obligation[]
  /** The score of Freeman et al., as odds of an attack; null for a user without history. */
  readonly freeman: number | null
}

export interface SimulateRequest {
  readonly customer: Customer
  readonly username: string
  readonly facts: SignInFacts
  /** One of the user's remembered devices, as if it had shown its token; null: another. */
  readonly deviceId: string | null
  /** Another policy than the one that counts; null: that one. */
  readonly policy: Policy | null
  readonly app: string | null
  readonly groups: readonly string[]
  readonly atMs: number
}

/** "This user, from this address, on this device." */
export async function simulate(engine: RiskCore, request: SimulateRequest): Promise<Simulation> {
  const { customer, username, facts, deviceId, atMs } = request
  const found = await engine.store.riskSnapshot(customer.id, foldUsername(username))
  const { evidence } = await compare(engine, { customer, facts, deviceToken: null, deviceKey: null }, found, atMs)
  const device = found?.devices.find(({ id }) => id === deviceId)
  const policy =
    request.policy ?? (await policyFor(engine, customer, { ...request, userId: found?.userId ?? null })).policy
  const shown: Evidence = device
    ? {
        ...evidence,
        token: 'known',
        isTrusted: device.trustedUntilMs > atMs,
        likeness: 'same',
        deviceLabel: device.label,
      }
    : evidence
  const assessment = assess(shown, policy)
  const obligations = found ? acceptable(assessment.score, policy, await waysOf(engine, customer, found)) : []
  const freeman = evidence.freeman ? productOf(evidence.freeman) : null
  return { ...assessment, obligations, evidence: shown, freeman }
}

/** One earlier sign-in under a draft. */
export interface Replayed {
  readonly id: string
  readonly username: string
  readonly atMs: number
  readonly was: { readonly decision: RiskAction; readonly score: number }
  readonly would: { readonly decision: RiskAction; readonly score: number }
}

/** Earlier sign-ins of a customer, decided again under another policy. */
export interface Replay {
  readonly total: number
  /** How many of the decisions would be others, by what they were and would be: `allow → challenge`. */
  readonly changes: Readonly<Record<string, number>>
  /** Those, newest first. */
  readonly changed: readonly Replayed[]
  readonly would: Readonly<Record<RiskAction, number>>
}

/** Tries a draft on what the last sign-ins were decided by. What it would decide is told also of one that only reports. */
export async function replay(
  { store }: Pick<RiskCore, 'store'>,
  { customer, policy, limit }: { readonly customer: Customer; readonly policy: Policy; readonly limit: number },
): Promise<Replay> {
  const all = await store.read.riskEvaluations.recent(customer.id, null, limit)
  const replayed = all.map((kept) => underDraft(kept, policy))
  const changed = replayed.filter(({ was, would }) => was.decision !== would.decision)
  const changes: Record<string, number> = {}
  for (const { was, would } of changed) {
    const name = `${was.decision} → ${would.decision}`
    changes[name] = (changes[name] ?? 0) + 1
  }
  const count = (decision: RiskAction) => replayed.filter(({ would }) => would.decision === decision).length
  const would = { allow: count('allow'), challenge: count('challenge'), deny: count('deny') }
  return { total: replayed.length, changes, changed, would }
}

export function underDraft({ id, atMs, score: before, record }: KeptEvaluation, policy: Policy): Replayed {
  const { assessment, evidence, username } = record
  const { unenforced, score } = assess(evidence, policy)
  const was = { decision: assessment.decision, score: before }
  return { id, username, atMs, was, would: { decision: unenforced, score } }
}

/** The last sign-ins of a user with what was decided and why; undefined: nobody of this name. */
export async function explain(
  { store }: Pick<RiskCore, 'store'>,
  customer: Customer,
  username: string,
  limit: number,
): Promise<readonly KeptEvaluation[] | undefined> {
  const found = await store.riskSnapshot(customer.id, foldUsername(username))
  return found && store.read.riskEvaluations.recent(customer.id, found.userId, limit)
}

/** Of a user, so that a page of his timeline has them. */
const weighedMax = 200

/** What the last sign-ins of a user came to, by the questions that they led to. */
export async function weighedOf(
  { store }: Pick<RiskCore, 'store'>,
  { id }: Customer,
  userId: string,
): Promise<ReadonlyMap<string, Weighed>> {
  const all = await store.read.riskEvaluations.recent(id, userId, weighedMax)
  return new Map(
    all.flatMap(({ challengeId, score, record }) =>
      challengeId === null ? [] : [[challengeId, { score, because: record.assessment.findings.map(said) }]],
    ),
  )
}

/** All that is kept of a user for weighing risk, as it can be told him (GDPR article 15). */
export interface RiskExport {
  readonly username: string
  readonly signIns: number
  /** Different values that are remembered, by what they are of; the values themselves only as keyed hashes. */
  readonly values: Readonly<Record<string, number>>
  readonly lastPlace: { readonly latitude: number; readonly longitude: number; readonly atMs: number } | null
  readonly devices: readonly Device[]
  readonly evaluations: readonly Pick<KeptEvaluation, 'id' | 'atMs' | 'state' | 'decision' | 'score' | 'record'>[]
}

/** Of an export; more than a user makes in 180 days. */
const evaluationsMax = 10_000

export async function exportRisk(
  engine: RiskCore,
  customer: Customer,
  username: string,
): Promise<RiskExport | undefined> {
  const found = await engine.store.riskSnapshot(customer.id, foldUsername(username))
  if (!found) return undefined
  const { profile, place } = found.user
  const all = await engine.store.read.riskEvaluations.recent(customer.id, found.userId, evaluationsMax)
  return {
    username,
    signIns: profile.total,
    values: sizes(profile),
    lastPlace: place,
    devices: await listDevices(engine, customer, username),
    evaluations: all.map(({ id, atMs, state, decision, score, record }) => ({
      ...{ id, atMs, state, decision, score, record },
    })),
  }
}

/** Forgets all of it: the user is a stranger to the engine afterwards. False: nobody of this name. */
export async function eraseRisk(
  { store, clock }: Pick<RiskCore, 'store' | 'clock'>,
  customer: Customer,
  username: string,
): Promise<boolean> {
  const found = await store.riskSnapshot(customer.id, foldUsername(username))
  if (!found) return false
  const { userId } = found
  await store.write(async (tx) => {
    await tx.riskUsers.remove(customer.id, userId)
    await tx.riskDevices.remove(customer.id, userId, null)
    await tx.riskEvaluations.removeOf(customer.id, userId)
    const note = { kind: 'risk-user', subject: userId, method: null, challengeId: null, requestId: null, detail: null }
    await tx.audit.append(customer.id, note, 'erased', clock())
  })
  return true
}
