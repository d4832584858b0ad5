import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Answered, inbox, type Key, post } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { stranger, succeed } from './people.ts'

/** What everybody may do who has read a plugin, and what not. */

const dayMs = 24 * 3_600_000
const onlySignUp = /Everybody knows the key of this customer/

let server: TestServer
const keys: readonly Key[] = [16555, 16622].map((customerKey) => ({ customerKey, apiKey: 'printed-in-every-plugin' }))
before(async () => {
  server = await startServer()
  await server.assembled.store.write(async (tx) => {
    for (const { customerKey, apiKey } of keys) {
      await tx.customers.add(customerKey, 'Sign-up', apiKey, server.now())
      await tx.settings.set(customerKey, 'sendsPerAddress10Min', '5', server.now())
    }
  })
})
after(() => server.close())
beforeEach(() => server.advance(dayMs))

for (const key of keys)
  describe(`the default customer ${key.customerKey}`, () => {
    const call = (path: string, body: object) => server.call(path, { customerKey: key.customerKey, ...body }, { key })
    const refused = ({ body }: Answered, status: string) => {
      assert.equal(body.status, status)
      assert.match(body.message ?? '', onlySignUp)
    }

    for (const body of [
      { authType: 'EMAIL' },
      { authType: 'OTP OVER EMAIL', username: '' },
      { authType: 'EMAIL', username: 'same', phone: null },
    ])
      it(`sends a sign-up code: ${JSON.stringify(body)}`, async () => {
        const email = stranger().username
        const username = 'username' in body && body.username === 'same' ? email : undefined
        const { body: asked } = await succeed(
          call('/auth/challenge', { email, ...body, username, transactionName: 'x'.repeat(40) }),
        )
        const token = await server.codeFor(email)
        await succeed(call('/auth/validate', { txId: asked.txId, token }))
        assert.equal((await call('/auth/validate', { txId: asked.txId, token })).body.status, 'FAILED')
      })

    it('sends a sign-up code by text message', async () => {
      const { phone } = stranger()
      await succeed(call('/auth/challenge', { phone, authType: 'SMS' }))
      assert.match((await inbox(server.baseUrl, phone))[0]?.text ?? '', /is your Sign-up code/)
    })

    it('puts no words of the caller into the message', async () => {
      const email = stranger().username
      await succeed(call('/auth/challenge', { email, authType: 'EMAIL', transactionName: 'visit evil.example' }))
      const [mail] = await inbox(server.baseUrl, email)
      assert.doesNotMatch(`${mail?.subject} ${mail?.text} ${mail?.html}`, /evil/)
    })

    for (const authType of ['OUT OF BAND EMAIL', 'GOOGLE AUTHENTICATOR', 'SOFT TOKEN', undefined])
      it(`asks by nothing but a code: not by ${authType}`, async () => {
        const email = stranger().username
        refused(await call('/auth/challenge', { email, username: email, authType }), 'ERROR')
        assert.deepEqual(await inbox(server.baseUrl, email), [])
      })

    it('validates by transaction only', async () => {
      const body = { username: stranger().username, authType: 'GOOGLE AUTHENTICATOR', token: '123456' }
      refused(await call('/auth/validate', body), 'FAILED')
    })

    const username = 'anna@example.com'
    const others: readonly (readonly [path: string, status: string, more?: object])[] = [
      ...['create', 'search', 'get', 'update', 'delete', 'enable', 'disable'].map(
        (one) => [`/admin/users/${one}`, 'ERROR'] as const,
      ),
      ['/admin/users/getall', 'ERROR', { batchNo: 1, batchSize: 1 }],
      ['/auth/google-auth-secret', 'ERROR'],
      ['/auth/validate-google-auth-secret', 'FAILED', { secret: 'JBSWY3DPEHPK3PXP', otpToken: '123456' }],
      ['/auth/register', 'FAILED', { registrationType: 'MOBILE AUTHENTICATION' }],
      ['/auth/register-mobile', 'ERROR'],
    ]
    for (const [path, status, more] of others)
      it(`may not call ${path}`, async () => refused(await call(path, { username, ...more }), status))

    it('may ask about customers, and mails notes to nobody', async () => {
      const rest = (one: string, body: object) =>
        post(server.baseUrl, `/moas/rest/customer/${one}`, body, { key, timestamp: server.now() })
      const email = stranger().username
      const password = 'correct horse battery'
      assert.equal((await rest('check-if-exists', { email })).body.status, 'CUSTOMER_NOT_FOUND')
      await succeed(rest('add', { email, password }))
      await succeed(rest('key', { email, password }))
      await succeed(rest('password-reset', { email }))
      await succeed(rest('license', { customerId: String(key.customerKey) }))
      const mail = { toEmail: email, subject: 'Hello', content: 'World' }
      assert.equal((await call('/notify/send', { sendEmail: true, email: mail })).body.status, 'FAILED')
    })

    it('is limited by where it is called from, whatever ipAddress it names', async () => {
      const statuses: string[] = []
      for (let nth = 0; nth < 6; nth++) {
        const body = { email: stranger().username, authType: 'EMAIL', ipAddress: `192.0.2.${nth}` }
        statuses.push(String((await call('/auth/challenge', body)).body.status))
      }
      assert.deepEqual(statuses, [...Array(5).fill('SUCCESS'), 'FAILED'])
    })
  })

it('a customer that merely looks like a default one has all its rights', async () => {
  const key = { customerKey: 165_550, apiKey: 'the-api-key-of-somebody-else' }
  await server.assembled.store.write((tx) => tx.customers.add(key.customerKey, 'Own', key.apiKey, server.now()))
  await succeed(server.call('/admin/users/create', { username: 'anna@example.com' }, { key }))
})
