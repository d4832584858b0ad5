import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { default as jsQR } from 'jsqr'
import sharp from 'sharp'
import { answered, type CallOptions, sign, testKey, wrongCode } from '../support/caller.ts'
import { threeQuestions } from '../support/questions.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import { customerKey, newAuthenticator, newCustomer, newUser, stranger, succeed } from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const secretPath = '/auth/google-auth-secret'
const confirmPath = '/auth/validate-google-auth-secret'
const authenticatorType = 'GOOGLE AUTHENTICATOR'
const incorrect = 'The OTP you have entered is incorrect.'

const offer = (body: object, options?: CallOptions) => server.call(secretPath, { customerKey, ...body }, options)
const confirm = (body: object, options?: CallOptions) => server.call(confirmPath, { customerKey, ...body }, options)

/** A secret that was offered and not yet confirmed, and the code its app shows now. */
async function offered(username: string): Promise<{ secret: string; code: () => string }> {
  const { body } = await succeed(offer({ username }))
  const secret = String(body['secret'])
  return { secret, code: () => totp(secret, server.now()) }
}

/** What an authenticator app reads from the picture. */
async function scanned(qrCodeData: unknown): Promise<URL> {
  const picture = Buffer.from(String(qrCodeData), 'base64')
  const { data, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const found = jsQR.default(new Uint8ClampedArray(data), info.width, info.height)
  assert.ok(found, 'the picture holds no QR code')
  return new URL(found.data)
}

describe('google-auth-secret', () => {
  for (const full of ['/moas/api/auth/google-auth-secret', '/api/auth/google-auth-secret', `/api${secretPath}/`]) {
    it(`S101 it is served at ${full}`, async () => {
      const headers = { ...sign(testKey, server.now()), 'content-type': 'application/json' }
      const body = JSON.stringify({ customerKey, username: stranger().username, authenticatorType })
      const response = await fetch(server.baseUrl + full, { method: 'POST', headers, body })
      assert.equal((await answered(response)).body.status, 'SUCCESS')
    })
  }

  it('S102 it is signed like document 000', async () => {
    const body = { customerKey, username: stranger().username, authenticatorType }
    await succeed(server.call(secretPath, body))
    assert.equal((await server.call(secretPath, body, { signed: false })).body.status, 'ERROR')
    assert.equal((await server.call(secretPath, body, { key: { ...testKey, apiKey: 'another' } })).body.status, 'ERROR')
  })

  for (const absent of [undefined, null, '']) {
    it(`S103 authenticatorType ${JSON.stringify(absent)} is fine: no client sends it`, async () => {
      await succeed(offer({ username: stranger().username, authenticatorType: absent }))
    })
  }

  it('S103 an authenticatorType that is no app is refused', async () => {
    for (const type of ['SMS', 'EMAIL', 'KBA', 'PIGEON'])
      assert.equal((await offer({ username: stranger().username, authenticatorType: type })).body.status, 'ERROR')
  })

  it('S104 the optional fields are accepted, filled or null, and no questions are registered by them', async () => {
    const filled = {
      questionAnswerList: threeQuestions,
      registrationType: 'KBA',
      otpToken: '123456',
      secret: 'sqagebaldjsdsd',
      authenticatorName: 'Example',
    }
    const { username } = stranger()
    await succeed(offer({ username, ...filled }))
    const { body } = await server.call('/auth/challenge', { customerKey, username, authType: 'KBA' })
    assert.equal(body.message, 'The user has not set up this method.')
    const empty = Object.fromEntries(Object.keys(filled).map((name) => [name, null]))
    await succeed(offer({ username: stranger().username, ...empty }))
  })

  it('S105 the answer has the fields of the printed example, and SUCCESS where that is misspelt', async () => {
    const request = { customerKey: testKey.customerKey, username: 'xyz123', authenticatorType }
    const { code, body } = await server.call(secretPath, request)
    assert.equal(code, 200)
    assert.equal(body['responseType'], 'GOOGLE_AUTHENTICATOR')
    assert.equal(body.status, 'SUCCESS')
    assert.equal(body.message, 'Please scan the QR code from your Authenticator app.')
    assert.equal(body['statusCode'], 'SUCCESS')
    assert.equal(body['statusMessage'], body.message)
    assert.ok(body.txId)
    assert.equal(body['txID'], body.txId)
    assert.match(String(body['qrCodeData']), /^\/9j\/[A-Za-z0-9+/]+=*$/)
    assert.match(String(body['secret']), /^[A-Z2-7]{32}$/)
  })

  it('S105 a user who does not exist yet is made', async () => {
    const { username } = stranger()
    await succeed(offer({ username }))
    await succeed(server.call('/admin/users/get', { customerKey, username }))
  })

  for (const key of [testKey.customerKey, customerKey]) {
    it(`S106 customerKey may be a ${typeof key}`, async () => {
      await succeed(server.call(secretPath, { customerKey: key, username: stranger().username }))
    })
  }

  for (const missing of ['customerKey', 'username']) {
    it(`S107 without ${missing} it is refused`, async () => {
      for (const empty of [undefined, null, '']) {
        const { body } = await server.call(secretPath, {
          customerKey,
          username: 'xyz123',
          authenticatorType,
          [missing]: empty,
        })
        assert.equal(body.status, 'ERROR')
        assert.equal(body.message, `Missing: ${missing}.`)
        assert.equal(body['secret'], undefined)
      }
    })
  }

  it("a customerKey of the body that is not the header's is refused", async () => {
    const other = await newCustomer(server)
    const { body } = await offer({ customerKey: other.customerKey, username: 'xyz123' })
    assert.equal(body.status, 'ERROR')
  })

  it('every secret is a new one', async () => {
    const { username } = stranger()
    assert.notEqual((await offered(username)).secret, (await offered(username)).secret)
  })

  it('a byte-identical repeat is refused and shows no secret', async () => {
    const timestamp = server.now()
    const { username } = stranger()
    await succeed(offer({ username }, { timestamp }))
    const { body } = await offer({ username }, { timestamp })
    assert.equal(body.status, 'ERROR')
    assert.equal(body['secret'], undefined)
  })

  it('a disabled user is offered none', async () => {
    const { username } = await newUser(server)
    await succeed(server.call('/admin/users/disable', { customerKey, username }))
    const { body } = await offer({ username })
    assert.notEqual(body.status, 'SUCCESS')
    assert.equal(body['secret'], undefined)
  })
})

describe('the QR code', () => {
  it('S114 encodes the returned secret as a Key URI that apps read', async () => {
    const { username } = stranger()
    const { body } = await succeed(offer({ username }))
    const uri = await scanned(body['qrCodeData'])
    assert.equal(uri.protocol, 'otpauth:')
    assert.equal(uri.host, 'totp')
    assert.equal(uri.searchParams.get('secret'), body['secret'])
    assert.equal(uri.searchParams.get('digits'), '6')
    assert.equal(uri.searchParams.get('period'), '30')
    assert.ok(decodeURIComponent(uri.pathname).endsWith(`:${username}`))
  })

  it('S114 a code of the scanned secret confirms it', async () => {
    const { username } = stranger()
    const { body } = await succeed(offer({ username }))
    const secret = (await scanned(body['qrCodeData'])).searchParams.get('secret') ?? ''
    await succeed(confirm({ username, secret, otpToken: totp(secret, server.now()) }))
  })

  for (const field of ['authenticatorName', 'googleAuthenticatorName']) {
    it(`shows ${field} as the issuer`, async () => {
      const { body } = await succeed(offer({ username: stranger().username, [field]: 'Läden & Söhne: 100 %' }))
      const uri = await scanned(body['qrCodeData'])
      assert.match(uri.searchParams.get('issuer') ?? '', /^Läden & Söhne.* 100 %$/)
      const [issuer, ...account] = decodeURIComponent(uri.pathname.replace(/^\/+/, '')).split(':')
      assert.equal(issuer, uri.searchParams.get('issuer'))
      assert.equal(account.length, 1)
    })
  }

  it("shows the customer's issuer, or the customer's name, when the caller names none", async () => {
    const issuerOf = async (options: CallOptions, key: unknown) => {
      const { body } = await succeed(offer({ customerKey: key, username: stranger().username }, options))
      return (await scanned(body['qrCodeData'])).searchParams.get('issuer')
    }
    const key = await newCustomer(server, { issuer: 'Example Bank' })
    assert.equal(await issuerOf({ key }, key.customerKey), 'Example Bank')
    assert.equal(await issuerOf({}, customerKey), 'Default')
  })

  for (const [name, username] of Object.entries({
    'as long as it may be': 'x'.repeat(254),
    'as long as it may be and in Chinese': '語'.repeat(254),
    'of emoji': '😀'.repeat(60),
    'with every sign of a URI': 'a:b/c?d=e&f#g%h+i@example.com',
  })) {
    it(`is made for a name ${name}`, async () => {
      const { body } = await succeed(offer({ username, authenticatorName: '語'.repeat(60) }))
      assert.equal((await scanned(body['qrCodeData'])).searchParams.get('secret'), body['secret'])
    })
  }
})

describe('validate-google-auth-secret', () => {
  for (const full of [`/moas/api${confirmPath}`, `/api${confirmPath}`]) {
    it(`S110 it is served at ${full}`, async () => {
      const { username } = stranger()
      const { secret, code } = await offered(username)
      const headers = { ...sign(testKey, server.now()), 'content-type': 'application/json' }
      const body = JSON.stringify({ customerKey, username, secret, otpToken: code(), authenticatorType })
      const response = await fetch(server.baseUrl + full, { method: 'POST', headers, body })
      assert.equal((await answered(response)).body.status, 'SUCCESS')
    })
  }

  for (const missing of ['customerKey', 'username', 'otpToken', 'secret']) {
    it(`S111 without ${missing} it is FAILED`, async () => {
      const { username } = stranger()
      const { secret, code } = await offered(username)
      const whole = { customerKey, username, secret, otpToken: code(), authenticatorType }
      for (const empty of [undefined, null, ''])
        assert.equal((await server.call(confirmPath, { ...whole, [missing]: empty })).body.status, 'FAILED')
      await succeed(server.call(confirmPath, whole))
    })
  }

  it('S111 authenticatorType may be left out, the optional fields may be there', async () => {
    const { username } = stranger()
    const { secret, code } = await offered(username)
    const optional = { questionAnswerList: [], registrationType: null, authenticatorName: 'Example' }
    await succeed(confirm({ username, secret, otpToken: code(), ...optional }))
  })

  it('S112 the answer has the fields of the printed example, and SUCCESS where that is misspelt', async () => {
    const { username } = stranger()
    const { secret, code } = await offered(username)
    const request = { customerKey: testKey.customerKey, username, authenticatorType, otpToken: code(), secret }
    const { body } = await server.call(confirmPath, request)
    assert.equal(body['responseType'], 'GOOGLE_AUTHENTICATOR')
    assert.equal(body.status, 'SUCCESS')
    assert.match(String(body['txID']), /^[0-9a-f-]{36}$/)
    assert.equal(body.txId, body['txID'])
  })

  it('S113 a wrong otpToken is FAILED with the words Magento and Drupal compare', async () => {
    const { username } = stranger()
    const { secret, code } = await offered(username)
    for (const otpToken of [wrongCode(code()), '1', 'abcdef', `${code()}0`]) {
      const { body } = await confirm({ username, secret, otpToken })
      assert.deepEqual([body.status, body.message], ['FAILED', incorrect])
    }
    await succeed(confirm({ username, secret, otpToken: code() }))
  })

  it('the success has other words than those of a wrong code', async () => {
    const { username } = stranger()
    const { secret, code } = await offered(username)
    assert.notEqual((await confirm({ username, secret, otpToken: code() })).body.message, incorrect)
  })

  it('the code may be called token, and may hold spaces', async () => {
    const { username } = stranger()
    const { secret, code } = await offered(username)
    await succeed(confirm({ username, secret, token: code().replace(/^.../, '$& ') }))
  })

  it('the secret may come in groups of four and in lower case, as people see it', async () => {
    const { username } = stranger()
    const { secret, code } = await offered(username)
    const grouped = secret.replaceAll(/(.{4})(?=.)/g, '$1 ').toLowerCase()
    await succeed(confirm({ username, secret: grouped, otpToken: code() }))
  })

  it('makes the app usable with validate and challenge', async () => {
    const { username } = await newUser(server)
    const body = { customerKey, username, authType: 'GOOGLE AUTHENTICATOR' }
    assert.notEqual((await server.call('/auth/challenge', body)).body.status, 'SUCCESS')
    const app = await newAuthenticator(server, username)
    await succeed(server.call('/auth/challenge', body))
    await succeed(server.call('/auth/validate', { ...body, token: app.nextCode() }))
  })

  it('WordPress: works at every later login, with a new code each time', async () => {
    const { username } = await newUser(server)
    const { secret, nextCode } = await newAuthenticator(server, username)
    for (let logins = 0; logins < 3; logins++) await succeed(confirm({ username, secret, otpToken: nextCode() }))
  })

  it('WordPress: a code that was accepted before is ALREADY_USED', async () => {
    const { username } = await newUser(server)
    const { secret, nextCode } = await newAuthenticator(server, username)
    const otpToken = nextCode()
    await succeed(confirm({ username, secret, otpToken }))
    assert.equal((await confirm({ username, secret, otpToken })).body.status, 'ALREADY_USED')
    await succeed(confirm({ username, secret, otpToken: nextCode() }))
  })

  it('a code used here cannot be used with validate, nor the other way round', async () => {
    const { username } = await newUser(server)
    const { secret, nextCode } = await newAuthenticator(server, username)
    const [one, two] = [nextCode(), nextCode()]
    await succeed(confirm({ username, secret, otpToken: two }))
    const body = { customerKey, username, authType: 'SOFT TOKEN' }
    for (const token of [one, two])
      assert.equal((await server.call('/auth/validate', { ...body, token })).body.status, 'FAILED')
    const three = nextCode()
    await succeed(server.call('/auth/validate', { ...body, token: three }))
    assert.equal((await confirm({ username, secret, otpToken: three })).body.status, 'ALREADY_USED')
  })

  it('a byte-identical repeat is FAILED', async () => {
    const { username } = await newUser(server)
    const { secret, nextCode } = await newAuthenticator(server, username)
    const [otpToken, timestamp] = [nextCode(), server.now()]
    await succeed(confirm({ username, secret, otpToken }, { timestamp }))
    assert.equal((await confirm({ username, secret, otpToken }, { timestamp })).body.status, 'FAILED')
  })

  it('a secret this server did not issue to this user is FAILED, whatever its code', async () => {
    const { username } = await newUser(server)
    const other = await offered(stranger().username)
    const invented = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    for (const secret of [invented, other.secret, 'sqagebaldjsdsd', '=', '語']) {
      const otpToken = totp(secret === other.secret ? secret : invented, server.now())
      assert.equal((await confirm({ username, secret, otpToken })).body.status, 'FAILED')
    }
    const body = { customerKey, username, token: totp(invented, server.now()), authType: 'GOOGLE AUTHENTICATOR' }
    assert.equal((await server.call('/auth/validate', body)).body.status, 'FAILED')
  })

  it("another customer's secret is FAILED", async () => {
    const key = await newCustomer(server)
    const { username } = stranger()
    const { secret, code } = await offered(username)
    const body = { customerKey: key.customerKey, username, secret, otpToken: code() }
    assert.equal((await server.call(confirmPath, body, { key })).body.status, 'FAILED')
    await succeed(confirm({ username, secret, otpToken: code() }))
  })

  it('an unknown user is FAILED', async () => {
    const { secret, code } = await offered(stranger().username)
    assert.equal((await confirm({ username: stranger().username, secret, otpToken: code() })).body.status, 'FAILED')
  })

  it('the old app works until the new one is confirmed, and not any longer', async () => {
    const { username } = await newUser(server)
    const old = await newAuthenticator(server, username)
    const { secret, code } = await offered(username)
    const body = { customerKey, username, authType: 'GOOGLE AUTHENTICATOR' }
    await succeed(server.call('/auth/validate', { ...body, token: old.nextCode() }))
    await succeed(confirm({ username, secret, otpToken: code() }))
    assert.equal((await server.call('/auth/validate', { ...body, token: old.nextCode() })).body.status, 'FAILED')
    await succeed(server.call('/auth/validate', { ...body, token: totp(secret, server.now()) }))
  })

  it('ten wrong codes lock it, here and with validate', async () => {
    const { username } = await newUser(server)
    const { secret, nextCode } = await newAuthenticator(server, username)
    for (let tries = 0; tries < 10; tries++)
      assert.equal((await confirm({ username, secret, otpToken: '00000a' })).body.message, incorrect)
    const { body } = await confirm({ username, secret, otpToken: nextCode() })
    assert.equal(body.status, 'FAILED')
    assert.notEqual(body.message, incorrect)
    const validating = { customerKey, username, authType: 'SOFT TOKEN', token: nextCode() }
    assert.equal((await server.call('/auth/validate', validating)).body.status, 'FAILED')
    server.advance(31 * 60_000)
    await succeed(confirm({ username, secret, otpToken: nextCode() }))
  })
})
