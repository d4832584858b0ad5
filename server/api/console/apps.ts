import type { ApiKeyState, AppRow } from '../../../contract/console/apps.ts'
import { rotateSecrets, secretsOf } from '../../engine/customer-secrets.ts'
import { randomApiKey, randomId, randomSecret } from '../../security/random.ts'
import type { App } from '../../vocabulary/app.ts'
import type { AuditNote } from '../../vocabulary/audit.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { Asked, Handlers } from './asked.ts'
import { invalid, notFound, Problem } from './problem.ts'

type Names =
  | 'apps.list'
  | 'apps.add'
  | 'apps.change'
  | 'apps.rotate'
  | 'apps.remove'
  | 'keys.look'
  | 'keys.show'
  | 'keys.rotate'
  | 'keys.showSecrets'
  | 'keys.rotateSecrets'

const minuteMs = 60_000

/** What programs sign with: apps with a key of their own, and the customer's API key. */
export const apps = {
  'apps.list': async ({ engine, customer }) => {
    const all = await engine.store.read.apps.list(customer.id)
    return { items: all.map((app) => rowOf(app, engine.clock())), total: all.length, isTotalExact: true }
  },

  'apps.add': async (asked) => {
    const { engine, customer, body, ports } = asked
    if (!ports.areAddresses(body.trustedAddresses)) return badAddresses
    const secret = randomApiKey()
    const app: App = {
      ...body,
      id: randomId(),
      customerId: customer.id,
      name: body.name.trim(),
      key: randomSecret(32).toString('hex'),
      secret,
      oldSecret: null,
      oldSecretUntilMs: 0,
      allowedGroups: [],
      createdAtMs: engine.clock(),
    }
    const isAdded = await engine.store.write(async (tx) => {
      if (!(await tx.apps.add(app))) return false
      const after = settingsOf(app)
      await tx.audit.append(
        customer.id,
        noteOf(asked, 'app', { app: app.id, name: app.name, after }),
        'created',
        engine.clock(),
      )
      return true
    })
    return isAdded
      ? { app: rowOf(app, engine.clock()), secret }
      : new Problem('conflict', 'There is an app of this name.', { field: 'name' })
  },

  'apps.change': (asked) =>
    withApp(asked, async (app) => {
      const { engine, customer, body, ports } = asked
      if (!ports.areAddresses(body.trustedAddresses)) return badAddresses
      await engine.store.write(async (tx) => {
        await tx.apps.change(customer.id, app.id, body)
        const detail = { app: app.id, name: app.name, before: settingsOf(app), after: settingsOf(body) }
        await tx.audit.append(customer.id, noteOf(asked, 'app', detail), 'changed', engine.clock())
      })
      return rowOf({ ...app, ...body }, engine.clock())
    }),

  'apps.rotate': (asked) =>
    withApp(asked, async (app) => {
      const { engine, customer, body } = asked
      const secret = randomApiKey()
      const nowMs = engine.clock()
      const oldSecretUntilMs = nowMs + body.graceMinutes * minuteMs
      const isRotated = await engine.store.write(async (tx) => {
        if (!(await tx.apps.rotate(customer.id, app.id, secret, oldSecretUntilMs))) return false
        const detail = { app: app.id, name: app.name, graceMinutes: body.graceMinutes }
        await tx.audit.append(customer.id, noteOf(asked, 'app', detail), 'rotated', nowMs)
        return true
      })
      if (!isRotated) return new Problem('conflict', 'Somebody else gave it another secret just now.')
      return { app: rowOf({ ...app, oldSecret: app.secret, oldSecretUntilMs }, nowMs), secret }
    }),

  'apps.remove': (asked) =>
    withApp(asked, async (app) => {
      const { engine, customer } = asked
      await engine.store.write(async (tx) => {
        await tx.apps.remove(customer.id, app.id)
        await tx.audit.append(
          customer.id,
          noteOf(asked, 'app', { app: app.id, name: app.name }),
          'removed',
          engine.clock(),
        )
      })
      return { removed: true }
    }),

  'keys.look': async (asked) => stateOf(await asItIs(asked), asked.engine.clock()),

  'keys.show': async (asked) => {
    const { engine, customer } = asked
    // Told before it is shown: no audit, no key.
    await engine.store.write((tx) =>
      tx.audit.append(customer.id, noteOf(asked, 'customer', {}), 'key-shown', engine.clock()),
    )
    return { apiKey: customer.apiKey }
  },

  'keys.rotate': async (asked) => {
    const { engine, customer, body } = asked
    const apiKey = randomApiKey()
    const nowMs = engine.clock()
    const oldUntilMs = body.graceMinutes === 0 ? 0 : nowMs + body.graceMinutes * minuteMs
    await engine.store.write(async (tx) => {
      await tx.customers.setApiKey(customer.id, apiKey, oldUntilMs)
      await tx.audit.append(
        customer.id,
        noteOf(asked, 'customer', { graceMinutes: body.graceMinutes }),
        'key-rotated',
        nowMs,
      )
    })
    return { apiKey, state: stateOf(await asItIs(asked), nowMs) }
  },

  'keys.showSecrets': async (asked) => {
    const { engine, customer } = asked
    const { token, appSecret } = secretsOf(await asItIs(asked))
    await engine.store.write((tx) =>
      tx.audit.append(customer.id, noteOf(asked, 'customer', {}), 'secrets-shown', engine.clock()),
    )
    return { token, appSecret }
  },

  'keys.rotateSecrets': async (asked) => {
    const { engine, customer, body } = asked
    const { graceMinutes } = body
    const note = noteOf(asked, 'customer', { graceMinutes })
    const { token, appSecret } = await rotateSecrets(engine, customer, { graceMinutes, note })
    return { token, appSecret }
  },
} satisfies Handlers<Names>

const badAddresses = invalid('Write addresses and CIDR ranges, such as 192.0.2.0/24.', 'trustedAddresses')

async function withApp<T>(
  { engine, customer, params }: Pick<Asked<'apps.change'>, 'engine' | 'customer' | 'params'>,
  job: (app: App) => Promise<T | Problem>,
): Promise<T | Problem> {
  const app = (await engine.store.read.apps.list(customer.id)).find(({ id }) => id === params.id)
  return app ? job(app) : notFound('app')
}

function rowOf(app: App, nowMs: number): AppRow {
  const { id, name, key, signatureOrder, trustedAddresses, factors, createdAtMs, oldSecret, oldSecretUntilMs } = app
  const isOldGood = oldSecret !== null && oldSecretUntilMs > nowMs
  return {
    ...{ id, name, key, signatureOrder, trustedAddresses, factors, createdAtMs },
    oldSecretUntilMs: isOldGood ? oldSecretUntilMs : null,
  }
}

function settingsOf({
  signatureOrder,
  trustedAddresses,
  factors,
}: Pick<App, 'signatureOrder' | 'trustedAddresses' | 'factors'>) {
  return { signatureOrder, trustedAddresses, factors }
}

/** The customer, of whom a node may remember what was a second ago. */
async function asItIs({ engine, customer }: Pick<Asked<'keys.look'>, 'engine' | 'customer'>): Promise<Customer> {
  return (await engine.store.read.customers.find(customer.id)) ?? customer
}

function stateOf({ id, name, apiKey, oldApiKey, secretSalts }: Customer, nowMs: number): ApiKeyState {
  const stillAt = (untilMs = 0) => (untilMs > nowMs ? untilMs : null)
  return {
    customerId: id,
    customerName: name,
    hint: apiKey.slice(-4),
    oldKeyUntilMs: stillAt(oldApiKey?.untilMs),
    oldSecretUntilMs: stillAt(secretSalts?.oldUntilMs),
  }
}

/** A line of the audit about something that an admin did. */
export function noteOf({ actor }: Pick<Asked<'apps.list'>, 'actor'>, kind: string, detail: object): AuditNote {
  const who = { by: actor.name, byId: actor.adminId }
  return {
    kind,
    subject: null,
    method: null,
    challengeId: null,
    requestId: actor.requestId,
    detail: JSON.stringify({ ...who, ...detail }),
  }
}
