import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { resetAdmin } from '../../server/engine/admin-links.ts'
import { SoftAuthenticator } from '../support/authenticator.ts'
import { adminOf, ConsoleClient, firstLink, goodPassword, owner } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { pageOf } from '../support/passkeys.ts'
import { startServer, type TestServer } from '../support/server.ts'

for (const name of databaseNames) {
  describe(`signing in to the console (${name})`, () => {
    let server: TestServer
    let boss: ConsoleClient
    before(async () => {
      server = await startServer(name)
      boss = await owner(server)
    })
    after(() => server.close())

    const fresh = async (role: 'owner' | 'helpdesk' = 'helpdesk') => {
      const login = `${role}-${Math.random().toString(36).slice(2)}@example.com`
      return { ...(await adminOf(server, role, undefined, login)), login }
    }
    const newAddress = () => server.advance(601_000) // the budget of one address is over ten minutes

    it('the first link leads through password and second factor, and ends with them', async () => {
      const state = await boss.do('session.look')
      assert.equal(state.step, 'in')
      assert.deepEqual(state.factors, ['totp'])
      assert.equal(state.admin?.role, 'owner')
      await assert.rejects(firstLink(server), /no link/)
    })

    it('a link is over once the second factor is set up, and not before', async () => {
      const { admin } = await fresh()
      const engine = { store: server.assembled.store, clock: server.now }
      const secret = await resetAdmin(engine, admin, { adminId: null, name: 'test', requestId: null })
      const client = new ConsoleClient(server)
      await client.do('setup.begin', { body: { secret, password: goodPassword } })
      assert.equal((await client.call('setup.look', { body: { secret } })).code, 200)
      await client.enrolTotp()
      assert.equal((await client.call('setup.look', { body: { secret } })).body.code, 'wrong')
      assert.equal((await client.call('setup.begin', { body: { secret, password: goodPassword } })).code, 401)
    })

    it('a password alone opens nothing', async () => {
      const { login } = await fresh()
      const client = new ConsoleClient(server)
      const { step, factors } = await client.do('session.password', { body: { login, password: goodPassword } })
      assert.equal(step, 'factor')
      assert.deepEqual(factors, ['totp'])
      assert.equal((await client.call('home.look')).code, 401)
      assert.equal((await client.call('users.list')).code, 401)
      assert.equal((await client.call('factors.newTotp')).code, 401, 'nor does it set up another factor')
      assert.equal((await client.call('factors.newPasskey')).code, 401)
    })

    it('a code signs in once', async () => {
      const { client, login } = await fresh()
      const code = client.code()
      const [first, second] = [new ConsoleClient(server), new ConsoleClient(server)]
      for (const one of [first, second]) await one.do('session.password', { body: { login, password: goodPassword } })
      const both = await Promise.all(
        [first, second].map((one) => one.call('session.factor', { body: { kind: 'totp', code } })),
      )
      assert.deepEqual(both.map((said) => said.code).sort(), [200, 401])
    })

    it('a step of the sign-in gets a session of its own, and the one before is over', async () => {
      const { client, login } = await fresh()
      await client.call('session.end')
      await client.do('session.password', { body: { login, password: goodPassword } })
      const { cookie, token } = client
      await client.do('session.factor', { body: { kind: 'totp', code: client.code() } })
      assert.notEqual(client.cookie, cookie)
      Object.assign(client, { cookie, token })
      assert.equal((await client.do('session.look')).step, 'out')
    })

    it('a passkey is set up and signs in', async () => {
      const { client, login } = await fresh()
      const authenticator = new SoftAuthenticator()
      const made = await client.do('factors.newPasskey')
      const attestation = authenticator.create(made.options, pageOf(server))
      await client.do('factors.confirmPasskey', { body: { attestation: { ...attestation }, name: 'Key' } })
      const other = new ConsoleClient(server)
      await other.do('session.password', { body: { login, password: goodPassword } })
      const { options } = await other.do('session.passkeyOptions')
      const assertion = { ...authenticator.get(options, pageOf(server)) }
      const { step } = await other.do('session.factor', { body: { kind: 'passkey', assertion } })
      assert.equal(step, 'in')
      assert.equal((await other.call('session.confirm', { body: { kind: 'passkey', assertion } })).code, 401)
    })

    it('ten wrong passwords lock, the right one too, whether somebody has the login or not', async () => {
      newAddress()
      const { login } = await fresh()
      const client = new ConsoleClient(server)
      for (const who of [login, 'nobody-at-all@example.com']) {
        newAddress()
        const codes: number[] = []
        for (let count = 0; count < 10; count++)
          codes.push((await client.call('session.password', { body: { login: who, password: 'wrong' } })).code)
        assert.deepEqual(new Set(codes), new Set([401]))
        assert.equal(
          (await client.call('session.password', { body: { login: who, password: goodPassword } })).code,
          423,
        )
      }
      server.advance(31 * 60_000)
      assert.equal((await client.do('session.password', { body: { login, password: goodPassword } })).step, 'factor')
    })

    it('ten wrong codes lock the second factor', async () => {
      newAddress()
      const { client, login } = await fresh()
      await client.do('session.password', { body: { login, password: goodPassword } })
      const wrong = { body: { kind: 'totp', code: '000000' } } as const
      for (let count = 0; count < 10; count++) assert.equal((await client.call('session.factor', wrong)).code, 401)
      const right = { body: { kind: 'totp', code: client.code() } } as const
      assert.equal((await client.call('session.factor', right)).code, 423)
      newAddress()
    })

    it('an idle session ends after a quarter of an hour, and a busy one after twelve hours', async () => {
      const { client } = await fresh()
      server.advance(14 * 60_000)
      assert.equal((await client.do('session.look')).step, 'in')
      server.advance(16 * 60_000)
      assert.equal((await client.do('session.look')).step, 'out')
      const { client: busy } = await fresh()
      for (let count = 0; count < 12 * 5 + 1; count++) {
        server.advance(12 * 60_000)
        await busy.do('session.look')
      }
      assert.equal((await busy.do('session.look')).step, 'out')
    })

    it('a call from another site is refused, whatever its cookie', async () => {
      const { client } = await fresh()
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
        const { code, body } = await client.call('account.endOthers', undefined, headers)
        assert.equal(code, 403)
        assert.equal(body.code, 'cross-site')
      }
      const { token } = client
      client.token = null
      assert.equal((await client.call('factors.list')).body.code, 'cross-site', 'without the token of the session')
      client.token = `${token?.slice(0, -1)}_`
      assert.equal((await client.call('factors.list')).body.code, 'cross-site', 'with another token')
    })

    it('the cookie is out of reach of scripts and other sites, and the session is not kept in the clear', async () => {
      const { client, login } = await fresh()
      const said = await client.call('session.password', { body: { login, password: goodPassword } })
      const cookie = said.headers.get('set-cookie') ?? ''
      assert.match(cookie, /^countersign-console=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
      assert.match(said.headers.get('content-security-policy') ?? '', /^default-src 'none'/)
      assert.equal(said.headers.get('cache-control'), 'no-store')
    })

    it('a dangerous call wants the second factor again after ten minutes', async () => {
      const { client } = await fresh('owner')
      assert.equal((await client.call('keys.show')).code, 200)
      server.advance(11 * 60_000)
      assert.equal((await client.call('keys.show')).body.code, 'confirm-needed')
      await client.do('session.confirm', { body: { kind: 'totp', code: client.code() } })
      assert.equal((await client.call('keys.show')).code, 200)
    })

    it('the last factor stays', async () => {
      const { client } = await fresh()
      const { factors } = await client.do('factors.list')
      const said = await client.call('factors.remove', { params: { id: factors[0]?.id ?? '' } })
      assert.equal(said.body.code, 'conflict')
      await client.enrolTotp()
      const left = await client.do('factors.remove', { params: { id: factors[0]?.id ?? '' } })
      assert.equal(left.factors.length, 1)
    })

    it('another password ends the other sessions', async () => {
      const { client, login } = await fresh()
      const other = new ConsoleClient(server)
      other.totpSecret = client.totpSecret
      await other.signIn(login)
      const next = 'another long password'
      assert.equal((await client.call('account.password', { body: { current: 'wrong', next } })).code, 401)
      assert.equal(
        (await client.call('account.password', { body: { current: goodPassword, next: 'short' } })).code,
        422,
      )
      await client.do('account.password', { body: { current: goodPassword, next } })
      assert.equal((await other.do('session.look')).step, 'out')
      assert.equal((await client.do('session.look')).step, 'in')
    })

    it('a body that is not JSON, or not what the call takes, is told in words', async () => {
      const client = new ConsoleClient(server)
      const bad = await client.call('session.password', { body: { login: 'admin' } as never })
      assert.equal(bad.code, 422)
      assert.equal(bad.body.code, 'invalid')
      const response = await fetch(`${server.baseUrl}/api/console/session/password`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"login":',
      })
      assert.equal(response.status, 422)
      const form = await fetch(`${server.baseUrl}/api/console/session/password`, {
        method: 'POST',
        body: 'login=admin',
      })
      assert.equal(form.status, 422)
    })
  })
}
