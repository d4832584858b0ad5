import { defaultPolicy, type Policy } from '../risk/policy-file.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { readPolicies, type Scope } from './adaptive-policy.ts'
import { groupsMax } from './groups.ts'
import type { RiskCore } from './ports.ts'

/** Something that may have a policy for risk, with that or the defaults. */
export interface ScopedPolicy {
  readonly scope: Scope
  readonly kind: 'customer' | 'group' | 'app'
  readonly name: string
  /** False: it has none of its own. */
  readonly isSet: boolean
  readonly policy: Policy
}

/**
 * The customer, his groups and apps, and what else there is a policy for: callers name apps and groups of their own, too. As
 * it is written now; what the engine remembers may be a second old.
 */
export async function listScopes({ store }: Pick<RiskCore, 'store'>, customer: Customer): Promise<ScopedPolicy[]> {
  const { read } = store
  const [policies, groups, apps] = await Promise.all([
    readPolicies(read.riskPolicies.all, customer.id),
    read.groups.page(customer.id, { offset: 0, limit: groupsMax + 1 }),
    read.apps.list(customer.id),
  ])
  const scopeOf = (kind: ScopedPolicy['kind'], scope: Scope, name: string): ScopedPolicy => {
    const policy = policies.get(scope)
    return { scope, kind, name, isSet: policy !== undefined, policy: policy ?? defaultPolicy }
  }
  const known = [
    scopeOf('customer', '', customer.name),
    ...groups.map(({ id, name }) => scopeOf('group', `group:${id}`, name)),
    ...apps.map(({ id, name }) => scopeOf('app', `app:${id}`, name)),
  ]
  const others = [...policies.keys()].filter((scope) => !known.some((one) => one.scope === scope))
  const named = others.map((scope) =>
    scopeOf(scope.startsWith('app:') ? 'app' : 'group', scope, scope.replace(/^[a-z]+:/, '')),
  )
  return [...known, ...named]
}
