import { shownDelivery } from '../../engine/delivery.ts'
import { logoPath } from '../logo.ts'
import { noteOf } from './apps.ts'
import type { Handlers } from './asked.ts'
import { readLogo } from './logo.ts'
import { policyOf } from './policy.ts'
import { invalid, Problem } from './problem.ts'

type Names =
  | 'delivery.look'
  | 'delivery.setProviders'
  | 'delivery.log'
  | 'templates.list'
  | 'templates.preview'
  | 'templates.set'
  | 'policy.look'
  | 'settings.list'
  | 'settings.set'
  | 'settings.rename'
  | 'settings.setLogo'
  | 'settings.removeLogo'

const serversAlone = new Problem('not-allowed', 'This is of the whole server: only its own admins change it.')

/** How everything is set up: gateways, texts, rules and settings. */
export const setup = {
  'delivery.look': ({ ports, customer }) => ports.setup.delivery(customer),

  'delivery.setProviders': async (asked) => {
    const { ports, customer, working, body, actor } = asked
    if (working.admin.customerId !== 0) return serversAlone
    const problems = await ports.setup.setProviders(body.providers, actor)
    if (problems.length > 0) return new Problem('invalid', problems[0] ?? '', { field: 'providers', details: problems })
    return ports.setup.delivery(customer)
  },

  'delivery.log': async ({ engine, customer, query }) => {
    const { limit = 50, challengeId = null } = query
    const records = await engine.store.read.deliveries.log(customer.id, challengeId, limit + 1)
    const items = records.slice(0, limit).map((record) => {
      const { contact, tries } = shownDelivery(record)
      const { id, challengeId: of, via, state, reason, createdAtMs, settledAtMs } = record
      const shownTries = tries.map(({ reference: _, ...one }) => one)
      return { id, challengeId: of, via, contact, state, reason, createdAtMs, settledAtMs, tries: shownTries }
    })
    return { items, total: items.length, isTotalExact: records.length <= limit }
  },

  'templates.list': async ({ ports, customer }) => {
    const items = ports.setup.templates(customer)
    return { items, total: items.length, isTotalExact: true }
  },

  'templates.preview': async ({ ports, customer, body }) => {
    const seen = await ports.setup.preview(customer, body)
    return typeof seen === 'string' ? invalid(seen, 'id') : seen
  },

  'templates.set': async ({ ports, customer, params, body, actor }) => {
    const set = await ports.setup.setTemplate(customer, params, body.text, actor)
    return typeof set === 'string' ? invalid(set, 'text') : set
  },

  'policy.look': ({ engine, customer }) => policyOf(engine, customer),

  'settings.list': async ({ ports, customer, working }) => ({
    settings: await ports.setup.settings(customer, working.admin.customerId === 0),
    customer: { id: customer.id, name: customer.name, logo: logoPath(customer) },
  }),

  'settings.set': async ({ ports, customer, params, body, actor, working }) => {
    const isServerWide = working.admin.customerId === 0
    const known = (await ports.setup.settings(customer, true)).find(({ name }) => name === params.name)
    if (!known) return new Problem('not-found', `There is no setting ${params.name}.`)
    if (known.scope === 'server' && !isServerWide) return serversAlone
    const problem = await ports.setup.set(customer, params.name, body.value, actor)
    if (problem !== null) return invalid(problem, 'value')
    const now = (await ports.setup.settings(customer, isServerWide)).find(({ name }) => name === params.name)
    return now ?? known
  },

  'settings.rename': async (asked) => {
    const { engine, customer, body } = asked
    const name = body.name.trim()
    if (!/^[^\p{C}]{1,100}$/u.test(name)) return invalid('A name has 1–100 visible characters.', 'name')
    await engine.store.write(async (tx) => {
      await tx.customers.rename(customer.id, name)
      const detail = { before: { name: customer.name }, after: { name } }
      await tx.audit.append(customer.id, noteOf(asked, 'customer', detail), 'renamed', engine.clock())
    })
    return { id: customer.id, name }
  },

  'settings.setLogo': async (asked) => {
    const { engine, customer, body } = asked
    const read = await readLogo(body.image)
    if ('problem' in read) return invalid(read.problem, 'image')
    const { png, digest } = read
    await engine.store.write(async (tx) => {
      const nowMs = engine.clock()
      await tx.logos.put(customer.id, digest, png, nowMs)
      const detail = { before: { logo: customer.logo ?? null }, after: { logo: digest } }
      await tx.audit.append(customer.id, noteOf(asked, 'customer', detail), 'logo-set', nowMs)
    })
    return { logo: logoPath({ id: customer.id, logo: digest }) }
  },

  'settings.removeLogo': async (asked) => {
    const { engine, customer } = asked
    await engine.store.write(async (tx) => {
      if (!(await tx.logos.remove(customer.id))) return
      const detail = { before: { logo: customer.logo ?? null }, after: { logo: null } }
      await tx.audit.append(customer.id, noteOf(asked, 'customer', detail), 'logo-removed', engine.clock())
    })
    return { logo: null }
  },
} satisfies Handlers<Names>
