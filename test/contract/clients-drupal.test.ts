import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { Phone, readQr } from '../support/device.ts'
import { acceptAsShown, linksFor } from '../support/links.ts'
import { rightAnswers, threeQuestions, wrongAnswers } from '../support/questions.ts'
import { totp } from '../support/totp.ts'
import { logRow, newYubikey, touch } from '../support/yubikey.ts'
import {
  curlPlugin,
  drupalKey,
  type Kept,
  keptOf,
  type Plugin,
  read,
  startPluginServer,
  statusOf,
  succeeds,
} from './plugin.ts'

/** Drupal's miniorange_2fa 5.1.4: a shared key of its own, `null` for what does not apply, status and message with `===`. */

const transactionName = 'Drupal 2FA'
const password = 'a password of the admin'
const wrongAnswer = { status: 'FAILED', message: 'The answers you have provided are incorrect.' }
const wrongCode = { status: 'FAILED', message: 'Invalid OTP provided. Please try again.' }

describe('Drupal', () => {
  let plugin: Plugin
  let kept: Kept
  const user = 'author@example.com'
  const phone = '+14155552671'
  before(async () => {
    plugin = curlPlugin(await startPluginServer())
  })
  after(() => plugin.server.close())

  const call = (path: string, body: object) =>
    plugin.call(`/moas/api${path}`, { customerKey: String(kept.customerKey), ...body }, kept)
  const challenge = (fields: object) =>
    call('/auth/challenge', { username: user, phone: null, email: null, transactionName, ...fields })
  const validate = (fields: object) =>
    call('/auth/validate', { username: user, authType: null, txId: null, token: null, answers: null, ...fields })
  const rest = (one: string, body: object) => plugin.call(`/moas/rest/customer/${one}`, body, drupalKey)

  it('signs up with its shared key, for a code and for every customer call', async () => {
    const email = 'admin@example.com'
    assert.equal(await statusOf(rest('check-if-exists', { email })), 'CUSTOMER_NOT_FOUND')
    const asking = {
      customerKey: '16622',
      username: null,
      email,
      phone: '',
      authType: 'OTP OVER EMAIL',
      transactionName,
    }
    const { txId } = await succeeds(plugin.call('/moas/api/auth/challenge', asking, drupalKey))
    const token = await plugin.server.codeFor(email)
    await succeeds(plugin.call('/moas/api/auth/validate', { txId, token }, drupalKey))
    const site = {
      companyName: 'site.example.com',
      areaOfInterest: 'DRUPAL 2FA',
      firstname: '',
      lastname: '',
      phone: '',
    }
    kept = keptOf(await succeeds(rest('add', { ...site, email, password })))
    const exists = await read(rest('check-if-exists', { email }), 'status', 'message')
    assert.deepEqual(exists, { status: 'SUCCESS', message: 'Customer already exists.' })
    assert.equal((await rest('key', { email, password: 'another password' })).json, null)
    assert.deepEqual(keptOf(await succeeds(rest('key', { email, password }))), kept)
  })

  it('has a license that lets end users in', async () => {
    const body = { customerId: String(kept.customerKey), applicationName: 'drupal_2fa' }
    const license = await succeeds(plugin.call('/moas/rest/customer/license', body, kept))
    assert.ok(['DRUPAL_2FA_PLUGIN', 'DRUPAL8_2FA_MODULE', 'PREMIUM'].includes(String(license['licenseType'])))
    assert.ok(Date.parse(String(license['licenseExpiry'])) > plugin.server.now())
    assert.ok(Number(license['noOfUsers']) > 1)
    for (const name of ['smsRemaining', 'emailRemaining', 'ivrRemaining', 'supportExpiry', 'licensePlan'])
      assert.ok(license[name] !== undefined, name)
  })

  it('makes a user, reads him back, and lists everybody until a batch is empty', async () => {
    assert.equal(await statusOf(call('/admin/users/search', { username: user })), 'USER_NOT_FOUND')
    await succeeds(call('/admin/users/create', { username: user, firstName: null, lastName: null }))
    const got = await succeeds(call('/admin/users/get', { username: user }))
    assert.equal((got['users'] as { primaryEmail: string }[])[0]?.primaryEmail, user)
    const first = await succeeds(call('/admin/users/getall', { batchNo: 1, batchSize: 10 }))
    assert.deepEqual(
      (first['users'] as { username: string }[]).map(({ username }) => username),
      [user],
    )
    const past = await succeeds(call('/admin/users/getall', { batchNo: 2, batchSize: 10 }))
    assert.equal(past['fetchedCount'], 0)
  })

  it('drops its own record of a user whom nobody knows, on exactly this answer', async () => {
    const answer = await read(challenge({ username: 'nobody@example.com', authType: 'EMAIL' }), 'status', 'message')
    assert.deepEqual(answer, { status: 'FAILED', message: 'Invalid username or email.' })
  })

  for (const [authType, fields, to, delivery] of [
    ['SMS', { phone }, phone, 'phoneDelivery'],
    ['EMAIL', { email: user }, user, 'emailDelivery'],
    ['OTP OVER EMAIL', { email: '' }, user, 'emailDelivery'],
    ['SMS AND EMAIL', { phone, email: user }, phone, 'phoneDelivery'],
  ] as const)
    it(`configures ${authType}: echoed, delivered where it says, wrong ones counted by their words`, async () => {
      plugin.server.advance(600_000)
      const asked = await succeeds(challenge({ authType, ...fields }))
      assert.equal(asked['authType'], authType)
      assert.ok((asked[delivery] as { contact: string }).contact)
      assert.equal(asked['phoneDelivery'] === undefined, authType.endsWith('EMAIL') && authType !== 'SMS AND EMAIL')
      const { txId } = asked
      assert.deepEqual(await read(validate({ txId, token: '00000a' }), 'status', 'message'), wrongCode)
      await succeeds(validate({ txId, token: await plugin.server.codeFor(to) }))
      await succeeds(
        call('/admin/users/update', { username: user, authType, phone: null, email: null, transactionName }),
      )
    })

  it('configures a call, which reads the code', async () => {
    plugin.server.advance(600_000)
    const asked = await succeeds(challenge({ authType: 'PHONE VERIFICATION', phone }))
    assert.equal(asked['authType'], 'PHONE VERIFICATION')
    const spoken = (await plugin.server.assembled.store.read.inbox.list(phone, 1))[0]?.text ?? ''
    await succeeds(validate({ txId: asked['txId'], token: spoken.match(/\d/g)?.slice(0, 6).join('') }))
  })

  it('configures Google Authenticator by register; then challenges it and validates with the txId', async () => {
    const { secret, qrCodeData } = await succeeds(
      call('/auth/google-auth-secret', { username: user, authenticatorName: 'site.example.com' }),
    )
    assert.ok(qrCodeData)
    const code = () => {
      plugin.server.advance(30_000)
      return totp(String(secret), plugin.server.now())
    }
    const fields = {
      username: user,
      registrationType: 'GOOGLE AUTHENTICATOR',
      secret,
      authenticatorType: null,
      questionAnswerList: null,
    }
    assert.deepEqual(await read(call('/auth/register', { ...fields, otpToken: '00000a' }), 'status', 'message'), {
      status: 'FAILED',
      message: 'The OTP you have entered is incorrect.',
    })
    await succeeds(call('/auth/register', { ...fields, otpToken: code() }))
    await succeeds(
      call('/admin/users/update', { username: user, authType: 'GOOGLE AUTHENTICATOR', phone: null, email: null }),
    )
    for (const authType of ['GOOGLE AUTHENTICATOR', 'SOFT TOKEN']) {
      const asked = await succeeds(challenge({ authType }))
      assert.equal(asked['authType'], authType)
      assert.deepEqual(await read(validate({ txId: asked['txId'], token: '00000a' }), 'status', 'message'), wrongCode)
      await succeeds(validate({ txId: asked['txId'], token: code() }))
    }
  })

  it('configures a link in an e-mail, polls only while it reads IN_PROGRESS, and asks again signed', async () => {
    plugin.server.advance(600_000)
    const asked = await succeeds(challenge({ authType: 'OUT OF BAND EMAIL', email: user }))
    assert.equal(asked['authType'], 'OUT OF BAND EMAIL')
    const { txId } = asked
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/auth-status', txId)), 'IN_PROGRESS')
    await acceptAsShown(await linksFor(plugin.server.baseUrl, user))
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/auth-status', txId)), 'SUCCESS')
    assert.equal(await statusOf(call('/auth/auth-status', { txId })), 'SUCCESS')
  })

  it('is told in its own words that nobody answered a link', async () => {
    const { txId } = await succeeds(challenge({ authType: 'OUT OF BAND EMAIL', email: user }))
    plugin.server.advance(301_000)
    assert.deepEqual(await read(plugin.poll('/moas/api/auth/auth-status', txId), 'status', 'message'), {
      status: 'ERROR',
      message: 'Your mobile validation request timed out. Please try again.',
    })
  })

  it('begins to register the phone: exactly IN_PROGRESS, a QR code, a transaction; then it times out', async () => {
    const fields = {
      username: user,
      registrationType: 'MOBILE AUTHENTICATION',
      secret: null,
      otpToken: null,
      authenticatorType: null,
      questionAnswerList: null,
    }
    const begun = await read(call('/auth/register', fields), 'status', 'qrCode', 'txId')
    assert.equal(begun.status, 'IN_PROGRESS')
    assert.ok(begun.qrCode)
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/registration-status', begun.txId)), 'IN_PROGRESS')
    plugin.server.advance(301_000)
    assert.equal(await statusOf(call('/auth/registration-status', { txId: begun.txId })), 'ERROR')
  })

  it('configures security questions by register, and logs in by two of them, without naming the method', async () => {
    const questions = {
      username: user,
      registrationType: 'KBA',
      secret: null,
      otpToken: null,
      authenticatorType: null,
      questionAnswerList: threeQuestions,
    }
    await succeeds(call('/auth/register', questions))
    await succeeds(call('/admin/users/update', { username: user, authType: 'KBA', phone: null, email: null }))
    const asked = await succeeds(challenge({ authType: 'KBA' }))
    assert.equal(asked['authType'], 'KBA')
    assert.equal((asked['questions'] as unknown[]).length, 2)
    const right = rightAnswers({ body: asked })
    const answer = (answers: readonly QuestionAnswer[]) =>
      read(validate({ txId: asked['txId'], token: '', answers }), 'status', 'message')
    assert.deepEqual(await answer(wrongAnswers(right)), wrongAnswer)
    assert.equal((await answer(right)).status, 'SUCCESS')
    assert.equal((await answer(right)).status, 'FAILED', 'once')
  })

  it('configures a YubiKey by its touch; then challenges it and validates with the txId, each touch once', async () => {
    const yubikey = newYubikey()
    await succeeds(call('/admin/tokens/import', { file: logRow(yubikey) }))
    const fields = {
      username: user,
      registrationType: 'YUBIKEY_TOKEN',
      secret: null,
      authenticatorType: 'HARDWARE TOKEN',
      questionAnswerList: null,
    }
    const register = (otpToken: string) => call('/auth/register', { ...fields, otpToken })
    assert.deepEqual(await read(register(touch(newYubikey(), 1, 0)), 'status', 'message'), {
      status: 'FAILED',
      message: 'The OTP you have entered is incorrect.',
    })
    const first = touch(yubikey, 1, 0)
    await succeeds(register(first))
    await succeeds(
      call('/admin/users/update', { username: user, authType: 'HARDWARE TOKEN', phone: null, email: null }),
    )
    const ask = async () => {
      const asked = await succeeds(challenge({ authType: 'HARDWARE TOKEN' }))
      assert.equal(asked['authType'], 'HARDWARE TOKEN')
      return asked['txId']
    }
    const txId = await ask()
    const second = touch(yubikey, 1, 1)
    const wrong = validate({ txId, token: touch(newYubikey(), 1, 1) })
    assert.deepEqual(await read(wrong, 'status', 'message'), wrongCode)
    await succeeds(validate({ txId, token: second }))
    for (const token of [first, second]) assert.equal(await statusOf(validate({ txId: await ask(), token })), 'FAILED')
    await succeeds(validate({ txId: await ask(), token: touch(yubikey, 1, 2) }))
  })

  it('registers the phone, and then logs in by push, by QR code and by soft token', async () => {
    const fields = {
      username: user,
      registrationType: 'MOBILE AUTHENTICATION',
      secret: null,
      otpToken: null,
      authenticatorType: null,
      questionAnswerList: null,
    }
    const { txId, qrCode, status } = await read(call('/auth/register', fields), 'status', 'qrCode', 'txId')
    assert.equal(status, 'IN_PROGRESS')
    const phone = new Phone(plugin.server.baseUrl)
    assert.equal((await phone.pair(await readQr(String(qrCode)))).code, 201)
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/registration-status', txId)), 'SUCCESS')
    assert.equal(await statusOf(call('/auth/registration-status', { txId })), 'SUCCESS')

    const stateOf = (id: unknown) => statusOf(plugin.poll('/moas/api/auth/auth-status', id))
    for (const decision of ['approve', 'deny'] as const) {
      const asked = await succeeds(challenge({ authType: 'PUSH NOTIFICATIONS' }))
      assert.equal(asked['authType'], 'PUSH NOTIFICATIONS')
      assert.equal(await stateOf(asked['txId']), 'IN_PROGRESS')
      await phone.answer(await phone.prompt(), decision)
      assert.equal(await stateOf(asked['txId']), decision === 'approve' ? 'SUCCESS' : 'DENIED')
    }
    const asked = await succeeds(challenge({ authType: 'MOBILE AUTHENTICATION' }))
    await phone.scanAndApprove(await readQr(String(asked['qrCode'])))
    assert.equal(await stateOf(asked['txId']), 'SUCCESS')
    assert.equal(await statusOf(call('/auth/auth-status', { txId: asked['txId'] })), 'SUCCESS')

    const softToken = await succeeds(challenge({ authType: 'SOFT TOKEN' }))
    const token = phone.code(plugin.server.now())
    await succeeds(validate({ txId: softToken['txId'], token }))
    const again = validate({ authType: 'PUSH NOTIFICATIONS', token: '123456' })
    assert.equal(await statusOf(again), 'FAILED', 'no code answers a push')
  })

  it('renames, disables, enables and removes a user', async () => {
    const renamed = 'renamed@example.com'
    await succeeds(
      call('/admin/users/update', { username: user, email: renamed, phone: null, authType: null, transactionName }),
    )
    await succeeds(call('/admin/users/disable', { username: renamed, transactionName }))
    assert.equal(await statusOf(challenge({ username: renamed, authType: 'EMAIL' })), 'FAILED')
    await succeeds(call('/admin/users/enable', { username: renamed, transactionName }))
    plugin.server.advance(600_000)
    await succeeds(challenge({ username: renamed, authType: 'EMAIL' }))
    await succeeds(call('/admin/users/delete', { username: renamed }))
    assert.equal(await statusOf(call('/admin/users/search', { username: renamed })), 'USER_NOT_FOUND')
  })
})
