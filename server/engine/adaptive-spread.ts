import type { RiskAction } from '../risk/facts.ts'
import type { KeptEvaluation } from '../risk/kept.ts'
import type { Policy } from '../risk/policy-file.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Scope } from './adaptive-policy.ts'
import { type Replayed, underDraft } from './adaptive-review.ts'
import type { RiskCore } from './ports.ts'

/** Sign-ins that any pair of thresholds decides alike. */
export interface SpreadCell {
  /** 0–100, rounded down: thresholds are whole numbers. */
  readonly score: number
  /** What all but the thresholds decides; they can only raise it. */
  readonly least: RiskAction
  readonly count: number
}

/** How earlier sign-ins would be decided under a draft, by the score they would get. */
export interface Spread {
  readonly total: number
  /** False: there were more than were tried. */
  readonly isWhole: boolean
  readonly cells: readonly SpreadCell[]
  /** Those that the draft decides otherwise than they were, newest first. */
  readonly changed: readonly Replayed[]
}

export interface SpreadRequest {
  readonly customer: Customer
  readonly scope: Scope
  readonly policy: Policy
  readonly sinceMs: number
  /** Sign-ins to try, the newest ones. */
  readonly limit: number
}

/** Tries a draft on the sign-ins that it would have decided, told so that thresholds can be moved without trying again. */
export async function spread(engine: Pick<RiskCore, 'store'>, request: SpreadRequest): Promise<Spread> {
  const { customer, scope, policy, sinceMs, limit } = request
  const recent = await engine.store.read.riskEvaluations.recent(customer.id, null, limit + 1)
  const isWhole = recent.length <= limit || (recent.at(-1)?.atMs ?? 0) < sinceMs
  const tried = recent.slice(0, limit).filter(({ atMs }) => atMs >= sinceMs)
  const decided = await decidedBy(engine, customer, scope, tried)
  const withoutThresholds = { ...policy, challengeAt: never, denyAt: never }
  const cells = new Map<string, SpreadCell>()
  for (const kept of decided) {
    const { decision: least, score: exact } = underDraft(kept, withoutThresholds).would
    const score = Math.floor(exact)
    const name = `${score} ${least}`
    cells.set(name, { score, least, count: (cells.get(name)?.count ?? 0) + 1 })
  }
  const changed = decided
    .map((kept) => underDraft(kept, policy))
    .filter(({ was, would }) => was.decision !== would.decision)
  return { total: decided.length, isWhole, cells: [...cells.values()], changed }
}

/** Above every score. */
const never = 101

/** Those for which the policy of a scope counts, or would if there were one; members of a group as they are now. */
async function decidedBy(
  { store }: Pick<RiskCore, 'store'>,
  customer: Customer,
  scope: Scope,
  all: readonly KeptEvaluation[],
): Promise<readonly KeptEvaluation[]> {
  const isNamed = ({ record }: KeptEvaluation) => record.scope === scope || `app:${record.app}` === scope
  const named = new Set(all.filter(isNamed))
  if (!scope.startsWith('group:')) return [...named]
  const members = new Set<string>()
  for (const id of new Set(all.flatMap(({ userId }) => userId ?? []))) {
    const groups = await store.read.groups.of(customer.id, id)
    if (groups.some((group) => `group:${group.id}` === scope)) members.add(id)
  }
  const isMembers = ({ record, userId }: KeptEvaluation) =>
    record.scope === '' && userId !== null && members.has(userId)
  return all.filter((kept) => named.has(kept) || isMembers(kept))
}
