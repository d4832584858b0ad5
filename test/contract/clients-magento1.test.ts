import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { Phone, readQr } from '../support/device.ts'
import { acceptAsShown, deny, linksFor } from '../support/links.ts'
import { rightAnswers, threeQuestions, wrongAnswers } from '../support/questions.ts'
import { totp } from '../support/totp.ts'
import {
  concatenated,
  curlPlugin,
  type Kept,
  keptOf,
  type Plugin,
  read,
  sharedKey,
  startPluginServer,
  statusOf,
  succeeds,
} from './plugin.ts'

/**
 * Magento 1: curl, a transaction name of 38 letters, two calls in one millisecond. It logs the user in for every status
 * but FAILED.
 */

const transactionName = 'Magento 2 Factor Authentication Plugin'
const password = 'a password of the admin'

describe('Magento 1', () => {
  let plugin: Plugin
  let kept: Kept
  const user = 'buyer@example.com'
  const phone = '+14155552671'
  before(async () => {
    assert.equal(transactionName.length, 38)
    plugin = curlPlugin(await startPluginServer(), { charset: 'UTF - 8', 'accept-encoding': 'gzip, deflate' })
  })
  after(() => plugin.server.close())

  const call = (path: string, body: object) =>
    plugin.call(`/moas/api${path}`, { customerKey: String(kept.customerKey), ...body }, kept)
  const challenge = (fields: object) => call('/auth/challenge', { username: user, transactionName, ...fields })
  const validate = (body: object) => plugin.call('/moas/api/auth/validate', body, kept)

  it('signs up, signs in and asks for its app secret', async () => {
    const email = 'admin@example.com'
    assert.equal(await statusOf(plugin.call('/moas/rest/customer/check-if-exists', { email })), 'CUSTOMER_NOT_FOUND')
    const { txId } = await succeeds(
      plugin.call(
        '/moas/api/auth/challenge',
        { customerKey: '16555', email, authType: 'EMAIL', transactionName },
        sharedKey,
      ),
    )
    await succeeds(
      plugin.call('/moas/api/auth/validate', { txId, token: await plugin.server.codeFor(email) }, sharedKey),
    )
    const site = { companyName: 'shop', areaOfInterest: 'Magento 2 factor', firstname: 'A', lastname: 'B', phone }
    const added = await succeeds(plugin.call('/moas/rest/customer/add', { ...site, email, password }))
    kept = keptOf(added)
    const wrong = await plugin.call('/moas/rest/customer/key', { email, password: 'another password' })
    assert.equal(wrong.json, null)
    assert.deepEqual(keptOf(await succeeds(plugin.call('/moas/rest/customer/key', { email, password }))), kept)
    const secret = plugin.call('/moas/rest/customer/getapp-secret', { customerId: String(kept.customerKey) }, kept)
    assert.equal((await read(secret, 'appSecret')).appSecret, added['appSecret'])
  })

  it('makes its user: USER_NOT_FOUND, created, USER_FOUND', async () => {
    assert.equal(await statusOf(call('/admin/users/search', { username: user })), 'USER_NOT_FOUND')
    await succeeds(call('/admin/users/create', { username: user, firstName: 'A', lastName: 'B' }))
    assert.equal(await statusOf(call('/admin/users/search', { username: user })), 'USER_FOUND')
  })

  it('sees a user of another site as of a different customer', async () => {
    const other = { customerKey: 77_777, apiKey: 'the-api-key-of-another-site' }
    await plugin.server.assembled.store.write((tx) => tx.customers.add(other.customerKey, 'Other', other.apiKey, 0))
    const search = plugin.call('/moas/api/admin/users/search', { username: user }, other)
    assert.equal(await statusOf(search), 'USER_FOUND_UNDER_DIFFERENT_CUSTOMER')
  })

  it('keeps the phone with users/update, and sends text messages and calls to it without naming it', async () => {
    await succeeds(call('/admin/users/update', { username: user, phone, authType: 'SMS', transactionName }))
    const got = await read(call('/admin/users/get', { username: user }), 'authType', 'phone', 'email')
    assert.deepEqual(got, { authType: 'SMS', phone, email: user })
    for (const authType of ['SMS', 'PHONE VERIFICATION']) {
      const { txId } = await succeeds(challenge({ authType }))
      // A call is read digit by digit.
      const spoken = (await plugin.server.assembled.store.read.inbox.list(phone, 1))[0]?.text ?? ''
      const token = authType === 'SMS' ? await plugin.server.codeFor(phone) : spoken.match(/\d/g)?.slice(0, 6).join('')
      await succeeds(validate({ txId, token }))
    }
  })

  it('makes two calls in one millisecond', async () => {
    const now = plugin.server.now()
    const twice = await Promise.all(
      ['search', 'get'].map((one) =>
        plugin.server.call(`/admin/users/${one}`, { username: user }, { key: kept, timestamp: now }),
      ),
    )
    assert.deepEqual(
      twice.map(({ body }) => body.status),
      ['USER_FOUND', 'SUCCESS'],
    )
  })

  it('sets up Google Authenticator without naming an issuer, and logs in by username', async () => {
    const { secret, qrCodeData } = await succeeds(call('/auth/google-auth-secret', { username: user }))
    assert.match(String(qrCodeData), /^[A-Za-z0-9+/]+=*$/)
    const code = () => {
      plugin.server.advance(30_000)
      return totp(String(secret), plugin.server.now())
    }
    const confirm = (otpToken: string) =>
      read(call('/auth/validate-google-auth-secret', { username: user, otpToken, secret }), 'status', 'message')
    assert.deepEqual(await confirm('00000a'), { status: 'FAILED', message: 'The OTP you have entered is incorrect.' })
    assert.equal((await confirm(code())).status, 'SUCCESS')
    for (const authType of ['GOOGLE AUTHENTICATOR', 'SOFT TOKEN']) {
      const login = { customerKey: String(kept.customerKey), username: user, authType }
      await succeeds(validate({ ...login, token: code() }))
      assert.equal(await statusOf(validate({ ...login, token: '00000a' })), 'FAILED')
    }
  })

  it('logs in by a link, accepted or denied', async () => {
    for (const isAccepted of [true, false]) {
      const { txId } = await succeeds(challenge({ authType: 'OUT OF BAND EMAIL' }))
      const links = await linksFor(plugin.server.baseUrl, user)
      await (isAccepted ? acceptAsShown(links) : deny(links.deny))
      const state = await statusOf(plugin.poll('/moas/api/auth/auth-status', txId))
      assert.equal(state, isAccepted ? 'SUCCESS' : 'DENIED')
    }
  })

  it('is told FAILED for everything that is not right, because it logs in on every other word', async () => {
    plugin.server.advance(600_000)
    const { txId } = await succeeds(challenge({ authType: 'EMAIL' }))
    const token = await plugin.server.codeFor(user)
    const wrong = [
      validate({ txId, token: '00000a' }),
      validate({ txId }),
      validate({ txId: 'x', token }),
      validate({}),
      validate([]),
      plugin.call('/moas/api/auth/validate', 'no JSON', kept),
      plugin.call('/moas/api/auth/validate', { txId, token }, { ...kept, apiKey: 'another-api-key' }),
      plugin.call('/moas/api/auth/validate', { txId, token }, sharedKey),
      plugin.call('/moas/api/auth/validate', { txId, token }),
    ]
    for (const one of wrong) assert.equal(await statusOf(one), 'FAILED')
    await succeeds(validate({ txId, token }))
    assert.equal(await statusOf(validate({ txId, token })), 'FAILED')
  })

  it('begins to register the phone: a QR code and a transaction that ends by itself', async () => {
    const body = { username: user }
    const { qrCode, txId } = await read(plugin.call('/moas/api/auth/register-mobile', body, kept), 'qrCode', 'txId')
    assert.match(String(qrCode), /^\/9j\//, 'a JPEG')
    plugin.server.advance(301_000)
    assert.match(String(await statusOf(plugin.poll('/moas/api/auth/registration-status', txId))), /^(ERROR|FAILED)$/)
  })

  it('registers three questions in a body it does not escape, and logs in by two of them', async () => {
    const register = (questions: readonly QuestionAnswer[]) =>
      plugin.call('/moas/api/auth/register', concatenated(kept, user, questions), kept)
    const quoted = threeQuestions.map((one) => ({ ...one, answer: `"${one.answer}"` }))
    assert.equal(await statusOf(register(quoted)), 'FAILED')
    assert.equal(await statusOf(challenge({ authType: 'KBA' })), 'FAILED')
    await succeeds(register(threeQuestions))
    const asked = await succeeds(challenge({ authType: 'KBA', transactionName: 'Login' }))
    assert.equal((asked['questions'] as unknown[]).length, 2)
    const { txId } = asked
    const right = rightAnswers({ body: asked })
    assert.equal(await statusOf(validate({ txId, answers: wrongAnswers(right) })), 'FAILED')
    await succeeds(validate({ txId, answers: right }))
    assert.equal(await statusOf(validate({ txId, answers: right })), 'FAILED', 'once')
  })

  it('registers the phone by the QR code of register-mobile, and logs in by scan, by push and by soft token', async () => {
    const registering = plugin.call('/moas/api/auth/register-mobile', { username: user }, kept)
    const { qrCode, txId } = await read(registering, 'qrCode', 'txId')
    const phone = new Phone(plugin.server.baseUrl)
    assert.equal((await phone.pair(await readQr(String(qrCode)))).code, 201)
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/registration-status', txId)), 'SUCCESS')
    const stateOf = (id: unknown) => statusOf(plugin.poll('/moas/api/auth/auth-status', id))

    const scanned = await succeeds(challenge({ authType: 'MOBILE AUTHENTICATION' }))
    assert.match(String(scanned['qrCode']), /^\/9j\//, 'a JPEG, bare')
    assert.equal(await stateOf(scanned['txId']), 'IN_PROGRESS')
    await phone.scanAndApprove(await readQr(String(scanned['qrCode'])))
    assert.equal(await stateOf(scanned['txId']), 'SUCCESS')

    for (const decision of ['approve', 'deny'] as const) {
      const pushed = await succeeds(challenge({ authType: 'PUSH NOTIFICATIONS' }))
      await phone.answer(await phone.prompt(), decision)
      assert.equal(await stateOf(pushed['txId']), decision === 'approve' ? 'SUCCESS' : 'DENIED')
    }
    const login = { customerKey: String(kept.customerKey), username: user }
    const token = phone.code(plugin.server.now())
    await succeeds(validate({ ...login, token, authType: 'SOFT TOKEN' }))
    for (const authType of ['MOBILE AUTHENTICATION', 'PUSH NOTIFICATIONS'])
      assert.equal(await statusOf(validate({ ...login, token: '123456', authType })), 'FAILED')
  })
})
