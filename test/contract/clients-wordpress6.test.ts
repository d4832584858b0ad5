import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { acceptAsShown, linksFor } from '../support/links.ts'
import { rightAnswers, threeQuestions, wrongAnswers } from '../support/questions.ts'
import { totp } from '../support/totp.ts'
import {
  concatenated,
  type Kept,
  keptOf,
  type Plugin,
  read,
  sharedKey,
  startPluginServer,
  statusOf,
  succeeds,
  wordPressPlugin,
} from './plugin.ts'

/** WordPress plugin 6.2.4: HTTP/1.0, `null` for what does not apply, 40 letters of transaction name, `status` with `===`. */

const transactionName = 'WordPress miniOrange 2-Factor Plugin 6.2'.padEnd(40, 'x')
const password = 'a password of the admin'
const wrongWords = { status: 'FAILED', message: 'The answers you have provided are incorrect.' }
const quoted = [{ question: 'Who calls you "boss"?', answer: 'Uncle Bob' }, ...threeQuestions.slice(1)]

describe('WordPress 6', () => {
  let plugin: Plugin
  let kept: Kept
  const user = 'editor@example.com'
  const other = 'reader@example.com'
  const phone = '+14155552671'
  before(async () => {
    plugin = wordPressPlugin(await startPluginServer())
  })
  after(() => plugin.server.close())

  /** Right after the sign-up it sends the `id` as the number it came as. */
  const call = (path: string, body: object) =>
    plugin.call(`/moas/api${path}`, { customerKey: kept.customerKey, ...body }, kept)
  const challenge = (fields: object) =>
    call('/auth/challenge', { username: null, phone: null, email: null, transactionName, ...fields })
  const validate = (fields: object) =>
    call('/auth/validate', { username: null, authType: null, txId: null, token: null, answers: null, ...fields })

  it('signs up: a code to the address, then a customer of its own', async () => {
    const email = 'admin@example.com'
    const exists = plugin.call('/moas/rest/customer/check-if-exists', { email })
    assert.equal(await statusOf(exists), 'CUSTOMER_NOT_FOUND')
    const { customerKey } = sharedKey
    const both = { customerKey, username: email, email, phone: null, authType: 'EMAIL', transactionName }
    const { txId } = await succeeds(plugin.call('/moas/api/auth/challenge', both, sharedKey))
    const token = await plugin.server.codeFor(email)
    const answer = { customerKey, username: null, txId, token, authType: null, answers: null }
    await succeeds(plugin.call('/moas/api/auth/validate', answer, sharedKey))
    const site = { companyName: 'blog.example.com', areaOfInterest: 'WP 2FA', firstname: '', lastname: '', phone: '' }
    kept = keptOf(await succeeds(plugin.call('/moas/rest/customer/add', { ...site, email, password }, sharedKey)))
  })

  it('signs in to what it signed up before; a wrong password is no JSON', async () => {
    const signIn = (given: string) => plugin.call('/moas/rest/customer/key', { email: kept.email, password: given })
    assert.equal((await signIn('another password')).json, null)
    assert.deepEqual(keptOf(await succeeds(signIn(password))), kept)
  })

  it('reads what is left to send, and so goes on sending e-mail', async () => {
    for (const licenseType of ['PREMIUM', 'DEMO', 'WP_OTP_VERIFICATION_PLUGIN']) {
      const body = { customerId: kept.customerKey, applicationName: 'wp_2fa', licenseType }
      const { emailRemaining, smsRemaining } = await succeeds(plugin.call('/moas/rest/customer/license', body, kept))
      assert.ok(Number(emailRemaining) > 0 && Number(smsRemaining) > 0)
    }
  })

  it('sets up a user by e-mail: found or not, created, his method kept and given back', async () => {
    assert.equal(await statusOf(call('/admin/users/search', { username: user })), 'USER_NOT_FOUND')
    await succeeds(call('/admin/users/create', { username: user, firstName: null, lastName: null }))
    assert.notEqual(
      await statusOf(call('/admin/users/create', { username: user, firstName: null, lastName: null })),
      'SUCCESS',
    )
    assert.equal(await statusOf(call('/admin/users/search', { username: user })), 'USER_FOUND')
    const fields = { username: user, phone: null, authType: 'EMAIL', transactionName, adminLoginSecondFactor: true }
    await succeeds(call('/admin/users/update', fields))
    const got = await read(call('/admin/users/get', { username: user }), 'status', 'authType', 'email', 'phone')
    assert.deepEqual(got, { status: 'SUCCESS', authType: 'EMAIL', email: user, phone: null })
  })

  it('logs in by e-mail, with the same address in both fields, known or not', async () => {
    for (const address of [user, 'newcomer@example.com']) {
      const { txId } = await succeeds(challenge({ username: address, email: address, authType: 'EMAIL' }))
      assert.equal(await statusOf(validate({ txId, token: '00000a' })), 'FAILED')
      await succeeds(validate({ txId, token: await plugin.server.codeFor(address) }))
    }
  })

  it('logs in by text message to the number it names, and WhatsApp is one', async () => {
    for (const authType of ['SMS', 'WHATSAPP']) {
      const { txId } = await succeeds(challenge({ phone, authType }))
      await succeeds(validate({ txId, token: await plugin.server.codeFor(phone) }))
    }
  })

  it('logs in by a link in an e-mail, which its page polls', async () => {
    const { txId } = await succeeds(challenge({ username: user, email: user, authType: 'OUT OF BAND EMAIL' }))
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/auth-status', txId)), 'IN_PROGRESS')
    await acceptAsShown(await linksFor(plugin.server.baseUrl, user))
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/auth-status', txId)), 'SUCCESS')
  })

  it('sets up Google Authenticator, and confirms the kept secret again at every login', async () => {
    const offer = call('/auth/google-auth-secret', { username: user, authenticatorName: 'blog.example.com' })
    const { secret, qrCodeData } = await succeeds(offer)
    assert.match(String(qrCodeData), /^[A-Za-z0-9+/]{100,}={0,2}$/)
    const confirm = (otpToken: string) => {
      const fields = { username: user, otpToken, secret, authenticatorType: 'GOOGLE AUTHENTICATOR' }
      return call('/auth/validate-google-auth-secret', fields)
    }
    const code = () => totp(String(secret), plugin.server.now())
    for (let login = 0; login < 3; login++) {
      plugin.server.advance(30_000)
      const token = code()
      await succeeds(confirm(token))
      assert.equal(await statusOf(confirm(token)), 'ALREADY_USED')
    }
    assert.equal(await statusOf(confirm('00000a')), 'FAILED')
  })

  it('keeps "NONE" for a user who removed his methods', async () => {
    await succeeds(call('/admin/users/update', { username: user, authType: 'NONE', phone: null, transactionName }))
    const { authType } = await read(call('/admin/users/get', { username: user }), 'authType')
    assert.equal(authType, 'NONE')
    const unknown = await read(call('/admin/users/get', { username: 'nobody@example.com' }), 'status')
    assert.equal(unknown.status, 'FAILED')
  })

  it('sends feedback about itself, which goes to who runs this server and not to the vendor', async () => {
    const { customerKey } = sharedKey
    const email = {
      customerKey,
      fromEmail: 'no-reply@xecurify.com',
      bccEmail: '2fasupport@xecurify.com',
      fromName: 'no-reply@xecurify.com',
      toEmail: '2fasupport@xecurify.com',
      toName: '2fasupport@xecurify.com',
      subject: 'Deactivate',
      content: '<div>Hello</div>',
    }
    const sent = plugin.call('/moas/api/notify/send', { customerKey, sendEmail: true, email }, sharedKey)
    assert.equal(await statusOf(sent), 'ERROR')
  })

  it('registers three questions in a body it does not escape: a quotation mark is refused in JSON, escaped it is taken', async () => {
    const register = (questions: readonly QuestionAnswer[]) =>
      plugin.call('/moas/api/auth/register', concatenated(kept, user, questions), kept)
    const { status, message } = await read(register(quoted), 'status', 'message')
    assert.equal(status, 'FAILED')
    assert.match(String(message), /not valid JSON/)
    assert.equal(await statusOf(challenge({ username: user, authType: 'KBA' })), 'FAILED')
    await succeeds(register(quoted.map((one) => ({ ...one, question: one.question.replaceAll('"', '\\"') }))))
  })

  it('logs in by the two questions it is given, without a transaction: the user is found by his name', async () => {
    const asked = await succeeds(challenge({ username: user, authType: 'KBA' }))
    assert.equal((asked['questions'] as unknown[]).length, 2)
    const answer = (answers: readonly QuestionAnswer[]) =>
      read(validate({ username: user, authType: 'KBA', txId: '', token: null, answers }), 'status', 'message')
    const right = rightAnswers({ body: asked }, quoted)
    assert.deepEqual(await answer(wrongAnswers(right)), wrongWords)
    assert.equal((await answer(right)).status, 'SUCCESS')
    assert.equal((await answer(right)).status, 'FAILED', 'once')
  })

  it('the questions of one user are not asked of another, and his answers log nobody else in', async () => {
    await succeeds(call('/admin/users/create', { username: other, firstName: null, lastName: null }))
    assert.equal(await statusOf(challenge({ username: other, authType: 'KBA' })), 'FAILED')
    const answers = quoted.slice(0, 2)
    assert.equal(await statusOf(validate({ username: other, authType: 'KBA', txId: '', answers })), 'FAILED')
  })
})
