import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, answered, inbox, sign, testKey } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { exchange, requestText } from '../support/socket.ts'
import { customerKey, newCustomer, refused, signedAs, stranger, succeed } from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const path = '/auth/challenge'
const challenge = (body: object) => server.call(path, { customerKey, ...body })
const inboxOf = (contact: string) => inbox(server.baseUrl, contact)
const isRefused = (answer: Answered, contact?: string) => refused(server, answer, contact)

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
    "ASCII is read under the name that Java's HTTP client gives it": {
      'content-type': 'text/plain; charset=ISO-8859-1',
    },
    'an empty Content-Type counts as none': { 'content-type': '' },
    'a Content-Type that is none counts as none': { 'content-type': 'json' },
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

  it('what ISO-8859-1 writes in another way than UTF-8 is refused', async () => {
    const body = Buffer.from(JSON.stringify({ customerKey, username: 'jürgen', authType: 'EMAIL' }), 'latin1')
    const headers = { ...sign(testKey, server.now()), 'content-type': 'application/json; charset=ISO-8859-1' }
    const answer = await answered(
      await fetch(`${server.baseUrl}/moas/api${path}`, { method: 'POST', headers, body: new Uint8Array(body) }),
    )
    assert.deepEqual([answer.code, answer.body.message], [415, 'Send the body in UTF-8.'])
  })

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
