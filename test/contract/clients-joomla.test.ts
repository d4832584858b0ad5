import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { rightAnswers, threeQuestions, wrongAnswers } from '../support/questions.ts'
import { totp } from '../support/totp.ts'
import { logRow, newYubikey, touch } from '../support/yubikey.ts'
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

/** Joomla: `""` for what does not apply, authenticator apps by their own names, challenged before they are validated. */

const transactionName = 'Joomla 2FA'
const password = 'a password of the admin'
const unknown = { status: 'FAILED', message: 'Invalid username or email.' }

describe('Joomla', () => {
  let plugin: Plugin
  let kept: Kept
  const user = 'member@example.com'
  const phone = '+14155552671'
  before(async () => {
    plugin = curlPlugin(await startPluginServer(), { charset: 'UTF-8', 'accept-encoding': 'gzip, deflate' })
  })
  after(() => plugin.server.close())

  const call = (path: string, body: object) =>
    plugin.call(`/moas/api${path}`, { customerKey: String(kept.customerKey), ...body }, kept)
  const challenge = (authType: string, more: object = {}) =>
    call('/auth/challenge', { username: user, phone: '', email: '', authType, transactionName, ...more })
  const validate = (fields: object) =>
    call('/auth/validate', { username: null, txId: null, token: null, authType: null, answers: null, ...fields })

  it('signs up with a bare Basic and signs in again', async () => {
    const email = 'admin@example.com'
    const rest = (one: string, body: object) => plugin.call(`/moas/rest/customer/${one}`, body)
    assert.equal(await statusOf(rest('check-if-exists', { email })), 'CUSTOMER_NOT_FOUND')
    const asking = { customerKey: '16555', username: '', email, phone: '', authType: 'EMAIL', transactionName }
    const { txId } = await succeeds(plugin.call('/moas/api/auth/challenge', asking, sharedKey))
    const answer = (token: string) => plugin.call('/moas/api/auth/validate', { txId, token }, sharedKey)
    assert.equal(await statusOf(answer('00000a')), 'FAILED')
    await succeeds(answer(await plugin.server.codeFor(email)))
    const site = { companyName: 'club', areaOfInterest: 'Joomla 2FA', firstname: '', lastname: '', phone: '' }
    kept = keptOf(await succeeds(rest('add', { ...site, email, password })))
    assert.notEqual(String(kept.customerKey), '')
    assert.equal((await rest('key', { email, password: 'another password' })).json, null)
    assert.deepEqual(keptOf(await succeeds(rest('key', { email, password }))), kept)
  })

  it('reads its license', async () => {
    const body = { customerId: String(kept.customerKey), applicationName: 'joomla_2fa_premium', licenseType: 'DEMO' }
    const names = ['status', 'licenseExpiry', 'supportExpiry', 'noOfUsers', 'smsRemaining', 'emailRemaining'] as const
    const license = await read(plugin.call('/moas/rest/customer/license', body, kept), ...names)
    assert.equal(license.status, 'SUCCESS')
    for (const name of names) assert.ok(license[name] !== undefined, name)
  })

  it('asks for a user whom nobody knows, and makes him', async () => {
    const get = () => call('/admin/users/get', { username: user, email: user, transactionName })
    assert.deepEqual(await read(get(), 'status', 'message'), unknown)
    await succeeds(call('/admin/users/create', { username: user, firstName: 'A', lastName: '' }))
    assert.equal(await statusOf(get()), 'SUCCESS')
  })

  for (const [authType, more, to] of [
    ['SMS', { phone }, phone],
    ['EMAIL', { email: user }, user],
    ['SMS AND EMAIL', { phone, email: user }, user],
  ] as const)
    it(`logs in by ${authType}, and is told the authType it switches its screen by`, async () => {
      const asked = await succeeds(challenge(authType, more))
      assert.equal(asked['authType'], authType)
      await succeeds(validate({ username: user, txId: asked['txId'], token: await plugin.server.codeFor(to) }))
    })

  it('sets up an app by its own name: challenged by the stored word, which comes back, and validated with it', async () => {
    const names = { googleAuthenticatorName: 'club', authenticatorName: 'club' }
    const offer = await succeeds(call('/auth/google-auth-secret', { username: user, ...names }))
    const { secret } = offer
    assert.match(String(secret), /^[A-Z2-7]{32}$/)
    assert.ok(offer['txId'] && offer['qrCodeData'])
    const code = () => {
      plugin.server.advance(30_000)
      return totp(String(secret), plugin.server.now())
    }
    const confirming = { username: user, otpToken: code(), secret }
    await succeeds(call('/auth/validate-google-auth-secret', confirming))
    const type = 'MICROSOFT AUTHENTICATOR'
    const fields = { username: user, authType: type, phone: null, email: '', transactionName }
    await succeeds(call('/admin/users/update', fields))
    const { authType } = await read(call('/admin/users/get', { username: user }), 'authType')
    const asked = await succeeds(challenge(String(authType)))
    assert.equal(asked['authType'], type)
    await succeeds(validate({ username: user, authType: type, txId: asked['txId'], token: code() }))
    const wrong = validate({ username: user, authType: type, txId: asked['txId'], token: '00000a' })
    assert.equal(await statusOf(wrong), 'FAILED')
  })

  it('sets up security questions as the other way, in lower case and unescaped, and logs in by them', async () => {
    const register = (questions: readonly QuestionAnswer[]) =>
      plugin.call('/moas/api/auth/register', concatenated(kept, user, questions), kept)
    const lower = (list: readonly QuestionAnswer[]) =>
      list.map(({ question, answer }) => ({ question, answer: answer.toLowerCase() }))
    const quoted = threeQuestions.map(({ question, answer }) => ({ question, answer: `"${answer}"` }))
    assert.equal(await statusOf(register(quoted)), 'FAILED')
    await succeeds(register(lower(threeQuestions)))
    const asked = await succeeds(challenge('KBA'))
    assert.equal(asked['authType'], 'KBA')
    const { txId } = asked
    const right = rightAnswers({ body: asked })
    const answer = (authType: string | null, answers: readonly QuestionAnswer[]) =>
      validate({ username: user, txId, token: '', authType, answers: lower(answers) })
    for (const authType of ['KBA', null]) {
      const words = await read(answer(authType, wrongAnswers(right)), 'status', 'message')
      assert.deepEqual(words, { status: 'FAILED', message: 'The answers you have provided are incorrect.' })
    }
    await succeeds(answer('KBA', right))
  })

  it('sets up a YubiKey by its touch; challenged first, each touch logs in once', async () => {
    const yubikey = newYubikey()
    await succeeds(call('/admin/tokens/import', { file: logRow(yubikey) }))
    // It sends the last transaction as the secret.
    const secret = (await succeeds(challenge('EMAIL', { email: user })))['txId']
    const fields = { username: user, registrationType: 'YUBIKEY_TOKEN', secret, questionAnswerList: null }
    const register = (otpToken: string) =>
      call('/auth/register', { ...fields, otpToken, authenticatorType: 'HARDWARE TOKEN' })
    assert.deepEqual(await read(register(touch(newYubikey(), 1, 0)), 'status', 'message'), {
      status: 'FAILED',
      message: 'The OTP you have entered is incorrect.',
    })
    await succeeds(register(touch(yubikey, 1, 0)))
    const type = 'HARDWARE TOKEN'
    await succeeds(call('/admin/users/update', { username: user, authType: type, phone: '', transactionName }))
    const { authType } = await read(call('/admin/users/get', { username: user }), 'authType')
    const ask = async () => {
      const asked = await succeeds(challenge(String(authType)))
      assert.equal(asked['authType'], type)
      return asked['txId']
    }
    const txId = await ask()
    const login = { username: user, authType: type }
    const otp = touch(yubikey, 1, 1)
    assert.equal(await statusOf(validate({ ...login, txId, token: touch(newYubikey(), 1, 1) })), 'FAILED')
    await succeeds(validate({ ...login, txId, token: otp }))
    assert.equal(await statusOf(validate({ ...login, txId: await ask(), token: otp })), 'FAILED')
    await succeeds(validate({ ...login, txId: await ask(), token: touch(yubikey, 2, 0) }))
  })

  it('renames a user, who is then addressed by his new address', async () => {
    const renamed = 'renamed@example.com'
    await succeeds(call('/admin/users/update', { username: user, email: renamed, phone: '', transactionName }))
    assert.equal(await statusOf(call('/admin/users/get', { username: renamed, email: renamed })), 'SUCCESS')
    assert.deepEqual(
      await read(call('/admin/users/get', { username: user, email: user }), 'status', 'message'),
      unknown,
    )
    await succeeds(call('/admin/users/update', { username: renamed, email: user, phone: '', transactionName }))
  })

  it('asks the vendor for help and reaches who runs this server', async () => {
    const { customerKey } = sharedKey
    const email = {
      customerKey,
      fromEmail: kept.email,
      bccEmail: 'joomlasupport@xecurify.com',
      fromName: 'miniOrange',
      toEmail: 'joomlasupport@xecurify.com',
      toName: 'joomlasupport@xecurify.com',
      subject: 'Trial',
      content: '<div>Hello<br></div>',
    }
    const send = () => plugin.call('/moas/api/notify/send', { customerKey, sendEmail: true, email }, sharedKey)
    assert.equal(await statusOf(send()), 'ERROR')
    const question = { firstName: 'admin', company: 'club', email: kept.email, phone: '', query: 'Help' }
    const ask = () => plugin.call('/moas/rest/customer/contact-us', question)
    assert.equal(await statusOf(ask()), 'ERROR')
    await plugin.server.set('supportEmail', 'operator@example.com', 0)
    await succeeds(send())
    assert.equal((await ask()).text, 'Query submitted.')
  })

  it('removes a user', async () => {
    await succeeds(call('/admin/users/delete', { username: user }))
    assert.deepEqual(
      await read(call('/admin/users/get', { username: user, email: user }), 'status', 'message'),
      unknown,
    )
  })
})
