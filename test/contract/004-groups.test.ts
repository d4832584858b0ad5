import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { App } from '../../server/vocabulary/app.ts'
import { callerOf, newApp, nodeOrders } from '../support/apps.ts'
import { inbox, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { newAuthenticator, newUser, stranger, succeed } from './people.ts'

/** An app that is limited to groups names their users only: 23021 for everybody else, on every call. */

/** What each call has besides its user. */
const fields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'req/requestSmsOtp': {},
  'auth/authSmsOtp': { smsOtp: '123456' },
  'auth/authOtp': { otp: '123456' },
  'auth/authCrOtp': { crOtp: '123456', challenge: '1' },
  'req/requestMobilePushCR': { details: Buffer.from('Log in').toString('base64') },
  'session/statecheck': { authMethod: 'PUSH' },
  'req/requestSmsTransOtp': { details: 'Pay', transactionId: '1' },
  'trans/authoriseSmsTrans': { details: 'Pay', transactionId: '1', smsOtp: '123456' },
  'req/requestAssertionOption': { supportFido: 'true' },
  'auth/authFido': { supportFido: 'true', assertion: '{}' },
}

for (const database of databaseNames) {
  describe(`an app that is limited to a group, on ${database}`, () => {
    let server: TestServer
    let app: App
    let call: ReturnType<typeof callerOf>
    const groups = (path: string, body: object) =>
      succeed(server.call(`/admin/groups/${path}`, { customerKey: testKey.customerKey, ...body }))
    const change = (...users: object[]) => groups('members/update', { groupName: 'Staff', users })
    const newMember = async () => {
      const person = await newUser(server)
      await change({ primaryEmail: person.username })
      return person
    }

    before(async () => {
      server = await startServer(database)
      await groups('update', { groups: [{ groupName: 'Staff', isDefault: 'false' }] })
      const staff = (await server.assembled.store.read.groups.find(testKey.customerKey, 'staff')) ?? assert.fail()
      app = await newApp(server.assembled.store, { allowedGroups: [staff] })
      call = callerOf(server.baseUrl, app, server.now)
    })
    after(() => server.close())

    it('refuses every call that names somebody else, who is not told apart from nobody; and sends nothing', async () => {
      assert.deepEqual(Object.keys(fields).sort(), Object.keys(nodeOrders).sort(), 'every call is here')
      const { username, phone } = await newUser(server)
      for (const name of [username, username.toUpperCase(), stranger().username])
        for (const [path, more] of Object.entries(fields)) {
          const { code, message, object } = await call(path, { username: name, ...more })
          assert.deepEqual([code, message, object], ['23021', "The user's group may not use this API.", ''], path)
        }
      assert.deepEqual(await inbox(server.baseUrl, phone), [])
    })

    it('serves every call that names somebody of the group', async () => {
      const { username } = await newMember()
      for (const [path, more] of Object.entries(fields))
        assert.notEqual((await call(path, { username: username.toUpperCase(), ...more })).code, '23021', path)
    })

    it('signs in who is in the group, and stops in the middle when he leaves it', async () => {
      const { username, phone } = await newMember()
      const asked = await call('req/requestSmsOtp', { username })
      assert.equal(asked.code, '0', asked.text)
      const answer = { username, smsOtp: await server.codeFor(phone), authToken: String(asked.inside['authToken']) }
      await change({ primaryEmail: username, action: 'remove' })
      assert.equal((await call('auth/authSmsOtp', answer)).code, '23021')
      await change({ primaryEmail: username })
      server.advance(1_000)
      assert.equal((await call('auth/authSmsOtp', answer)).code, '0')
    })

    it('a refusal spends no try: whoever joins the group later begins with all of them', async () => {
      const { username } = await newUser(server)
      const { nextCode } = await newAuthenticator(server, username)
      for (let count = 0; count < 11; count++)
        assert.equal(
          (await call('auth/authOtp', { username, otp: `00000${count % 10}`, ipAddress: `192.0.2.${count}` })).code,
          '23021',
        )
      await change({ primaryEmail: username })
      assert.equal((await call('auth/authOtp', { username, otp: nextCode() })).code, '0')
    })

    it('says nothing of groups to whoever cannot sign, or calls from elsewhere', async () => {
      const thief = callerOf(server.baseUrl, { ...app, secret: 'another' }, server.now)
      assert.equal((await thief('req/requestSmsOtp', { username: stranger().username })).code, '23022')
    })

    it('any of several groups will do; an app without groups serves all', async () => {
      const { username } = await newUser(server)
      const store = server.assembled.store
      const all = await store.read.groups.page(testKey.customerKey, { offset: 0, limit: 10 })
      const both = callerOf(server.baseUrl, await newApp(store, { allowedGroups: all }), server.now)
      const open = callerOf(server.baseUrl, await newApp(store), server.now)
      for (const one of [both, open])
        assert.equal((await one('auth/authSmsOtp', { username, smsOtp: '123456' })).code, '23010')
    })

    it("is not opened by a group of another customer's that has its name", async () => {
      const { username } = await newUser(server)
      const other = testKey.customerKey + 1
      await server.assembled.store.write(async (tx) => {
        await tx.customers.add(other, 'Other', 'another-api-key', server.now())
        await tx.groups.add(other, { name: 'Staff', nameFolded: 'staff', attributes: {} }, server.now())
      })
      assert.equal((await call('req/requestSmsOtp', { username })).code, '23021')
    })
  })
}
