import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { removeFactor } from '../../server/engine/admin-factors.ts'
import { resetAdmin } from '../../server/engine/admin-links.ts'
import { readSession } from '../../server/engine/admin-sessions.ts'
import { changePassword, givePassword } from '../../server/engine/admin-sign-in.ts'
import { adminOf, ConsoleClient, firstLink, goodPassword } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { dump, openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'

for (const name of databaseNames) {
  describe(`what the console promises (${name})`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    it('nothing that signs an admin in is in the database', async () => {
      const client = new ConsoleClient(server)
      const link = await firstLink(server)
      await client.setUp(link)
      const login = 'sealed.admin@example.com'
      await adminOf(server, 'admin', undefined, login)
      const raw = await openRaw(server.place)
      const all = JSON.stringify(await dump(raw), (_, value) =>
        value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
      )
      await raw.close()
      assert.ok(all.includes('Administrator'), 'what is not secret is found')
      const secrets = {
        link,
        password: goodPassword,
        cookie: client.cookie?.split('=')[1],
        token: client.token,
        totp: client.totpSecret,
        login,
      }
      for (const [what, secret] of Object.entries(secrets)) assert.ok(secret && !all.includes(secret), what)
    })

    it('guesses that come all at once are counted one by one', async () => {
      const { admin } = await adminOf(server, 'admin', undefined, 'guessed@example.com')
      const client = new ConsoleClient(server)
      const guess = () => client.call('session.password', { body: { login: admin.login, password: 'wrong' } })
      const codes = (await Promise.all(Array.from({ length: 20 }, guess))).map(({ code }) => code)
      assert.equal(codes.filter((code) => code === 401).length, 10)
      assert.equal(codes.filter((code) => code === 423).length, 10)
      server.advance(11 * 60_000)
    })

    it('of two that finish one link at once, one comes in at most, and the link is good until one did', async () => {
      const { admin } = await adminOf(server, 'admin', undefined, 'raced@example.com')
      const engine = { store: server.assembled.store, clock: server.now }
      const secret = await resetAdmin(engine, admin, { adminId: null, name: 'test', requestId: null })
      const clients = [new ConsoleClient(server), new ConsoleClient(server)]
      const ended = await Promise.allSettled(clients.map((client) => client.setUp(secret)))
      const came = ended.filter(({ status }) => status === 'fulfilled').length
      assert.ok(came <= 1)
      // Each may have taken away what the other was offered.
      if (came === 0) await new ConsoleClient(server).setUp(secret)
      const factors = await server.assembled.store.read.adminFactors.of(admin.id)
      assert.equal(factors.filter(({ state }) => state === 'active').length, 1)
    })

    /** The engine of the console, with something that happens just after a password was found right. */
    const meanwhile = (job: () => Promise<unknown>) => {
      const { store } = server.assembled
      const decide: typeof store.decide = async (decision) => {
        const decided = await store.decide(decision)
        await job()
        return decided
      }
      return { store: { ...store, decide }, clock: server.now, baseUrl: server.baseUrl, observe: () => undefined }
    }
    const nobody = { adminId: null, name: 'test', requestId: null }

    it('a password that was taken away while it was judged begins nothing and changes nothing', async () => {
      const { admin, client } = await adminOf(server, 'admin', undefined, 'taken.away@example.com')
      const engine = meanwhile(() => resetAdmin({ store: server.assembled.store, clock: server.now }, admin, nobody))
      const given = { login: admin.login, password: goodPassword }
      assert.deepEqual(await givePassword(engine, given, { address: '127.0.0.1', requestId: 'test' }), {
        ok: false,
        reason: 'wrong',
      })
      await client.setUp(await resetAdmin({ store: server.assembled.store, clock: server.now }, admin, nobody))
      const working = await readSession(engine, client.cookie?.split('=')[1])
      assert.ok(working)
      const change = { current: goodPassword, next: 'the thief has another one' }
      assert.equal(await changePassword(engine, working, change, nobody), 'wrong')
      assert.equal((await server.assembled.store.read.admins.byId(admin.id))?.password, null)
    })

    it('a session that was ended while it acted changes no password', async () => {
      const { admin, client } = await adminOf(server, 'admin', undefined, 'ended@example.com')
      const { store } = server.assembled
      const engine = meanwhile(() => store.write((tx) => tx.adminSessions.endOthers(admin.id, null)))
      const working = await readSession(engine, client.cookie?.split('=')[1])
      assert.ok(working)
      const change = { current: goodPassword, next: 'the thief has another one' }
      assert.equal(await changePassword(engine, working, change, nobody), 'wrong')
      await new ConsoleClient(server).do('session.password', { body: { login: admin.login, password: goodPassword } })
    })

    it('of two factors that are removed at once, one stays', async () => {
      const { admin, client } = await adminOf(server, 'admin', undefined, 'two.factors@example.com')
      const engine = meanwhile(async () => undefined)
      for (let round = 0; round < 5; round++) {
        await client.enrolTotp()
        const working = await readSession(engine, client.cookie?.split('=')[1])
        assert.ok(working)
        const factors = (await engine.store.read.adminFactors.of(admin.id)).map(({ id }) => id)
        assert.equal(factors.length, 2)
        await Promise.all(factors.map((id) => removeFactor(engine, working, id, nobody)))
        assert.equal((await engine.store.read.adminFactors.of(admin.id)).length, 1)
      }
    })

    it('whoever is disabled, or is given another role, works no longer in the session he has', async () => {
      const { client: boss } = await adminOf(server, 'owner', undefined, 'boss@example.com')
      const { client, admin } = await adminOf(server, 'admin', undefined, 'moved@example.com')
      await boss.do('admins.change', { params: { id: admin.id }, body: { role: 'auditor' } })
      assert.equal((await client.call('home.look')).code, 401)
      await client.signIn(admin.login)
      assert.equal(
        (await client.call('users.import', { body: { csv: 'username\nx', isDryRun: true } })).body.code,
        'not-allowed',
      )
      await boss.do('admins.change', { params: { id: admin.id }, body: { isEnabled: false } })
      assert.equal(
        (await client.call('session.password', { body: { login: admin.login, password: goodPassword } })).code,
        401,
      )
    })

    it('every change is in the audit with who made it, and no secret with it', async () => {
      const { client } = await adminOf(server, 'owner', undefined, 'changes@example.com')
      await client.do('settings.set', { params: { name: 'codeLength' }, body: { value: '8' } })
      await client.do('settings.set', { params: { name: 'webhookSecret' }, body: { value: 'a-secret-of-the-webhook' } })
      await client.do('templates.set', { params: { id: 'code.sms', language: 'en' }, body: { text: '{code} it is' } })
      const { secret } = await client.do('apps.add', {
        body: { name: 'Shop', signatureOrder: 'node', trustedAddresses: [], factors: 1 },
      })
      const { apiKey } = await client.do('keys.show')
      const rows = await server.assembled.store.read.audit.list(11627, { limit: 20 })
      const told = rows.map(({ kind, outcome, detail }) => `${kind} ${outcome} ${detail}`)
      for (const [what, part] of [
        ['setting set', '"before":null,"after":"8"'],
        ['setting set', '"name":"webhookSecret"'],
        ['setting set', '"after":"{code} it is"'],
        ['app created', '"name":"Shop"'],
        ['customer key-shown', '"by":"owner"'],
      ] as const)
        assert.ok(
          told.some((line) => line.startsWith(what) && line.includes(part) && line.includes('"by":"owner"')),
          part,
        )
      for (const text of [secret, apiKey, 'a-secret-of-the-webhook'])
        assert.ok(!told.some((line) => line.includes(text)))
      assert.equal(
        (await client.call('settings.set', { params: { name: 'codeLength' }, body: { value: '4' } })).code,
        422,
      )
    })
  })
}
