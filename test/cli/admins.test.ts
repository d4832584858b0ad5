import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ConsoleClient, firstLink, goodPassword } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

for (const name of databaseNames) {
  describe(`admins on the host (${name})`, () => {
    let server: TestServer
    let client: ConsoleClient
    before(async () => {
      server = await startServer(name)
      client = new ConsoleClient(server)
      await client.setUp(await firstLink(server))
    })
    after(() => server.close())

    const secretIn = ({ link }: { link?: string }) => link?.split('#')[1] ?? ''

    it('a reset breaks the glass: everything before ends, a link begins anew, and the audit tells it', async () => {
      const reset = (await json(server.place, ['admins', 'reset', 'admin'])) as { link?: string }
      assert.equal((await client.do('session.look')).step, 'out')
      assert.equal(
        (await client.call('session.password', { body: { login: 'admin', password: goodPassword } })).code,
        401,
      )
      const { step } = await client.setUp(secretIn(reset), 'a whole new password')
      assert.equal(step, 'in')
      const rows = await server.assembled.store.read.audit.list(0, { kind: 'admin', limit: 50 })
      const told = rows.find(({ outcome }) => outcome === 'reset')
      assert.match(told?.detail ?? '', /"by":"command line"/)
    })

    it('adds, lists, changes and removes', async () => {
      const add = ['admins', 'add', 'ann@example.com', '--name', 'Ann', '--role', 'helpdesk', '--customer', '11627']
      const added = (await json(server.place, add)) as { link?: string; role?: string }
      assert.equal(added.role, 'helpdesk')
      assert.notEqual((await countersign(server.place, add)).code, 0, 'the address is taken')
      const ann = new ConsoleClient(server)
      await ann.setUp(secretIn(added))
      await json(server.place, ['admins', 'role', 'ann@example.com', 'auditor'])
      assert.equal((await ann.do('session.look')).step, 'out')
      const { admins } = (await json(server.place, ['admins', 'list'])) as {
        admins: { login: string; role: string; state: string }[]
      }
      const shown = admins.find(({ login }) => login === 'ann@example.com')
      assert.deepEqual([shown?.role, shown?.state], ['auditor', 'active'])
      await json(server.place, ['admins', 'remove', 'ann@example.com'])
      assert.notEqual((await countersign(server.place, ['admins', 'unlock', 'ann@example.com'])).code, 0)
    })

    it('the last owner is not removed', async () => {
      const { code, stderr } = await countersign(server.place, ['admins', 'remove', 'admin'])
      assert.equal(code, 1)
      assert.match(stderr, /last owner/)
    })

    it('an unlock opens what wrong passwords closed', async () => {
      const wrong = { body: { login: 'admin', password: 'wrong' } }
      for (let count = 0; count < 10; count++) await client.call('session.password', wrong)
      assert.equal((await client.call('session.password', wrong)).code, 423)
      const { stdout } = await countersign(server.place, ['admins', 'unlock', 'admin'])
      assert.match(stdout, /^The wrong passwords and codes of \S+ are forgotten\.$/m)
      assert.equal((await client.call('session.password', wrong)).code, 401)
    })
  })
}
