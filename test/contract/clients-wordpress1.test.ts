import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Phone, readQr } from '../support/device.ts'
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

/** WordPress plugin 1.8 of 2015: curl, statuses in any case, `statusCode` where it looks for errors, the phone app first. */

const odd = { charset: 'UTF - 8', 'accept-encoding': 'gzip, deflate' }
const password = 'a password of the admin'

describe('WordPress 1.8', () => {
  let plugin: Plugin
  let kept: Kept
  const user = 'admin@blog.example.com'
  before(async () => {
    plugin = curlPlugin(await startPluginServer(), odd)
  })
  after(() => plugin.server.close())

  it('signs up with the shared key and a bare Basic; the id is numeric', async () => {
    const email = 'admin@example.com'
    const rest = (call: string, body: object) => plugin.call(`/moas/rest/customer/${call}`, body)
    assert.equal(await statusOf(rest('check-if-exists', { email })), 'CUSTOMER_NOT_FOUND')
    const asking = {
      customerKey: String(sharedKey.customerKey),
      email,
      authType: 'EMAIL',
      transactionName: 'miniOrange',
    }
    const { txId } = await succeeds(plugin.call('/moas/api/auth/challenge', asking, sharedKey))
    const token = await plugin.server.codeFor(email)
    await succeeds(plugin.call('/moas/api/auth/validate', { txId, token }, sharedKey))
    const site = {
      companyName: 'blog.example.com',
      areaOfInterest: 'WP miniOrange 2 Factor',
      firstname: 'A',
      lastname: 'B',
      phone: '',
    }
    kept = keptOf(await succeeds(rest('add', { ...site, email, password })))
  })

  it('is refused when it signs an answer before it has kept a key', async () => {
    const { json } = await plugin.call(
      '/moas/api/auth/validate',
      { txId: 'x', token: '123456' },
      { customerKey: 0, apiKey: '' },
    )
    assert.equal(json?.['status'], 'FAILED')
  })

  it('signs in again; a wrong password is no JSON, and so nothing is kept of it', async () => {
    const signIn = (given: string) => plugin.call('/moas/rest/customer/key', { email: kept.email, password: given })
    assert.equal((await signIn('another password')).json, null)
    assert.deepEqual(keptOf(await succeeds(signIn(password))), kept)
  })

  it('finds and makes its user without naming its customer', async () => {
    const search = () => plugin.call('/moas/api/admin/users/search', { username: user }, kept)
    assert.equal(await statusOf(search()), 'USER_NOT_FOUND')
    const fields = { customerKey: String(kept.customerKey), username: user, firstName: 'A', lastName: 'B' }
    await succeeds(plugin.call('/moas/api/admin/users/create', fields, kept))
    assert.equal(await statusOf(search()), 'USER_FOUND')
  })

  it('begins to register the phone: a QR code and a transaction, no statusCode ERROR, and a page that polls', async () => {
    const begun = await read(
      plugin.call('/moas/api/auth/register-mobile', { username: user }, kept),
      'statusCode',
      'qrCode',
      'txId',
    )
    assert.notEqual(begun.statusCode, 'ERROR')
    assert.match(String(begun.qrCode), /^\/9j\//, 'a JPEG')
    const { txId } = begun
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/registration-status', txId)), 'IN_PROGRESS')
    plugin.server.advance(301_000)
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/registration-status', txId)), 'ERROR')
    assert.equal(await statusOf(plugin.call('/moas/api/auth/registration-status', { txId }, kept)), 'ERROR')
  })

  it('logs in by the code of an app, without a transaction', async () => {
    const { secret } = await succeeds(
      plugin.call('/moas/api/auth/google-auth-secret', { customerKey: String(kept.customerKey), username: user }, kept),
    )
    const code = () => {
      plugin.server.advance(30_000)
      return totp(String(secret), plugin.server.now())
    }
    const confirming = { customerKey: String(kept.customerKey), username: user, secret, otpToken: code() }
    await succeeds(plugin.call('/moas/api/auth/validate-google-auth-secret', confirming, kept))
    const login = { customerKey: String(kept.customerKey), username: user, authType: 'SOFT TOKEN' }
    assert.equal(await statusOf(plugin.call('/moas/api/auth/validate', { ...login, token: '00000a' }, kept)), 'FAILED')
    await succeeds(plugin.call('/moas/api/auth/validate', { ...login, token: code() }, kept))
  })

  it('asks the state again from its server, signed, before it lets the user in', async () => {
    const { txId } = await succeeds(
      plugin.call(
        '/moas/api/auth/challenge',
        { customerKey: String(kept.customerKey), username: user, authType: 'EMAIL', transactionName: 'x' },
        kept,
      ),
    )
    await succeeds(plugin.call('/moas/api/auth/validate', { txId, token: await plugin.server.codeFor(user) }, kept))
    for (const key of [kept, null])
      assert.equal(await statusOf(plugin.call('/moas/api/auth/auth-status', { txId }, key)), 'SUCCESS')
  })

  it('resets its password and asks for help', async () => {
    await succeeds(plugin.call('/moas/rest/customer/password-reset', { email: kept.email }, kept))
    const question = {
      firstName: 'A',
      lastName: 'B',
      company: 'blog',
      email: kept.email,
      phone: '',
      query: 'Help',
      ccEmail: '2fasupport@miniorange.com',
    }
    assert.ok((await plugin.call('/moas/rest/customer/contact-us', question)).json)
  })

  it('logs in by a QR code once the phone is registered; before, it reads statusCode', async () => {
    const body = {
      customerKey: String(kept.customerKey),
      username: user,
      authType: 'MOBILE AUTHENTICATION',
      transactionName: 'x',
    }
    const challenge = () => plugin.call('/moas/api/auth/challenge', body, kept)
    const before = await read(challenge(), 'statusCode', 'qrCode')
    assert.deepEqual(before, { statusCode: 'FAILED', qrCode: undefined })
    const registering = plugin.call('/moas/api/auth/register-mobile', { username: user }, kept)
    const offered = await read(registering, 'qrCode', 'txId')
    const phone = new Phone(plugin.server.baseUrl)
    assert.equal((await phone.pair(await readQr(String(offered.qrCode)))).code, 201)
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/registration-status', offered.txId)), 'SUCCESS')
    const asked = await succeeds(challenge())
    await phone.scanAndApprove(await readQr(String(asked['qrCode'])))
    assert.equal(await statusOf(plugin.poll('/moas/api/auth/auth-status', asked['txId'])), 'SUCCESS')
    const again = plugin.call('/moas/api/auth/auth-status', { txId: asked['txId'] }, kept)
    assert.equal(await statusOf(again), 'SUCCESS', 'asked again from its server')
  })
})
