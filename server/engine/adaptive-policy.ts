import { defaultPolicy, type Policy, readPolicy } from '../risk/policy-file.ts'
import type { Customer } from '../vocabulary.ts'
import type { RiskCore } from './ports.ts'

/** For whom a policy is: empty for the customer, `app:<id>` for an app's calls, `group:<id>` for the members of a group. */
export type Scope = string

/** The policy that counts: the app's before that of the first group that has one, before the customer's. */
export async function policyFor(
  engine: Pick<RiskCore, 'policies'>,
  { id }: Customer,
  app: string | null,
  groups: readonly string[],
): Promise<{ readonly policy: Policy; readonly scope: Scope }> {
  const policies = await engine.policies(id)
  const scopes = [...(app === null ? [] : [`app:${app}`]), ...groups.map((group) => `group:${group}`), '']
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

export interface PolicyChange {
  readonly customer: Customer
  readonly scope: Scope
  /** What was written; null takes the policy away. */
  readonly policy: unknown
  readonly requestId: string | null
}

/** Sets a policy, or says everything that is wrong with it. */
export async function setPolicy(
  { store, clock }: Pick<RiskCore, 'store' | 'clock'>,
  { customer, scope, policy, requestId }: PolicyChange,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly problems: readonly string[] }> {
  if (!/^$|^(app|group):[^\s]{1,80}$/.test(scope))
    return { ok: false, problems: ['scope must be empty, app:<id> or group:<id>.'] }
  const read = policy === null ? undefined : readPolicy(policy)
  if (read && 'problems' in read) return { ok: false, problems: read.problems }
  await store.write(async (tx) => {
    if (policy === null) await tx.riskPolicies.remove(customer.id, scope)
    else await tx.riskPolicies.put(customer.id, scope, JSON.stringify(policy), clock())
    const note = { kind: 'risk-policy', subject: null, method: null, challengeId: null, requestId }
    await tx.audit.append(customer.id, { ...note, detail: JSON.stringify({ scope, policy }) }, 'changed', clock())
  })
  return { ok: true }
}
