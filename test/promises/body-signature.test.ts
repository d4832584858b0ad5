import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Answered, answered, codeFor, inbox, type Key, sign } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import {
  customerWith,
  type Nodes,
  newAddress,
  newPhone,
  nextWindow,
  type Signing,
  signBody,
  startNodes,
} from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'

const challengePath = '/moas/api/auth/challenge'
const newNonce = () => randomUUID().replaceAll('-', '')

/** A signed request, before it is sent: what was signed and what is sent can be told apart. */
interface Sent extends Signing {
  readonly headers: Record<string, string>
}

function signed(key: Key, path: string, body: object, nowMs: number, more: Partial<Signing> = {}): Sent {
  const signing = { key, path, timestamp: String(nowMs), nonce: newNonce(), body: JSON.stringify(body), ...more }
  return { ...signing, headers: signBody(signing) }
}

async function send(baseUrl: string, { path, body, headers }: Pick<Sent, 'path' | 'body' | 'headers'>) {
  return answered(await fetch(baseUrl + path, { method: 'POST', headers, body }))
}

const isAccepted = ({ body }: Answered) => body.status === 'SUCCESS'

/** Refused in the vendor's shape, with a sentence. */
function isRefused({ code, body }: Answered, says?: RegExp): void {
  assert.equal(code, 200)
  assert.match(String(body.status), /^(ERROR|FAILED)$/)
  assert.equal(body['statusCode'], body.status)
  if (says) assert.match(String(body.message), says)
}

describe('X-Signature-Version 2', () => {
  let server: TestServer
  let key: Key
  before(async () => {
    server = await startServer()
    key = await customerWith(server)
  })
  after(() => server.close())
  beforeEach(() => nextWindow(server))

  const asking = (email = newAddress()) => ({ customerKey: key.customerKey, email, authType: 'EMAIL' })
  const request = (body: object = asking(), path = challengePath, more: Partial<Signing> = {}) =>
    signed(key, path, body, server.now(), more)
  const post = (one: Pick<Sent, 'path' | 'body' | 'headers'>) => send(server.baseUrl, one)

  it('is accepted when it is right, and needs no Authorization', async () => {
    const email = newAddress()
    assert.ok(isAccepted(await post(request(asking(email)))))
    assert.equal((await inbox(server.baseUrl, email)).length, 1)
  })

  it('counts alone: a wrong Authorization beside it changes nothing', async () => {
    const one = request()
    const headers = { ...one.headers, Authorization: '0'.repeat(128) }
    assert.ok(isAccepted(await post({ ...one, headers })))
  })

  it('is the printed example of its own description', () => {
    // 4:POST23:/moas/api/auth/validate5:1162713:180000000000016:aaaaaaaaaaaaaaaa64:<SHA-256 of {}>
    const headers = signBody({
      key: { customerKey: 11627, apiKey: 'an-api-key-of-the-tests' },
      path: '/moas/api/auth/validate',
      timestamp: '1800000000000',
      nonce: 'aaaaaaaaaaaaaaaa',
      body: '{}',
    })
    assert.equal(headers['X-Signature'], '29fd3dfc0f0b4622a28fdbb973184f7c1bd37b83721cd0db6a66f9a367f089e1')
  })

  for (const path of [challengePath, '/api/auth/challenge', `${challengePath}/`, '/api/auth/challenge/'])
    it(`is accepted on ${path} when exactly that was signed`, async () => {
      assert.ok(isAccepted(await post(request(asking(), path))))
    })

  it('leaves out the query, which no call reads', async () => {
    const one = request()
    assert.ok(isAccepted(await post({ ...one, path: `${one.path}?lang=en` })))
  })

  const altered: Record<string, (one: Sent) => Pick<Sent, 'path' | 'body' | 'headers'>> = {
    'another body': (one) => ({ ...one, body: JSON.stringify(asking()) }),
    'the same JSON with a space more': (one) => ({ ...one, body: `${one.body} ` }),
    'the same JSON in another order': (one) => {
      const entries = Object.entries(JSON.parse(one.body)).reverse()
      return { ...one, body: JSON.stringify(Object.fromEntries(entries)) }
    },
    'no body': (one) => ({ ...one, body: '' }),
    'another call': (one) => ({ ...one, path: '/moas/api/auth/validate' }),
    'the same call without /moas': (one) => ({ ...one, path: '/api/auth/challenge' }),
    'the same call with a slash more': (one) => ({ ...one, path: `${one.path}/` }),
    'another nonce': (one) => ({ ...one, headers: { ...one.headers, 'X-Nonce': newNonce() } }),
    'a later timestamp': (one) => later(one, 1),
    'an earlier timestamp': (one) => later(one, -1),
    'another customer': (one) => ({ ...one, headers: { ...one.headers, 'Customer-Key': '11627' } }),
    'an unknown customer': (one) => ({ ...one, headers: { ...one.headers, 'Customer-Key': '99999' } }),
    'another signature': (one) => ({ ...one, headers: { ...one.headers, 'X-Signature': '0'.repeat(64) } }),
  }
  for (const [name, alter] of Object.entries(altered))
    it(`is refused with ${name}, and nothing is sent`, async () => {
      const email = newAddress()
      isRefused(await post(alter(request(asking(email)))), /^Invalid signature\./)
      assert.deepEqual(await inbox(server.baseUrl, email), [])
    })

  function later(one: Sent, ms: number) {
    return { ...one, headers: { ...one.headers, Timestamp: String(Number(one.timestamp) + ms) } }
  }

  it('is refused under another API key, in the same words as for an unknown customer', async () => {
    const other = { ...key, apiKey: 'another-api-key-of-the-tests' }
    const wrong = await post(signed(other, challengePath, asking(), server.now()))
    const unknown = await post(signed({ ...key, customerKey: 99_999 }, challengePath, {}, server.now()))
    isRefused(wrong)
    assert.equal(wrong.text, unknown.text)
  })

  it('is refused when parts slid into each other', async () => {
    const path = `${challengePath}/`
    const one = request(asking(), challengePath)
    isRefused(await post({ ...one, path }))
    const moved = { ...one.headers, 'Customer-Key': String(key.customerKey).slice(0, -1) }
    isRefused(
      await post({ ...one, headers: { ...moved, Timestamp: String(key.customerKey).slice(-1) + one.timestamp } }),
    )
  })

  for (const [seconds, isFine] of [
    [-290, true],
    [290, true],
    [-310, false],
    [310, false],
  ] as const)
    it(`${isFine ? 'is accepted' : 'is refused'} with a timestamp ${seconds} seconds off`, async () => {
      const one = request(asking(), challengePath, { timestamp: String(server.now() + seconds * 1000) })
      if (isFine) assert.ok(isAccepted(await post(one)))
      else isRefused(await post(one), /minutes (old|ahead)/)
    })

  const malformed: Record<string, Record<string, string | undefined>> = {
    'no nonce': { 'X-Nonce': undefined },
    'an empty nonce': { 'X-Nonce': '' },
    'a nonce of 15 letters': { 'X-Nonce': 'a'.repeat(15) },
    'a nonce of 65 letters': { 'X-Nonce': 'a'.repeat(65) },
    'a nonce with a space': { 'X-Nonce': `${'a'.repeat(10)} ${'a'.repeat(10)}` },
    'a nonce with a colon': { 'X-Nonce': `${'a'.repeat(16)}:` },
    'a nonce of other letters': { 'X-Nonce': 'ä'.repeat(16) },
    'no signature': { 'X-Signature': undefined },
    'an empty signature': { 'X-Signature': '' },
    'a signature in capitals': { 'X-Signature': 'A'.repeat(64) },
    'a signature of 63 digits': { 'X-Signature': 'a'.repeat(63) },
    'a signature of 65 digits': { 'X-Signature': 'a'.repeat(65) },
    'a signature in base64': { 'X-Signature': Buffer.alloc(32, 1).toString('base64') },
    'two signatures': { 'X-Signature': `${'a'.repeat(64)}, ${'a'.repeat(64)}` },
    'no timestamp': { Timestamp: undefined },
    'a timestamp with a sign': { Timestamp: '+1800000000000' },
    'no customer': { 'Customer-Key': undefined },
    'a customer with a zero before it': { 'Customer-Key': '0123' },
    'version 3': { 'X-Signature-Version': '3' },
    'version 02': { 'X-Signature-Version': '02' },
    'version "2, 2"': { 'X-Signature-Version': '2, 2' },
    'version 1': { 'X-Signature-Version': '1' },
  }
  for (const [name, change] of Object.entries(malformed))
    it(`is refused with ${name}, whatever else is right`, async () => {
      const one = request()
      const all = Object.entries({ ...one.headers, ...change }).filter((entry): entry is [string, string] => {
        return entry[1] !== undefined
      })
      const headers = Object.fromEntries(all.map(([header, text]) => [header, Buffer.from(text).toString('latin1')]))
      isRefused(await post({ ...one, headers }))
    })

  it('an empty version is none: then the three headers of old count', async () => {
    const one = request()
    isRefused(await post({ ...one, headers: { ...one.headers, 'X-Signature-Version': '' } }))
    const headers = { ...sign(key, server.now()), 'X-Signature-Version': '' }
    assert.ok(isAccepted(await post({ path: challengePath, body: JSON.stringify(asking()), headers })))
  })

  it('works on every call', async () => {
    const { customerKey } = key
    const username = newAddress()
    const calls: [path: string, body: object, status: RegExp][] = [
      ['/admin/users/create', { customerKey, username, phone: newPhone() }, /^SUCCESS$/],
      ['/admin/users/search', { customerKey, username }, /^USER_FOUND$/],
      ['/admin/users/get', { customerKey, username }, /^SUCCESS$/],
      ['/admin/users/getall', { customerKey, batchNo: 1, batchSize: 10 }, /^SUCCESS$/],
      ['/admin/users/update', { customerKey, username, firstName: 'A' }, /^SUCCESS$/],
      ['/auth/challenge', { customerKey, username, authType: 'EMAIL' }, /^SUCCESS$/],
      ['/auth/validate', { customerKey, username, token: '123456', authType: 'SOFT TOKEN' }, /^FAILED$/],
      ['/auth/google-auth-secret', { customerKey, username }, /^SUCCESS$/],
      ['/admin/users/disable', { customerKey, username }, /^SUCCESS$/],
      ['/admin/users/enable', { customerKey, username }, /^SUCCESS$/],
      ['/admin/users/delete', { customerKey, username }, /^SUCCESS$/],
    ]
    for (const [path, body, status] of calls) {
      const answer = await post(request(body, `/moas/api${path}`))
      assert.match(String(answer.body.status), status, path)
      assert.doesNotMatch(String(answer.body.message), /signature|X-/i, path)
    }
  })

  it('carries a whole sign-in: challenge, status, validate', async () => {
    const email = newAddress()
    const { body } = await post(request(asking(email)))
    const status = await post(request({ txId: body.txId }, '/moas/api/auth/auth-status'))
    assert.equal(status.body.status, 'IN_PROGRESS')
    const token = await codeFor(server.baseUrl, email)
    assert.ok(isAccepted(await post(request({ txId: body.txId, token }, '/moas/api/auth/validate'))))
  })

  it('says of validate FAILED and nothing else, whatever is wrong with the signature', async () => {
    const email = newAddress()
    const { body } = await post(request(asking(email)))
    const token = await codeFor(server.baseUrl, email)
    const right = request({ txId: body.txId, token }, '/moas/api/auth/validate')
    for (const [name, alter] of Object.entries(altered)) {
      if (name === 'another call' || name === 'the same call without /moas') continue // these are of challenge
      assert.equal((await post(alter(right))).body.status, 'FAILED', name)
    }
    assert.ok(isAccepted(await post(right)), 'and none of it spent the try')
  })

  describe('that a customer requires', () => {
    let strict: Key
    before(async () => {
      strict = await customerWith(server, { requireBodySignature: 'true' })
    })

    const calls: [path: string, body: object, word: string][] = [
      ['/auth/challenge', { email: 'strict@example.com', authType: 'EMAIL' }, 'ERROR'],
      ['/auth/validate', { txId: 'x', token: '123456' }, 'FAILED'],
      ['/auth/validate', { username: 'x', token: '123456', authType: 'SOFT TOKEN' }, 'FAILED'],
      ['/auth/auth-status', { txId: 'x' }, 'ERROR'],
      ['/auth/google-auth-secret', { username: 'strict@example.com' }, 'ERROR'],
      ['/auth/validate-google-auth-secret', { username: 'x', secret: 'x', token: '123456' }, 'FAILED'],
      ['/admin/users/create', { username: 'strict@example.com' }, 'ERROR'],
      ['/admin/users/search', { username: 'strict@example.com' }, 'ERROR'],
      ['/admin/users/get', { username: 'strict@example.com' }, 'ERROR'],
      ['/admin/users/getall', { batchNo: 1, batchSize: 10 }, 'ERROR'],
      ['/admin/users/update', { username: 'strict@example.com' }, 'ERROR'],
      ['/admin/users/delete', { username: 'strict@example.com' }, 'ERROR'],
      ['/admin/users/enable', { username: 'strict@example.com' }, 'ERROR'],
      ['/admin/users/disable', { username: 'strict@example.com' }, 'ERROR'],
    ]
    for (const [path, body, word] of calls)
      for (const prefix of ['/moas/api', '/api'])
        it(`refuses the three headers of old on ${prefix}${path} (${Object.keys(body)[0]}) with ${word}`, async () => {
          const whole = JSON.stringify({ customerKey: strict.customerKey, ...body })
          const headers = sign(strict, server.now())
          const answer = await post({ path: prefix + path, body: whole, headers })
          isRefused(answer, /requires X-Signature-Version 2/)
          assert.equal(answer.body.status, word)
          assert.deepEqual(await inbox(server.baseUrl, 'strict@example.com'), [])
        })

    it('is told only to who knows the key: a wrong hash is a wrong hash', async () => {
      const headers = sign({ ...strict, apiKey: 'another-api-key' }, server.now())
      const answer = await post({ path: challengePath, body: '{}', headers })
      isRefused(answer, /^Invalid signature\./)
    })

    it('lets version 2 through', async () => {
      const body = { customerKey: strict.customerKey, email: newAddress(), authType: 'EMAIL' }
      assert.ok(isAccepted(await post(signed(strict, challengePath, body, server.now()))))
    })

    it('leaves the unsigned status of browsers as it is: that is another setting', async () => {
      const email = newAddress()
      const asked = await post(
        signed(strict, challengePath, { customerKey: strict.customerKey, email, authType: 'EMAIL' }, server.now()),
      )
      const status = await server.call('/auth/auth-status', { txId: asked.body.txId }, { signed: false })
      assert.equal(status.body.status, 'IN_PROGRESS')
    })
  })
})

for (const database of databaseNames)
  describe(`a nonce on ${database === 'PostgreSQL' ? 'two processes on PostgreSQL' : database}`, () => {
    let nodes: Nodes
    let key: Key
    before(async () => {
      nodes = await startNodes(database)
      key = await customerWith(nodes.server, { sendsPerContact10Min: '20' })
    })
    after(() => nodes.close())

    const request = (path: string, body: object, more: Partial<Signing> = {}) =>
      signed(key, `/moas/api${path}`, { customerKey: key.customerKey, ...body }, nodes.server.now(), more)
    const post = (node: number, one: Pick<Sent, 'path' | 'body' | 'headers'>) => send(nodes.urls[node % 2] ?? '', one)
    const ask = (email: string, more: Partial<Signing> = {}) =>
      request('/auth/challenge', { email, authType: 'EMAIL' }, more)

    async function asked(): Promise<{ txId: string; token: string }> {
      const email = newAddress()
      const { body } = await post(0, ask(email))
      assert.equal(body.status, 'SUCCESS')
      return { txId: String(body.txId), token: await codeFor(nodes.urls[0], email) }
    }

    it('counts once: of twenty copies of one right answer, on both, one is accepted', async () => {
      const one = request('/auth/validate', await asked())
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => post(index, one)))
      assert.equal(answers.filter(isAccepted).length, 1)
      for (const { body } of answers.filter((answer) => !isAccepted(answer))) assert.equal(body.status, 'FAILED')
    })

    it('counts once for answers: a wrong one repeated spends one try', async () => {
      const { txId, token } = await asked()
      const wrong = request('/auth/validate', { txId, token: token === '000000' ? '000001' : '000000' })
      for (let times = 0; times < 12; times++) isRefused(await post(times, wrong))
      assert.ok(isAccepted(await post(1, request('/auth/validate', { txId, token }))))
    })

    it('counts once for a challenge: copies get the same transaction and one message', async () => {
      const email = newAddress()
      const one = ask(email)
      const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => post(index, one)))
      assert.equal(new Set(answers.map(({ body }) => body.txId)).size, 1)
      assert.equal((await inbox(nodes.urls[0], email)).length, 1)
    })

    it('counts once for a change of a user', async () => {
      const one = request('/admin/users/create', { username: newAddress() })
      const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => post(index, one)))
      assert.equal(answers.filter(isAccepted).length, 1)
    })

    it('is of no use for another challenge: somebody else is not told that he was asked', async () => {
      const nonce = newNonce()
      const [one, other] = [newAddress(), newAddress()]
      const first = await post(0, ask(one, { nonce }))
      assert.ok(isAccepted(first))
      const second = await post(1, ask(other, { nonce }))
      assert.notEqual(second.body.txId, first.body.txId)
      isRefused(second)
      assert.deepEqual(await inbox(nodes.urls[0], other), [])
    })

    it('is of no use for another call: spent on an answer it asks nothing, spent on a question it answers nothing', async () => {
      const { txId, token } = await asked()
      const nonce = newNonce()
      assert.ok(isAccepted(await post(0, request('/auth/validate', { txId, token }, { nonce }))))
      const email = newAddress()
      isRefused(await post(1, ask(email, { nonce })))
      assert.deepEqual(await inbox(nodes.urls[0], email), [])

      const [later, reused] = [await asked(), newNonce()]
      assert.ok(isAccepted(await post(0, ask(newAddress(), { nonce: reused }))))
      isRefused(await post(1, request('/auth/validate', later, { nonce: reused })))
    })

    it('is of no use for another change of a user, not even with a newer timestamp', async () => {
      const nonce = newNonce()
      assert.ok(isAccepted(await post(0, request('/admin/users/create', { username: newAddress() }, { nonce }))))
      const timestamp = String(nodes.server.now() + 5_000)
      isRefused(await post(1, request('/admin/users/create', { username: newAddress() }, { nonce, timestamp })))
    })

    it('of one customer is free for another', async () => {
      const nonce = newNonce()
      const other = await customerWith(nodes.server)
      assert.ok(isAccepted(await post(0, ask(newAddress(), { nonce }))))
      const body = { customerKey: other.customerKey, email: newAddress(), authType: 'EMAIL' }
      assert.ok(isAccepted(await post(1, signed(other, challengePath, body, nodes.server.now(), { nonce }))))
    })

    it('is not spent by a request whose signature is wrong', async () => {
      const nonce = newNonce()
      const one = request('/admin/users/create', { username: newAddress() }, { nonce })
      isRefused(await post(0, { ...one, body: '{}' }))
      assert.ok(isAccepted(await post(1, one)))
    })

    it('reads may be repeated', async () => {
      const { txId } = await asked()
      const one = request('/auth/auth-status', { txId })
      for (let times = 0; times < 4; times++) assert.equal((await post(times, one)).body.status, 'IN_PROGRESS')
    })
  })
