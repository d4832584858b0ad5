import { isIP } from 'node:net'
import type { RiskScope } from '../../../contract/console.ts'
import { listDevices } from '../../engine/adaptive-devices.ts'
import { readPolicies, setPolicy } from '../../engine/adaptive-policy.ts'
import { simulate } from '../../engine/adaptive-review.ts'
import { spread } from '../../engine/adaptive-spread.ts'
import { foldUsername } from '../../engine/contacts.ts'
import { groupsMax } from '../../engine/groups.ts'
import { defaultPolicy, type Policy, readPolicy } from '../../risk/policy-file.ts'
import type { Asked, Handlers } from './asked.ts'
import { invalid, notFound, Problem } from './problem.ts'

type Names = 'risk.look' | 'risk.set' | 'risk.replay' | 'risk.simulate'

/** Sign-ins that a draft is tried on; the console waits for it. */
const triedMax = 5_000
const shownMax = 20
const dayMs = 86_400_000
const daysUsual = 7

/** How risk is decided, and what another decision would have come to. */
export const risk = {
  'risk.look': async (asked) => ({ scopes: await scopesOf(asked) }),

  'risk.set': async (asked) => {
    const { engine, customer, actor, body } = asked
    const { scope, policy } = body
    if (!(await scopesOf(asked)).some((one) => one.scope === scope)) return notFound('group or app')
    const by = { by: actor.name, byId: actor.adminId }
    const outcome = await setPolicy(engine, { customer, scope, policy, requestId: actor.requestId, by })
    if (!outcome.ok) return wrongPolicy(outcome.problems)
    return (await scopesOf(asked)).find((one) => one.scope === scope) ?? notFound('group or app')
  },

  'risk.replay': async (asked) => {
    const { engine, customer, body } = asked
    const { scope, days = daysUsual } = body
    const policy = draftOf(body.policy)
    if (policy instanceof Problem) return policy
    if (!(await scopesOf(asked)).some((one) => one.scope === scope)) return notFound('group or app')
    const sinceMs = engine.clock() - days * dayMs
    const { changed, ...told } = await spread(engine, { customer, scope, policy, sinceMs, limit: triedMax })
    const shown = changed.slice(0, shownMax).map(({ username, atMs, was, would }) => {
      const { score, decision } = would
      return { username, atMs, was: was.decision, would: decision, score: Math.round(score) }
    })
    return { ...told, changed: shown, changedTotal: changed.length }
  },

  'risk.simulate': async ({ engine, customer, body }) => {
    const { username, address = null, userAgent = null, deviceId = null } = body
    const policy = body.policy === undefined ? null : draftOf(body.policy)
    if (policy instanceof Problem) return policy
    if (address !== null && isIP(address) === 0) return invalid('This is no IPv4 or IPv6 address.', 'address')
    const found = await engine.store.riskSnapshot(customer.id, foldUsername(username))
    if (!found) return new Problem('not-found', 'There is no user of this name.', { field: 'username' })
    const known = await listDevices(engine, customer, username)
    if (deviceId !== null && !known.some(({ id }) => id === deviceId)) return notFound('device of this user')
    const facts = { address, userAgent, hints: {}, components: {}, roundTripMs: null }
    const atMs = engine.clock()
    const request = { customer, username, facts, deviceId, policy, app: null, groups: [], atMs }
    const { unenforced, score, findings, obligations } = await simulate(engine, request)
    return {
      decision: unenforced,
      score: Math.round(score),
      findings: findings.map(({ points, because }) => ({ points: Math.round(points), because })),
      methods: unenforced === 'challenge' ? obligations : [],
      devices: known.map(({ id, label }) => ({ id, name: label || 'A browser' })),
    }
  },
} satisfies Handlers<Names>

type Looking = Pick<Asked<'risk.look'>, 'engine' | 'customer'>

/** Everything that may have a policy. As it is written now: what the engine remembers may be a second old. */
async function scopesOf({ engine, customer }: Looking): Promise<RiskScope[]> {
  const { read } = engine.store
  const [policies, groups, apps] = await Promise.all([
    readPolicies(read.riskPolicies.all, customer.id),
    read.groups.page(customer.id, { offset: 0, limit: groupsMax + 1 }),
    read.apps.list(customer.id),
  ])
  const scopeOf = (kind: RiskScope['kind'], scope: string, name: string): RiskScope => {
    const policy = policies.get(scope)
    return { scope, kind, name, isSet: policy !== undefined, policy: policy ?? defaultPolicy }
  }
  const known = [
    scopeOf('customer', '', customer.name),
    ...groups.map(({ id, name }) => scopeOf('group', `group:${id}`, name)),
    ...apps.map(({ id, name }) => scopeOf('app', `app:${id}`, name)),
  ]
  // Callers name apps and groups of their own, too.
  const others = [...policies.keys()].filter((scope) => !known.some((one) => one.scope === scope))
  return [
    ...known,
    ...others.map((scope) => scopeOf(scope.startsWith('app:') ? 'app' : 'group', scope, scope.replace(/^[a-z]+:/, ''))),
  ]
}

function draftOf(written: unknown): Policy | Problem {
  const read = readPolicy(written)
  return 'problems' in read ? wrongPolicy(read.problems) : read.policy
}

function wrongPolicy(problems: readonly string[]): Problem {
  return new Problem('invalid', problems[0] ?? 'This is no policy.', { field: 'policy', details: problems })
}
