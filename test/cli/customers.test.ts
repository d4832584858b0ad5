import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { post, testKey } from '../support/caller.ts'
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
      assert.deepEqual(Object.keys(rotated), ['customerKey', 'apiKey', 'oldUntil'])
      await sleep(rememberedMs)
      assert.match((await search(testKey)).body.message ?? '', /Invalid signature/)
      assert.equal((await search(rotated)).body.status, 'USER_NOT_FOUND')
    })

    it('with --grace the old key signs for a while', async () => {
      const add = () => json<Added>(server.place, ['customers', 'add', '--name', 'Graced'])
      const first = await add()
      const words = ['customers', 'rotate-key', String(first.customerKey), '--grace', '60']
      const rotated = await json<Added>(server.place, words)
      await sleep(rememberedMs)
      for (const key of [first, rotated]) assert.equal((await search(key)).body.status, 'USER_NOT_FOUND')
    })

    it('the secrets of plugins are replaced, together, and the audit says by whom', async () => {
      const rotate = () =>
        json<Record<string, string>>(server.place, ['customers', 'rotate-secrets', '5', '--grace', '60'])
      const [first, second] = [await rotate(), await rotate()]
      assert.deepEqual(Object.keys(first), ['customerKey', 'token', 'appSecret', 'oldUntil'])
      for (const name of ['token', 'appSecret']) assert.notEqual(first[name], second[name])
      const { stdout } = await command('rotate-secrets', '5')
      assert.match(
        stdout,
        /the old appSecret ends within about a second.*^token +[A-Za-z0-9]{16}$.*^appSecret +\w{32}$/ms,
      )
      const lines = await server.assembled.store.read.audit.list(5, { kind: 'customer', limit: 3 })
      for (const { outcome, detail } of lines)
        assert.match(`${outcome} ${detail}`, /^secrets-rotated .*"by":"command line","graceMinutes":(60|0)/)
      assert.equal((await command('rotate-secrets', '999')).code, 1)
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

for (const name of databaseNames) {
  describe(`customers of plugins while a server runs on ${name}`, () => {
    const apiKey = 'the-key-that-every-plugin-prints'
    let server: TestServer
    const command = (...words: string[]) => countersign(server.place, ['customers', ...words])
    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    for (const key of ['16555', '16622'])
      it(`add-default ${key} lets plugins ask for sign-up codes, within tight limits`, async () => {
        assert.deepEqual(await json(server.place, ['customers', 'add-default', key, '--api-key', apiKey]), {
          customerKey: Number(key),
          name: 'Sign-up',
        })
        const body = { customerKey: key, email: `${key}@example.com`, authType: 'EMAIL' }
        const answer = await server.call('/auth/challenge', body, { key: { customerKey: Number(key), apiKey } })
        assert.equal(answer.body.status, 'SUCCESS', answer.text)
        const customer = await server.assembled.store.read.customers.find(Number(key))
        assert.equal(customer?.settings.messagesPerDay, 100)
      })

    it('add-default again changes the API key and leaves the limits that were set since', async () => {
      await countersign(server.place, ['settings', 'set', 'messagesPerDay', '200', '--customer', '16555'])
      assert.equal((await command('add-default', '16555', '--api-key', `${apiKey}-2`)).code, 0)
      const customer = await server.assembled.store.read.customers.find(16555)
      assert.deepEqual([customer?.apiKey, customer?.settings.messagesPerDay], [`${apiKey}-2`, 200])
    })

    it('no other key is a default one, a default one is not added as a real one, and gets no account', async () => {
      assert.equal((await command('add-default', '16556', '--api-key', apiKey)).code, 2)
      assert.equal((await command('add-default', '16555', '--api-key', 'short')).code, 2)
      const { code, stderr } = await command('add', '--name', 'Mine', '--key', '16555')
      assert.equal(code, 1)
      assert.match(stderr, /add-default 16555/)
      assert.equal((await command('set-login', '16555', '--email', 'a@example.com')).code, 1)
    })

    it('set-login prints a password that a plugin can sign in with', async () => {
      const words = ['customers', 'set-login', String(testKey.customerKey), '--email', 'admin@example.com']
      const { password } = await json<{ password: string }>(server.place, words)
      const signIn = (given: string) => {
        const body = { email: 'Admin@example.com', password: given }
        return post(server.baseUrl, '/moas/rest/customer/key', body, { signed: false })
      }
      assert.deepEqual((await signIn(password)).body['apiKey'], testKey.apiKey)
      const second = await json<{ password: string }>(server.place, words)
      assert.match((await signIn(password)).text, /^Invalid/)
      assert.equal((await signIn(second.password)).body['id'], testKey.customerKey)
    })

    it('set-login refuses an address that another customer has, and what is none', async () => {
      const other = await json<Added>(server.place, ['customers', 'add', '--name', 'Other'])
      const taken = await command('set-login', String(other.customerKey), '--email', 'ADMIN@example.com')
      assert.equal(taken.code, 1)
      assert.match(taken.stderr, /Another customer has the account/)
      assert.equal((await command('set-login', String(other.customerKey), '--email', 'nobody')).code, 1)
    })
  })
}
