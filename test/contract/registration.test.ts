import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { default as jsQR } from 'jsqr'
import sharp from 'sharp'
import { type CallOptions, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import { customerKey, newCustomer, newUser, stranger, succeed } from './people.ts'

const incorrect = 'The OTP you have entered is incorrect.'
const timedOut = 'Your mobile validation request timed out. Please try again.'
const unsigned: CallOptions = { signed: false }

for (const database of databaseNames) {
  describe(`registration on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())

    const register = (body: object, options?: CallOptions) =>
      server.call('/auth/register', { customerKey, ...body }, options)

    describe('register, GOOGLE AUTHENTICATOR', () => {
      async function offered() {
        const { username } = await newUser(server)
        const { body } = await succeed(server.call('/auth/google-auth-secret', { customerKey, username }))
        const secret = String(body['secret'])
        const otpToken = () => {
          server.advance(30_000)
          return totp(secret, server.now())
        }
        const fields = { username, registrationType: 'GOOGLE AUTHENTICATOR', secret, authenticatorType: null }
        return { username, otpToken, fields }
      }

      it('sets up the app: SUCCESS, and codes of it are right from now on', async () => {
        const { username, fields, otpToken } = await offered()
        await succeed(register({ ...fields, otpToken: otpToken() }))
        const login = { customerKey, username, authType: 'GOOGLE AUTHENTICATOR', token: otpToken() }
        await succeed(server.call('/auth/validate', login))
      })

      it('wrong is FAILED in the words that are compared, and so is no code, in its own words', async () => {
        const { fields } = await offered()
        const { body } = await register({ ...fields, otpToken: '00000a' })
        assert.deepEqual([body.status, body.message], ['FAILED', incorrect])
        for (const missing of [{ otpToken: '' }, { otpToken: '123456', secret: null }]) {
          const { body: told } = await register({ ...fields, ...missing })
          assert.equal(told.status, 'FAILED')
          assert.match(told.message ?? '', /^Missing: (otpToken|secret)\.$/)
        }
      })

      it('a code that was used is FAILED too: no client of this call knows another word', async () => {
        const { fields, otpToken } = await offered()
        const code = otpToken()
        await succeed(register({ ...fields, otpToken: code }))
        assert.equal((await register({ ...fields, otpToken: code })).body.status, 'FAILED')
      })

      it('spells the type in any case, and takes other apps that read the same QR code', async () => {
        for (const registrationType of ['Google Authenticator', 'MICROSOFT AUTHENTICATOR', 'DUO AUTHENTICATOR']) {
          const { fields, otpToken } = await offered()
          await succeed(register({ ...fields, registrationType, otpToken: otpToken() }))
        }
      })

      it('a secret of the caller’s own, or of another user, is FAILED', async () => {
        const mine = await offered()
        const other = await offered()
        const body = { ...mine.fields, secret: other.fields.secret, otpToken: other.otpToken() }
        assert.equal((await register(body)).body.status, 'FAILED')
      })
    })

    it('register of what comes later, or of nothing known, is FAILED with a sentence', async () => {
      const { username } = await newUser(server)
      for (const [registrationType, says] of [
        [undefined, /^Security questions come later/],
        [null, /^Security questions come later/],
        ['KBA', /^Security questions come later/],
        ['YUBIKEY_TOKEN', /^Hardware tokens come later/],
        ['VOICE AUTHENTICATION', /not available/],
        ['constructor', /not available/],
        ['SMS', /not available/],
      ] as const) {
        const { body } = await register({ username, registrationType, otpToken: '123456', secret: 'x' })
        assert.equal(body.status, 'FAILED')
        assert.match(body.message ?? '', says)
      }
    })

    it('a KBA body with a quote that nobody escaped is FAILED in JSON, with HTTP 200', async () => {
      const body = `{"customerKey":"${customerKey}","username":"a@example.com","questionAnswerList":[{"question":"What is "it"?","answer":"a"}]}`
      const answer = await server.call('/auth/register', body)
      assert.equal(answer.code, 200)
      assert.deepEqual([answer.body.status, answer.body['statusCode']], ['FAILED', 'FAILED'])
      assert.match(answer.body.message ?? '', /not valid JSON/)
    })

    describe('a phone', () => {
      const ask = async (username: string, how: 'register' | 'register-mobile', options?: CallOptions) =>
        how === 'register'
          ? register({ username, registrationType: 'MOBILE AUTHENTICATION', secret: null, otpToken: null }, options)
          : server.call('/auth/register-mobile', { username }, options)
      const status = async (txId: unknown, options: CallOptions = unsigned) =>
        (await server.call('/auth/registration-status', { txId }, options)).body

      for (const how of ['register', 'register-mobile'] as const) {
        it(`${how} is IN_PROGRESS, with a txId and the bare base64 of a QR code that leads to an honest page`, async () => {
          const { username } = await newUser(server)
          const { body } = await ask(username, how)
          assert.equal(body.status, 'IN_PROGRESS')
          assert.match(String(body.txId), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
          const url = await readQr(String(body['qrCode']))
          assert.ok(url.startsWith(`${server.baseUrl}/`), url)
          const page = await fetch(url)
          assert.equal(page.status, 200)
          assert.match(await page.text(), /<h1>There is no phone app yet<\/h1>/)
        })

        it(`${how} of nobody, of a disabled user and of another customer's is refused`, async () => {
          const { username } = await newUser(server)
          assert.equal((await ask(stranger().username, how)).body.message, 'Invalid username or email.')
          const key = await newCustomer(server)
          const foreign = await server.call('/auth/register-mobile', { username }, { key })
          assert.equal(foreign.body.status, 'FAILED')
          await succeed(server.call('/admin/users/disable', { customerKey, username }))
          const { body } = await ask(username, how)
          assert.equal(body.status, 'FAILED')
          assert.equal(body['qrCode'], undefined)
        })
      }

      it('waits for five minutes, then ends with the words Drupal compares, and goes on saying so', async () => {
        const { username } = await newUser(server)
        const { txId } = (await ask(username, 'register')).body
        for (const options of [unsigned, {}]) assert.equal((await status(txId, options)).status, 'IN_PROGRESS')
        server.advance(299_000)
        assert.equal((await status(txId)).status, 'IN_PROGRESS')
        server.advance(2_000)
        for (const waitMs of [0, 60_000, 23 * 3_600_000]) {
          server.advance(waitMs)
          const body = await status(txId)
          assert.deepEqual([body.status, body.message], ['ERROR', timedOut])
        }
      })

      it('is nothing to another customer, and unknown when it is none', async () => {
        const { username } = await newUser(server)
        const { txId } = (await ask(username, 'register')).body
        const key = await newCustomer(server)
        assert.equal((await status(txId, { key })).status, 'ERROR')
        for (const odd of ['nobody', 5, 'ba65583b-7c80-11e5-883e-0e2fb063e0f9'])
          assert.equal((await status(odd)).status, 'ERROR')
      })

      it('tells browsers of any origin, and answers their preflight', async () => {
        const url = `${server.baseUrl}/moas/api/auth/registration-status`
        const origin = 'https://shop.example'
        const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin } })
        assert.ok(preflight.ok)
        assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
        assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /content-type/i)
        const headers = { origin, 'content-type': 'application/json; charset=utf-8' }
        const answer = await fetch(url, { method: 'POST', headers, body: '{"txId":"x"}' })
        assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      })

      it('tells no browser where the customer has switched that off, and still who signs', async () => {
        const { username } = await newUser(server)
        const { txId } = (await ask(username, 'register')).body
        await server.set('unsignedStatus', 'false')
        assert.equal((await status(txId)).status, 'ERROR')
        assert.equal((await status(txId, { key: testKey })).status, 'IN_PROGRESS')
        await server.set('unsignedStatus', 'true')
      })

      it('is offered once by the same request', async () => {
        const { username } = await newUser(server)
        const timestamp = server.now()
        await ask(username, 'register', { timestamp })
        assert.equal((await ask(username, 'register', { timestamp })).body.status, 'FAILED')
      })
    })

    it('the open calls about customers are not for browsers of other origins', async () => {
      for (const call of ['check-if-exists', 'add', 'key', 'contact-us']) {
        const url = `${server.baseUrl}/moas/rest/customer/${call}`
        const answer = await fetch(url, { method: 'POST', headers: { origin: 'https://shop.example' }, body: '{}' })
        assert.equal(answer.headers.get('access-control-allow-origin'), null, call)
      }
    })
  })
}

async function readQr(base64: string): Promise<string> {
  assert.match(base64, /^[A-Za-z0-9+/]+=*$/)
  const image = sharp(Buffer.from(base64, 'base64')).ensureAlpha()
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const read = jsQR.default(new Uint8ClampedArray(data), info.width, info.height)
  return read?.data ?? ''
}
