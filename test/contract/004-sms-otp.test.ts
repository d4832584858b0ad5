import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { App } from '../../server/vocabulary/app.ts'
import { callerOf, type Fields, newApp, nodeOrders, pathOf, postTo, signedFields } from '../support/apps.ts'
import { wrongCode } from '../support/caller.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { newUser, type Person } from './people.ts'

/** Document 004, "SMS OTP Authentication API", and the request that goes before it. */

const path = '/v2/CentagateWS/webresources/auth/authSmsOtp'
const order = nodeOrders['auth/authSmsOtp'] ?? ''

let server: TestServer
let app: App
let call: ReturnType<typeof callerOf>
before(async () => {
  server = await startServer()
  app = await newApp(server.assembled.store)
  call = callerOf(server.baseUrl, app, server.now)
})
after(() => server.close())

/** A user who was just sent a code. */
async function sent(fields: Fields = {}): Promise<Person & { code: string; authToken: string }> {
  const person = await newUser(server)
  const { code, inside, text } = await call('req/requestSmsOtp', { username: person.username, ...fields })
  assert.equal(code, '0', text)
  return { ...person, code: await server.codeFor(person.phone), authToken: String(inside['authToken']) }
}

/** The fields of the document, all of them, properly signed. */
async function whole(more: Fields = {}): Promise<Fields> {
  const { username, code } = await sent()
  const facts = { supportFido: '', ipAddress: '203.0.113.7', userAgent: 'Mozilla/5.0', browserFp: 'a1b2' }
  return signedFields(app, { username, smsOtp: code, ...facts, ...more }, order, server.now())
}

describe('document 004', () => {
  it('S401 takes a POST with JSON and answers JSON', async () => {
    const response = await fetch(server.baseUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(await whole()),
    })
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(((await response.json()) as { code: string }).code, '0')
    assert.equal((await fetch(server.baseUrl + path)).status, 404)
  })

  it('S402 verifies a name and a code that was requested before, once', async () => {
    const { username, phone } = await newUser(server)
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: '123456' })).code, '23010')
    await call('req/requestSmsOtp', { username })
    const code = await server.codeFor(phone)
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: wrongCode(code) })).code, '23008')
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: code })).code, '0')
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: code })).code, '23009')
  })

  for (const name of ['username', 'smsOtp', 'integrationKey', 'unixTimestamp', 'hmac'])
    it(`S403 requires ${name}`, async () => {
      const { [name]: _, ...others } = await whole()
      for (const body of [others, { ...others, [name]: '' }, { ...others, [name]: null }]) {
        const answer = await postTo(server.baseUrl, path, body)
        assert.deepEqual([answer.code, answer.message, answer.object], ['10002', `Missing: ${name}.`, ''])
      }
    })

  for (const name of ['authToken', 'supportFido', 'ipAddress', 'userAgent', 'browserFp'])
    it(`S404 does without ${name}, and takes it`, async () => {
      const { username, code, authToken } = await sent()
      const values: Fields = {
        authToken,
        supportFido: 'true',
        ipAddress: '2001:db8::7',
        userAgent: 'curl/8',
        browserFp: 'f 1',
      }
      const { [name]: _, ...others } = values
      const wrong = await call('auth/authSmsOtp', { username, smsOtp: wrongCode(code), ...others })
      assert.equal(wrong.code, '23008', wrong.text)
      const right = await call('auth/authSmsOtp', { username, smsOtp: code, [name]: values[name] ?? '' })
      assert.equal(right.code, '0', right.text)
    })

  it('S404 takes supportFido as true, false or nothing, and nothing else', async () => {
    const { username } = await sent()
    for (const [supportFido, code] of [
      ['true', '23008'],
      ['false', '23008'],
      ['', '23008'],
      ['True', '10002'],
      ['1', '10002'],
    ] as const)
      assert.equal((await call('auth/authSmsOtp', { username, smsOtp: '1', supportFido })).code, code, supportFido)
  })

  it('S405 has the names of the samples, to the letter; those of its table are refused with the right one', async () => {
    for (const [table, name] of [
      ['SMSOTP', 'smsOtp'],
      ['IpAddress', 'ipAddress'],
      ['BrowserFp', 'browserFp'],
      ['HMAC', 'hmac'],
      ['integrationkey', 'integrationKey'],
    ] as const) {
      const { [name]: value = '', ...others } = await whole()
      const answer = await postTo(server.baseUrl, path, { ...others, [table]: value })
      assert.deepEqual([answer.code, answer.message], ['10002', `The field is spelled ${name}.`])
    }
  })

  it('S406 is signed by a lower-case hex HMAC-SHA-256 under the secret key', async () => {
    const fields = await whole()
    const text = order.split(' ').map((name) => fields[name] ?? '')
    const mac = (algorithm: string) => createHmac(algorithm, app.secret).update(text.join(''))
    for (const [hmac, code] of [
      [mac('sha256').digest('hex').toUpperCase(), '10002'],
      [mac('sha256').digest('base64'), '10002'],
      [mac('sha1').digest('hex'), '10002'],
      [mac('sha512').digest('hex').slice(0, 64), '23022'],
      [mac('sha256').digest('hex'), '0'],
    ] as const)
      assert.equal((await postTo(server.baseUrl, path, { ...fields, hmac })).code, code, hmac)
  })

  const versions = {
    table: 'username smsOtp userAgent integrationKey supportFido browserFp unixTimestamp ipAddress',
    java: 'username smsOtp authToken integrationKey unixTimestamp supportFido ipAddress userAgent browserFp',
    node: 'username smsOtp integrationKey unixTimestamp authToken supportFido ipAddress userAgent browserFp',
    php: 'username smsOtp integrationKey authToken unixTimestamp supportFido ipAddress userAgent browserFp',
  } as const
  for (const [own, fields] of Object.entries(versions))
    it(`S407 takes the order of the ${own} sample from an app that is set to it, and no other`, async () => {
      const mine = await newApp(server.assembled.store, { signatureOrder: own as keyof typeof versions })
      const { username, code, authToken } = await sentTo(mine)
      const given = {
        ...{ username, smsOtp: code, supportFido: 'true', ipAddress: '203.0.113.7', userAgent: 'Mozilla/5.0' },
        ...{ browserFp: 'a1b2', ...(own === 'table' ? {} : { authToken }) },
      }
      for (const [other, otherFields] of Object.entries(versions)) {
        if (other === own) continue
        const answer = await postTo(server.baseUrl, path, signedFields(mine, given, otherFields, server.now()))
        assert.equal(answer.code, '23022', `${own} app, ${other} order`)
      }
      const answer = await postTo(server.baseUrl, path, signedFields(mine, given, fields, server.now()))
      assert.equal(answer.code, '0', answer.text)
    })

  const requests = {
    table: 'username authToken userAgent integrationKey supportFido browserFp unixTimestamp ipAddress',
    java: 'username authToken integrationKey unixTimestamp supportFido ipAddress userAgent browserFp',
    php: 'username authToken integrationKey unixTimestamp supportFido ipAddress userAgent browserFp',
    node: 'username integrationKey unixTimestamp authToken supportFido ipAddress userAgent browserFp',
  } as const

  /** A code for a new user, requested in the order of an app, with its token. */
  async function sentTo(mine: App) {
    const { username, phone } = await newUser(server)
    const requestOrder = requests[mine.signatureOrder as keyof typeof requests]
    const body = signedFields(mine, { username, supportFido: 'true' }, requestOrder, server.now())
    const { inside, text } = await postTo(server.baseUrl, pathOf('req/requestSmsOtp'), body)
    assert.ok(inside['authToken'], text)
    return { username, code: await server.codeFor(phone), authToken: String(inside['authToken']) }
  }

  it('S408 has the time in seconds, as a text of ten digits', async () => {
    const { username, smsOtp = '' } = await whole()
    const seconds = Math.floor(server.now() / 1000)
    for (const [unixTimestamp, code] of [
      [String(seconds * 1000), '10002'],
      [`0${seconds}`, '10002'],
      [`${seconds}.5`, '10002'],
      [String(seconds - 302), '23023'],
      [String(seconds + 302), '23023'],
      [String(seconds - 290), '0'],
    ] as const) {
      const body = signedFields(app, { username: String(username), smsOtp, unixTimestamp }, order)
      assert.equal((await postTo(server.baseUrl, path, body)).code, code, unixTimestamp)
    }
    const number = { ...(await whole()), unixTimestamp: seconds }
    assert.equal((await postTo(server.baseUrl, path, number)).code, '10002')
  })

  it('S409 answers code, message and object as texts; what a success is about is JSON in a text', async () => {
    const right = await postTo(server.baseUrl, path, await whole())
    const wrong = await postTo(server.baseUrl, path, { ...(await whole()), hmac: '0'.repeat(64) })
    for (const { text } of [right, wrong]) {
      const raw = JSON.parse(text) as Record<string, unknown>
      assert.deepEqual(Object.keys(raw), ['code', 'message', 'object'])
      for (const value of Object.values(raw)) assert.equal(typeof value, 'string')
    }
    assert.equal(wrong.object, '')
    for (const [name, value] of Object.entries(right.inside)) assert.equal(typeof value, 'string', name)
    // Every field that a client of the vendor is known to read.
    for (const name of [
      ...['appId', 'userId', 'companyId', 'companyName', 'role', 'timezone', 'authToken', 'secretCode', 'authMethods'],
      ...['multiStepAuth', 'useSystemPassword', 'passwordExpired', 'sessionTimeout', 'email', 'groupId'],
      ...['lastSuccessLogin', 'uuid', 'username', 'defAccId', 'defDeviceName', 'countDeviceList', 'spIdList'],
    ])
      assert.ok(name in right.inside, name)
    assert.notEqual(right.inside['secretCode'], '')
    assert.equal(right.inside['multiStepAuth'], '')
    assert.match(String(right.inside['authToken']), /^[A-Za-z0-9+/]{43}=$/)
    assert.deepEqual(JSON.parse(String(right.inside['spIdList'])), [])
  })

  it('S410 says 0 for a success only, and else why', async () => {
    const fields = await whole()
    const right = await postTo(server.baseUrl, path, fields)
    assert.deepEqual([right.code, right.message], ['0', 'Success'])
    const again = await postTo(server.baseUrl, path, fields)
    assert.equal(again.code, '23023')
    assert.match(again.message, /already used/)
  })

  it('S411 refuses a wrong hmac, and leaves the code as it is', async () => {
    const fields = await whole()
    const altered = String(fields['hmac']).replace(/^./, (first) => (first === '0' ? '1' : '0'))
    assert.equal((await postTo(server.baseUrl, path, { ...fields, hmac: altered })).code, '23022')
    for (const name of ['username', 'smsOtp', 'supportFido', 'ipAddress', 'userAgent', 'browserFp'])
      assert.notEqual((await postTo(server.baseUrl, path, { ...fields, [name]: changed(name) })).code, '0', name)
    const others = await newApp(server.assembled.store)
    assert.equal((await postTo(server.baseUrl, path, { ...fields, integrationKey: others.key })).code, '23022')
    assert.equal((await postTo(server.baseUrl, path, { ...fields, integrationKey: 'f'.repeat(64) })).code, '23024')
    assert.equal((await postTo(server.baseUrl, path, fields)).code, '0')
  })

  /** Another value that the field takes. */
  const changed = (name: string) =>
    ({ smsOtp: '000000', supportFido: 'false', ipAddress: '203.0.113.8' })[name] ?? 'something-else'

  it('S412 takes the headers of the Node sample, and its body in chunks', async () => {
    const text = JSON.stringify(await whole())
    const body = new ReadableStream({
      start(controller) {
        for (const part of text.match(/.{1,40}/gs) ?? []) controller.enqueue(new TextEncoder().encode(part))
        controller.close()
      },
    })
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' }
    const response = await fetch(server.baseUrl + path, { method: 'POST', headers, body, duplex: 'half' })
    assert.equal(((await response.json()) as { code: string }).code, '0')
  })
})

describe('req/requestSmsOtp', () => {
  it('names the number, the seconds of the code, and the token to go on with', async () => {
    const { username, phone } = await newUser(server)
    const { code, inside } = await call('req/requestSmsOtp', { username })
    assert.equal(code, '0')
    assert.deepEqual(Object.keys(inside), ['phone', 'timeout', 'authToken'])
    assert.equal(inside['phone'], `xxxxxxxx${phone.slice(-4)}`)
    assert.equal(inside['timeout'], '300')
  })

  it('sends the code itself by SMS only', async () => {
    const { username, phone } = await newUser(server)
    const { text } = await call('req/requestSmsOtp', { username })
    assert.ok(!text.includes(await server.codeFor(phone)))
  })

  it('says who is not there, not active or has no number', async () => {
    assert.equal((await call('req/requestSmsOtp', { username: 'nobody' })).code, '22002')
    const disabled = await newUser(server)
    await server.call('/admin/users/disable', { username: disabled.username })
    assert.equal((await call('req/requestSmsOtp', { username: disabled.username })).code, '22004')
    await server.call('/admin/users/create', { username: 'without-a-number@example.com' })
    assert.equal((await call('req/requestSmsOtp', { username: 'without-a-number@example.com' })).code, '22005')
  })

  it('has one wait when a name is asked for too often, whether it is there or not, with the fields that a client reads', async () => {
    const { username, phone } = await newUser(server)
    for (const name of [username, 'nobody-at-all']) {
      for (let count = 0; count < 5; count++)
        assert.notEqual((await call('req/requestSmsOtp', { username: name })).code, '23002')
      const { code, inside } = await call('req/requestSmsOtp', { username: name })
      assert.equal(code, '23002')
      assert.equal(inside['phone'], '')
      assert.ok(Number(inside['timeout']) > 0 && Number(inside['timeout']) <= 600)
    }
    const messages = await server.assembled.store.read.inbox.list(phone, 100)
    assert.equal(messages.length, 5)
  })

  it('has one wait when an address asks too often, before it is looked who is there', async () => {
    const ipAddress = '198.51.100.77'
    for (let count = 0; count < 20; count++)
      assert.equal((await call('req/requestSmsOtp', { username: `nobody-${count}`, ipAddress })).code, '22002')
    assert.equal((await call('req/requestSmsOtp', { username: 'nobody-20', ipAddress })).code, '23002')
    const { username } = await newUser(server)
    assert.equal((await call('req/requestSmsOtp', { username, ipAddress })).code, '23002')
    assert.equal((await call('req/requestSmsOtp', { username })).code, '0')
  })

  it('replaces the code before, and counts a copy of it as itself: no second message', async () => {
    const { username, phone, code } = await sent()
    const body = signedFields(app, { username }, nodeOrders['req/requestSmsOtp'] ?? '', server.now() - 1_000)
    const first = await postTo(server.baseUrl, pathOf('req/requestSmsOtp'), body)
    const second = await postTo(server.baseUrl, pathOf('req/requestSmsOtp'), body)
    assert.deepEqual([first.code, second.code], ['0', '0'])
    assert.equal((await server.assembled.store.read.inbox.list(phone, 100)).length, 2)
    const other = await server.codeFor(phone)
    if (other !== code) assert.equal((await call('auth/authSmsOtp', { username, smsOtp: code })).code, '23008')
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: other })).code, '0')
  })
})

describe('auth/authSmsOtp', () => {
  it('tells an unknown name no more than one without a code', async () => {
    const { username } = await newUser(server)
    const known = await call('auth/authSmsOtp', { username, smsOtp: '123456' })
    const unknown = await call('auth/authSmsOtp', { username: 'nobody-here', smsOtp: '123456' })
    assert.deepEqual([known.code, known.message], [unknown.code, unknown.message])
    assert.equal(known.code, '23010')
  })

  it('ends a code after five wrong ones', async () => {
    const { username, code } = await sent()
    for (let count = 0; count < 5; count++)
      assert.equal((await call('auth/authSmsOtp', { username, smsOtp: wrongCode(code) })).code, '23008')
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: code })).code, '23009')
  })

  it('refuses a code that has expired', async () => {
    const { username, code } = await sent()
    server.advance(301_000)
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: code })).code, '23009')
  })

  it('is locked after ten wrong answers, and so is the request of another code', async () => {
    const { username, phone, code } = await sent()
    for (let count = 0; count < 5; count++) await call('auth/authSmsOtp', { username, smsOtp: wrongCode(code) })
    await call('req/requestSmsOtp', { username })
    const next = await server.codeFor(phone)
    for (let count = 0; count < 5; count++) await call('auth/authSmsOtp', { username, smsOtp: wrongCode(next) })
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: next })).code, '23036')
    assert.equal((await call('req/requestSmsOtp', { username })).code, '23036')
  })

  it('takes a token once, and only of the same user, app and question', async () => {
    const [mine, theirs] = [await sent(), await sent()]
    const answer = { username: mine.username, smsOtp: mine.code }
    assert.equal((await call('auth/authSmsOtp', { ...answer, authToken: theirs.authToken })).code, '23019')
    const made = Buffer.alloc(32).toString('base64')
    assert.equal((await call('auth/authSmsOtp', { ...answer, authToken: made })).code, '23016')
    const elsewhere = callerOf(server.baseUrl, await newApp(server.assembled.store), server.now)
    assert.equal((await elsewhere('auth/authSmsOtp', { ...answer, authToken: mine.authToken })).code, '23016')
    assert.equal((await call('auth/authSmsOtp', { ...answer, authToken: mine.authToken })).code, '0')
    assert.equal((await call('auth/authSmsOtp', { ...answer, authToken: mine.authToken })).code, '23016')
  })

  it('refuses a code that a newer question replaced, by its token', async () => {
    const first = await sent()
    await call('req/requestSmsOtp', { username: first.username })
    const smsOtp = await server.codeFor(first.phone)
    const { username, authToken } = first
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp, authToken })).code, '23018')
  })

  it('takes no code that went elsewhere than to the number the user is enrolled with', async () => {
    const { username } = await newUser(server, { email: 'elsewhere@example.com' })
    const asked = { customerKey: String(app.customerId), username }
    await server.call('/auth/challenge', { ...asked, authType: 'EMAIL' })
    const mailed = await server.codeFor('elsewhere@example.com')
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: mailed })).code, '23010')
    await server.call('/auth/challenge', { ...asked, authType: 'SMS', phone: '+15558887777' })
    const texted = await server.codeFor('+15558887777')
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: texted })).code, '23010')
  })

  it('keeps what is said of the browser in the audit, and decides nothing by it', async () => {
    const { username, code } = await sent({ userAgent: 'Firefox', browserFp: 'fp-1', ipAddress: '203.0.113.9' })
    assert.equal((await call('auth/authSmsOtp', { username, smsOtp: code, userAgent: 'Chrome' })).code, '0')
    const { store } = server.assembled
    const user = await store.read.users.find(app.customerId, username)
    const id = await store.read.challenges.latest(app.customerId, String(user?.id), 'message-code')
    assert.equal((await store.read.challenges.find(String(id)))?.origin, '203.0.113.9')
    const raw = await openRaw(server.place)
    const rows = await raw.run('select outcome, detail from audit_rows where challenge_id = $1 order by id', String(id))
    await raw.close()
    assert.deepEqual(
      rows.map(({ outcome, detail }) => [outcome, JSON.parse(String(detail))]),
      [
        ['asked', { userAgent: 'Firefox', browserFp: 'fp-1' }],
        ['accepted', { userAgent: 'Chrome' }],
      ],
    )
  })
})
