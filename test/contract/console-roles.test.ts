import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type ConsoleRoute, mayDo, type Role } from '../../contract/console/route.ts'
import { type CallName, consoleRoutes } from '../../contract/console.ts'
import { adminOf, ConsoleClient, owner } from '../support/console.ts'
import { startServer, type TestServer } from '../support/server.ts'

const names = Object.keys(consoleRoutes) as CallName[]
const roles = Object.keys(mayDo) as Role[]
/** Refusals of the door. Whatever else a call says, it was let in. */
const shut = new Set(['not-allowed', 'signed-out', 'cross-site', 'confirm-needed'])

describe('every role at every route of the console', () => {
  let server: TestServer
  let boss: ConsoleClient
  before(async () => {
    server = await startServer()
    boss = await owner(server)
  })
  after(() => server.close())

  /** A call with nothing in it: what it needs stands in its path alone. */
  const knock = (client: ConsoleClient, name: CallName) => {
    const { method }: ConsoleRoute = consoleRoutes[name]
    const given = {
      params: { id: 'x', serial: 'x', name: 'x', language: 'en' },
      ...(method === 'GET' ? {} : { body: {} }),
    }
    return client.call(name, given as never)
  }

  it('there is a handler for each', async () => {
    const { app } = server.assembled
    const missing = names.filter((name) => {
      const { method, path }: ConsoleRoute = consoleRoutes[name]
      return !app.hasRoute({ method, url: path })
    })
    assert.deepEqual(missing, [])
  })

  it('nobody is let in before he signed in', async () => {
    for (const name of names) {
      const { needs }: ConsoleRoute = consoleRoutes[name]
      const { body } = await knock(new ConsoleClient(server), name)
      assert.equal(shut.has(String(body.code)), needs !== 'nobody', name)
    }
  })

  for (const role of roles) {
    it(`${role} is let in where his role allows it, and nowhere else`, async () => {
      const wrong: string[] = []
      const { client } = await adminOf(server, role, 11627, `${role}-each@example.com`)
      const session = { cookie: client.cookie, token: client.token }
      for (const name of names.filter((one) => one !== 'session.end')) {
        const { needs }: ConsoleRoute = consoleRoutes[name]
        const isMine =
          ['nobody', 'begun', 'enrolling', 'self'].includes(needs) || mayDo[role].some((one) => one === needs)
        const { body } = await knock(client, name)
        Object.assign(client, session)
        if (shut.has(String(body.code)) === isMine && name !== 'session.factor') wrong.push(`${name}: ${body.code}`)
      }
      assert.deepEqual(wrong, [])
    })
  }

  it('an admin of one customer reaches no other, and nothing of the whole server', async () => {
    const { client } = await adminOf(server, 'owner', 11627, 'one-customer@example.com')
    client.customerId = 999
    assert.equal((await client.call('users.list')).body.code, 'not-allowed')
    client.customerId = 11627
    assert.equal((await client.call('users.list')).code, 200)
    assert.equal((await client.call('delivery.setProviders', { body: { providers: [] } })).body.code, 'not-allowed')
    const server_ = { params: { name: 'smtpUrl' }, body: { value: 'smtp://localhost' } }
    assert.equal((await client.call('settings.set', server_)).body.code, 'not-allowed')
    const { settings } = await client.do('settings.list')
    assert.ok(settings.every(({ scope }) => scope === 'customer'))
    const { items } = await client.do('admins.list')
    assert.ok(items.length > 1)
    assert.ok(items.every(({ customerId }) => customerId === 11627))
    const all = await boss.do('admins.list')
    const main = all.items.find(({ login }) => login === 'admin')
    const change = { params: { id: main?.id ?? '' }, body: { role: 'auditor' } } as const
    assert.equal((await client.call('admins.change', change)).code, 404)
    const invite = { login: 'x@example.com', name: 'X', role: 'owner', isServerWide: true, send: false } as const
    assert.equal((await client.call('admins.invite', { body: invite })).body.code, 'not-allowed')
  })

  it('the last owner of the server stays one', async () => {
    const { items } = await boss.do('admins.list')
    const main = items.find(({ login }) => login === 'admin')
    const { client } = await adminOf(server, 'owner', undefined, 'second-owner@example.com')
    const off = { params: { id: main?.id ?? '' }, body: { isEnabled: false } }
    assert.equal((await boss.call('admins.change', off)).body.code, 'conflict', 'nobody does this to himself')
    assert.equal((await client.call('admins.change', off)).code, 200)
    assert.equal((await boss.do('session.look')).step, 'out', 'his sessions end at once')
    const second = (await client.do('admins.list')).items.find(({ login }) => login === 'second-owner@example.com')
    const gone = { params: { id: second?.id ?? '' } }
    assert.equal((await client.call('admins.remove', gone)).body.code, 'conflict')
  })

  it('a call that a role forbids is told in the audit', async () => {
    const { client, admin } = await adminOf(server, 'helpdesk', 11627, 'curious@example.com')
    await client.call('keys.show')
    const [entry] = await server.assembled.store.read.audit.list(11627, { subjects: [`admin:${admin.id}`], limit: 1 })
    assert.equal(entry?.outcome, 'not-allowed')
    assert.match(entry?.detail ?? '', /keys\.show/)
  })
})
