import { defaultPolicy, type Policy, readPolicy, ruleNames } from '../risk/policy-file.ts'
import { worth } from '../risk/rules.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { RiskCore } from './ports.ts'
import type { Records } from './records.ts'

/**
 * For whom a policy is: empty for the customer, `app:<id>` for an app's calls, `group:<id>` for the members of a group. Of a
 * group that the customer keeps here that is its number.
 */
export type Scope = string

/** Whose policies may count for a sign-in. */
export interface PolicyOwners {
  readonly app: string | null
  /** Groups that the caller names, in its own words; they go before those that are kept here. */
  readonly groups: readonly string[]
  /** Null: nobody of this name is enrolled, who is in no group. */
  readonly userId: string | null
}

/** The policy that counts: the app's before that of the first group that has one, before the customer's. */
export async function policyFor(
  { store, policies: policiesOf }: Pick<RiskCore, 'policies' | 'store'>,
  { id }: Customer,
  { app, groups, userId }: PolicyOwners,
): Promise<{ readonly policy: Policy; readonly scope: Scope }> {
  const policies = await policiesOf(id)
  // Most customers have no policy of a group, and their sign-ins do not wait for this.
  const isByGroup = userId !== null && [...policies.keys()].some((scope) => scope.startsWith('group:'))
  const own = isByGroup ? (await store.read.groups.of(id, userId)).map((group) => String(group.id)) : []
  const ofGroups = [...groups, ...own].map((group) => `group:${group}`)
  const scopes = [...(app === null ? [] : [`app:${app}`]), ...ofGroups, '']
  const scope = scopes.find((one) => policies.has(one)) ?? ''
  return { policy: policies.get(scope) ?? defaultPolicy, scope }
}

/** A customer's policies as they were written, with the defaults in their gaps; one that no longer reads asks everybody. */
export async function readPolicies(
  all: (customerId: number) => Promise<ReadonlyMap<string, string>>,
  customerId: number,
): Promise<ReadonlyMap<string, Policy>> {
  const written = await all(customerId)
  return new Map([...written].map(([scope, text]) => [scope, policyOf(text)]))
}

function policyOf(text: string): Policy {
  try {
    const read = readPolicy(JSON.parse(text))
    if ('policy' in read) return read.policy
  } catch {
    // Not JSON: not written by this release.
  }
  return { ...defaultPolicy, challengeAt: 0 }
}

/** A policy to be set, or taken away, for one scope of a customer. */
export interface PolicyChange {
  readonly customer: Customer
  readonly scope: Scope
  /** What was written; null takes the policy away. */
  readonly policy: unknown
  readonly requestId: string | null
  /** For the audit, where it is not the customer himself. */
  readonly by?: object
}

/** Rules of which a policy may say what they are worth; `points` of their own, null: as the score weighs what they notice. */
export const policyRules = ruleNames.map((rule) => ({ rule, points: worth[rule] ?? null }))

/** A policy to be tried, from what somebody wrote; or every problem with it. */
export function readDraft(written: unknown): ReturnType<typeof readPolicy> {
  return readPolicy(written)
}

/** Sets a policy, or says everything that is wrong with it. */
export async function setPolicy(
  { store, clock }: Pick<RiskCore, 'store' | 'clock'>,
  { customer, scope, policy, requestId, by }: PolicyChange,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly problems: readonly string[] }> {
  if (!/^$|^(app|group):[^\s]{1,80}$/.test(scope))
    return { ok: false, problems: ['scope must be empty, app:<id> or group:<id>.'] }
  const read = policy === null ? undefined : readPolicy(policy)
  if (read && 'problems' in read) return { ok: false, problems: read.problems }
  await store.write(async (tx) => {
    const before = await writtenOf(tx, customer.id, scope)
    if (policy === null) await tx.riskPolicies.remove(customer.id, scope)
    else await tx.riskPolicies.put(customer.id, scope, JSON.stringify(policy), clock())
    const note = { kind: 'risk-policy', subject: null, method: null, challengeId: null, requestId }
    const detail = JSON.stringify({ ...by, scope, before, after: policy })
    await tx.audit.append(customer.id, { ...note, detail }, policy === null ? 'removed' : 'changed', clock())
  })
  return { ok: true }
}

/** As it was written; null: there is none. */
async function writtenOf(tx: Records, customerId: number, scope: Scope): Promise<unknown> {
  const text = (await tx.riskPolicies.all(customerId)).get(scope)
  if (text === undefined) return null
  try {
    return JSON.parse(text)
  } catch {
    return text // not written by this release
  }
}
