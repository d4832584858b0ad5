import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { offerPairing } from '../../server/engine/pairing.ts'
import { customerKey, newUser, succeed } from '../contract/people.ts'
import { callerOf, newApp } from '../support/apps.ts'
import { testKey } from '../support/caller.ts'
import { adminOf } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { Phone } from '../support/device.ts'
import { acceptAsShown, linksFor } from '../support/links.ts'
import { isTaken, signIn, visit } from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'

for (const name of databaseNames) {
  describe(`a user who is disabled (${name})`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    const set = (call: 'enable' | 'disable', username: string) =>
      succeed(server.call(`/admin/users/${call}`, { customerKey, username }))
    const userOf = async (username: string) =>
      (await server.assembled.store.read.users.find(testKey.customerKey, username)) ?? assert.fail('no such user')

    it('finds nothing that waited for him when he is let in again', async () => {
      const { username, phone } = await newUser(server)
      const { store } = server.assembled
      const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'SMS' }))
      const { client } = await adminOf(server, 'helpdesk', testKey.customerKey, `help-${name}@example.com`)
      const { id } = await userOf(username)
      const invite = async () =>
        (await client.do('users.invite', { params: { id }, body: { reason: 'new here', send: false } })).link
      const link = await invite()
      const own = { 'sec-fetch-site': 'same-origin' }
      const entered = await fetch(await invite(), { method: 'POST', headers: own, redirect: 'manual' })
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
      const seen = async () => (await fetch(`${server.baseUrl}/me`, { headers: { cookie } })).text()
      assert.ok((await seen()).includes(username))
      const engine = { store, clock: server.now, baseUrl: server.baseUrl }
      const customer = (await store.read.customers.find(testKey.customerKey)) ?? assert.fail('no customer')
      const offer = await offerPairing(engine, { customer, username, request: null, requestId: null })
      assert.ok(offer.ok)

      await set('disable', username)
      await set('enable', username)

      const token = await server.codeFor(phone)
      assert.equal((await server.call('/auth/validate', { txId: body.txId, token })).body.status, 'FAILED')
      assert.match(await (await fetch(link)).text(), /no longer valid/)
      assert.ok(!(await seen()).includes(username), 'the session is over')
      assert.equal((await new Phone(server.baseUrl).pair(offer.link)).refusal, 'expired-code')
    })

    it('does not finish a sign-in whose question he had accepted', async () => {
      const { username, phone } = await newUser(server)
      const call = callerOf(server.baseUrl, await newApp(server.assembled.store), server.now)
      const { inside } = await call('req/requestMobilePushCR', { username })
      await acceptAsShown(await linksFor(server.baseUrl, phone))
      await set('disable', username)
      const polled = await call('session/statecheck', {
        username,
        authMethod: 'PUSH',
        authToken: inside['authToken'] ?? '',
      })
      assert.notEqual(polled.code, '0')
    })

    it('has no result, neither one that was given out nor one that he is about to be given', async () => {
      const { username } = await newUser(server)
      const resultToken = await signIn(server, username)
      const page = await visit(server, username)
      await page.call('challenge', { obligationType: 'OUT OF BAND EMAIL' })
      await acceptAsShown(await linksFor(server.baseUrl, username))
      await set('disable', username)
      assert.equal(await isTaken(server, username, resultToken), false)
      await set('enable', username)
      assert.notEqual((await page.call('validate', { saveDevice: false })).body.status, 'SUCCESS')
    })
  })
}
