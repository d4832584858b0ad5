import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, inbox } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import {
  customerKey,
  deliveryOf,
  newAuthenticator,
  newCustomer,
  newUser,
  refused,
  stranger,
  succeed,
} from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const path = '/auth/challenge'
const challenge = (body: object) => server.call(path, { customerKey, ...body })
const inboxOf = (contact: string) => inbox(server.baseUrl, contact)
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const isRefused = (answer: Answered, contact?: string) => refused(server, answer, contact)

describe('challenge of an enrolled user', () => {
  it('S031 without username, phone and email there is nobody to challenge', async () => {
    for (const authType of ['SMS', 'EMAIL', undefined]) await isRefused(await challenge({ authType }))
  })

  for (const own of ['SMS', 'EMAIL', 'SMS AND EMAIL']) {
    it(`S032 without authType the user's own method is used and named: ${own}`, async () => {
      const { username } = await newUser(server, { authType: own })
      const answer = await challenge({ username })
      assert.equal(answer.body.status, 'SUCCESS')
      assert.equal(answer.body['authType'], own)
    })
  }

  for (const own of ['PUSH NOTIFICATIONS', 'VOICE AUTHENTICATION']) {
    it(`S032 a user whose own method is ${own}, which he has not set up, is not asked by a weaker one instead`, async () => {
      const { username } = await newUser(server, { authType: own })
      await isRefused(await challenge({ username }), username)
    })
  }

  for (const none of ['NONE', 'NOT CONFIGURED']) {
    it(`an own method of ${none} is none`, async () => {
      const { username } = await newUser(server, { authType: none })
      assert.equal((await challenge({ username })).body['authType'], 'EMAIL')
    })
  }

  it('S032 an authType beside another own method overrides it for this challenge only', async () => {
    const { username } = await newUser(server, { authType: 'SMS' })
    assert.equal((await challenge({ username, authType: 'EMAIL' })).body['authType'], 'EMAIL')
    assert.equal((await challenge({ username })).body['authType'], 'SMS')
  })

  for (const authType of ['', null, undefined]) {
    it(`an authType of ${JSON.stringify(authType)} counts as absent`, async () => {
      const { username } = await newUser(server, { authType: 'SMS' })
      const answer = await challenge({
        username,
        authType,
        email: authType,
        phone: authType,
        transactionName: authType,
      })
      assert.equal(answer.body['authType'], 'SMS')
    })
  }

  it('S033 SMS and EMAIL are valid authTypes', async () => {
    const { username } = await newUser(server)
    for (const authType of ['SMS', 'EMAIL']) await succeed(challenge({ username, authType }))
  })

  for (const authType of ['PIGEON', 'SMS,EMAIL', 'toString', '__proto__', 'OTP_OVER_SMS', 'NONE']) {
    it(`S033 the unknown authType ${authType} is refused`, async () => {
      const { username } = await newUser(server)
      await isRefused(await challenge({ username, authType }), username)
    })
  }

  it('authType is read in any case and answered in upper case', async () => {
    const { username } = await newUser(server)
    for (const [written, answer] of [
      ['sms', 'SMS'],
      ['Email', 'EMAIL'],
      ['Sms And Email', 'SMS AND EMAIL'],
    ])
      assert.equal((await challenge({ username, authType: written })).body['authType'], answer)
  })

  it("OTP OVER EMAIL is Drupal's word for EMAIL", async () => {
    const { username } = await newUser(server)
    const answer = await succeed(challenge({ username, authType: 'OTP OVER EMAIL' }))
    assert.ok(deliveryOf(answer, 'emailDelivery'))
  })

  it('S034 a transactionName of 30 characters is shown to the user', async () => {
    const { username } = await newUser(server)
    const transactionName = 'Buy a Casio Watch for 200 USD.'
    assert.equal(transactionName.length, 30)
    await succeed(challenge({ username, authType: 'EMAIL', transactionName }))
    const [newest] = await inboxOf(username)
    assert.ok(newest?.text.includes(transactionName))
  })

  it('S034 a transactionName of 40 characters is accepted and cut, as WordPress always sends one', async () => {
    const { username } = await newUser(server)
    const transactionName = `${'x'.repeat(30)}${'y'.repeat(10)}`
    await succeed(challenge({ username, authType: 'EMAIL', transactionName }))
    const [newest] = await inboxOf(username)
    assert.ok(newest?.text.includes('x'.repeat(30)))
    assert.ok(!newest?.text.includes('xy'))
  })

  it('S035 the answer has the fields of the printed example', async () => {
    const { username, phone } = await newUser(server, { authType: 'SMS' })
    const beforeMs = server.now()
    const { body } = await challenge({ username })
    const delivery = body['phoneDelivery'] as { contact: string; sendStatus: string; sendTime: string }
    assert.deepEqual(
      { ...body, txId: '', phoneDelivery: '' },
      {
        txId: '',
        authType: 'SMS',
        responseType: 'CHALLENGE',
        phoneDelivery: '',
        status: 'SUCCESS',
        message: 'Successfully generated.',
        statusCode: 'SUCCESS',
        statusMessage: 'Successfully generated.',
      },
    )
    assert.deepEqual(Object.keys(delivery), ['contact', 'sendStatus', 'sendTime'])
    assert.equal(delivery.contact.slice(-4), phone.slice(-4))
    assert.equal(delivery.sendStatus, 'SUCCESS')
    assert.equal(typeof delivery.sendTime, 'string')
    assert.ok(Number(delivery.sendTime) >= beforeMs && Number(delivery.sendTime) <= server.now())
  })

  it('S036 each delivery is named exactly when its channel was used', async () => {
    const { username } = await newUser(server)
    const named = async (authType: string) => {
      const answer = await challenge({ username, authType })
      return ['phoneDelivery', 'emailDelivery'].filter((name) => name in answer.body)
    }
    assert.deepEqual(await named('SMS'), ['phoneDelivery'])
    assert.deepEqual(await named('EMAIL'), ['emailDelivery'])
    assert.deepEqual(await named('SMS AND EMAIL'), ['phoneDelivery', 'emailDelivery'])
  })

  it('S039 responseType is CHALLENGE, of refusals of a known user too', async () => {
    const { username } = await newUser(server)
    assert.equal((await challenge({ username, authType: 'EMAIL' })).body['responseType'], 'CHALLENGE')
    assert.equal((await challenge({ username, authType: 'SOFT TOKEN' })).body['responseType'], 'CHALLENGE')
  })

  it('S041 status is SUCCESS, ERROR or FAILED and no other word', async () => {
    const { username } = await newUser(server)
    const bodies = [
      { username },
      { username: 'nobody' },
      { username, authType: 'KBA' },
      { username, authType: 'X' },
      {},
    ]
    for (const body of bodies) assert.match(String((await challenge(body)).body.status), /^(SUCCESS|ERROR|FAILED)$/)
  })

  it('S042 txId is a UUID, a new one each time', async () => {
    const { username } = await newUser(server)
    const ids = [await challenge({ username }), await challenge({ username })].map(({ body }) => body.txId)
    for (const id of ids) assert.match(String(id), uuid)
    assert.notEqual(ids[0], ids[1])
  })

  it('S070 {customerKey, username} is a whole request', async () => {
    const { username, phone } = await newUser(server, { authType: 'SMS' })
    const answer = await challenge({ username })
    assert.equal(answer.body.message, 'Successfully generated.')
    assert.equal((await inboxOf(phone)).length, 1)
  })

  it('a user without a method of his own whose name is an address is asked by e-mail', async () => {
    const { username } = await newUser(server)
    assert.equal((await challenge({ username })).body['authType'], 'EMAIL')
  })

  it('the stored phone is used when only username and SMS are sent', async () => {
    const { username, phone } = await newUser(server)
    await succeed(challenge({ username, authType: 'SMS' }))
    assert.equal((await inboxOf(phone)).length, 1)
  })

  it('a user without a phone cannot be asked by SMS', async () => {
    const { username } = await newUser(server, { phone: null })
    await isRefused(await challenge({ username, authType: 'SMS' }))
    await isRefused(await challenge({ username, authType: 'SMS AND EMAIL' }), username)
  })

  it('the name is found in any case and with spaces around it', async () => {
    const { username } = await newUser(server)
    await succeed(challenge({ username: ` ${username.toUpperCase()} `, authType: 'EMAIL' }))
  })

  it('an unknown username alone is answered FAILED with "Invalid username or email."', async () => {
    for (const authType of [undefined, 'SMS', 'EMAIL', 'GOOGLE AUTHENTICATOR']) {
      const { body } = await challenge({ username: stranger().username, authType })
      assert.deepEqual([body.status, body.message], ['FAILED', 'Invalid username or email.'])
    }
  })

  it("another customer's user looks like nobody", async () => {
    const other = await newCustomer(server)
    const { username } = stranger()
    await succeed(server.call('/admin/users/create', { customerKey: other.customerKey, username }, { key: other }))
    const { body } = await challenge({ username, authType: 'EMAIL' })
    assert.deepEqual([body.status, body.message], ['FAILED', 'Invalid username or email.'])
    assert.deepEqual(await inboxOf(username), [])
  })

  it('a disabled user is not challenged', async () => {
    const { username } = await newUser(server)
    await succeed(server.call('/admin/users/disable', { customerKey, username }))
    await isRefused(await challenge({ username, authType: 'EMAIL' }), username)
  })
})

describe('challenge of authenticator apps', () => {
  for (const authType of ['GOOGLE AUTHENTICATOR', 'SOFT TOKEN', 'Google Authenticator']) {
    it(`${authType} may be challenged first, as Drupal and Joomla do, and sends nothing`, async () => {
      const { username, phone } = await newUser(server)
      const app = await newAuthenticator(server, username)
      const { body } = await challenge({ username, authType })
      assert.equal(body.status, 'SUCCESS')
      assert.equal(body['authType'], authType.toUpperCase())
      assert.match(String(body.txId), uuid)
      assert.ok(!('phoneDelivery' in body) && !('emailDelivery' in body))
      assert.deepEqual([...(await inboxOf(username)), ...(await inboxOf(phone))], [])
      await succeed(server.call('/auth/validate', { customerKey, username, txId: body.txId, token: app.nextCode() }))
    })
  }

  it('without an enrolled app the challenge is refused', async () => {
    const { username } = await newUser(server)
    await isRefused(await challenge({ username, authType: 'GOOGLE AUTHENTICATOR' }))
    await server.call('/auth/google-auth-secret', { customerKey, username }) // offered, never confirmed
    await isRefused(await challenge({ username, authType: 'GOOGLE AUTHENTICATOR' }))
  })
})

describe('methods that the user has not set up', () => {
  const later = {
    'S018 S072 S073 S074 PUSH NOTIFICATIONS': ['PUSH NOTIFICATIONS', 'PUSH NOTIFICATION'],
    'S019 S037 MOBILE AUTHENTICATION': ['MOBILE AUTHENTICATION'],
    'S020 VOICE AUTHENTICATION': ['VOICE AUTHENTICATION'],
  }
  for (const [name, authTypes] of Object.entries(later)) {
    it(`${name} is answered not SUCCESS, and nothing is sent`, async () => {
      const user = await newUser(server)
      const { username: email, phone } = stranger()
      for (const authType of authTypes) {
        await isRefused(await challenge({ username: user.username, authType }), user.username)
        await isRefused(await challenge({ email, phone, authType }), email)
        assert.deepEqual([...(await inboxOf(phone)), ...(await inboxOf(user.phone))], [])
      }
    })
  }
})

describe('what a customer can choose', () => {
  it('a stored contact of an enrolled user is shown masked', async () => {
    const { username, phone } = await newUser(server)
    const answer = await challenge({ username, authType: 'SMS AND EMAIL' })
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.contact, `${'x'.repeat(phone.length - 4)}${phone.slice(-4)}`)
    assert.match(deliveryOf(answer, 'emailDelivery')?.contact ?? '', /^px+@example\.com$/)
  })

  it('a contact that the caller gave is shown as it is', async () => {
    const { username } = await newUser(server)
    const { phone } = stranger()
    const answer = await challenge({ username, phone, authType: 'SMS AND EMAIL' })
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.contact, phone)
    assert.match(deliveryOf(answer, 'emailDelivery')?.contact ?? '', /^px+@/)
  })

  it('contactEcho full shows stored contacts as they are', async () => {
    const key = await newCustomer(server, { contactEcho: 'full' })
    const { username, phone } = stranger()
    const { customerKey } = key
    await succeed(server.call('/admin/users/create', { customerKey, username, phone }, { key }))
    const answer = await server.call(path, { customerKey, username, authType: 'SMS AND EMAIL' }, { key })
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.contact, phone)
    assert.equal(deliveryOf(answer, 'emailDelivery')?.contact, username)
  })

  it('defaultCountry reads phone numbers without a country code', async () => {
    const key = await newCustomer(server, { defaultCountry: 'DE' })
    const body = { customerKey: key.customerKey, phone: '0151 23456789', authType: 'SMS' }
    const answer = await server.call(path, body, { key })
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.contact, '+4915123456789')
  })

  for (const codeLength of [6, 7, 8]) {
    it(`codeLength ${codeLength} makes codes of that many digits`, async () => {
      const key = await newCustomer(server, { codeLength: String(codeLength) })
      const { username: email } = stranger()
      await succeed(server.call(path, { customerKey: key.customerKey, email, authType: 'EMAIL' }, { key }))
      assert.equal((await server.codeFor(email)).length, codeLength)
    })
  }
})
