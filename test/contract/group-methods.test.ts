import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { putGroups } from '../../server/engine/groups.ts'
import type { Group } from '../../server/vocabulary.ts'
import { callerOf, newApp } from '../support/apps.ts'
import { type Answered, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { customerKey, newAuthenticator, newUser, stranger, succeed } from './people.ts'

/** Groups may name the methods that their members may use. */

const off = 'This method is turned off for this user. See the setting questions, and the methods of his groups.'
const isOff = ({ body, text }: Answered) => assert.deepEqual([body.status, body.message], ['FAILED', off], text)

for (const database of databaseNames) {
  describe(`methods allowed by groups, on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())

    const ask = (username: string, authType: string) =>
      server.call('/auth/challenge', { customerKey, username, authType })
    const answer = (body: object) => server.call('/auth/validate', { customerKey, ...body })
    const join = (groupName: string, username: string, action?: string) =>
      succeed(
        server.call('/admin/groups/members/update', {
          customerKey,
          groupName,
          users: [{ primaryEmail: username, action }],
        }),
      )
    const name = async (group: string, methods: Group['methods'], isFirst = false) => {
      const { store } = server.assembled
      const customer = (await store.read.customers.find(testKey.customerKey)) ?? assert.fail()
      const request = { customer, request: null, requestId: null }
      const outcome = await putGroups({ store, clock: server.now }, request, [{ name: group, methods }])
      assert.ok(outcome.ok)
      if (isFirst) await sleep(1_100) // a node remembers for a second that a customer has no such rules
    }

    it('others are refused when asked and when answered, to a question from before too', async () => {
      const { username } = await newUser(server)
      const { nextCode } = await newAuthenticator(server, username)
      const earlier = await succeed(ask(username, 'EMAIL'))
      const code = await server.codeFor(username)
      await name('Strict', ['time-code'], true)
      await succeed(
        answer({ txId: (await succeed(ask(username, 'EMAIL'))).body.txId, token: await server.codeFor(username) }),
      )
      const waiting = await succeed(ask(username, 'EMAIL'))
      const late = await server.codeFor(username)
      await join('Strict', username)
      isOff(await ask(username, 'EMAIL'))
      isOff(await answer({ txId: waiting.body.txId, token: late }))
      assert.notEqual((await answer({ txId: earlier.body.txId, token: code })).body.status, 'SUCCESS')
      await succeed(answer({ username, token: nextCode(), authType: 'GOOGLE AUTHENTICATOR' }))
      await name('Strict', ['passkey'])
      isOff(await answer({ username, token: nextCode(), authType: 'GOOGLE AUTHENTICATOR' }))
    })

    it('of several groups each adds what it names; those that name nothing add nothing', async () => {
      const { username } = await newUser(server)
      await name('Plain', null)
      await name('Strict', ['passkey'])
      await name('Mail', ['message-code'])
      await join('Plain', username)
      await succeed(ask(username, 'EMAIL'))
      await join('Strict', username)
      isOff(await ask(username, 'EMAIL'))
      await join('Mail', username)
      await succeed(ask(username, 'EMAIL'))
      await join('Mail', username, 'remove')
      isOff(await ask(username, 'EMAIL'))
      await name('Strict', null)
      await succeed(ask(username, 'EMAIL'))
    })

    it('users of no such group and people who are not enrolled are asked as before', async () => {
      await name('Strict', ['passkey'])
      await succeed(ask((await newUser(server)).username, 'EMAIL'))
      await succeed(server.call('/auth/challenge', { customerKey, email: stranger().username, authType: 'EMAIL' }))
    })

    it('an app is told the ways that the groups leave open', async () => {
      const { username, phone } = await newUser(server)
      await newAuthenticator(server, username)
      await name('Codes', ['time-code', 'message-code'])
      await join('Codes', username)
      const call = callerOf(server.baseUrl, await newApp(server.assembled.store, { factors: 2 }), server.now)
      const { inside } = await call('req/requestSmsOtp', { username })
      const smsOtp = await server.codeFor(phone)
      const passed = await call('auth/authSmsOtp', { username, smsOtp, authToken: String(inside['authToken']) })
      assert.equal(passed.inside['authMethods'], 'OTP', passed.text)
    })
  })
}
