import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

interface Added {
  readonly customerKey: number
  readonly name: string
  readonly apiKey: string
}

/** Servers remember a customer for one second. */
const rememberedMs = 1_100

for (const name of databaseNames) {
  describe(`customers while a server runs on ${name}`, () => {
    let server: TestServer
    const command = (...words: string[]) => countersign(server.place, ['customers', ...words])
    const search = (key: { customerKey: number; apiKey: string }) =>
      server.call('/admin/users/search', { username: 'anybody' }, { key })

    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    it('an added one can call at once with the key that was printed', async () => {
      const added = await json<Added>(server.place, ['customers', 'add', '--name', 'Acme'])
      assert.equal(added.name, 'Acme')
      assert.ok(added.customerKey >= 100_000 && added.customerKey <= 999_999)
      assert.equal((await search(added)).body.status, 'USER_NOT_FOUND')
      const { stdout } = await command('list')
      assert.match(stdout, new RegExp(`^${added.customerKey} +Acme +20`, 'm'))
    })

    it('are listed with their keys and without their API keys', async () => {
      const { customers } = await json<{ customers: object[] }>(server.place, ['customers', 'list'])
      assert.equal(customers.length, 2)
      for (const customer of customers) assert.deepEqual(Object.keys(customer), ['customerKey', 'name', 'addedAt'])
    })

    it('a chosen key is used, and is used once', async () => {
      const first = await command('add', '--name', 'Chosen', '--key', '5')
      assert.equal(first.code, 0)
      assert.match(first.stdout, /^Customer key {2}5$/m)
      const second = await command('add', '--name', 'Chosen again', '--key', '5')
      assert.equal(second.code, 1)
      assert.match(second.stderr, /The customer key 5 is taken/)
    })

    it('a name that an authenticator app cannot show is refused', async () => {
      for (const bad of ['', 'with: colon', 'line\nbreak', 'x'.repeat(61)]) {
        const { code, stderr } = await command('add', '--name', bad)
        assert.equal(code, 1, bad)
        assert.match(stderr, /1–60 visible characters/)
      }
    })

    it('a rotated key works, and the old one stops within about a second', async () => {
      assert.equal((await search(testKey)).body.status, 'USER_NOT_FOUND')
      const rotated = await json<Added>(server.place, ['customers', 'rotate-key', String(testKey.customerKey)])
      assert.deepEqual(Object.keys(rotated), ['customerKey', 'apiKey'])
      await sleep(rememberedMs)
      assert.match((await search(testKey)).body.message ?? '', /Invalid signature/)
      assert.equal((await search(rotated)).body.status, 'USER_NOT_FOUND')
    })

    it('nobody is changed when there is no such customer', async () => {
      const { code, stderr } = await command('rotate-key', '999')
      assert.equal(code, 1)
      assert.match(stderr, /^There is no customer 999\. .*customers list\n$/)
    })

    it('with several, a command that needs one asks which', async () => {
      const { code, stderr } = await countersign(server.place, ['users', 'list'])
      assert.equal(code, 1)
      assert.match(stderr, /more than one customer: add --customer/)
    })
  })
}
