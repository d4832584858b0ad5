import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { InspectorEntry } from '../../server/api/seen.ts'
import type { App, SignatureOrder } from '../../server/vocabulary/app.ts'
import { callerOf, type Fields, newApp, nodeOrders, pathOf, postTo, signedFields } from '../support/apps.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { newCustomer, newUser } from './people.ts'

/** How calls of an app are signed, and what of a signature is refused. */

let server: TestServer
let app: App
before(async () => {
  server = await startServer('SQLite', { COUNTERSIGN_TRUSTED_PROXIES: '127.0.0.1' })
  app = await newApp(server.assembled.store)
})
after(() => server.close())

const javaEnd = 'authToken integrationKey unixTimestamp supportFido ipAddress userAgent browserFp'
const nodeEnd = 'integrationKey unixTimestamp authToken supportFido ipAddress userAgent browserFp'
const tableEnd = 'userAgent integrationKey supportFido browserFp unixTimestamp ipAddress'
const tableTokenEnd = 'userAgent integrationKey supportFido browserFp unixTimestamp authToken ipAddress'
const sms = 'username details transactionId'

/** Written down from the vendor's pages once more. */
const orders: Readonly<Record<string, Readonly<Record<Exclude<SignatureOrder, 'framed'>, string>>>> = {
  'req/requestSmsOtp': {
    node: `username ${nodeEnd}`,
    java: `username ${javaEnd}`,
    php: `username ${javaEnd}`,
    table: `username authToken ${tableEnd}`,
  },
  'auth/authSmsOtp': {
    node: `username smsOtp ${nodeEnd}`,
    java: `username smsOtp ${javaEnd}`,
    php: 'username smsOtp integrationKey authToken unixTimestamp supportFido ipAddress userAgent browserFp',
    table: `username smsOtp ${tableEnd}`,
  },
  'auth/authOtp': {
    node: `username devAccId otp otpType ${nodeEnd}`,
    java: `username devAccId otp ${javaEnd}`,
    php: `username devAccId otp ${javaEnd}`,
    table: `username devAccId otp ${tableTokenEnd}`,
  },
  'auth/authCrOtp': {
    node: `username devAccId crOtp otpType challenge ${nodeEnd}`,
    java: `username devAccId crOtp otpType challenge ${nodeEnd}`,
    php: `username devAccId crOtp otpType challenge ${nodeEnd}`,
    table: `username devAccId crOtp otpType challenge ${nodeEnd}`,
  },
  'req/requestMobilePushCR': {
    node: `username devAccId details ${nodeEnd}`,
    java: `username details ${javaEnd}`,
    php: `username details ${javaEnd}`,
    table: `username details authToken ${tableEnd}`,
  },
  'session/statecheck': {
    node: `username authMethod ${nodeEnd}`,
    java: `username authMethod ${javaEnd}`,
    php: `username authMethod ${javaEnd}`,
    table: `username authMethod ${tableTokenEnd}`,
  },
  'req/requestSmsTransOtp': {
    node: `${sms} ${javaEnd}`,
    java: `${sms} ${javaEnd}`,
    php: `${sms} ${javaEnd}`,
    table: `${sms} authToken ${tableEnd}`,
  },
  'trans/authoriseSmsTrans': {
    node: `${sms} smsOtp ${javaEnd}`,
    java: `${sms} smsOtp ${javaEnd}`,
    php: `${sms} smsOtp ${javaEnd}`,
    table: `username transactionId details smsOtp authToken ${tableEnd}`,
  },
  'req/requestAssertionOption': {
    node: `username ${nodeEnd}`,
    java: `username ${javaEnd}`,
    php: `username ${javaEnd}`,
    table: `username authToken ${tableEnd}`,
  },
  'auth/authFido': {
    node: `username ${nodeEnd}`,
    java: `username ${javaEnd}`,
    php: `username ${javaEnd}`,
    table: `username authToken ${tableEnd}`,
  },
}

/** What a call needs and no order signs: an assertion that can be read, and is nobody's. */
const unsigned: Readonly<Record<string, Fields>> = {
  'auth/authFido': {
    assertion: JSON.stringify({
      id: 'aaaa',
      response: { clientDataJSON: 'e30', authenticatorData: 'aaaa', signature: 'aaaa' },
    }),
  },
}

/** Every field of each call that a customer without devices can send; no two of one value. */
const filled: Fields = {
  ...{ supportFido: 'true', ipAddress: '203.0.113.7', userAgent: 'Mozilla/5.0', browserFp: 'a1b2' },
  ...{ smsOtp: '123456', otp: '654321', otpType: 'online', crOtp: '12345678', challenge: '4711', authMethod: 'PUSH' },
  ...{ details: 'UGF5IDEw', transactionId: 'T-1' },
  authToken: Buffer.alloc(32, 7).toString('base64'),
}

describe('the order of an app', () => {
  for (const [call, byName] of Object.entries(orders))
    for (const [name, order] of Object.entries(byName))
      it(`${name} of ${call} is the one of the vendor's page, and moving two neighbours breaks it`, async () => {
        const mine = await newApp(server.assembled.store, { signatureOrder: name as SignatureOrder })
        const names = order.split(' ')
        const fields = Object.fromEntries(
          Object.entries({ ...filled, username: 'nobody' }).filter(([field]) => names.includes(field)),
        )
        const send = (text: string) =>
          postTo(server.baseUrl, pathOf(call), {
            ...signedFields(mine, fields, text, server.now()),
            ...unsigned[call],
          })
        assert.ok(!['23022', '10002'].includes((await send(order)).code), (await send(order)).text)
        const given = names.filter((field) => field in fields || /^(integrationKey|unixTimestamp)$/.test(field))
        for (const at of given.slice(1).keys()) {
          const swapped = [...given.slice(0, at), given[at + 1], given[at], ...given.slice(at + 2)].join(' ')
          assert.equal((await send(swapped)).code, '23022', swapped)
        }
      })

  it('`table` leaves the token of authSmsOtp unsigned, and so takes none', async () => {
    const mine = await newApp(server.assembled.store, { signatureOrder: 'table' })
    const fields = { username: 'nobody', smsOtp: '123456', authToken: String(filled['authToken']) }
    const order = orders['auth/authSmsOtp']?.table ?? ''
    const answer = await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), signedFields(mine, fields, order))
    assert.equal(answer.code, '10002')
    assert.match(answer.message, /does not sign the authToken/)
  })

  it('`framed` has the length of each value before it', async () => {
    const mine = await newApp(server.assembled.store, { signatureOrder: 'framed' })
    const fields: Fields = {
      ...{ username: 'jürgen', smsOtp: '123456', integrationKey: mine.key },
      unixTimestamp: String(Math.floor(server.now() / 1000)),
    }
    const framed = (orders['auth/authSmsOtp']?.node ?? '').split(' ').map((name) => {
      const value = fields[name] ?? ''
      return `${Buffer.byteLength(value)}:${value}`
    })
    const hmac = createHmac('sha256', mine.secret).update(framed.join('')).digest('hex')
    assert.equal((await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), { ...fields, hmac })).code, '23010')
    const plain = signedFields(mine, fields, orders['auth/authSmsOtp']?.node ?? '')
    assert.equal((await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), plain)).code, '23022')
  })
})

describe('a letter that changes its field', () => {
  const order = nodeOrders['auth/authSmsOtp'] ?? ''
  const joined = (fields: Fields, text: string) => text.split(' ').map((name) => fields[name] ?? '')

  /** Signed as it is, and then split at another place: the text under the HMAC is the same. */
  const slid = async (
    from: Fields,
    to: (signed: Fields) => Fields,
    signatureOrder: SignatureOrder = 'node',
    text = order,
  ): Promise<void> => {
    const mine = await newApp(server.assembled.store, { signatureOrder })
    const signed = signedFields(mine, from, text, server.now())
    const split = { ...signed, ...to(signed) }
    assert.notDeepEqual(split, signed)
    assert.equal(joined(split, text).join(''), joined(signed, text).join(''), 'the same text')
    const [whole, moved] = [
      await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), signed),
      await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), split),
    ]
    assert.notEqual(whole.code, '10002', whole.message)
    assert.match(moved.code, /^(10002|23008|23023|23024)$/, JSON.stringify(split))
  }

  const from: Fields = { username: 'bob1', smsOtp: '123456', ipAddress: '1.2.3.4' }

  it('from the name into the code, or back', async () => {
    await slid(from, () => ({ username: 'bob', smsOtp: '1123456' }))
    await slid(from, () => ({ username: 'bob11', smsOtp: '23456' }))
  })

  it('from the code into the key, or back', async () => {
    await slid(from, ({ integrationKey }) => ({ smsOtp: '12345', integrationKey: `6${integrationKey}` }))
    await slid(from, ({ integrationKey = '' }) => ({
      smsOtp: `123456${integrationKey[0]}`,
      integrationKey: integrationKey.slice(1),
    }))
  })

  it('from the time into what follows, or back', async () => {
    await slid(from, ({ unixTimestamp = '' }) => ({
      unixTimestamp: unixTimestamp.slice(0, 9),
      ipAddress: `${unixTimestamp.at(-1)}1.2.3.4`,
    }))
    await slid(from, ({ unixTimestamp }) => ({ unixTimestamp: `${unixTimestamp}1`, ipAddress: '.2.3.4' }))
    await slid(from, () => ({ supportFido: '1', ipAddress: '.2.3.4' }))
  })

  it('from the code into a browser that the order `table` has beside it', async () => {
    const table = orders['auth/authSmsOtp']?.table ?? ''
    const facts = { ...from, userAgent: 'Mozilla' }
    await slid(facts, () => ({ username: 'bob', smsOtp: '112345', userAgent: '6Mozilla' }), 'table', table)
  })

  it('from a token into what follows', async () => {
    const facts = { ...from, authToken: String(filled['authToken']), supportFido: 'true' }
    await slid(facts, ({ authToken }) => ({ authToken: `${authToken}t`, supportFido: 'rue' }))
  })
})

describe('an hmac', () => {
  it('counts once, whatever comes with it', async () => {
    const { username, phone } = await newUser(server)
    const call = callerOf(server.baseUrl, app, server.now)
    await call('req/requestSmsOtp', { username })
    const smsOtp = await server.codeFor(phone)
    const fields = { username, smsOtp }
    const body = signedFields(app, fields, nodeOrders['auth/authSmsOtp'] ?? '', server.now())
    assert.equal((await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), body)).code, '0')
    await call('req/requestSmsOtp', { username })
    const copies = [body, { ...body, more: 'x' }, { hmac: body['hmac'], ...body }]
    for (const copy of copies)
      assert.equal((await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), copy)).code, '23023')
  })

  it('of a request for a code makes one message, whatever comes with it', async () => {
    const { username, phone } = await newUser(server)
    const body = signedFields(app, { username }, nodeOrders['req/requestSmsOtp'] ?? '', server.now())
    const post = (one: object) => postTo(server.baseUrl, pathOf('req/requestSmsOtp'), one)
    const answers = await Promise.all([
      post(body),
      post(body),
      post({ ...body, more: '1' }),
      post({ ...body, more: '2' }),
    ])
    const codes = answers.map(({ code }) => code)
    assert.ok(codes.includes('0'), codes.join())
    assert.equal((await server.assembled.store.read.inbox.list(phone, 10)).length, 1)
  })

  it('is not spent by polling', async () => {
    const { username } = await newUser(server)
    const call = callerOf(server.baseUrl, app, server.now)
    const { inside } = await call('req/requestMobilePushCR', { username })
    const fields = { username, authMethod: 'PUSH', authToken: String(inside['authToken']) }
    const body = signedFields(app, fields, nodeOrders['session/statecheck'] ?? '', server.now())
    for (let times = 0; times < 3; times++)
      assert.equal((await postTo(server.baseUrl, pathOf('session/statecheck'), body)).code, '23007')
  })

  it('may be as old as the customer allows', async () => {
    const { username } = await newUser(server)
    await server.set('timestampWindowSeconds', '60')
    const at = (seconds: number) =>
      postTo(
        server.baseUrl,
        pathOf('auth/authSmsOtp'),
        signedFields(
          app,
          { username, smsOtp: '1' },
          nodeOrders['auth/authSmsOtp'] ?? '',
          server.now() - seconds * 1000,
        ),
      )
    assert.equal((await at(62)).code, '23023')
    assert.equal((await at(50)).code, '23008')
    await server.set('timestampWindowSeconds', '300')
  })
})

describe('the same field twice', () => {
  const send = async (change: (json: string) => string) => {
    const body = signedFields(app, { username: 'nobody', smsOtp: '123456' }, nodeOrders['auth/authSmsOtp'] ?? '')
    return postTo(server.baseUrl, pathOf('auth/authSmsOtp'), change(JSON.stringify(body)))
  }

  it('is refused, in one spelling or two, escaped or not', async () => {
    assert.equal((await send((json) => json)).code, '23010')
    for (const more of ['"username":"nobody"', '"Username":"nobody"', '"user\\u006eame":"nobody"', '"USERNAME":""']) {
      for (const change of [
        (json: string) => json.replace('{', `{${more},`),
        (json: string) => json.replace(/}$/, `,${more}}`),
      ])
        assert.equal((await send(change)).code, '10002', more)
    }
  })

  it('is not seen in a value', async () => {
    const userAgent = 'a "username":"x", {"smsOtp": 1}'
    const body = signedFields(
      app,
      { username: 'nobody', smsOtp: '123456', userAgent },
      nodeOrders['auth/authSmsOtp'] ?? '',
    )
    assert.equal((await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), body)).code, '23010')
  })
})

describe('an app', () => {
  const from = (mine: App, address: string, hmac?: string) => {
    const body = signedFields(mine, { username: 'nobody', smsOtp: '123456' }, nodeOrders['auth/authSmsOtp'] ?? '')
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': address }
    return postTo(server.baseUrl, pathOf('auth/authSmsOtp'), hmac ? { ...body, hmac } : body, headers)
  }

  it('calls from its trusted addresses only, single ones and ranges, and nobody else hears of them', async () => {
    const trustedAddresses = ['192.0.2.1', '198.51.100.0/24', '2001:db8::/32']
    const mine = await newApp(server.assembled.store, { trustedAddresses })
    for (const address of ['192.0.2.1', '198.51.100.200', '2001:db8:1::9', '::ffff:192.0.2.1'])
      assert.equal((await from(mine, address)).code, '23010', address)
    for (const address of ['192.0.2.2', '198.51.101.1', '2001:db9::1', '::1', 'unknown'])
      assert.equal((await from(mine, address)).code, '23020', address)
    assert.equal((await from(mine, '192.0.2.2', '0'.repeat(64))).code, '23022')
  })

  it('signs with a new secret at once, and with the old one for as long as it was given', async () => {
    const { store } = server.assembled
    const mine = await newApp(store)
    await store.write((tx) => tx.apps.rotate(mine.customerId, mine.id, 'the-new-secret', server.now() + 60_000))
    assert.equal((await from({ ...mine, secret: 'the-new-secret' }, '192.0.2.1')).code, '23010')
    assert.equal((await from(mine, '192.0.2.1')).code, '23010')
    server.advance(61_000)
    assert.equal((await from(mine, '192.0.2.1')).code, '23022')
    assert.equal((await from({ ...mine, secret: 'the-new-secret' }, '192.0.2.1')).code, '23010')
  })

  it('sees the users of its own customer only', async () => {
    const { username } = await newUser(server)
    const { customerKey } = await newCustomer(server)
    const foreign = await newApp(server.assembled.store, { customerId: customerKey })
    const call = callerOf(server.baseUrl, foreign, server.now)
    assert.equal((await call('req/requestSmsOtp', { username })).code, '22002')
  })
})

describe('the request inspector', () => {
  const entryOf = async (body: object): Promise<InspectorEntry> => {
    await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), body)
    const list = (await (await fetch(`${server.baseUrl}/dev/requests.json`)).json()) as InspectorEntry[]
    assert.ok(list[0])
    return list[0]
  }
  const fields: Fields = { username: 'nobody', smsOtp: '135790', supportFido: 'true', userAgent: 'Mozilla/5.0' }

  for (const [name, order] of Object.entries(orders['auth/authSmsOtp'] ?? {}).filter(([other]) => other !== 'node'))
    it(`names the order ${name} when it would have matched, and the call stays refused`, async () => {
      const token = name === 'table' ? {} : { authToken: String(filled['authToken']) }
      const entry = await entryOf(signedFields(app, { ...fields, ...token }, order, server.now()))
      assert.match(entry.outcome ?? '', /^refused: 23022/)
      assert.match(entry.reason ?? '', new RegExp(`matches the order ${name}, but this app is set to node`))
    })

  it('names the usual mistakes', async () => {
    const order = nodeOrders['auth/authSmsOtp'] ?? ''
    const right = signedFields(app, fields, order, server.now())
    const mistaken = signedFields(app, { ...fields, authToken: 'null' }, order, server.now())
    const { authToken: _, ...withNull } = mistaken
    assert.match((await entryOf(withNull)).reason ?? '', /with "null" for an absent authToken/)
    const upper = { ...right, hmac: String(right['hmac']).toUpperCase() }
    assert.match((await entryOf(upper)).reason ?? '', /is right, but in upper case/)
    assert.equal((await entryOf({ ...right, hmac: '0'.repeat(64) })).reason, null)
    assert.equal((await entryOf(right)).reason, null)
  })

  it('shows no code and no token, also inside the text of an answer, and no line to send it again', async () => {
    const { username, phone } = await newUser(server)
    const call = callerOf(server.baseUrl, app, server.now)
    const { inside } = await call('req/requestSmsOtp', { username })
    const smsOtp = await server.codeFor(phone)
    const order = nodeOrders['auth/authSmsOtp'] ?? ''
    const entry = await entryOf(signedFields(app, { username, smsOtp }, order, server.now()))
    assert.equal(entry.outcome, 'SUCCESS')
    assert.equal(entry.customerKey, String(app.customerId))
    assert.equal(entry.curl, null)
    const all = await (await fetch(`${server.baseUrl}/dev/requests.json`)).text()
    for (const secret of [smsOtp, String(inside['authToken']), app.secret]) assert.ok(!all.includes(secret))
    const shown = JSON.parse(JSON.parse(entry.answer).object)
    assert.deepEqual([shown.authToken, shown.secretCode, shown.username], ['•••', '•••', username])
  })
})
