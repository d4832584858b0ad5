import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Answered, type CallOptions, inbox, type Key, post, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { eventually } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { customerKey, newCustomer, succeed } from './people.ts'

const password = 'correct horse battery'
const tenMinutesMs = 600_000
const dayMs = 24 * 3_600_000
let count = 0
const newEmail = () => `admin${++count}@example.com`

for (const database of databaseNames) {
  describe(`customers on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())
    // Each test has the limits of strangers to itself.
    beforeEach(() => server.advance(dayMs))

    const rest = (call: string, body: unknown, options: CallOptions = {}) =>
      post(server.baseUrl, `/moas/rest/customer/${call}`, body, { timestamp: server.now(), signed: false, ...options })
    const signed = { signed: true }
    /** Signs up, and gives the keys a plugin keeps. */
    async function signUp(email = newEmail(), more: object = {}): Promise<Key & { email: string; answer: Answered }> {
      const answer = await succeed(rest('add', { email, password, companyName: 'example.com', ...more }))
      const { id, apiKey } = answer.body
      return { customerKey: Number(id), apiKey: String(apiKey), email, answer }
    }
    const mailTo = async (email: string) => {
      assert.ok(await eventually(async () => (await inbox(server.baseUrl, email)).length > 0))
      return (await inbox(server.baseUrl, email))[0]
    }
    async function resetLink(email: string): Promise<string> {
      await succeed(rest('password-reset', { email }, signed))
      return /https?:\S+\/account\/reset\/\S+/.exec((await mailTo(email))?.text ?? '')?.[0] ?? ''
    }
    const choose = async (link: string, chosen: string) =>
      (await fetch(link, { method: 'POST', body: new URLSearchParams({ password: chosen }) })).text()

    describe('customer/check-if-exists', () => {
      it('says CUSTOMER_NOT_FOUND, and SUCCESS with the words Drupal compares, in any case of the address', async () => {
        const email = newEmail()
        assert.equal((await rest('check-if-exists', { email })).body.status, 'CUSTOMER_NOT_FOUND')
        await signUp(email)
        for (const spelling of [email, email.toUpperCase(), ` ${email} `]) {
          const { body } = await rest('check-if-exists', { email: spelling })
          assert.deepEqual([body.status, body.message], ['SUCCESS', 'Customer already exists.'])
          assert.deepEqual([body['statusCode'], body['statusMessage']], ['SUCCESS', 'Customer already exists.'])
        }
      })

      it('takes a bare Basic, and a signature, which then must be right', async () => {
        const email = newEmail()
        for (const headers of [{ authorization: 'Basic' }, { authorization: 'Basic ', charset: 'UTF - 8' }])
          assert.equal((await rest('check-if-exists', { email }, { headers })).body.status, 'CUSTOMER_NOT_FOUND')
        assert.equal((await rest('check-if-exists', { email }, signed)).body.status, 'CUSTOMER_NOT_FOUND')
        const key = { ...testKey, apiKey: 'another-api-key-of-nobody' }
        assert.equal((await rest('check-if-exists', { email }, { key, signed: true })).body.status, 'ERROR')
      })

      it('is counted for each address: the 31st in ten minutes is TRANSACTION_LIMIT_EXCEEDED', async () => {
        const asked: string[] = []
        for (let nth = 0; nth < 31; nth++)
          asked.push(String((await rest('check-if-exists', { email: newEmail() })).body.status))
        assert.deepEqual(new Set(asked.slice(0, 30)), new Set(['CUSTOMER_NOT_FOUND']))
        assert.equal(asked.at(-1), 'TRANSACTION_LIMIT_EXCEEDED')
        assert.match((await rest('key', { email: newEmail(), password })).text, /too many such requests/)
        server.advance(tenMinutesMs)
        assert.equal((await rest('check-if-exists', { email: newEmail() })).body.status, 'CUSTOMER_NOT_FOUND')
      })
    })

    describe('customer/add', () => {
      it('gives a numeric id, an API key, a token of 16 letters and an app secret, and they work', async () => {
        const phone = '+1 (415) 555-2671'
        const { answer, email, ...key } = await signUp(newEmail(), {
          phone,
          firstname: 'A',
          lastname: '',
          areaOfInterest: 'WP',
        })
        const { id, apiKey, token, appSecret } = answer.body
        assert.ok(typeof id === 'number' && Number.isSafeInteger(id) && id >= 100_000_000 && id < 2 ** 31)
        assert.match(String(apiKey), /^[A-Za-z0-9]{32}$/)
        assert.match(String(token), /^[A-Za-z0-9]{16}$/)
        assert.match(String(appSecret), /^[A-Za-z0-9]{32}$/)
        assert.deepEqual([answer.body['email'], answer.body['phone']], [email, phone])
        await succeed(server.call('/admin/users/create', { customerKey: id, username: 'anna@example.com' }, { key }))
        const shown = await rest('getapp-secret', { customerId: id }, { key, signed: true })
        assert.equal(shown.body['appSecret'], appSecret)
      })

      it('gives every customer his own', async () => {
        const [one, two] = [await signUp(), await signUp()]
        for (const name of ['id', 'apiKey', 'token', 'appSecret'])
          assert.notEqual(one.answer.body[name], two.answer.body[name], name)
      })

      it('keeps one account for an address, also when it is asked for at once', async () => {
        const { email } = await signUp()
        for (const again of [email, email.toUpperCase()])
          assert.equal((await rest('add', { email: again, password })).body.status, 'CUSTOMER_USERNAME_ALREADY_EXISTS')
        server.advance(dayMs)
        const twice = newEmail()
        const at = await Promise.all([1, 2, 3].map(() => rest('add', { email: twice, password })))
        assert.equal(at.filter(({ body }) => body.status === 'SUCCESS').length, 1, at.map(({ text }) => text).join())
        assert.ok(at.every(({ body }) => body.message !== 'Something went wrong here. Try again.'))
      })

      const refusals = [
        [{ email: 'nobody' }, 'INVALID_EMAIL'],
        [{ email: 'a@b@example.com' }, 'INVALID_EMAIL'],
        [{ password: 'short12' }, 'FAILED'],
        [{ password: '' }, 'FAILED'],
        [{ password: null }, 'FAILED'],
        [{ email: '' }, 'FAILED'],
      ] as const
      for (const [more, status] of refusals)
        it(`refuses ${JSON.stringify(more)} with ${status}`, async () => {
          const { body } = await rest('add', { email: newEmail(), password, ...more })
          assert.equal(body.status, status)
          assert.equal(body['apiKey'], undefined)
        })

      it('makes a name of whatever a plugin sends', async () => {
        const cases = [
          ['http://shop.example.com:8080', 'shop.example.com 8080'],
          ['<b>Shop</b>', '<b>Shop</b>'],
          ['x'.repeat(100), 'x'.repeat(60)],
          ['', 'example.com'],
        ] as const
        for (const [companyName, name] of cases) {
          server.advance(dayMs)
          const key = await signUp(newEmail(), { companyName })
          assert.equal((await server.assembled.store.read.customers.find(key.customerKey))?.name, name)
        }
      })

      it('is allowed three times a day for one address, and refused ones do not count', async () => {
        const { email } = await signUp()
        await signUp()
        for (let nth = 0; nth < 3; nth++) await rest('add', { email, password })
        await signUp()
        const fourth = await rest('add', { email: newEmail(), password })
        assert.equal(fourth.body.status, 'FAILED')
        assert.match(fourth.body.message ?? '', /too many sign-ups/)
      })

      it('is allowed signUpsPerDay times a day for everybody together', async () => {
        await server.set('signUpsPerDay', '1', 0)
        await signUp()
        assert.equal((await rest('add', { email: newEmail(), password })).body.status, 'FAILED')
        await server.set('signUpsPerDay', '20', 0)
        await signUp()
      })
    })

    describe('customer/key', () => {
      it('gives the same keys again, in any case of the address', async () => {
        const { email, answer } = await signUp()
        for (const spelling of [email, email.toUpperCase()]) {
          const again = await succeed(rest('key', { email: spelling, password }))
          assert.deepEqual(again.body, answer.body)
        }
      })

      const notKeys: Record<string, unknown> = {
        'a wrong password': { password: 'correct horse batteries' },
        'no password': { password: '' },
        'a password of another type': { password: 1 },
        'an unknown address': { email: 'nobody@example.com' },
        'no address': { email: null },
      }
      for (const [name, more] of Object.entries(notKeys))
        it(`answers ${name} with a sentence that is not JSON, and HTTP 200`, async () => {
          const { email } = await signUp()
          const answer = await rest('key', { email, password, ...(more as object) })
          assert.equal(answer.code, 200)
          assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
          assert.throws(() => JSON.parse(answer.text))
          assert.match(answer.text, /^[A-Z].*\.$/)
        })

      it('is never JSON when it refuses, whatever is wrong', async () => {
        const bad = await Promise.all([
          rest('key', 'not JSON'),
          rest('key', '[]'),
          rest('key', ''),
          rest('key', { email: newEmail(), password }, { signed: true, key: { ...testKey, apiKey: 'wrong' } }),
          rest('key', 'x'.repeat(70_000)),
          rest('key', '{}', { headers: { 'content-type': 'multipart/form-data' } }),
        ])
        for (const { text } of bad) assert.throws(() => JSON.parse(text), text)
      })

      it('says the same of an unknown address as of a wrong password, and locks both after ten', async () => {
        const { email } = await signUp()
        const nobody = newEmail()
        const said = async (one: string, tried = 'a wrong password') =>
          (await rest('key', { email: one, password: tried })).text
        for (let tries = 0; tries < 10; tries++) {
          const [known, unknown] = [await said(email), await said(nobody)]
          assert.equal(known, 'Invalid username or password. Please try again.')
          assert.equal(unknown, known)
        }
        server.advance(tenMinutesMs)
        const locked = [await said(email), await said(nobody), await said(email, password)]
        assert.match(locked[0] ?? '', /locked/)
        assert.equal(new Set(locked).size, 1)
        server.advance(31 * 60_000)
        await succeed(rest('key', { email, password }))
      })

      it('counts no more than ten of a crowd that guesses at once', async () => {
        const { email } = await signUp()
        const guesses = Array.from({ length: 25 }, (_, nth) => rest('key', { email, password: `guess number ${nth}` }))
        const texts = (await Promise.all(guesses)).map(({ text }) => text)
        assert.equal(texts.filter((text) => text.startsWith('Invalid')).length, 10)
        assert.match((await rest('key', { email, password })).text, /locked/)
      })

      it('is in the audit of the server, without the address', async () => {
        const { email } = await signUp()
        await rest('key', { email, password: 'a wrong password' })
        await server.assembled.store.closeAudit(server.now())
        assert.equal((await server.assembled.store.read.audit.verify(0)).brokenAt, null)
      })
    })

    describe('customer/password-reset', () => {
      it('mails a link that works once, opens a lock, ends the old password, and tells of it', async () => {
        const { email } = await signUp()
        for (let tries = 0; tries < 10; tries++) await rest('key', { email, password: 'a wrong password' })
        const link = await resetLink(email)
        const page = await (await fetch(link)).text()
        assert.match(page, /<form[^>]* method="post"/)
        assert.doesNotMatch(page, new RegExp(email))
        assert.match(await choose(link, 'short'), /8 to 200 characters/)
        assert.match(await choose(link, 'a new password'), /Your password is changed/)
        assert.match(await choose(link, 'yet another password'), /no longer valid/)
        await succeed(rest('key', { email, password: 'a new password' }))
        assert.match((await rest('key', { email, password })).text, /^Invalid/)
        assert.ok(
          await eventually(
            async () => (await inbox(server.baseUrl, email))[0]?.subject === 'Your password was changed',
          ),
        )
      })

      it('never tells whether there is such an account', async () => {
        const { email } = await signUp()
        const known = await rest('password-reset', { email }, signed)
        const unknown = await rest('password-reset', { email: newEmail() }, signed)
        assert.deepEqual(known.body, unknown.body)
        assert.equal(known.body.status, 'SUCCESS')
        await mailTo(email)
      })

      it('ends after half an hour, and with a newer one', async () => {
        const { email } = await signUp()
        const first = await resetLink(email)
        server.advance(1_000)
        await succeed(rest('password-reset', { email }, signed))
        assert.ok(await eventually(async () => (await inbox(server.baseUrl, email)).length === 2))
        const [newest] = await inbox(server.baseUrl, email)
        const second = /https?:\S+\/account\/reset\/\S+/.exec(newest?.text ?? '')?.[0] ?? ''
        assert.notEqual(second, first)
        assert.match(await choose(first, 'a new password'), /no longer valid/)
        server.advance(30 * 60_000)
        assert.match(await choose(second, 'a new password'), /no longer valid/)
      })

      it('fills nobody’s mailbox: the sixth in ten minutes is said to be sent and is not', async () => {
        const { email } = await signUp()
        for (let nth = 0; nth < 6; nth++) {
          server.advance(1)
          await succeed(rest('password-reset', { email }, signed))
        }
        assert.ok(await eventually(async () => (await inbox(server.baseUrl, email)).length === 5))
      })

      it('is done once by the same request, and the answer does not tell', async () => {
        const { email } = await signUp()
        const timestamp = server.now()
        for (let nth = 0; nth < 3; nth++) await succeed(rest('password-reset', { email }, { ...signed, timestamp }))
        await mailTo(email)
        assert.equal((await inbox(server.baseUrl, email)).length, 1)
      })

      it('is signed', async () => {
        assert.equal((await rest('password-reset', { email: newEmail() })).body.status, 'ERROR')
      })
    })

    describe('customer/license', () => {
      it('says what plugins read, and how many messages are left today', async () => {
        const key = await newCustomer(server, { messagesPerDay: '7' })
        const ask = () =>
          succeed(
            rest(
              'license',
              { customerId: key.customerKey, applicationName: 'wp_2fa', licenseType: 'DEMO' },
              { key, ...signed },
            ),
          )
        const { body } = await ask()
        assert.deepEqual([body['smsRemaining'], body['emailRemaining'], body['ivrRemaining']], [7, 7, 7])
        assert.deepEqual([body['licenseType'], body['licensePlan']], ['PREMIUM', 'PREMIUM'])
        assert.ok(Number(body['noOfUsers']) > 100_000)
        for (const name of ['licenseExpiry', 'supportExpiry']) {
          assert.match(String(body[name]), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
          assert.ok(Date.parse(`${body[name]}Z`) > server.now() + 365 * dayMs)
          assert.ok(Date.parse(`${body[name]}Z`) < 2 ** 31 * 1_000)
        }
        const challenge = { customerKey: key.customerKey, email: newEmail(), authType: 'EMAIL' }
        await succeed(server.call('/auth/challenge', challenge, { key }))
        assert.equal((await ask()).body['emailRemaining'], 6)
      })

      it('is of the customer who signs: another customerId is refused', async () => {
        const { body } = await rest('license', { customerId: '1' }, signed)
        assert.deepEqual([body.status, body.message], ['ERROR', 'customerId and the Customer-Key header differ.'])
        assert.equal((await rest('license', {})).body.status, 'ERROR')
      })
    })

    it('customer/getapp-secret is signed, and the same each time', async () => {
      const [one, two] = [
        await rest('getapp-secret', {}, signed),
        await rest('getapp-secret', { customerId: customerKey }, signed),
      ]
      assert.match(String(one.body['appSecret']), /^[A-Za-z0-9]{32}$/)
      assert.equal(two.body['appSecret'], one.body['appSecret'])
      assert.equal((await rest('getapp-secret', {})).body['appSecret'], undefined)
    })

    describe('customer/contact-us', () => {
      const question = {
        email: 'asker@example.com',
        query: 'Why?\nPlease say.',
        company: 'Example',
        ccEmail: 'info@xecurify.com',
      }

      it('is refused while nobody reads questions, and mailed to who does, five a day from one address', async () => {
        assert.equal((await rest('contact-us', question)).body.status, 'ERROR')
        await server.set('supportEmail', 'operator@example.com', 0)
        const taken = async (options?: CallOptions) => {
          const { code, headers, text } = await rest('contact-us', question, options)
          assert.deepEqual([code, text], [200, 'Query submitted.'], 'to the letter: Joomla and Drupal 7 compare it')
          assert.match(headers.get('content-type') ?? '', /^text\/plain/)
        }
        await taken({ headers: { authorization: 'Basic' } })
        const mail = await mailTo('operator@example.com')
        assert.equal(mail?.subject, 'Question from asker@example.com')
        assert.match(mail?.text ?? '', /Example\n\nWhy\?\nPlease say\.$/)
        assert.equal(mail?.html, null)
        for (let nth = 0; nth < 4; nth++) await taken()
        assert.equal((await rest('contact-us', question)).body.status, 'ERROR')
        await server.set('supportEmail', '', 0)
      })
    })

    describe('notify/send', () => {
      const notify = (toEmail: string, more: object = {}, options: CallOptions = {}) => {
        const email = {
          customerKey,
          fromEmail: 'no-reply@xecurify.com',
          fromName: 'X',
          toEmail,
          toName: 'Y',
          bccEmail: null,
        }
        const mail = {
          ...email,
          subject: 'Hello',
          content: '<div>Dear <b>A</b> &amp; B,<br>read <a href="https://x.example">this</a>.</div>',
        }
        return server.call('/notify/send', { customerKey, sendEmail: true, email: { ...mail, ...more } }, options)
      }

      it('mails the words, and nothing that is markup, to an own user', async () => {
        const username = newEmail()
        await succeed(server.call('/admin/users/create', { customerKey, username }))
        const timestamp = server.now()
        await succeed(notify(username, {}, { timestamp }))
        const mail = await mailTo(username)
        assert.deepEqual([mail?.subject, mail?.text, mail?.html], ['Hello', 'Dear A & B,\nread this.', null])
        assert.equal((await notify(username, {}, { timestamp })).body.status, 'ERROR')
        assert.equal((await inbox(server.baseUrl, username)).length, 1)
      })

      it("mails to the address of the customer's account", async () => {
        const { email, ...key } = await signUp()
        const body = { sendEmail: true, email: { toEmail: email, subject: 'Hello', content: 'World' } }
        await succeed(server.call('/notify/send', body, { key }))
        assert.equal((await mailTo(email))?.text, 'World')
      })

      it("mails to nobody else: no stranger, no other customer's user or account", async () => {
        const other = await newCustomer(server)
        const username = newEmail()
        await succeed(server.call('/admin/users/create', { username }, { key: other }))
        const { email } = await signUp()
        for (const address of [newEmail(), username, email, `${newEmail()}, ${newEmail()}`, 'a@b', 'nobody']) {
          assert.equal((await notify(address)).body.status, 'FAILED', address)
          assert.deepEqual(await inbox(server.baseUrl, address), [])
        }
      })

      it('counts in the limits of all messages', async () => {
        const username = newEmail()
        await succeed(server.call('/admin/users/create', { customerKey, username }))
        for (let nth = 0; nth < 5; nth++) await succeed(notify(username, { subject: `Hello ${nth}` }))
        assert.equal((await notify(username)).body.status, 'FAILED')
      })

      it("hands what is for the vendor's support to who runs this server", async () => {
        assert.equal((await notify('joomlasupport@xecurify.com')).body.status, 'ERROR')
        await server.set('supportEmail', 'helper@example.com', 0)
        await succeed(notify('joomlasupport@xecurify.com', { fromEmail: 'site@example.com' }))
        assert.match(
          (await mailTo('helper@example.com'))?.text ?? '',
          /^From: site@example\.com \(customer 11627\)\n\nDear A/,
        )
        assert.deepEqual(await inbox(server.baseUrl, 'joomlasupport@xecurify.com'), [])
        await server.set('supportEmail', '', 0)
      })

      it('asks for what is missing', async () => {
        assert.equal((await server.call('/notify/send', { sendSMS: true, sms: {} })).body.message, 'Missing: email.')
        const { body } = await server.call('/notify/send', { email: { toEmail: 'a@example.com' } })
        assert.deepEqual([body.status, body.message], ['ERROR', 'The field email is not valid.'])
        assert.equal((await notify('a@example.com', { content: '<br>' })).body.status, 'ERROR')
      })
    })

    it('mobile/get-timestamp is the time in plain text, whatever is sent', async () => {
      for (const [body, headers] of [
        ['', {}],
        ['not JSON', { authorization: 'Basic', charset: 'UTF - 8' }],
        ['{}', { 'customer-key': '1', timestamp: '1', authorization: 'x' }],
      ] as const)
        for (const prefix of ['/moas', '']) {
          const answer = await post(server.baseUrl, `${prefix}/rest/mobile/get-timestamp`, body, {
            signed: false,
            headers,
          })
          assert.equal(answer.code, 200)
          assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
          assert.ok(Math.abs(Number(answer.text) - server.now()) < 5_000, answer.text)
        }
    })

    it('security/iplookup is not served', async () => {
      const { body } = await post(
        server.baseUrl,
        '/moas/rest/security/iplookup',
        { ip: '192.0.2.1' },
        { signed: false },
      )
      assert.equal(body.status, 'FAILED')
    })
  })
}

describe('customers in production', () => {
  it('neither sign up nor in until the operator allows it', async (test) => {
    const server = await startServer('SQLite', {
      COUNTERSIGN_MODE: 'production',
      COUNTERSIGN_BASE_URL: 'https://mfa.example.com',
      COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    test.after(() => server.close())
    const { port } = server.assembled.app.server.address() as AddressInfo // listening on TCP
    const rest = (call: string, body: unknown, signed = false) =>
      post(`http://127.0.0.1:${port}`, `/moas/rest/customer/${call}`, body, { timestamp: server.now(), signed })
    const email = newEmail()
    assert.equal((await rest('check-if-exists', { email })).body.status, 'ERROR')
    assert.equal((await rest('add', { email, password })).body.status, 'FAILED')
    assert.match((await rest('key', { email, password })).text, /^Keys are not given out/)
    assert.equal((await rest('password-reset', { email }, true)).body.status, 'ERROR')
    await server.set('customerSignUp', 'on', 0)
    await succeed(rest('add', { email, password }))
    assert.match((await rest('key', { email, password })).text, /^Keys are not given out/)
    await server.set('customerSignIn', 'on', 0)
    await succeed(rest('key', { email, password }))
    await server.set('customerSignUp', 'off', 0)
    assert.equal((await rest('add', { email: newEmail(), password })).body.status, 'FAILED')
    assert.equal((await rest('check-if-exists', { email })).body.status, 'SUCCESS')
  })
})
