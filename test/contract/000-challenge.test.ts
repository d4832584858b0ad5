import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, answered, inbox, sign, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { asked, customerKey, newAuthenticator, newCustomer, newUser, signedAs, stranger, succeed } from './people.ts'
import { exchange, requestText } from './socket.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const path = '/auth/challenge'
const challenge = (body: object) => server.call(path, { customerKey, ...body })
const inboxOf = (contact: string) => inbox(server.baseUrl, contact)
const deliveryOf = (answer: Answered, name: 'phoneDelivery' | 'emailDelivery') =>
  answer.body[name] as { contact: string; sendStatus: string; sendTime: string } | undefined

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Refused, in the vendor's shape, and nobody got a message. */
async function isRefused(answer: Answered, contact?: string): Promise<void> {
  assert.equal(answer.code, 200)
  assert.match(String(answer.body.status), /^(ERROR|FAILED)$/)
  assert.equal(answer.body['statusCode'], answer.body.status)
  assert.ok(answer.body.message)
  if (contact) assert.deepEqual(await inboxOf(contact), [])
}

/** A challenge to a stranger with these headers and nothing else signed. */
async function withHeaders(headers: Record<string, string>): Promise<{ answer: Answered; contact: string }> {
  const contact = stranger().username
  const body = { customerKey, email: contact, authType: 'EMAIL' }
  return { answer: await server.call(path, body, { signed: false, headers }), contact }
}

describe('signature headers', () => {
  for (const missing of ['Customer-Key', 'Timestamp', 'Authorization']) {
    it(`S001 a call without the header ${missing} is refused`, async () => {
      const { [missing]: _, ...headers } = sign(testKey, server.now())
      const { answer, contact } = await withHeaders(headers)
      await isRefused(answer, contact)
    })
  }

  it('S002 Timestamp is milliseconds in plain decimal digits, as number_format(…, 0, "", "") writes them', async () => {
    const { answer } = await withHeaders(signedAs(customerKey, server.now().toFixed(0)))
    assert.equal(answer.body.status, 'SUCCESS')
  })

  const oddTimestamps: Record<string, (nowMs: number) => string> = {
    'a plus sign': (now) => `+${now}`,
    'a minus sign': (now) => `-${now}`,
    'a leading zero': (now) => `0${now}`,
    'a space inside': (now) => `${now}`.replace(/^(.)/, '$1 '),
    'thousands separators': (now) => now.toLocaleString('en-US'),
    'a fraction': (now) => `${now}.0`,
    'an exponent': () => '1e12',
    hexadecimal: (now) => `0x${now.toString(16)}`,
    'seconds instead of milliseconds': (now) => String(Math.floor(now / 1000)),
    microseconds: (now) => `${now}000`,
    words: () => 'now',
  }
  for (const [name, write] of Object.entries(oddTimestamps)) {
    it(`S002 a Timestamp with ${name} is refused though it is signed`, async () => {
      const { answer, contact } = await withHeaders(signedAs(customerKey, write(server.now())))
      await isRefused(answer, contact)
    })
  }

  for (const odd of [
    `+${customerKey}`,
    `0${customerKey}`,
    '116 27',
    '1e12',
    '11627.0',
    '-11627',
    '0',
    '99999999999999',
  ]) {
    it(`a Customer-Key written ${odd} is refused though it is signed`, async () => {
      const { answer, contact } = await withHeaders(signedAs(odd, String(server.now())))
      await isRefused(answer, contact)
    })
  }

  it('full-width digits in the headers are refused though they are signed', async () => {
    const wide = (text: string) => text.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
    const now = String(server.now())
    for (const headers of [signedAs(wide(customerKey), now), signedAs(customerKey, wide(now))]) {
      const contact = stranger().username
      const body = JSON.stringify({ customerKey, email: contact, authType: 'EMAIL' })
      const line = `POST /moas/api${path} HTTP/1.1`
      const answer = await exchange(server.baseUrl, requestText(line, { Host: 'localhost', ...headers }, body))
      assert.match(String(answer.body.status), /^(ERROR|FAILED)$/)
      assert.deepEqual(await inboxOf(contact), [])
    }
  })

  it('digits cannot move between Customer-Key and Timestamp', async () => {
    const now = String(server.now())
    const { Authorization = '' } = signedAs(customerKey, now)
    const moved = { 'Customer-Key': customerKey.slice(0, -1), Timestamp: customerKey.slice(-1) + now, Authorization }
    const { answer, contact } = await withHeaders(moved)
    await isRefused(answer, contact)
  })

  it('S003 Authorization is the lower-case hex SHA-512 of customer key, Timestamp and API key', async () => {
    const { answer } = await withHeaders(sign(testKey, server.now()))
    assert.equal(answer.body.status, 'SUCCESS')
  })

  it('S003 a hash that lost its leading zeros is accepted', async () => {
    let timestamp = server.now()
    while (!sign(testKey, timestamp)['Authorization']?.startsWith('0')) timestamp -= 1
    const headers = sign(testKey, timestamp)
    const { answer } = await withHeaders({
      ...headers,
      Authorization: headers['Authorization']?.replace(/^0+/, '') ?? '',
    })
    assert.equal(answer.body.status, 'SUCCESS')
  })

  it('S004 a wrong hash, a foreign key and an unknown customer are refused alike, and nothing is sent', async () => {
    const now = server.now()
    const wrong = [
      { ...sign(testKey, now), Authorization: '0'.repeat(128) },
      sign({ ...testKey, apiKey: 'another-api-key' }, now),
      sign({ customerKey: 99_999, apiKey: testKey.apiKey }, now),
    ]
    const messages = new Set<unknown>()
    for (const headers of wrong) {
      const { answer, contact } = await withHeaders(headers)
      await isRefused(answer, contact)
      messages.add(answer.body.message)
    }
    assert.equal(messages.size, 1)
  })

  for (const [seconds, isFine] of [
    [-290, true],
    [290, true],
    [-310, false],
    [310, false],
  ] as const) {
    it(`a Timestamp ${seconds} seconds off is ${isFine ? 'accepted' : 'refused'}`, async () => {
      const { answer, contact } = await withHeaders(sign(testKey, server.now() + seconds * 1000))
      if (isFine) assert.equal(answer.body.status, 'SUCCESS')
      else await isRefused(answer, contact)
    })
  }

  it('two calls of the same millisecond are both processed', async () => {
    const timestamp = server.now()
    for (const { username: email } of [stranger(), stranger()])
      await succeed(server.call(path, { customerKey, email, authType: 'EMAIL' }, { timestamp }))
  })

  it('an Api-Key header beside the three changes nothing', async () => {
    const { answer } = await withHeaders({ ...sign(testKey, server.now()), 'Api-Key': 'whatever' })
    assert.equal(answer.body.status, 'SUCCESS')
  })
})

describe('transport', () => {
  const types = {
    'S005 Content-Type application/json is read': { 'content-type': 'application/json' },
    'S005 Content-Type with charset=utf-8 is read': { 'content-type': 'application/json; charset=utf-8' },
    'S005 Content-Type with charset=UTF-8 is read': { 'content-type': 'application/json;charset=UTF-8' },
    'a header charset: UTF - 8 is ignored': { charset: 'UTF - 8' },
    'a header charset: UTF-8 is ignored': { charset: 'UTF-8' },
    'JSON that calls itself a form is read': { 'content-type': 'application/x-www-form-urlencoded' },
    'JSON that calls itself text is read': { 'content-type': 'text/plain' },
  }
  for (const [name, headers] of Object.entries(types)) {
    it(name, async () => {
      const { answer } = await withHeaders({ ...sign(testKey, server.now()), ...headers })
      assert.equal(answer.body.status, 'SUCCESS')
    })
  }

  it('S006 a processed call answers 200, refused or not, as application/json and without a redirect', async () => {
    for (const body of [{ email: stranger().username, authType: 'EMAIL' }, { username: stranger().username }, {}]) {
      const answer = await challenge(body)
      assert.equal(answer.code, 200)
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(answer.headers.get('location'), null)
    }
  })

  it('S007 statusCode and statusMessage mirror status and message, in success and refusal', async () => {
    for (const body of [{ email: stranger().username, authType: 'EMAIL' }, { username: stranger().username }]) {
      const answer = await challenge(body)
      assert.ok(answer.body.status)
      assert.equal(answer.body['statusCode'], answer.body.status)
      assert.equal(answer.body['statusMessage'], answer.body.message)
    }
  })

  for (const [name, full] of Object.entries({
    'without /moas': '/api/auth/challenge',
    'with a trailing slash': '/moas/api/auth/challenge/',
    'with neither and a slash': '/api/auth/challenge/',
    'with a query': '/moas/api/auth/challenge?lang=en',
  })) {
    it(`the path is served ${name}`, async () => {
      const body = JSON.stringify({ customerKey, email: stranger().username, authType: 'EMAIL' })
      const headers = sign(testKey, server.now())
      const answer = await answered(await fetch(server.baseUrl + full, { method: 'POST', headers, body }))
      assert.equal(answer.body.status, 'SUCCESS')
    })
  }

  it('HTTP/1.0 is answered with a length, never in chunks', async () => {
    const body = JSON.stringify({ customerKey, email: stranger().username, authType: 'EMAIL' })
    const request = requestText(`POST /moas/api${path} HTTP/1.0`, sign(testKey, server.now()), body)
    const answer = await exchange(server.baseUrl, request)
    assert.equal(answer.code, 200)
    assert.doesNotMatch(answer.head, /transfer-encoding/i)
    assert.equal(Number(/content-length: (\d+)/i.exec(answer.head)?.[1]), Buffer.byteLength(answer.text))
    assert.equal(answer.body.status, 'SUCCESS')
  })
})

describe('customerKey of the body', () => {
  it('S030 a body without customerKey is refused', async () => {
    const { username: email } = stranger()
    const answer = await server.call(path, { email, authType: 'EMAIL' })
    await isRefused(answer, email)
    assert.equal(answer.body.message, 'Missing: customerKey.')
  })

  for (const key of [testKey.customerKey, customerKey]) {
    it(`a customerKey may be a ${typeof key}`, async () => {
      await succeed(challenge({ customerKey: key, email: stranger().username, authType: 'EMAIL' }))
    })
  }

  it('a customerKey other than that of the header is refused, though that customer exists', async () => {
    const other = await newCustomer(server)
    for (const key of [other.customerKey, String(other.customerKey), 1, `0${customerKey}`, ` ${customerKey}`, 'abc']) {
      const { username: email } = stranger()
      await isRefused(await challenge({ customerKey: key, email, authType: 'EMAIL' }), email)
    }
  })
})

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

describe('challenge of people who are not enrolled', () => {
  it('S010 an OTP of 6 to 8 digits goes to the mobile', async () => {
    const { phone } = stranger()
    await succeed(challenge({ phone, authType: 'SMS' }))
    const [message] = await inboxOf(phone)
    assert.equal(message?.channel, 'sms')
    assert.match(message.text, /(^|\D)\d{6,8}(\D|$)/)
  })

  it('S011 an OTP of 6 to 8 digits goes to the e-mail', async () => {
    const { username: email } = stranger()
    await succeed(challenge({ email, authType: 'EMAIL' }))
    const [message] = await inboxOf(email)
    assert.equal(message?.channel, 'email')
    assert.match(message.text, /(^|\D)\d{6,8}(\D|$)/)
  })

  it('S022 enrolled users may use SMS, EMAIL, SMS AND EMAIL, SOFT TOKEN and GOOGLE AUTHENTICATOR', async () => {
    const { username } = await newUser(server)
    await newAuthenticator(server, username)
    for (const authType of ['SMS', 'EMAIL', 'SMS AND EMAIL', 'SOFT TOKEN', 'GOOGLE AUTHENTICATOR'])
      await succeed(challenge({ username, authType }))
  })

  it('S023 people who are not enrolled may use SMS, EMAIL and SMS AND EMAIL', async () => {
    for (const authType of ['SMS', 'EMAIL', 'SMS AND EMAIL']) {
      const { username: email, phone } = stranger()
      await succeed(challenge({ email, phone, authType }))
    }
  })

  it('S080 SMS AND EMAIL sends the same code both ways and names both deliveries', async () => {
    const { username: email, phone } = stranger()
    const answer = await challenge({ email, phone, authType: 'SMS AND EMAIL', transactionName: 'transaction-details' })
    assert.equal(answer.body['authType'], 'SMS AND EMAIL')
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.contact, phone)
    assert.equal(deliveryOf(answer, 'emailDelivery')?.contact, email)
    assert.equal(answer.body.message, 'Successfully generated.')
    assert.equal(await server.codeFor(phone), await server.codeFor(email))
  })

  it("S080 the example's own contacts, 1234567890 and xyz@example.com, are accepted", async () => {
    const body = { email: 'xyz@example.com', phone: '1234567890', authType: 'SMS AND EMAIL' }
    await succeed(challenge(body))
  })

  it('S081 without authType there is no method to ask by', async () => {
    const { username: email, phone } = stranger()
    await isRefused(await challenge({ email, phone }), email)
  })

  it('S082 without phone and email there is nowhere to send to', async () => {
    for (const authType of ['SMS', 'EMAIL', 'SMS AND EMAIL']) await isRefused(await challenge({ authType }))
  })

  it('S082 a method whose contact is missing is refused, and the other contact gets nothing', async () => {
    const { username: email, phone } = stranger()
    await isRefused(await challenge({ email, authType: 'SMS' }), email)
    await isRefused(await challenge({ phone, authType: 'EMAIL' }), phone)
    await isRefused(await challenge({ phone, authType: 'SMS AND EMAIL' }), phone)
    await isRefused(await challenge({ email, authType: 'SMS AND EMAIL' }), email)
  })

  it('S083 with both contacts given the OTP reaches both', async () => {
    const { username: email, phone } = stranger()
    await succeed(challenge({ email, phone, authType: 'SMS AND EMAIL' }))
    assert.equal((await inboxOf(phone)).length, 1)
    assert.equal((await inboxOf(email)).length, 1)
  })

  it('S084 a transactionName longer than 30 characters is accepted and cut', async () => {
    const { username: email } = stranger()
    await succeed(challenge({ email, authType: 'EMAIL', transactionName: 'z'.repeat(200) }))
    const [message] = await inboxOf(email)
    assert.match(message?.text ?? '', /(^|[^z])z{30}([^z]|$)/)
  })

  it('S085 status is SUCCESS, FAILED or ERROR', async () => {
    for (const email of [stranger().username, 'not an address', 'a@b@c', '@'])
      assert.match(String((await challenge({ email, authType: 'EMAIL' })).body.status), /^(SUCCESS|FAILED|ERROR)$/)
  })

  it('S088 {customerKey, phone, authType: "SMS"} is a whole request', async () => {
    const { phone } = stranger()
    const answer = await challenge({ phone, authType: 'SMS' })
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.sendStatus, 'SUCCESS')
    assert.equal(answer.body['authType'], 'SMS')
  })

  it('WordPress: an unknown username beside its own address is asked by e-mail', async () => {
    const { username } = stranger()
    const answer = await challenge({ username, email: username, phone: null, authType: 'EMAIL' })
    assert.equal(answer.body.status, 'SUCCESS')
    assert.equal((await inboxOf(username)).length, 1)
  })

  it('WordPress: null username and null email beside a phone are asked by SMS', async () => {
    const { phone } = stranger()
    await succeed(challenge({ username: null, email: null, phone, authType: 'SMS' }))
  })

  it('Joomla: empty texts count as absent', async () => {
    const { username: email } = stranger()
    await succeed(challenge({ username: '', phone: '', email, authType: 'EMAIL', transactionName: '' }))
  })

  it('a contact that is none is refused', async () => {
    for (const phone of ['12', 'abcdefghij', '+1 555 200 0000 0000 0000', '+15552000001 ext 5'])
      await isRefused(await challenge({ phone, authType: 'SMS' }))
    for (const email of [
      'nobody',
      'a b@example.com',
      'a@example.com, b@example.com',
      'a@exa mple.com',
      '<a@example.com>',
    ])
      await isRefused(await challenge({ email, authType: 'EMAIL' }))
  })
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

describe('a challenge that is sent again', () => {
  it('byte for byte gets the same transaction and no second message, by either path', async () => {
    const { username: email, phone } = stranger()
    const body = JSON.stringify({ customerKey, email, phone, authType: 'SMS AND EMAIL' })
    const headers = sign(testKey, server.now())
    const post = (prefix: string) => fetch(`${server.baseUrl}${prefix}/api${path}`, { method: 'POST', headers, body })
    const first = await answered(await post('/moas'))
    for (const prefix of ['/moas', '']) assert.deepEqual((await answered(await post(prefix))).body, first.body)
    assert.equal((await inboxOf(email)).length, 1)
    assert.equal((await inboxOf(phone)).length, 1)
  })

  it('byte for byte and all at once sends one message', async () => {
    const { username: email } = stranger()
    const timestamp = server.now()
    const post = () => server.call(path, { customerKey, email, authType: 'EMAIL' }, { timestamp })
    const answers = await Promise.all([post(), post(), post(), post()])
    assert.equal(new Set(answers.map(({ body }) => body.txId)).size, 1)
    assert.equal((await inboxOf(email)).length, 1)
  })

  it('anew replaces the old code', async () => {
    const { username } = stranger()
    const old = await asked(server, username)
    const fresh = await asked(server, username)
    const validate = ({ txId, code }: { txId: string; code: string }) =>
      server.call('/auth/validate', { txId, token: code })
    assert.equal((await validate(old)).body.status, 'FAILED')
    assert.equal((await validate(fresh)).body.status, 'SUCCESS')
  })
})

for (const database of databaseNames) {
  describe(`many challenges at once, on ${database}`, () => {
    let busy: TestServer
    before(async () => {
      busy = await startServer(database)
      for (const limit of ['sendsPerContact10Min', 'sendsPerContactDay']) await busy.set(limit, '20')
    })
    after(() => busy.close())

    it('to one user are all answered SUCCESS, and exactly one of them stays open', async () => {
      const { username } = await newUser(busy)
      const ask = (_: unknown, index: number) =>
        busy.call(path, { customerKey, username, authType: 'EMAIL', transactionName: `number ${index}` })
      const answers = await Promise.all(Array.from({ length: 12 }, ask))
      assert.deepEqual([...new Set(answers.map(({ body }) => body.message))], ['Successfully generated.'])
      const states = await Promise.all(answers.map(({ body }) => busy.call('/auth/auth-status', { txId: body.txId })))
      assert.equal(states.filter(({ body }) => body.status === 'IN_PROGRESS').length, 1)
    })
  })
}

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

describe('a mail gateway that fails', () => {
  let failing: TestServer
  before(async () => {
    failing = await startServer()
    await failing.set('smtpUrl', 'smtp://127.0.0.1:1', 0)
  })
  after(() => failing.close())

  it('S040 sendStatus is ERROR for what was not sent, and the challenge fails when nothing was', async () => {
    const { username: email } = stranger()
    const answer = await failing.call(path, { customerKey, email, authType: 'EMAIL' })
    assert.equal(deliveryOf(answer, 'emailDelivery')?.sendStatus, 'ERROR')
    await isRefused(answer)
  })

  it('S040 one of two ways is enough', async () => {
    const { username: email, phone } = stranger()
    const answer = await failing.call(path, { customerKey, email, phone, authType: 'SMS AND EMAIL' })
    assert.equal(answer.body.status, 'SUCCESS')
    assert.equal(deliveryOf(answer, 'emailDelivery')?.sendStatus, 'ERROR')
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.sendStatus, 'SUCCESS')
  })

  it('a failed challenge sent again byte for byte has still failed', async () => {
    const { username: email } = stranger()
    const timestamp = failing.now()
    const send = () => failing.call(path, { customerKey, email, authType: 'EMAIL' }, { timestamp })
    await isRefused(await send())
    await isRefused(await send())
  })
})
