import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { rightAnswers, threeQuestions, wrongAnswers } from '../support/questions.ts'
import { totp } from '../support/totp.ts'
import {
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

/** Magento 2: every customer call signed with the shared key, `""` for what does not apply, methods in mixed case. */

const transactionName = 'Magento 2 Factor Authentication Plugin'
const password = 'a password of the admin'

describe('Magento 2', () => {
  let plugin: Plugin
  let kept: Kept
  const user = 'buyer@example.com'
  const phone = '+14155552671'
  before(async () => {
    plugin = curlPlugin(await startPluginServer())
  })
  after(() => plugin.server.close())

  const call = (path: string, body: object) =>
    plugin.call(`/moas/api${path}`, { customerKey: String(kept.customerKey), ...body }, kept)
  const rest = (one: string, body: object) => plugin.call(`/moas/rest/customer/${one}`, body, sharedKey)

  it('signs up and in with the shared key, and resets its password with it', async () => {
    const email = 'admin@example.com'
    assert.equal(await statusOf(rest('check-if-exists', { email })), 'CUSTOMER_NOT_FOUND')
    const site = {
      companyName: 'shop.example.com',
      areaOfInterest: 'Magento 2FA',
      firstname: 'A',
      lastname: 'B',
      phone: '',
    }
    kept = keptOf(await succeeds(rest('add', { ...site, email, password })))
    assert.equal(await statusOf(rest('add', { ...site, email, password })), 'CUSTOMER_USERNAME_ALREADY_EXISTS')
    assert.equal(await statusOf(rest('check-if-exists', { email })), 'SUCCESS')
    assert.equal((await rest('key', { email, password: 'another password' })).json, null)
    assert.deepEqual(keptOf(await succeeds(rest('key', { email, password }))), kept)
    await succeeds(rest('password-reset', { email }))
    const license = {
      customerId: String(kept.customerKey),
      applicationName: 'magento_2fa_premium_plan',
      licenseType: 'PREMIUM',
    }
    await succeeds(plugin.call('/moas/rest/customer/license', license, kept))
  })

  it('makes its user with method and phone in one call', async () => {
    const fields = { username: user, phone, authType: 'SMS', transactionName, firstName: 'A', lastName: 'B' }
    await succeeds(call('/admin/users/create', fields))
    const got = await read(call('/admin/users/get', { username: user }), 'authType', 'phone')
    assert.deepEqual(got, { authType: 'SMS', phone })
  })

  for (const [authType, fields, to] of [
    ['SMS', { phone, email: '' }, phone],
    ['EMAIL', { phone: '', email: user }, user],
    ['SMS AND EMAIL', { phone, email: user }, user],
  ] as const)
    it(`sets up ${authType}, with an empty username, and answers with its customer key`, async () => {
      const asking = { username: '', authType, transactionName, ...fields }
      const { txId } = await succeeds(call('/auth/challenge', asking))
      const answer = (token: string) => call('/auth/validate', { txId, token })
      assert.equal(await statusOf(answer('00000a')), 'FAILED')
      await succeeds(answer(await plugin.server.codeFor(to)))
    })

  for (const app of ['Google Authenticator', 'Microsoft Authenticator', 'Authy Authenticator', 'Duo AUTHENTICATOR'])
    it(`sets up ${app}, by register, and logs in by it`, async () => {
      const { secret } = await succeeds(call('/auth/google-auth-secret', { username: user, authenticatorName: 'shop' }))
      const code = () => {
        plugin.server.advance(30_000)
        return totp(String(secret), plugin.server.now())
      }
      const registering = { username: user, registrationType: 'GOOGLE AUTHENTICATOR', secret, authenticatorType: app }
      assert.equal(await statusOf(call('/auth/register', { ...registering, otpToken: '00000a' })), 'FAILED')
      await succeeds(call('/auth/register', { ...registering, otpToken: code() }))
      await succeeds(
        call('/admin/users/update', { username: user, authType: app, phone: '', email: '', transactionName }),
      )
      const { authType } = await read(call('/admin/users/get', { username: user }), 'authType')
      assert.equal(authType, app.toUpperCase())
      await succeeds(call('/auth/validate', { username: user, token: code(), authType: app }))
    })

  it('registers three questions and logs in by two of them, with an empty token beside the answers', async () => {
    await succeeds(call('/auth/register', { username: user, questionAnswerList: threeQuestions }))
    await succeeds(call('/admin/users/update', { username: user, authType: 'KBA', transactionName }))
    const asked = await succeeds(call('/auth/challenge', { username: user, transactionName, authType: 'KBA' }))
    assert.equal(asked['authType'], 'KBA')
    const right = rightAnswers({ body: asked })
    const answer = (authType: string | null, answers: readonly QuestionAnswer[]) =>
      call('/auth/validate', { username: user, txId: asked['txId'], token: '', authType, answers })
    for (const authType of ['KBA', null]) assert.equal(await statusOf(answer(authType, wrongAnswers(right))), 'FAILED')
    await succeeds(answer(null, right))
  })
})
