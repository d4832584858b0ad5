import { isIP } from 'node:net'
import { listDevices } from '../../engine/adaptive-devices.ts'
import { policyRules, readDraft, setPolicy } from '../../engine/adaptive-policy.ts'
import { simulate } from '../../engine/adaptive-review.ts'
import { listScopes } from '../../engine/adaptive-scopes.ts'
import { spread } from '../../engine/adaptive-spread.ts'
import { foldUsername } from '../../engine/contacts.ts'
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
  'risk.look': async ({ engine, customer }) => ({
    scopes: await listScopes(engine, customer),
    rules: policyRules,
  }),

  'risk.set': async (asked) => {
    const { engine, customer, actor, body } = asked
    const { scope, policy } = body
    const owner = await scopeOf(asked, scope)
    if (owner instanceof Problem) return owner
    const by = { by: actor.name, byId: actor.adminId }
    const outcome = await setPolicy(engine, { customer, scope, policy, requestId: actor.requestId, by })
    if (!outcome.ok) return wrongPolicy(outcome.problems)
    return scopeOf(asked, scope)
  },

  'risk.replay': async (asked) => {
    const { engine, customer, body } = asked
    const { scope, days = daysUsual } = body
    const policy = draftOf(body.policy)
    if (policy instanceof Problem) return policy
    const owner = await scopeOf(asked, scope)
    if (owner instanceof Problem) return owner
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

const scopeOf = async ({ engine, customer }: Pick<Asked<'risk.look'>, 'engine' | 'customer'>, wanted: string) =>
  (await listScopes(engine, customer)).find(({ scope }) => scope === wanted) ?? notFound('group or app')

function draftOf(written: unknown) {
  const read = readDraft(written)
  return 'problems' in read ? wrongPolicy(read.problems) : read.policy
}

function wrongPolicy(problems: readonly string[]): Problem {
  return new Problem('invalid', problems[0] ?? 'This is no policy.', { field: 'policy', details: problems })
}
