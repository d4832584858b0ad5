import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { App } from '../../server/vocabulary/app.ts'
import { callerOf, type Fields, newApp, nodeOrders, pathOf, postTo, signedFields } from '../support/apps.ts'
import { wrongCode } from '../support/caller.ts'
import { pairedPhone } from '../support/device.ts'
import { acceptAsShown, deny, linksIn } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { oathCode } from '../support/totp.ts'
import { logRow, newYubikey, touch } from '../support/yubikey.ts'
import { customerKey, newAuthenticator, newUser, stranger, succeed } from './people.ts'

/** The calls beside document 004's: authenticator apps, requests that are answered elsewhere, transactions. */

let server: TestServer
let app: App
let call: ReturnType<typeof callerOf>
before(async () => {
  server = await startServer()
  app = await newApp(server.assembled.store)
  call = callerOf(server.baseUrl, app, server.now)
})
after(() => server.close())

describe('auth/authOtp', () => {
  it('takes the code of an authenticator app, once, at this door or the other', async () => {
    const { username } = await newUser(server)
    const { nextCode } = await newAuthenticator(server, username)
    const otp = nextCode()
    const right = await call('auth/authOtp', { username, otp })
    assert.equal(right.code, '0', right.text)
    assert.match(String(right.inside['authMethods']), /\bOTP\b/)
    assert.equal((await call('auth/authOtp', { username, otp })).code, '23001')
    const elsewhere = await server.call('/auth/validate', {
      customerKey: String(app.customerId),
      username,
      token: otp,
      authType: 'GOOGLE AUTHENTICATOR',
    })
    assert.equal(elsewhere.body.status, 'FAILED')
    assert.equal((await call('auth/authOtp', { username, otp: nextCode(), otpType: 'online' })).code, '0')
  })

  it('says the same of a wrong code, a user without an app, and a name that nobody has; and locks all three', async () => {
    const enrolled = await newUser(server)
    await newAuthenticator(server, enrolled.username)
    for (const username of [enrolled.username, (await newUser(server)).username, 'nobody-of-that-name']) {
      for (let count = 0; count < 10; count++) {
        const { code } = await call('auth/authOtp', { username, otp: `00000${count}` })
        assert.equal(code, '23001', username)
      }
      assert.equal((await call('auth/authOtp', { username, otp: '000011' })).code, '23036', username)
    }
  })

  it('knows no devices', async () => {
    const { username } = await newUser(server)
    assert.equal((await call('auth/authOtp', { username, otp: '123456', devAccId: '42' })).code, '36000')
  })

  it('takes codes of six digits only: with another length a digit could be of its neighbour', async () => {
    const { username } = await newUser(server)
    const { nextCode } = await newAuthenticator(server, username)
    for (const otp of [` ${nextCode()}`, '12345', '1234567', 'abcdef'])
      assert.equal((await call('auth/authOtp', { username, otp })).code, '23001')
  })
})

describe('auth/authOtp with a hardware token', () => {
  let count = 0
  /** A user with a counting token in hand; each code is the next one. */
  async function newOwner(digits = 6) {
    const { username } = await newUser(server)
    const [key, serial] = [randomBytes(20), `OTP-${++count}`]
    const file = `${serial},${key.toString('hex')},HOTP,${digits}`
    await succeed(server.call('/admin/tokens/import', { customerKey, file }))
    await succeed(server.call('/admin/tokens/assign', { customerKey, serial, username }))
    let counter = -1
    return { username, serial, next: () => oathCode(key, ++counter, digits) }
  }

  it('takes its code, once, at this door or the other', async () => {
    const { username, next } = await newOwner()
    const otp = next()
    const right = await call('auth/authOtp', { username, otp })
    assert.equal(right.code, '0', right.text)
    assert.match(String(right.inside['authMethods']), /\bOTP\b/)
    assert.equal((await call('auth/authOtp', { username, otp })).code, '23001')
    const elsewhere = await server.call('/auth/validate', {
      customerKey,
      username,
      token: otp,
      authType: 'HARDWARE TOKEN',
    })
    assert.equal(elsewhere.body.status, 'FAILED')
    for (const otpType of ['online', 'offline'])
      assert.equal((await call('auth/authOtp', { username, otp: next(), otpType })).code, '0', otpType)
  })

  it('asks the app of a user who has both, and the token when otpType is offline', async () => {
    const { username, next } = await newOwner()
    const { nextCode } = await newAuthenticator(server, username)
    assert.equal((await call('auth/authOtp', { username, otp: nextCode() })).code, '0')
    assert.equal((await call('auth/authOtp', { username, otp: nextCode(), otpType: 'online' })).code, '0')
    assert.equal((await call('auth/authOtp', { username, otp: nextCode(), otpType: 'offline' })).code, '23001')
    const otp = next()
    for (const more of [{}, { otpType: 'online' }])
      assert.equal((await call('auth/authOtp', { username, otp, ...more })).code, '23001')
    assert.equal((await call('auth/authOtp', { username, otp, otpType: 'offline' })).code, '0')
  })

  it('counts one wrong code against one of the two: the other stays open', async () => {
    const { username, next } = await newOwner()
    const { nextCode } = await newAuthenticator(server, username)
    for (let wrongs = 0; wrongs < 10; wrongs++) await call('auth/authOtp', { username, otp: `00000${wrongs}` })
    assert.equal((await call('auth/authOtp', { username, otp: nextCode() })).code, '23036')
    const otpType = 'offline'
    assert.equal((await call('auth/authOtp', { username, otp: next(), otpType })).code, '0')
    for (let wrongs = 0; wrongs < 10; wrongs++) await call('auth/authOtp', { username, otp: `00000${wrongs}`, otpType })
    assert.equal((await call('auth/authOtp', { username, otp: next(), otpType })).code, '23036')
  })

  it('is none for OTP when its codes have eight digits, when it was taken from the user, or is a YubiKey', async () => {
    const long = await newOwner(8)
    assert.equal((await call('auth/authOtp', { username: long.username, otp: long.next() })).code, '23001')
    const { username, serial, next } = await newOwner()
    await succeed(server.call('/admin/tokens/unassign', { customerKey, serial }))
    assert.equal((await call('auth/authOtp', { username, otp: next() })).code, '23001')
    const [yubikey, { username: toucher }] = [newYubikey(), await newUser(server)]
    await succeed(server.call('/admin/tokens/import', { customerKey, file: logRow(yubikey) }))
    await succeed(server.call('/admin/tokens/assign', { customerKey, serial: yubikey.publicId, username: toucher }))
    assert.equal((await call('auth/authOtp', { username: toucher, otp: touch(yubikey, 1, 0) })).code, '23001')
    for (const name of [long.username, username, toucher]) {
      await call('req/requestSmsOtp', { username: name })
      const { phone } = (await server.assembled.store.read.users.find(app.customerId, name)) ?? assert.fail()
      const smsOtp = await server.codeFor(String(phone))
      const { inside } = await call('auth/authSmsOtp', { username: name, smsOtp })
      assert.equal(inside['authMethods'], 'SMS,PUSH')
    }
  })

  it('is one way together with the app: the two are no sign-in in two steps', async () => {
    const strict = callerOf(server.baseUrl, await newApp(server.assembled.store, { factors: 2 }), server.now)
    const { username, next } = await newOwner()
    const { nextCode } = await newAuthenticator(server, username)
    const first = await strict('auth/authOtp', { username, otp: nextCode() })
    const authToken = String(first.inside['authToken'])
    const second = await strict('auth/authOtp', { username, otp: next(), otpType: 'offline', authToken })
    assert.deepEqual([second.code, second.inside['secretCode'], second.inside['authMethods']], ['0', '', 'SMS,PUSH'])
  })
})

describe('auth/authCrOtp', () => {
  it('says that there is no such token', async () => {
    const { username } = await newUser(server)
    const { code, object } = await call('auth/authCrOtp', { username, crOtp: '12345678', challenge: '4711' })
    assert.deepEqual([code, object], ['29001', ''])
  })
})

describe('a sign-in in two steps', () => {
  let strict: ReturnType<typeof callerOf>
  before(async () => {
    strict = callerOf(server.baseUrl, await newApp(server.assembled.store, { factors: 2 }), server.now)
  })

  it('leaves secretCode empty until a second method was passed with the token of the first', async () => {
    const { username, phone } = await newUser(server)
    const { nextCode } = await newAuthenticator(server, username)
    const first = await strict('auth/authOtp', { username, otp: nextCode() })
    assert.equal(first.code, '0')
    assert.deepEqual([first.inside['secretCode'], first.inside['authMethods']], ['', 'SMS,PUSH'])
    const authToken = String(first.inside['authToken'])
    const requested = await strict('req/requestSmsOtp', { username, authToken })
    assert.equal(requested.inside['authToken'], authToken)
    const smsOtp = await server.codeFor(phone)
    const second = await strict('auth/authSmsOtp', { username, smsOtp, authToken })
    assert.equal(second.code, '0', second.text)
    assert.notEqual(second.inside['secretCode'], '')
    assert.notEqual(second.inside['authToken'], authToken)
  })

  it('does not count one method twice, nor two sign-ins as one', async () => {
    const { username, phone } = await newUser(server)
    let fields: Fields = { username }
    for (let times = 0; times < 2; times++) {
      await strict('req/requestSmsOtp', fields)
      const { code, inside } = await strict('auth/authSmsOtp', { ...fields, smsOtp: await server.codeFor(phone) })
      assert.deepEqual([code, inside['secretCode']], ['0', ''])
      fields = { username, authToken: String(inside['authToken']) }
    }
    const { nextCode } = await newAuthenticator(server, username)
    const apart = await strict('auth/authOtp', { username, otp: nextCode() })
    assert.equal(apart.inside['secretCode'], '')
  })

  it('is over after ten minutes', async () => {
    const { username } = await newUser(server)
    const { nextCode } = await newAuthenticator(server, username)
    const { inside } = await strict('auth/authOtp', { username, otp: nextCode() })
    server.advance(601_000)
    const late = await strict('req/requestSmsOtp', { username, authToken: String(inside['authToken']) })
    assert.equal(late.code, '23016')
  })
})

describe('req/requestMobilePushCR and session/statecheck', () => {
  const details = Buffer.from('Sign in to the shop').toString('base64')

  async function pushed(fields: Fields = {}) {
    const { username, phone } = await newUser(server)
    const { code, inside, text } = await call('req/requestMobilePushCR', { username, details, ...fields })
    assert.equal(code, '0', text)
    const [message] = await server.assembled.store.read.inbox.list(phone, 1)
    const links = linksIn(message?.text ?? '')
    assert.match(message?.text ?? '', /Sign in to the shop/)
    const check = () =>
      call('session/statecheck', { username, authMethod: 'PUSH', authToken: String(inside['authToken']) })
    return { username, links, check, authToken: String(inside['authToken']) }
  }

  it('is pending until the user accepts, and then a success, once', async () => {
    const { links, check } = await pushed()
    for (let times = 0; times < 2; times++) assert.equal((await check()).code, '23007')
    await acceptAsShown(links)
    const done = await check()
    assert.equal(done.code, '0', done.text)
    assert.equal(done.inside['multiStepAuth'], '')
    assert.notEqual(done.inside['secretCode'], '')
    assert.equal((await check()).code, '23016')
  })

  it('is one success for one yes, however many copies of the request wait for it', async () => {
    const { username, phone } = await newUser(server)
    const order = nodeOrders['req/requestMobilePushCR'] ?? ''
    const body = signedFields(app, { username, details }, order, server.now() - 100_000)
    const post = () => postTo(server.baseUrl, pathOf('req/requestMobilePushCR'), body)
    const tokens = [await post(), await post(), await post()].map(({ inside }) => String(inside['authToken']))
    assert.equal(new Set(tokens).size, 3)
    const messages = await server.assembled.store.read.inbox.list(phone, 10)
    assert.equal(messages.length, 1)
    await acceptAsShown(linksIn(messages[0]?.text ?? ''))
    const answers = await Promise.all(
      tokens.map((authToken) => call('session/statecheck', { username, authMethod: 'PUSH', authToken })),
    )
    assert.deepEqual(answers.map(({ code }) => code).sort(), ['0', '23016', '23016'])
  })

  it('asks on the phone of a user who paired one, and sends no message then', async () => {
    const { username, phone: number } = await newUser(server)
    const phone = await pairedPhone(server.baseUrl, server.call, username)
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
    for (const [decision, code] of [
      ['approve', '0'],
      ['deny', '23026'],
    ] as const) {
      const { inside } = await call('req/requestMobilePushCR', { username, details, userAgent })
      const check = () =>
        call('session/statecheck', { username, authMethod: 'PUSH', authToken: String(inside['authToken']) })
      assert.equal((await check()).code, '23007')
      const prompt = await phone.prompt()
      assert.equal(prompt.transactionName, 'Sign in to the shop')
      assert.equal(prompt.browser, 'Firefox on Linux')
      await phone.answer(prompt, decision)
      assert.equal((await check()).code, code)
    }
    assert.deepEqual(await server.assembled.store.read.inbox.list(number, 1), [])
    const { inside } = await call('auth/authOtp', { username, otp: phone.code(server.now()) })
    assert.match(String(inside['authMethods']), /PUSH/)
  })

  it('tells that the user denied', async () => {
    const { links, check } = await pushed()
    await deny(links.deny)
    assert.equal((await check()).code, '23026')
    assert.equal((await check()).code, '23026')
  })

  it('tells that nobody answered in time', async () => {
    const { check } = await pushed()
    server.advance(301_000)
    assert.equal((await check()).code, '23018')
  })

  it('needs a token that waits for a question of this method', async () => {
    const { username, authToken } = await pushed()
    assert.equal((await call('session/statecheck', { username, authMethod: 'PUSH' })).code, '10002')
    for (const authMethod of ['OTP', 'SMS', 'FIDO'])
      assert.equal((await call('session/statecheck', { username, authMethod, authToken })).code, '23018')
    for (const authMethod of ['QRCODE', 'CROTP'])
      assert.equal((await call('session/statecheck', { username, authMethod, authToken })).code, '23017')
    const other = await newUser(server)
    const check = { username: other.username, authMethod: 'PUSH', authToken }
    assert.equal((await call('session/statecheck', check)).code, '23019')
  })

  it('never makes a success of a code that was typed', async () => {
    const { username, phone } = await newUser(server)
    const { inside } = await call('req/requestSmsOtp', { username })
    const fields = { username, authMethod: 'SMS', authToken: String(inside['authToken']) }
    assert.equal((await call('session/statecheck', fields)).code, '23007')
    // Without its token: the token goes on waiting for the code that was used.
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: await server.codeFor(phone) })).code, '0')
    assert.equal((await call('session/statecheck', fields)).code, '23018')
  })

  it('shows all of the details, or nothing is sent', async () => {
    const { username } = await newUser(server)
    for (const text of ['two\nlines', '', ' ', 'x'.repeat(101), '\u202egnp.exe', Buffer.from([0xff, 0xfe])]) {
      const odd = Buffer.from(text).toString('base64')
      const { code } = await call('req/requestMobilePushCR', { username, details: odd || '=' })
      assert.equal(code, '10002', JSON.stringify(text))
    }
  })
})

describe('req/requestSmsTransOtp and trans/authoriseSmsTrans', () => {
  const transaction = { details: 'Pay 100.00 EUR to Anna', transactionId: 'T-4711' }

  async function requested() {
    const { username, phone } = await newUser(server)
    const { code, text } = await call('req/requestSmsTransOtp', { username, ...transaction })
    assert.equal(code, '0', text)
    const [message] = await server.assembled.store.read.inbox.list(phone, 1)
    return { username, phone, message: message?.text ?? '', smsOtp: await server.codeFor(phone) }
  }

  it('shows all of the details in the message, and takes the code with them, once', async () => {
    const { username, message, smsOtp } = await requested()
    assert.ok(message.includes(transaction.details), message)
    const right = await call('trans/authoriseSmsTrans', { username, ...transaction, smsOtp }, named(username))
    assert.equal(right.code, '0', right.text)
    assert.equal(right.inside['transactionId'], 'T-4711')
    assert.equal((await call('trans/authoriseSmsTrans', { username, ...transaction, smsOtp })).code, '23009')
  })

  const named = (username: string) => `${pathOf('trans/authoriseSmsTrans')}/${encodeURIComponent(username)}`

  it('takes the code with no other details, no other transaction, and for no sign-in', async () => {
    const { username, smsOtp } = await requested()
    for (const other of [{ details: 'Pay 100.00 EUR to Berta' }, { transactionId: 'T-4712' }])
      assert.equal(
        (await call('trans/authoriseSmsTrans', { username, ...transaction, ...other, smsOtp })).code,
        '23008',
      )
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp })).code, '23008')
    assert.equal((await call('trans/authoriseSmsTrans', { username, ...transaction, smsOtp })).code, '0')
  })

  it('takes no code of a sign-in', async () => {
    const { username, phone } = await newUser(server)
    await call('req/requestSmsOtp', { username })
    const smsOtp = await server.codeFor(phone)
    assert.equal((await call('trans/authoriseSmsTrans', { username, ...transaction, smsOtp })).code, '23008')
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp })).code, '0')
  })

  it('counts wrong codes as every call does', async () => {
    const { username, smsOtp } = await requested()
    for (let count = 0; count < 5; count++)
      await call('trans/authoriseSmsTrans', { username, ...transaction, smsOtp: wrongCode(smsOtp) })
    assert.equal((await call('trans/authoriseSmsTrans', { username, ...transaction, smsOtp })).code, '23009')
  })

  it('wants the user of the path and of the body to be one', async () => {
    const { username, smsOtp } = await requested()
    const other = await call('trans/authoriseSmsTrans', { username, ...transaction, smsOtp }, named('somebody-else'))
    assert.equal(other.code, '10002')
    const none = await call('trans/authoriseSmsTrans', { username, ...transaction, smsOtp: '1' }, named(username))
    assert.equal(none.code, '23008')
  })

  it('shows all of the details, or nothing is sent', async () => {
    const { username } = stranger()
    for (const details of ['x'.repeat(101), 'two\nlines', ' '])
      assert.equal((await call('req/requestSmsTransOtp', { username, ...transaction, details })).code, '10002')
    for (const transactionId of ['with a space', 'x'.repeat(65), 'ä'])
      assert.equal((await call('req/requestSmsTransOtp', { username, ...transaction, transactionId })).code, '10002')
  })

  it('proves nothing for a sign-in: it goes on as it was', async () => {
    const strict = callerOf(server.baseUrl, await newApp(server.assembled.store, { factors: 2 }), server.now)
    const { username, phone } = await newUser(server)
    const { nextCode } = await newAuthenticator(server, username)
    await strict('req/requestSmsTransOtp', { username, ...transaction })
    const smsOtp = await server.codeFor(phone)
    const { inside } = await strict('trans/authoriseSmsTrans', { username, ...transaction, smsOtp })
    const next = await strict('auth/authOtp', { username, otp: nextCode(), authToken: String(inside['authToken']) })
    assert.deepEqual([next.code, next.inside['secretCode']], ['0', ''])
  })
})

describe('the path of a call', () => {
  it('is taken with and without /v2, with slashes at its end or twice, and in any case', async () => {
    const { username } = await newUser(server)
    const root = 'CentagateWS/webresources'
    for (const path of [
      `/v2/${root}/auth/authSmsOtp`,
      `/v2/${root}/auth/authSmsOtp/`,
      `/${root}/auth/authSmsOtp`,
      `/${root}/auth/authSmsOtp/`,
      `/v2/${root}/auth//authSmsOtp`,
      `/${root}//auth/authSMSOTP`,
      `/v2/${root}/auth/authsmsotp//`,
    ])
      assert.equal((await call('auth/authSmsOtp', { username, smsOtp: '123456' }, path)).code, '23010', path)
    for (const path of [`/${root}/session/statecheck`, `/v2/${root}/session/statecheck/`, `/${root}/auth/statecheck`])
      assert.equal((await call('session/statecheck', { username, authMethod: 'PUSH' }, path)).code, '10002', path)
    assert.equal((await call('req/requestSmsOtp', { username }, `/${root}/auth/requestSmsOtp`)).code, '0')
  })

  it('of a call that is not served is answered 404, in the shape of the others', async () => {
    for (const path of ['auth/authPki', 'req/requestQrCode', 'auth/authBasic', 'auth', 'auth/authSmsOtp/more'])
      for (const prefix of ['/v2', '']) {
        const answer = await call('auth/authSmsOtp', {}, `${prefix}/CentagateWS/webresources/${path}`)
        assert.deepEqual([answer.status, answer.code, answer.object], [404, '23024', ''], path)
      }
  })

  it('that is not posted is answered the same way, and told how it is sent', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      for (const prefix of ['/v2', '']) {
        const url = `${server.baseUrl}${prefix}/CentagateWS/webresources/auth/authSmsOtp`
        const response = await fetch(url, { method })
        const answer = (await response.json()) as Record<string, string>
        assert.deepEqual([response.status, answer['code'], answer['object']], [404, '23024', ''], `${method} ${prefix}`)
        assert.match(answer['message'] ?? '', /sent by POST/)
      }
  })
})
