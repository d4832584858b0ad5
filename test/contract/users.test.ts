import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, answered, type CallOptions, type Key, sign, testKey } from '../support/caller.ts'
import { adminOf } from '../support/console.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { asked, customerKey, newAuthenticator, newCustomer, newUser, stranger, succeed } from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

type Call = 'create' | 'search' | 'get' | 'getall' | 'update' | 'delete' | 'enable' | 'disable'
const users = (call: Call, body: object, options?: CallOptions) =>
  server.call(`/admin/users/${call}`, { customerKey, ...body }, options)

const unknown = ['FAILED', 'Invalid username or email.']
const said = ({ body }: Answered) => [body.status, body.message]
const onlyUser = ({ body }: Answered) => (body['users'] as Record<string, unknown>[])[0]

describe('users/create', () => {
  it('adds a user with all fields that clients send', async () => {
    const { username, phone } = stranger()
    const fields = { firstName: 'Anna', lastName: "O'Neill-Świątek", email: username, phone, authType: 'sms' }
    await succeed(users('create', { username, ...fields, transactionName: 'x'.repeat(40) }))
    const { body } = await users('get', { username })
    assert.deepEqual(
      [body['username'], body['email'], body['phone'], body['authType']],
      [username, username, phone, 'SMS'],
    )
    const one = onlyUser(await users('get', { username }))
    assert.deepEqual([one?.['firstName'], one?.['lastName'], one?.['isEnabled']], ['Anna', "O'Neill-Świątek", true])
  })

  for (const field of ['phone', 'phoneNumber', 'mobileNumber']) {
    it(`reads the phone from ${field}`, async () => {
      const { username, phone } = stranger()
      await succeed(users('create', { username, [field]: phone }))
      assert.equal((await users('get', { username })).body['phone'], phone)
    })
  }

  it('of a user who exists is not SUCCESS and changes nothing', async () => {
    const { username, phone } = await newUser(server)
    for (const again of [username, username.toUpperCase(), ` ${username} `])
      assert.equal((await users('create', { username: again, phone: stranger().phone })).body.status, 'FAILED')
    assert.equal((await users('get', { username })).body['phone'], phone)
  })

  it('a byte-identical repeat is refused', async () => {
    const timestamp = server.now()
    const { username } = stranger()
    await succeed(users('create', { username }, { timestamp }))
    assert.equal((await users('create', { username }, { timestamp })).body.status, 'ERROR')
  })

  it('a captured creation cannot be played again after the user was deleted', async () => {
    const timestamp = server.now()
    const { username } = stranger()
    await succeed(users('create', { username }, { timestamp }))
    await succeed(users('delete', { username }))
    assert.equal((await users('create', { username }, { timestamp })).body.status, 'ERROR')
    assert.deepEqual(said(await users('get', { username })), unknown)
  })

  for (const username of [
    undefined,
    null,
    '',
    ' ',
    '\u3000',
    '\t',
    'x'.repeat(255),
    'a\u202eb',
    'a\r\nb',
    '\ud800',
    7,
    ['a'],
  ]) {
    it(`refuses the name ${JSON.stringify(username)?.slice(0, 30)}`, async () => {
      const { body } = await users('create', { username })
      assert.equal(body.status, 'ERROR')
      assert.notEqual(body.message, 'Something went wrong here. Try again.')
    })
  }

  it('refuses contacts that are none, and makes no user', async () => {
    const { username } = stranger()
    for (const contact of [{ phone: 'call me' }, { phone: '123' }, { email: 'nowhere' }, { email: 'a b@example.com' }])
      assert.equal((await users('create', { username, ...contact })).body.status, 'FAILED')
    assert.deepEqual(said(await users('get', { username })), unknown)
  })
})

describe('users/search', () => {
  it('says USER_FOUND, USER_NOT_FOUND or USER_FOUND_UNDER_DIFFERENT_CUSTOMER', async () => {
    const key = await newCustomer(server)
    const { username } = await newUser(server)
    assert.equal((await users('search', { username })).body.status, 'USER_FOUND')
    assert.equal((await users('search', { username: username.toUpperCase() })).body.status, 'USER_FOUND')
    assert.equal((await users('search', { username: stranger().username })).body.status, 'USER_NOT_FOUND')
    const elsewhere = await users('search', { username, customerKey: key.customerKey }, { key })
    assert.equal(elsewhere.body.status, 'USER_FOUND_UNDER_DIFFERENT_CUSTOMER')
  })

  it('tells nobody whom another customer serves where strangers sign up by themselves', async () => {
    const key = await newCustomer(server)
    const { username } = await newUser(server)
    const search = async () => {
      const { body } = await users('search', { username, customerKey: key.customerKey }, { key })
      return body.status
    }
    await server.set('customerSignUp', 'on', 0)
    assert.equal(await search(), 'USER_NOT_FOUND')
    assert.equal((await users('search', { username })).body.status, 'USER_FOUND')
    await server.set('customerSignUp', 'development', 0)
    assert.equal(await search(), 'USER_FOUND_UNDER_DIFFERENT_CUSTOMER')
  })

  it('prefers its own user when another customer has one of the same name', async () => {
    const key = await newCustomer(server)
    const { username } = await newUser(server)
    await succeed(users('create', { username, customerKey: key.customerKey }, { key }))
    assert.equal((await users('search', { username })).body.status, 'USER_FOUND')
  })

  it('WordPress 1.8 leaves customerKey out', async () => {
    const { username } = await newUser(server)
    assert.equal((await server.call('/admin/users/search', { username })).body.status, 'USER_FOUND')
  })

  it("tells of another customer's user nothing but that he exists", async () => {
    const key = await newCustomer(server)
    const { username } = await newUser(server)
    const { body } = await users('search', { username, customerKey: key.customerKey }, { key })
    assert.deepEqual(Object.keys(body).sort(), ['message', 'status', 'statusCode', 'statusMessage'])
  })
})

describe('users/get', () => {
  it('has authType, email and phone at the top and primaryEmail in users', async () => {
    const { username, phone } = await newUser(server, { authType: 'EMAIL' })
    const answer = await users('get', { username, email: '', transactionName: null })
    assert.equal(answer.body.status, 'SUCCESS')
    const { authType, email, phone: number } = answer.body
    assert.deepEqual([authType, email, number], ['EMAIL', username, phone])
    assert.equal(onlyUser(answer)?.['primaryEmail'], username)
  })

  it('of an unknown user is FAILED with the words Joomla and Drupal compare', async () => {
    assert.deepEqual(said(await users('get', { username: stranger().username })), unknown)
  })

  it("of another customer's user says the same", async () => {
    const key = await newCustomer(server)
    const { username } = await newUser(server)
    assert.deepEqual(said(await users('get', { username, customerKey: key.customerKey }, { key })), unknown)
  })

  it('shows no secret', async () => {
    const { username } = await newUser(server)
    const { secret } = await newAuthenticator(server, username)
    assert.ok(!(await users('get', { username })).text.includes(secret))
  })
})

describe('another contact', () => {
  it('ends what is on its way to the one before, and nothing that went elsewhere', async () => {
    const { username, phone } = await newUser(server)
    const ask = async (body: object) =>
      (await succeed(server.call('/auth/challenge', { customerKey, username, ...body }))).body.txId
    const validate = async (txId: unknown, token: string) =>
      (await server.call('/auth/validate', { txId, token })).body.status
    const { client } = await adminOf(server, 'owner')
    const [person] = (await client.do('users.list', { query: { q: username } })).items
    const params = { id: person?.id ?? '' }
    const { link } = await client.do('users.invite', { params, body: { reason: 'new here', send: true } })
    const byPhone = await ask({ authType: 'SMS' })
    const oldCode = await server.codeFor(phone)
    const other = stranger()
    await succeed(users('update', { username, phone: other.phone }))
    assert.equal(await validate(byPhone, oldCode), 'FAILED')
    assert.match(await (await fetch(link)).text(), /no longer valid/)

    const byMail = await ask({ authType: 'EMAIL' })
    const mailed = await server.codeFor(username)
    await succeed(users('update', { username, phone }))
    assert.equal(await validate(byMail, mailed), 'SUCCESS')
  })

  it('of an import is told to the one before, as every other', async () => {
    const { username, phone } = await newUser(server)
    const { client } = await adminOf(server, 'owner', undefined, 'importer@example.com')
    const csv = `username,phone\n${username},${stranger().phone}`
    await client.do('users.import', { body: { csv, isDryRun: false } })
    const sent = await server.assembled.store.read.deliveries.log(testKey.customerKey, null, 10)
    assert.ok(sent.some(({ contact, challengeId }) => challengeId === null && [username, phone].includes(contact)))
  })
})

describe('users/update', () => {
  const words = [
    'SMS',
    'SMS AND EMAIL',
    'OUT OF BAND EMAIL',
    'PHONE VERIFICATION',
    'PUSH NOTIFICATIONS',
    'MOBILE AUTHENTICATION',
    'SOFT TOKEN',
    'GOOGLE AUTHENTICATOR',
    'KBA',
    'MICROSOFT AUTHENTICATOR',
    '2FAS AUTHENTICATOR',
    'NONE',
    'NOT CONFIGURED',
  ]
  it('keeps any authType, enrolled or not, and get gives it back in upper case', async () => {
    const { username } = await newUser(server)
    for (const authType of [...words, 'Google Authenticator', 'Duo AUTHENTICATOR']) {
      await succeed(users('update', { username, authType }))
      assert.equal((await users('get', { username })).body['authType'], authType.toUpperCase())
    }
  })

  it('leaves alone what is null, empty or absent', async () => {
    const { username, phone } = await newUser(server, { authType: 'SMS', firstName: 'Anna' })
    for (const empty of [null, '', undefined]) {
      const fields = { email: empty, phone: empty, firstName: empty, authType: empty, adminLoginSecondFactor: empty }
      await succeed(users('update', { username, ...fields }))
    }
    const answer = await users('get', { username })
    assert.deepEqual([answer.body['phone'], answer.body['email'], answer.body['authType']], [phone, username, 'SMS'])
    assert.equal(onlyUser(answer)?.['firstName'], 'Anna')
  })

  it('changes the phone that SMS goes to', async () => {
    const { username } = await newUser(server)
    const { phone } = stranger()
    await succeed(users('update', { username, phone }))
    await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'SMS' }))
    assert.match(await server.codeFor(phone), /^\d{6}$/)
  })

  it('with another e-mail renames: the new name is found, the old one is not', async () => {
    const { username, phone } = await newUser(server)
    const app = await newAuthenticator(server, username)
    const { username: renamed } = stranger()
    await succeed(users('update', { username, email: renamed }))
    assert.deepEqual(said(await users('get', { username })), unknown)
    const { body } = await users('get', { username: renamed })
    assert.deepEqual([body['username'], body['email'], body['phone']], [renamed, renamed, phone])
    const answer = { customerKey, username: renamed, token: app.nextCode(), authType: 'GOOGLE AUTHENTICATOR' }
    await succeed(server.call('/auth/validate', answer))
    assert.equal((await asked(server, renamed)).code.length, 6)
  })

  it('never renames onto another user', async () => {
    const [one, two] = [await newUser(server), await newUser(server)]
    assert.equal((await users('update', { username: one.username, email: two.username })).body.status, 'FAILED')
    assert.equal((await users('get', { username: one.username })).body['phone'], one.phone)
    assert.equal((await users('get', { username: two.username })).body['phone'], two.phone)
  })

  it('of an unknown user is not SUCCESS', async () => {
    assert.deepEqual(said(await users('update', { username: stranger().username, authType: 'SMS' })), unknown)
  })

  it('refuses contacts that are none and changes nothing at all', async () => {
    const { username, phone } = await newUser(server, { authType: 'SMS' })
    for (const contact of [{ phone: '12' }, { email: 'nowhere' }]) {
      const { body } = await users('update', { username, authType: 'EMAIL', ...contact })
      assert.equal(body.status, 'FAILED')
    }
    const { body } = await users('get', { username })
    assert.deepEqual([body['phone'], body['authType']], [phone, 'SMS'])
  })

  it('adminLoginSecondFactor may be a Boolean or null', async () => {
    const { username } = await newUser(server)
    for (const adminLoginSecondFactor of [true, false, null])
      await succeed(users('update', { username, adminLoginSecondFactor }))
  })
})

describe('users/getall', () => {
  let key: Key
  const page = (batchNo: unknown, batchSize: unknown) =>
    users('getall', { customerKey: key.customerKey, batchNo, batchSize }, { key })
  before(async () => {
    key = await newCustomer(server)
    for (const letter of 'edcba')
      await succeed(users('create', { customerKey: key.customerKey, username: `${letter}@example.com` }, { key }))
  })

  it('gives users a batch at a time, from batch 1, and −1 after the last', async () => {
    const seen: unknown[] = []
    for (const [batch, count, next] of [
      [1, 2, 2],
      [2, 2, 3],
      [3, 1, -1],
    ] as const) {
      const { body } = await page(batch, 2)
      assert.equal(body.status, 'SUCCESS')
      assert.deepEqual([body['fetchedCount'], body['nextBatch']], [count, next])
      seen.push(...(body['users'] as { username: string }[]).map(({ username }) => username))
    }
    assert.deepEqual(
      seen.sort(),
      [...'abcde'].map((letter) => `${letter}@example.com`),
    )
  })

  it('a batch that is just full has no next one', async () => {
    assert.equal((await page(1, 5)).body['nextBatch'], -1)
  })

  it('past the end there are no users, and it is no error', async () => {
    const { body } = await page(9, 100)
    assert.deepEqual([body.status, body['fetchedCount'], body['nextBatch'], body['users']], ['SUCCESS', 0, -1, []])
  })

  it('takes numbers as texts', async () => {
    assert.equal((await page('1', '3')).body['fetchedCount'], 3)
  })

  for (const [batchNo, batchSize] of [
    [0, 10],
    [-1, 10],
    [1, 0],
    [1, 1_001],
    [1.5, 10],
    ['1e1', 10],
    [1, '1e9'],
    [undefined, 10],
    [1, null],
    [1e300, 10],
  ]) {
    it(`refuses batch ${batchNo} of size ${batchSize}`, async () => {
      assert.equal((await page(batchNo, batchSize)).body.status, 'ERROR')
    })
  }
})

describe('users/enable and users/disable', () => {
  it('a disabled user is refused everywhere until he is enabled again', async () => {
    const { username } = await newUser(server)
    const app = await newAuthenticator(server, username)
    const validating = () => server.call('/auth/validate', { customerKey, username, token: app.nextCode() })
    const challenging = () => server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' })
    await succeed(users('disable', { username, transactionName: null }))
    assert.equal((await validating()).body.status, 'FAILED')
    assert.equal((await challenging()).body.status, 'FAILED')
    assert.equal(onlyUser(await users('get', { username }))?.['isEnabled'], false)
    await succeed(users('enable', { username, transactionName: null }))
    await succeed(validating())
    await succeed(challenging())
  })

  it('of an unknown user is not SUCCESS', async () => {
    for (const call of ['enable', 'disable'] as const)
      assert.deepEqual(said(await users(call, { username: stranger().username })), unknown)
  })
})

describe('users/delete', () => {
  it('removes the user with his authenticator and his transactions', async () => {
    const { username } = await newUser(server)
    const app = await newAuthenticator(server, username)
    const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' }))
    const code = await server.codeFor(username)
    await succeed(users('delete', { username }))
    assert.deepEqual(said(await users('get', { username })), unknown)
    assert.equal((await server.call('/auth/validate', { txId: body.txId, token: code })).body.status, 'FAILED')
    await succeed(users('create', { username }))
    const answer = { customerKey, username, token: app.nextCode(), authType: 'GOOGLE AUTHENTICATOR' }
    assert.equal((await server.call('/auth/validate', answer)).body.status, 'FAILED')
  })

  it('of an unknown user is not SUCCESS', async () => {
    assert.deepEqual(said(await users('delete', { username: stranger().username })), unknown)
  })

  it("cannot reach another customer's user", async () => {
    const key = await newCustomer(server)
    const { username } = await newUser(server)
    for (const call of ['delete', 'disable', 'update'] as const) {
      const body = { username, customerKey: key.customerKey, authType: 'SMS' }
      assert.deepEqual(said(await users(call, body, { key })), unknown)
    }
    assert.equal(onlyUser(await users('get', { username }))?.['isEnabled'], true)
  })
})

describe('every users call', () => {
  const calls = ['create', 'search', 'get', 'getall', 'update', 'delete', 'enable', 'disable'] as const
  for (const call of calls) {
    it(`${call} is signed, agrees with its header and answers 200 with statusCode beside status`, async () => {
      const { username } = await newUser(server)
      const body = { username, batchNo: 1, batchSize: 1 }
      const refused = [
        await users(call, body, { signed: false }),
        await users(call, body, { key: { ...testKey, apiKey: 'another-key' } }),
        await users(call, body, { timestamp: server.now() - 400_000 }),
        await users(call, { ...body, customerKey: 1 }),
      ]
      for (const answer of refused) {
        assert.equal(answer.code, 200)
        assert.deepEqual([answer.body.status, answer.body['statusCode']], ['ERROR', 'ERROR'])
        assert.equal(answer.body['users'], undefined)
      }
      assert.equal((await users('search', { username })).body.status, 'USER_FOUND')
    })

    it(`${call} is served without /moas and with a trailing slash`, async () => {
      const { username } = stranger()
      const body = JSON.stringify({ customerKey, username, batchNo: 1, batchSize: 1 })
      for (const full of [`/api/admin/users/${call}`, `/moas/api/admin/users/${call}/`]) {
        const headers = sign(testKey, server.now())
        const answer = await answered(await fetch(server.baseUrl + full, { method: 'POST', headers, body }))
        assert.equal(answer.code, 200)
      }
    })
  }
})
