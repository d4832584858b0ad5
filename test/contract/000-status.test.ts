import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answered, type CallOptions, sign, testKey, wrongCode } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { asked, customerKey, newAuthenticator, newCustomer, newUser, stranger, succeed } from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const path = '/moas/api/auth/auth-status'
const timedOut = 'Your mobile validation request timed out. Please try again.'

/** As a browser asks: no signature. */
const status = (txId: unknown, options: CallOptions = { signed: false }) =>
  server.call('/auth/auth-status', { txId }, options)
const validate = (txId: string, token: string) => server.call('/auth/validate', { txId, token })

async function saidOf(txId: string): Promise<[unknown, unknown]> {
  const { code, body } = await status(txId)
  assert.equal(code, 200)
  return [body.status, body.message]
}

describe('auth-status', () => {
  it('S060 {"txId"} without auth headers is a whole request', async () => {
    const { txId } = await asked(server)
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const { code, body } = await status(txId, { signed: false, headers })
    assert.equal(code, 200)
    assert.equal(body.status, 'IN_PROGRESS')
  })

  it('S061 SUCCESS after the right answer', async () => {
    const { txId, code } = await asked(server)
    await succeed(validate(txId, code))
    assert.equal((await saidOf(txId))[0], 'SUCCESS')
  })

  it('S062 FAILED after too many wrong answers', async () => {
    const { txId, code } = await asked(server)
    for (let tries = 0; tries < 5; tries++) await validate(txId, wrongCode(code))
    assert.equal((await saidOf(txId))[0], 'FAILED')
  })

  it('S062 FAILED for a transaction that a newer one replaced', async () => {
    const { username } = stranger()
    const old = await asked(server, username)
    await asked(server, username)
    assert.equal((await saidOf(old.txId))[0], 'FAILED')
  })

  it('S062 ERROR for a transaction that does not exist', async () => {
    for (const txId of ['ba65583b-7c80-11e5-883e-0e2fb063e0f9', 'x', '0', 12345])
      assert.equal((await status(txId)).body.status, 'ERROR')
  })

  it('S063 IN_PROGRESS, to the letter, while the user has not answered or answered wrong', async () => {
    const { txId, code } = await asked(server)
    assert.equal((await saidOf(txId))[0], 'IN_PROGRESS')
    await validate(txId, wrongCode(code))
    assert.equal((await saidOf(txId))[0], 'IN_PROGRESS')
  })

  it('ERROR with the words Drupal compares once the time is up, and not before five minutes', async () => {
    const { txId } = await asked(server)
    server.advance(299_000)
    assert.equal((await saidOf(txId))[0], 'IN_PROGRESS')
    server.advance(2_000)
    assert.deepEqual(await saidOf(txId), ['ERROR', timedOut])
  })

  it('a challenge of an authenticator app can be polled too', async () => {
    const { username } = await newUser(server)
    const app = await newAuthenticator(server, username)
    const asking = { customerKey, username, authType: 'GOOGLE AUTHENTICATOR' }
    const { body } = await succeed(server.call('/auth/challenge', asking))
    const txId = String(body.txId)
    assert.equal((await saidOf(txId))[0], 'IN_PROGRESS')
    await succeed(validate(txId, app.nextCode()))
    assert.equal((await saidOf(txId))[0], 'SUCCESS')
  })

  it('S025 S064 push, mobile and voice authentication give no transaction to who has not set them up', async () => {
    const { username } = await newUser(server)
    for (const authType of ['PUSH NOTIFICATIONS', 'MOBILE AUTHENTICATION', 'VOICE AUTHENTICATION']) {
      const { body } = await server.call('/auth/challenge', { customerKey, username, authType })
      assert.equal(body.txId, undefined)
      assert.match(String(body.status), /^(ERROR|FAILED)$/)
    }
  })

  it('the same question gets the same answer for 24 hours after the end', async () => {
    const [right, spent, expired] = [await asked(server), await asked(server), await asked(server)]
    const { username } = stranger()
    const replaced = await asked(server, username)
    await asked(server, username)
    await succeed(validate(right.txId, right.code))
    for (let tries = 0; tries < 5; tries++) await validate(spent.txId, wrongCode(spent.code))
    server.advance(301_000)
    const ids = [right, spent, expired, replaced].map(({ txId }) => txId)
    const first = await Promise.all(ids.map(saidOf))
    assert.deepEqual(
      first.map(([word]) => word),
      ['SUCCESS', 'FAILED', 'ERROR', 'FAILED'],
    )
    for (const hours of [0, 1, 12, 10.9]) {
      server.advance(hours * 3_600_000)
      await server.assembled.store.purge(server.now())
      assert.deepEqual(await Promise.all(ids.map(saidOf)), first)
    }
  })

  it('asking is not answering: a hundred polls change nothing', async () => {
    const { txId, code } = await asked(server)
    for (let polls = 0; polls < 100; polls++) assert.equal((await status(txId)).body.status, 'IN_PROGRESS')
    await succeed(validate(txId, code))
  })
})

describe('what auth-status tells, and to whom', () => {
  it('nothing but the transaction and its status', async () => {
    const { txId, code } = await asked(server)
    const fields = ['txId', 'status', 'message', 'statusCode', 'statusMessage'].sort()
    assert.deepEqual(Object.keys((await status(txId)).body).sort(), fields)
    await succeed(validate(txId, code))
    assert.deepEqual(Object.keys((await status(txId)).body).sort(), fields)
  })

  it('statusCode and statusMessage mirror status and message', async () => {
    const { body } = await status((await asked(server)).txId)
    assert.deepEqual([body['statusCode'], body['statusMessage']], [body.status, body.message])
  })

  it('a signed question is answered too, and again when it is repeated byte for byte', async () => {
    const { txId } = await asked(server)
    const timestamp = server.now()
    for (let times = 0; times < 3; times++) assert.equal((await status(txId, { timestamp })).body.status, 'IN_PROGRESS')
  })

  it("another customer's signature does not see the transaction", async () => {
    const key = await newCustomer(server)
    const { body } = await status((await asked(server)).txId, { key })
    assert.equal(body.status, 'ERROR')
  })

  it('a wrong signature is refused', async () => {
    const { body } = await status((await asked(server)).txId, { key: { ...testKey, apiKey: 'another-key' } })
    assert.equal(body.status, 'ERROR')
  })

  for (const authorization of ['Basic', 'Basic ', '']) {
    it(`a bare Authorization: "${authorization}" is ignored`, async () => {
      const { body } = await status((await asked(server)).txId, { signed: false, headers: { authorization } })
      assert.equal(body.status, 'IN_PROGRESS')
    })
  }

  it('the spelling txID is read, and a customerKey may stand beside it', async () => {
    const { txId } = await asked(server)
    const { body } = await server.call('/auth/auth-status', { txID: txId, customerKey }, { signed: false })
    assert.equal(body.status, 'IN_PROGRESS')
  })

  for (const body of ['', '{', '[]', 'null', '{}', '{"txId":null}', '{"txId":""}', '{"txId":{}}', '{"txId":true}']) {
    it(`a body of ${body || 'nothing'} is ERROR`, async () => {
      const answer = await server.call('/auth/auth-status', body, { signed: false })
      assert.equal(answer.code, 200)
      assert.equal(answer.body.status, 'ERROR')
    })
  }

  it('a customer can have it answered only when signed', async () => {
    const key = await newCustomer(server, { unsignedStatus: 'false' })
    const { username: email } = stranger()
    const asking = { customerKey: key.customerKey, email, authType: 'EMAIL' }
    const { body } = await succeed(server.call('/auth/challenge', asking, { key }))
    assert.equal((await status(body.txId)).body.status, 'ERROR')
    assert.equal((await status(body.txId, { key })).body.status, 'IN_PROGRESS')
  })

  for (const full of ['/api/auth/auth-status', '/moas/api/auth/auth-status/', '/api/auth/auth-status/']) {
    it(`it is served at ${full}`, async () => {
      const body = JSON.stringify({ txId: (await asked(server)).txId })
      const response = await fetch(server.baseUrl + full, { method: 'POST', body })
      assert.equal((await answered(response)).body.status, 'IN_PROGRESS')
    })
  }
})

describe('other origins', () => {
  const preflight = (full: string) =>
    fetch(server.baseUrl + full, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })

  for (const full of [path, `${path}/`, '/api/auth/auth-status']) {
    it(`S065 a browser may ask ${full}: the preflight and the answer allow it`, async () => {
      const asking = await preflight(full)
      assert.ok(asking.ok)
      assert.equal(asking.headers.get('access-control-allow-origin'), '*')
      assert.match(asking.headers.get('access-control-allow-headers') ?? '', /content-type/i)
      assert.match(asking.headers.get('access-control-allow-methods') ?? '', /POST/)
      const headers = { origin: 'https://shop.example', 'content-type': 'application/json; charset=utf-8' }
      const body = JSON.stringify({ txId: (await asked(server)).txId })
      const answer = await fetch(server.baseUrl + full, { method: 'POST', headers, body })
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      assert.equal((await answered(answer)).body.status, 'IN_PROGRESS')
    })
  }

  it('no cookies or credentials are ever allowed', async () => {
    assert.equal((await preflight(path)).headers.get('access-control-allow-credentials'), null)
  })

  it('a refusal can be read too', async () => {
    const answer = await fetch(server.baseUrl + path, {
      method: 'POST',
      body: '{',
      headers: { origin: 'https://shop.example' },
    })
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  })

  const closed = [
    '/moas/api/auth/challenge',
    '/moas/api/auth/validate',
    '/api/auth/validate',
    '/moas/api/admin/users/get',
  ]
  for (const full of closed) {
    it(`a browser may not call ${full}`, async () => {
      const headers = { ...sign(testKey, server.now()), origin: 'https://shop.example' }
      const answer = await fetch(server.baseUrl + full, { method: 'POST', headers, body: '{}' })
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
    })
  }

  for (const full of [...closed, '/moas/api/nowhere', '/dev/inbox.json', '/openapi.json', '/']) {
    it(`no preflight allows ${full}`, async () => {
      assert.equal((await preflight(full)).headers.get('access-control-allow-origin'), null)
    })
  }
})
