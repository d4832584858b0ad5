import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readLink } from '../../contract/device/link.ts'
import { calls } from '../../contract/device.ts'
import { putGroups } from '../../server/engine/groups.ts'
import type { Group } from '../../server/vocabulary/group.ts'
import { callerOf, newApp } from '../support/apps.ts'
import { SoftAuthenticator } from '../support/authenticator.ts'
import { type Answered, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { Phone, readQr } from '../support/device.ts'
import * as passkeys from '../support/passkeys.ts'
import { threeQuestions } from '../support/questions.ts'
import { pageCall, sessionFor } from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import * as voices from '../support/voices.ts'
import { logRow, newYubikey, touch } from '../support/yubikey.ts'
import { customerKey, newAuthenticator, newUser, stranger, succeed } from './people.ts'

/** Groups may name the methods that their members may use. */

const off =
  'This method is turned off for this user. See the methods of his groups, and for questions the setting questions.'
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

    describe('enrolling', () => {
      const enrolled = async (username: string) => {
        const { credentials, devices, users } = server.assembled.store.read
        const { id } = (await users.find(testKey.customerKey, username)) ?? assert.fail()
        const all = await credentials.overview(testKey.customerKey, [id])
        const pending = await credentials.of(testKey.customerKey, id, 'time-code')
        const phones = await devices.list(testKey.customerKey, id)
        return [...all.map(({ method }) => method), ...pending.map(({ state }) => state), ...phones.map(() => 'phone')]
      }
      const call = (path: string, body: object) => server.call(`/auth/${path}`, { customerKey, ...body })

      it('is refused at every door, and nothing of it stays', async () => {
        await name('Messages', ['message-code'])
        const { username } = await newUser(server)
        await join('Messages', username)
        const yubikey = newYubikey()
        await succeed(server.call('/admin/tokens/import', { customerKey, file: logRow(yubikey) }))
        const { tokens } = (await server.call('/admin/tokens/list', { customerKey })).body
        const [{ serial } = {}] = tokens as { serial?: string }[]
        const otp = touch(yubikey, 1, 0)
        const doors: [string, object][] = [
          ['google-auth-secret', {}],
          ['register', { questionAnswerList: threeQuestions }],
          ['register', { registrationType: 'MOBILE AUTHENTICATION' }],
          ['register', { registrationType: 'YUBIKEY_TOKEN', otpToken: otp }],
          ['register-mobile', {}],
          ['passkey-registration', {}],
          ['voice-registration', {}],
          ['recovery-codes', {}],
        ]
        for (const [path, body] of doors) isOff(await call(path, { username, ...body }))
        isOff(await server.call('/admin/tokens/assign', { customerKey, serial, username }))
        assert.deepEqual(await enrolled(username), [])
        await name('Messages', ['message-code', 'hardware-token'])
        await succeed(call('register', { username, registrationType: 'YUBIKEY_TOKEN', otpToken: otp }))
      })

      it('is refused when the groups changed after it was offered, and goes on when they change back', async () => {
        const { username } = await newUser(server)
        const { secret } = (await succeed(call('google-auth-secret', { username }))).body
        const phone = new Phone(server.baseUrl)
        const qr = await readQr(String((await call('register-mobile', { username })).body['qrCode']))
        const { link } = await passkeys.linkTo(server, username)
        const options = passkeys.optionsOn(await passkeys.see(server, link))
        const made = new SoftAuthenticator().create(options, passkeys.pageOf(server))
        const voice = (await voices.linkTo(server, username)).link
        await name('Messages', ['message-code'])
        await join('Messages', username)

        const confirm = (path: string, more = {}) =>
          call(path, { username, secret, otpToken: totp(String(secret), server.now()), ...more })
        isOff(await confirm('validate-google-auth-secret'))
        isOff(await confirm('register', { registrationType: 'GOOGLE AUTHENTICATOR' }))
        assert.equal((await phone.ask(calls.pairing, { code: readLink(qr)?.code })).refusal, 'turned-off')
        assert.equal((await phone.pair(qr)).refusal, 'turned-off')
        for (const page of [passkeys.see(server, link), passkeys.send(server, link, made), voices.see(server, voice)]) {
          const { code, title, html } = await page
          assert.deepEqual([code, title], [200, 'This is not allowed here'])
          assert.doesNotMatch(html, /<form/)
        }
        const heard = await voices.record(server, voice, [Buffer.alloc(0)])
        assert.match(`${heard.kind}: ${heard.sentence}`, /^turned-off: .*nothing to set up/)
        assert.deepEqual(await enrolled(username), ['pending'])

        await join('Messages', username, 'remove')
        await succeed(confirm('validate-google-auth-secret'))
        assert.equal((await phone.pair(qr)).code, 201)
        assert.equal((await passkeys.send(server, link, made)).title, 'Passkey set up')
      })

      it('leaves what is enrolled already as it is, unused until the groups allow it again', async () => {
        const { username } = await newUser(server)
        const { secret, nextCode } = await newAuthenticator(server, username)
        await name('Messages', ['message-code'])
        await join('Messages', username)
        const use = () => call('validate-google-auth-secret', { username, secret, otpToken: nextCode() })
        isOff(await use())
        assert.deepEqual(await enrolled(username), ['time-code', 'active'])
        await join('Messages', username, 'remove')
        await succeed(use())
      })

      it('of a phone is that part of it which the groups allow', async () => {
        const { username } = await newUser(server)
        await name('Approving', ['push'])
        await join('Approving', username)
        const phone = new Phone(server.baseUrl)
        const qr = await readQr(String((await call('register-mobile', { username })).body['qrCode']))
        const { code, body } = await phone.pair(qr)
        assert.deepEqual([code, body.softToken], [201, null])
        assert.deepEqual(await enrolled(username), ['push', 'phone'])
        await succeed(ask(username, 'PUSH NOTIFICATIONS'))
        assert.equal((await phone.answer(await phone.prompt(), 'deny')).code, 200)
      })

      it('makes no user of a name whom the default group would forbid it', async () => {
        const { username } = stranger()
        await name('Messages', ['message-code'])
        const set = (groupName: string) =>
          succeed(server.call('/admin/groups/update', { customerKey, groups: [{ groupName, isDefault: 'true' }] }))
        await set('Messages')
        isOff(await call('google-auth-secret', { username }))
        const session = await sessionFor(server, username, { mayRegister: true })
        const questions = threeQuestions
        const registered = await pageCall(server, 'register', { userKey: username, session, questions })
        assert.deepEqual(
          [registered.body.status, registered.body.message],
          ['ERROR', 'Security questions are turned off here, or for new users.'],
        )
        assert.equal(await server.assembled.store.read.users.find(testKey.customerKey, username), undefined)
        await set('DEFAULT')
        await succeed(call('google-auth-secret', { username }))
      })
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
