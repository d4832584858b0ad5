import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type Answered, answered, type CallOptions, sign, testKey, wrongCode } from '../support/caller.ts'
import { eventually } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { exchange, readAnswer, requestText } from '../support/socket.ts'
import { totp } from '../support/totp.ts'
import { asked, customerKey, newAuthenticator, newCustomer, newUser, stranger, succeed } from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const path = '/moas/api/auth/validate'
const validate = (body: object, options?: CallOptions) => server.call('/auth/validate', body, options)
const wrong = 'Invalid OTP provided. Please try again.'

/** Validate knows two words, because one client logs in on every word but FAILED. */
function isFailed(answer: Answered, message?: string | RegExp): void {
  assert.equal(answer.body.status, 'FAILED', answer.text)
  assert.equal(answer.body['statusCode'], 'FAILED')
  assert.equal(typeof answer.body.message, 'string')
  assert.equal(answer.body['statusMessage'], answer.body.message)
  if (message instanceof RegExp) assert.match(String(answer.body.message), message)
  else if (message) assert.equal(answer.body.message, message)
}

describe('validate of a code that was sent', () => {
  it('S055 a right code by txId and token is SUCCESS', async () => {
    const { txId, code } = await asked(server)
    const { body } = await validate({ txId, token: code })
    assert.deepEqual(body, {
      txId,
      responseType: 'VALIDATE',
      authType: 'EMAIL',
      status: 'SUCCESS',
      message: 'Successfully Validated',
      statusCode: 'SUCCESS',
      statusMessage: 'Successfully Validated',
    })
  })

  for (const authType of ['SMS', 'SMS AND EMAIL']) {
    it(`S055 S091 a right code of ${authType} is SUCCESS`, async () => {
      const { username: email, phone } = stranger()
      const { body } = await succeed(server.call('/auth/challenge', { customerKey, email, phone, authType }))
      const answer = await validate({ txId: body.txId, token: await server.codeFor(phone) })
      assert.equal(answer.body.status, 'SUCCESS')
      assert.equal(answer.body['authType'], authType)
    })
  }

  it('S056 the answer is of responseType VALIDATE and repeats the txId, right or wrong', async () => {
    const { txId, code } = await asked(server)
    for (const token of [wrongCode(code), code]) {
      const { body } = await validate({ txId, token })
      assert.deepEqual([body.txId, body['responseType']], [txId, 'VALIDATE'])
    }
  })

  it('S057 a wrong code is FAILED with the words Drupal compares', async () => {
    const { txId, code } = await asked(server)
    isFailed(await validate({ txId, token: wrongCode(code) }), wrong)
    for (const token of ['1', '12345', `${code}0`, `0${code}`, 'abcdef', `${code};`, '１２３４５６'])
      isFailed(await validate({ txId: (await asked(server)).txId, token }), wrong)
  })

  it('S071 an enrolled user is challenged by name and validated by transaction', async () => {
    const { username, phone } = await newUser(server, { authType: 'SMS' })
    const { body } = await succeed(server.call('/auth/challenge', { customerKey, username }))
    await succeed(validate({ txId: body.txId, token: await server.codeFor(phone) }))
  })

  it('S086 the spelling txID is read', async () => {
    const { txId, code } = await asked(server)
    assert.equal((await validate({ txID: txId, token: code })).body.status, 'SUCCESS')
  })

  it('S087 the spelling otpToken is read', async () => {
    const { txId, code } = await asked(server)
    assert.equal((await validate({ txId, otpToken: code })).body.status, 'SUCCESS')
  })

  it('both spellings of a field may be sent when they agree, and are refused when they do not', async () => {
    const { txId, code } = await asked(server)
    isFailed(await validate({ txId, token: code, otpToken: wrongCode(code) }), 'The field token is not valid.')
    isFailed(await validate({ txId, txID: (await asked(server)).txId, token: code }), 'The field txId is not valid.')
    await succeed(validate({ txId, txID: txId, token: code, otpToken: code }))
  })

  const bodies: Record<string, (given: { txId: string; code: string }) => object> = {
    'the documents: txId and token': ({ txId, code }) => ({ txId, token: code }),
    'Joomla and Magento 2: customerKey beside them': ({ txId, code }) => ({ customerKey, txId, token: code }),
    'customerKey as a number': ({ txId, code }) => ({ customerKey: testKey.customerKey, txId, token: code }),
    'WordPress and Drupal: null in every other field': ({ txId, code }) => {
      return { customerKey, username: null, authType: null, txId, token: code, answers: null }
    },
    'empty texts in every other field': ({ txId, code }) => {
      return { customerKey, username: '', authType: '', txId, txID: '', token: code, otpToken: '', answers: '' }
    },
    'a code with spaces, as people read it': ({ txId, code }) => ({
      txId,
      token: ` ${code.replace(/^.../, '$& ')}\u00a0`,
    }),
    'the authType of the challenge': ({ txId, code }) => ({ txId, token: code, authType: 'email' }),
    'fields nobody knows': ({ txId, code }) => ({ txId, token: code, colour: 'blue', list: [1, { two: 3 }] }),
  }
  for (const [name, write] of Object.entries(bodies)) {
    it(`takes the body of ${name}`, async () => {
      await succeed(validate(write(await asked(server))))
    })
  }

  it('the name of the challenged user may stand beside the transaction', async () => {
    const { username } = await newUser(server)
    const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' }))
    await succeed(
      validate({ username: username.toUpperCase(), txId: body.txId, token: await server.codeFor(username) }),
    )
  })

  it("the name of another user beside the transaction is refused, and spends none of the owner's tries", async () => {
    const { username } = await newUser(server)
    const other = await newUser(server)
    const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' }))
    const token = await server.codeFor(username)
    for (let tries = 0; tries < 6; tries++)
      isFailed(
        await validate({ username: other.username, txId: body.txId, token }),
        'There is no such transaction. Request a new code.',
      )
    isFailed(await validate({ username: stranger().username, txId: body.txId, token }))
    await succeed(validate({ username, txId: body.txId, token }))
  })

  it('a code works once', async () => {
    const { txId, code } = await asked(server)
    await succeed(validate({ txId, token: code }))
    isFailed(await validate({ txId, token: code }), /already used/)
  })

  it('a code ends with its life of five minutes', async () => {
    const { txId, code } = await asked(server)
    const late = await asked(server)
    server.advance(299_000)
    await succeed(validate({ txId, token: code }))
    server.advance(2_000)
    isFailed(await validate({ txId: late.txId, token: late.code }), /expired/)
  })

  it('five wrong codes end the transaction, and the right one comes too late', async () => {
    const { txId, code } = await asked(server)
    for (let tries = 0; tries < 5; tries++) isFailed(await validate({ txId, token: wrongCode(code) }), wrong)
    isFailed(await validate({ txId, token: code }), /Too many/)
  })

  it('a code does not fit another transaction', async () => {
    const [one, two] = [await asked(server), await asked(server)]
    if (one.code !== two.code) isFailed(await validate({ txId: one.txId, token: two.code }), wrong)
  })

  it('a transaction of another customer looks absent', async () => {
    const key = await newCustomer(server)
    const { txId, code } = await asked(server)
    const answer = await validate({ txId, token: code }, { key })
    isFailed(answer, 'There is no such transaction. Request a new code.')
    assert.equal(answer.body.txId, undefined)
    await succeed(validate({ txId, token: code }))
  })

  it('a byte-identical repeat is refused, by either path', async () => {
    const { txId, code } = await asked(server)
    const body = JSON.stringify({ txId, token: code })
    const headers = { ...sign(testKey, server.now()), 'content-type': 'application/json' }
    const send = async (full: string) =>
      (await answered(await fetch(server.baseUrl + full, { method: 'POST', headers, body }))).body.status
    assert.equal(await send(path), 'SUCCESS')
    assert.equal(await send(path), 'FAILED')
    assert.equal(await send('/api/auth/validate'), 'FAILED')
  })

  it('a byte-identical repeat of a wrong code spends one try only', async () => {
    const { txId, code } = await asked(server)
    const timestamp = server.now()
    for (let tries = 0; tries < 8; tries++) isFailed(await validate({ txId, token: wrongCode(code) }, { timestamp }))
    await succeed(validate({ txId, token: code }))
  })
})

describe('validate of authenticator apps', () => {
  for (const authType of ['SOFT TOKEN', 'GOOGLE AUTHENTICATOR', 'Google Authenticator']) {
    it(`S016 S021 S024 S050 a right code of ${authType} needs no challenge and is SUCCESS`, async () => {
      const { username } = await newUser(server)
      const app = await newAuthenticator(server, username)
      const { body } = await validate({ customerKey, username, token: app.nextCode(), authType })
      assert.equal(body.status, 'SUCCESS')
      assert.equal(body['responseType'], 'VALIDATE')
      assert.equal(body['authType'], authType.toUpperCase())
      assert.match(String(body.txId), /^[0-9a-f-]{36}$/)
    })
  }

  for (const missing of ['customerKey', 'username', 'token']) {
    it(`S051 without ${missing} it is FAILED`, async () => {
      const { username } = await newUser(server)
      const app = await newAuthenticator(server, username)
      const whole: Record<string, unknown> = { customerKey, username, token: app.nextCode(), authType: 'SOFT TOKEN' }
      for (const empty of [undefined, null, '']) isFailed(await validate({ ...whole, [missing]: empty }))
      await succeed(validate(whole))
    })
  }

  it("S052 without authType the user's own method is used", async () => {
    const { username } = await newUser(server, { authType: 'GOOGLE AUTHENTICATOR' })
    const app = await newAuthenticator(server, username)
    await succeed(validate({ customerKey, username, token: app.nextCode(), authType: null }))
    const texter = await newUser(server, { authType: 'SMS' })
    const unused = await newAuthenticator(server, texter.username)
    isFailed(
      await validate({ customerKey, username: texter.username, token: unused.nextCode() }),
      /Call challenge first/,
    )
  })

  it('S052 a user who chose no method may use his app', async () => {
    const { username } = await newUser(server)
    const app = await newAuthenticator(server, username)
    await succeed(validate({ customerKey, username, token: app.nextCode() }))
  })

  it('S052 a user whose own method is KBA does not get in by an app instead', async () => {
    const { username } = await newUser(server, { authType: 'KBA' })
    const app = await newAuthenticator(server, username)
    isFailed(await validate({ customerKey, username, token: app.nextCode() }))
  })

  it('S058 a user who set up nothing is FAILED like a wrong code', async () => {
    const { username } = await newUser(server)
    isFailed(await validate({ customerKey, username, token: '123456', authType: 'SOFT TOKEN' }), wrong)
    isFailed(await validate({ customerKey, username: 'nobody', token: '123456', authType: 'SOFT TOKEN' }), wrong)
  })

  it('S058 a secret that was offered and never confirmed is worth nothing', async () => {
    const { username } = await newUser(server)
    const { body } = await succeed(server.call('/auth/google-auth-secret', { customerKey, username }))
    const token = totp(String(body['secret']), server.now())
    isFailed(await validate({ customerKey, username, token, authType: 'GOOGLE AUTHENTICATOR' }), wrong)
  })

  it("S075 SOFT TOKEN overrides another method of the user's own", async () => {
    const { username } = await newUser(server, { authType: 'SMS' })
    const app = await newAuthenticator(server, username)
    await succeed(validate({ customerKey, username, token: app.nextCode(), authType: 'SOFT TOKEN' }))
  })

  it('Drupal and Joomla: a challenge first, then txId, username and a null authType', async () => {
    const { username } = await newUser(server)
    const app = await newAuthenticator(server, username)
    const asking = { customerKey, username, authType: 'GOOGLE AUTHENTICATOR' }
    const { txId } = (await succeed(server.call('/auth/challenge', asking))).body
    const body = { customerKey, username, txId, authType: null, answers: null }
    const code = app.nextCode()
    isFailed(await validate({ ...body, token: wrongCode(code) }), wrong)
    const answer = await succeed(validate({ ...body, token: code }))
    assert.equal(answer.body.txId, txId)
    assert.equal(answer.body['authType'], 'GOOGLE AUTHENTICATOR')
  })

  it('a code works once, with and without a challenge', async () => {
    const { username } = await newUser(server)
    const app = await newAuthenticator(server, username)
    const token = app.nextCode()
    const asking = { customerKey, username, authType: 'SOFT TOKEN' }
    const { txId } = (await succeed(server.call('/auth/challenge', asking))).body
    await succeed(validate({ ...asking, token }))
    isFailed(await validate({ ...asking, token }), /already used/)
    isFailed(await validate({ txId, token }), /already used/)
  })

  it("a code of one user's app does not let another in", async () => {
    const [one, two] = [await newUser(server), await newUser(server)]
    const app = await newAuthenticator(server, one.username)
    await newAuthenticator(server, two.username)
    isFailed(await validate({ customerKey, username: two.username, token: app.nextCode() }), wrong)
  })

  it("another customer's user looks like one who set up nothing", async () => {
    const key = await newCustomer(server)
    const { username } = stranger()
    const app = await newAuthenticator(server, username, key)
    const body = { username, token: app.nextCode(), authType: 'SOFT TOKEN' }
    isFailed(await validate({ ...body, customerKey }), wrong)
    await succeed(validate({ ...body, customerKey: key.customerKey }, { key }))
  })
})

describe('validate of a method that there is not', () => {
  it('is FAILED', async () => {
    const { username } = await newUser(server)
    isFailed(
      await validate({ customerKey, username, token: '123456', authType: 'PIGEON' }),
      /is not available. There are: SMS, /,
    )
  })
})

describe('validate without a transaction of methods that ask first', () => {
  const authTypes = [
    ...['SMS', 'EMAIL', 'WHATSAPP', 'PHONE VERIFICATION', 'OUT OF BAND SMS', 'OUT OF BAND EMAIL'],
    ...['PUSH NOTIFICATIONS', 'MOBILE AUTHENTICATION', 'VOICE AUTHENTICATION'],
  ]
  for (const authType of authTypes)
    it(`${authType} is FAILED, and the code that was sent still counts by its txId`, async () => {
      const { username } = await newUser(server)
      const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' }))
      const token = await server.codeFor(username)
      isFailed(await validate({ customerKey, username, token, authType }), /needs a transaction/)
      await succeed(validate({ txId: body.txId, token }))
    })
})

describe('validate says SUCCESS or FAILED whatever happens', () => {
  const refused: Record<string, () => Promise<Answered>> = {
    'no signature': async () => validate({ ...(await bodyOf()) }, { signed: false }),
    'a wrong signature': async () => validate(await bodyOf(), { key: { ...testKey, apiKey: 'another-key' } }),
    'an unknown customer': async () => validate(await bodyOf(), { key: { ...testKey, customerKey: 99_999 } }),
    'an empty Customer-Key, as WordPress 1.8 once sends it': async () =>
      validate(await bodyOf(), { headers: { 'Customer-Key': '' } }),
    'an old Timestamp': async () => validate(await bodyOf(), { timestamp: server.now() - 301_000 }),
    'a Timestamp of tomorrow': async () => validate(await bodyOf(), { timestamp: server.now() + 86_400_000 }),
    'another customerKey in the body': async () => validate({ ...(await bodyOf()), customerKey: 1 }),
    'an empty body': () => server.call('/auth/validate', ''),
    'broken JSON': () => server.call('/auth/validate', '{"txId": "a", '),
    'JSON that is no object': () => server.call('/auth/validate', '[{"txId": "a", "token": "123456"}]'),
    'a JSON null': () => server.call('/auth/validate', 'null'),
    'bytes that are not UTF-8': () => server.call('/auth/validate', Uint8Array.of(123, 255, 125)),
    'an empty object': () => validate({}),
    'a txId without token': async () => validate({ txId: (await asked(server)).txId }),
    'a token without txId': () => validate({ token: '123456' }),
    'an unknown transaction': () => validate({ txId: 'ba65583b-7c80-11e5-883e-0e2fb063e0f9', token: '123456' }),
    'a txId that is a number': () => validate({ txId: 12345, token: '123456' }),
    'a token that is a list': async () => validate({ txId: (await asked(server)).txId, token: ['123456'] }),
    'a disabled user': async () => {
      const { username } = await newUser(server)
      const { txId, code } = await asked(server)
      await succeed(server.call('/admin/users/disable', { customerKey, username }))
      isFailed(await validate({ customerKey, username, token: '123456' }))
      return validate({ txId, username, token: wrongCode(code) })
    },
    'a user who was disabled after the challenge': async () => {
      const { username } = await newUser(server)
      const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' }))
      await succeed(server.call('/admin/users/disable', { customerKey, username }))
      return validate({ txId: body.txId, token: await server.codeFor(username) })
    },
    'a user who was deleted after the challenge': async () => {
      const { username } = await newUser(server)
      const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' }))
      const token = await server.codeFor(username)
      await succeed(server.call('/admin/users/delete', { customerKey, username }))
      return validate({ txId: body.txId, token })
    },
    'a locked method': async () => {
      const { username } = await newUser(server)
      const app = await newAuthenticator(server, username)
      const body = { customerKey, username, authType: 'SOFT TOKEN' }
      for (let tries = 0; tries < 10; tries++) isFailed(await validate({ ...body, token: '00000a' }), wrong)
      return validate({ ...body, token: app.nextCode() })
    },
    'a body above 64 KiB': async () => validate({ ...(await bodyOf()), more: 'x'.repeat(65 * 1024) }),
    'a multipart body': async () =>
      validate(await bodyOf(), { headers: { 'content-type': 'multipart/form-data; boundary=x' } }),
    'a body in gzip': async () =>
      server.call('/auth/validate', gzipSync(JSON.stringify(await bodyOf())), {
        headers: { 'content-encoding': 'gzip' },
      }),
    'a body in another charset': async () =>
      validate(await bodyOf(), { headers: { 'content-type': 'application/json; charset=utf-16' } }),
  }
  for (const [name, send] of Object.entries(refused)) {
    it(`FAILED for ${name}`, async () => {
      const answer = await send()
      isFailed(answer)
      assert.ok([200, 413, 415].includes(answer.code), String(answer.code))
    })
  }

  for (const [name, code] of [
    ['413', 'a body above 64 KiB'],
    ['415', 'a multipart body'],
    ['415', 'a body in gzip'],
  ] as const)
    it(`${code} keeps its HTTP ${name}`, async () => {
      assert.equal((await refused[code]?.())?.code, Number(name))
    })

  it('a right answer is accepted after all of that', async () => {
    const { txId, code } = await asked(server)
    await succeed(validate({ txId, token: code }))
  })

  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
    it(`FAILED for ${method}, which decides nothing`, async () => {
      const { txId, code } = await asked(server)
      const headers = { ...sign(testKey, server.now()), 'content-type': 'application/json' }
      const query = new URLSearchParams({ txId, token: code })
      const body = method === 'GET' ? null : JSON.stringify({ txId, token: code })
      const response = await fetch(`${server.baseUrl}${path}?${query}`, { method, headers, body })
      assert.equal(response.status, 404)
      assert.equal((await answered(response)).body.status, 'FAILED')
      await succeed(validate({ txId, token: code }))
    })
  }

  async function bodyOf(): Promise<{ txId: string; token: string }> {
    const { txId, code } = await asked(server)
    return { txId, token: code }
  }
})

describe('validate says FAILED on the bare wire', () => {
  const host = { Host: 'localhost' }
  const requests: Record<string, () => string> = {
    'HTTP/1.0': () => requestText(`POST ${path} HTTP/1.0`, sign(testKey, server.now()), '{}'),
    'an unknown method': () => requestText(`BREW ${path} HTTP/1.1`, host, '{}'),
    'a method without a body': () => requestText(`QUERY ${path} HTTP/1.1`, host),
    'no Host header': () => requestText(`POST ${path} HTTP/1.1`, {}, '{}'),
    'an expectation nobody can meet': () =>
      requestText(`POST ${path} HTTP/1.1`, { ...host, Expect: 'a miracle' }, '{}'),
    'a path that cannot be decoded': () => requestText(`POST ${path}%zz HTTP/1.1`, host, '{}'),
    'a path below it': () => requestText(`POST ${path}/more HTTP/1.1`, host, '{}'),
    'a doubled slash': () => requestText(`POST /${path} HTTP/1.1`, host, '{}'),
    'no content type': () => requestText(`POST ${path} HTTP/1.1`, host, '{}'),
    'a content type that is none': () =>
      requestText(`POST ${path} HTTP/1.1`, { ...host, 'Content-Type': 'json' }, '{}'),
    'an empty content type': () => requestText(`POST ${path} HTTP/1.1`, { ...host, 'Content-Type': '' }, '{}'),
    'two lengths': () => requestText(`POST ${path} HTTP/1.1`, { ...host, 'content-length': '5' }, '{}'),
    'a length and chunks': () =>
      requestText(`POST ${path} HTTP/1.1`, { ...host, 'Transfer-Encoding': 'chunked' }, '{}'),
    'headers above 16 KiB': () => requestText(`POST ${path} HTTP/1.1`, { ...host, More: 'x'.repeat(17_000) }, '{}'),
    'no HTTP at all': () => '{"txId":"a","token":"123456"}\r\n\r\n',
  }
  for (const [name, write] of Object.entries(requests)) {
    it(`FAILED for ${name}`, async () => {
      const answer = await exchange(server.baseUrl, write())
      assert.equal(answer.body.status, 'FAILED', answer.head + answer.text)
      assert.equal(typeof answer.body.message, 'string')
      assert.ok(answer.code < 500)
    })
  }
})

describe('validate says FAILED when the server cannot go on', () => {
  it('FAILED while the server stops', async () => {
    const stopping = await startServer()
    const { txId, code } = await asked(stopping)
    const body = JSON.stringify({ txId, token: code })
    const request = () => {
      const headers = Object.entries({ Host: 'localhost', ...sign(testKey, stopping.now()) })
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      return `POST ${path} HTTP/1.1\r\n${lines}Content-Length: ${body.length}\r\n\r\n`
    }
    const { hostname, port } = new URL(stopping.baseUrl)
    // One request is under way when the stop comes, and a second one follows it on the same connection.
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('error', () => undefined) // hung up on: nothing was said, and nothing accepted
    const closed = new Promise((resolve) => socket.on('close', resolve))
    const underWay = once(stopping.assembled.app.server, 'request')
    socket.write(request())
    await underWay
    const stop = stopping.close()
    await sleep(50)
    socket.write(body)
    await eventually(() => received !== '' || socket.destroyed, 5_000)
    if (!socket.destroyed) socket.write(request() + body)
    await sleep(200)
    socket.end()
    await Promise.all([closed, stop])
    assert.equal(readAnswer(received).code, 200)
    const second = received.indexOf('HTTP/1.1', 8)
    if (second > 0) assert.equal(readAnswer(received.slice(second)).body.status, 'FAILED', received.slice(second))
  })

  it('FAILED, with HTTP 200, when the database is gone', async () => {
    const broken = await startServer()
    const { txId, code } = await asked(broken)
    await broken.assembled.store.close()
    const answer = await broken.call('/auth/validate', { txId, token: code })
    isFailed(answer, 'Something went wrong here. Try again.')
    assert.equal(answer.code, 200)
    await broken.close().catch(() => undefined) // its database is closed already
    await broken.place.remove()
  })
})
