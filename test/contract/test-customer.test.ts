import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answered, inbox, type Key, wrongCode } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import { newCustomer, stranger, succeed } from './people.ts'

let server: TestServer
let key: Key
/** What reached the gateway that every real customer is served by. */
let atGateway: string[]
const gateway = createServer((request, response) => {
  atGateway.push(request.url ?? '')
  request.resume()
  response.end('ok')
})

before(async () => {
  atGateway = []
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const { port } = gateway.address() as AddressInfo // listening on TCP
  const url = `http://127.0.0.1:${port}/?to={to}&text={text}`
  server = await startServer()
  await server.set(
    'providers',
    JSON.stringify([{ id: 'gateway', type: 'http', via: ['sms', 'call'], method: 'GET', url }]),
    0,
  )
  key = await newCustomer(server, { isTest: 'true' })
})
after(async () => {
  await server.close()
  gateway.close()
})

const challenge = (body: object, signer = key) =>
  server.call('/auth/challenge', { customerKey: signer.customerKey, ...body }, { key: signer })
const bySms = (phone: string, signer = key) => challenge({ phone, authType: 'SMS' }, signer)
const validate = (txId: unknown, token: string, signer = key) =>
  server.call('/auth/validate', { txId, token }, { key: signer })
const statusOf = async (txId: unknown) =>
  (await server.call('/auth/auth-status', { txId }, { signed: false })).body.status
const deliveryOf = ({ body }: Answered) => body['phoneDelivery'] as { contact: string; sendStatus: string } | undefined

/** Phone numbers that no other test of the file uses. */
let count = 0
const phoneEnding = (end: string) => `+1555${200 + ++count}${end}`

describe('a test customer', () => {
  it('reaches no gateway, and a real one beside it does', async () => {
    for (const authType of ['SMS', 'PHONE VERIFICATION', 'WHATSAPP', 'OUT OF BAND SMS'])
      await succeed(challenge({ phone: phoneEnding('1234'), authType }))
    assert.deepEqual(atGateway, [])
    const real = await newCustomer(server)
    await succeed(bySms(phoneEnding('0001'), real))
    assert.equal(atGateway.length, 1)
    atGateway = []
  })

  it('has notices that reach no gateway either', async () => {
    const { username } = stranger()
    const phone = phoneEnding('7777')
    const call = (name: string, body: object) =>
      succeed(server.call(`/admin/users/${name}`, { customerKey: key.customerKey, username, ...body }, { key }))
    await call('create', { phone })
    await call('update', { email: 'new@example.com', phone: phoneEnding('8888') })
    const deadlineMs = Date.now() + 10_000
    while ((await inbox(server.baseUrl, username)).length === 0) {
      assert.ok(Date.now() < deadlineMs, 'the notice is in the inbox')
      await sleep(100)
    }
    assert.deepEqual(atGateway, [])
  })

  it('shows its messages in the inbox, marked as a test', async () => {
    const phone = phoneEnding('1234')
    const email = stranger().username
    await succeed(challenge({ phone, email, authType: 'SMS AND EMAIL' }))
    const [text] = await inbox(server.baseUrl, phone)
    const [mail] = await inbox(server.baseUrl, email)
    assert.deepEqual([text?.channel, mail?.channel], ['sms (test)', 'email (test)'])
    assert.match(text?.text ?? '', /^123456 is your /)
  })

  it('has the code 123456, and more digits of 12345678 where codes are longer', async () => {
    for (const [length, code] of [
      ['6', '123456'],
      ['7', '1234567'],
      ['8', '12345678'],
    ] as const) {
      const long = await newCustomer(server, { isTest: 'true', codeLength: length })
      const asked = await succeed(bySms(phoneEnding('1234'), long))
      assert.equal((await validate(asked.body.txId, code, long)).body.status, 'SUCCESS')
    }
  })

  it('keeps the rules: a code works once, and five wrong ones end it', async () => {
    const first = await succeed(bySms(phoneEnding('0001')))
    assert.equal((await validate(first.body.txId, '123456')).body.status, 'SUCCESS')
    assert.match((await validate(first.body.txId, '123456')).body.message ?? '', /already used/)

    const second = await succeed(bySms(phoneEnding('0001')))
    for (let tries = 0; tries < 5; tries++)
      assert.equal((await validate(second.body.txId, wrongCode('123456'))).body.status, 'FAILED')
    assert.match((await validate(second.body.txId, '123456')).body.message ?? '', /Too many wrong answers/)
  })

  it('has its audit, with a decision that was made by itself too', async () => {
    const fresh = await newCustomer(server, { isTest: 'true' })
    const { audit } = server.assembled.store.read
    const rows = async () => {
      await server.assembled.store.closeAudit(server.now())
      const { rows, problem } = await audit.verify(fresh.customerKey)
      assert.equal(problem, null)
      return rows
    }
    const { body } = await succeed(bySms(phoneEnding('0001'), fresh))
    assert.equal(await rows(), 1)
    await validate(body.txId, '123456', fresh)
    assert.equal(await rows(), 2)
    await succeed(challenge({ email: 'deny@test.example', authType: 'OUT OF BAND EMAIL' }, fresh))
    await sleep(1_500)
    assert.equal(await rows(), 4)
  })

  it('has authenticator apps as everybody has', async () => {
    const { username } = stranger()
    const body = { customerKey: key.customerKey, username }
    const offered = await succeed(server.call('/auth/google-auth-secret', body, { key }))
    const secret = String(offered.body['secret'])
    const confirm = (otpToken: string) =>
      server.call('/auth/validate-google-auth-secret', { ...body, secret, otpToken }, { key })
    assert.equal((await confirm(wrongCode(totp(secret, server.now())))).body.status, 'FAILED')
    assert.equal((await confirm(totp(secret, server.now()))).body.status, 'SUCCESS')
  })
})

describe('a magic phone number', () => {
  it('ending 0001 is delivered', async () => {
    const answer = await succeed(bySms(phoneEnding('0001')))
    assert.equal(deliveryOf(answer)?.sendStatus, 'SUCCESS')
  })

  it('ending 0002 is not delivered, and there is no transaction', async () => {
    const phone = phoneEnding('0002')
    const answer = await bySms(phone)
    assert.equal(answer.body.status, 'ERROR')
    assert.equal(answer.body.txId, undefined)
    assert.equal(deliveryOf(answer)?.sendStatus, 'ERROR')
    assert.deepEqual(await inbox(server.baseUrl, phone), [])
  })

  it('ending 0002 beside an address that works is one of two', async () => {
    const { body } = await succeed(
      challenge({ phone: phoneEnding('0002'), email: stranger().username, authType: 'SMS AND EMAIL' }),
    )
    assert.equal((body['phoneDelivery'] as { sendStatus: string }).sendStatus, 'ERROR')
    assert.equal((body['emailDelivery'] as { sendStatus: string }).sendStatus, 'SUCCESS')
    assert.equal((await validate(body.txId, '123456')).body.status, 'SUCCESS')
  })

  it('ending 0003 is delivered and has expired at once', async () => {
    const answer = await succeed(bySms(phoneEnding('0003')))
    assert.equal(deliveryOf(answer)?.sendStatus, 'SUCCESS')
    const validated = await validate(answer.body.txId, '123456')
    assert.equal(validated.body.status, 'FAILED')
    assert.match(validated.body.message ?? '', /has expired/)
    assert.equal(await statusOf(answer.body.txId), 'ERROR')
  })

  it('ending 0004 is locked, for strangers and for users, and nothing is sent', async () => {
    const phone = phoneEnding('0004')
    const { username } = stranger()
    await succeed(server.call('/admin/users/create', { customerKey: key.customerKey, username, phone }, { key }))
    for (const answer of [await bySms(phone), await challenge({ username, authType: 'SMS' })]) {
      assert.equal(answer.body.status, 'FAILED')
      assert.match(answer.body.message ?? '', /locked for a while/)
    }
    assert.deepEqual(await inbox(server.baseUrl, phone), [])
    // Only what goes to the number: the user himself is not locked.
    await succeed(challenge({ username, authType: 'EMAIL' }))
  })

  it('is not limited and counts nowhere; every other contact does', async () => {
    const magic = phoneEnding('0001')
    for (let times = 0; times < 30; times++) await succeed(bySms(magic))
    const plain = phoneEnding('1234')
    const answers = []
    for (let times = 0; times < 6; times++) answers.push(await bySms(plain))
    assert.match(answers.at(-1)?.body.message ?? '', /Too many messages/)
  })

  it('is nothing special for a real customer', async () => {
    const real = await newCustomer(server)
    const answer = await succeed(bySms(phoneEnding('0003'), real))
    assert.equal((await validate(answer.body.txId, '123456', real)).body.status, 'FAILED')
    assert.equal(await statusOf(answer.body.txId), 'IN_PROGRESS')
    assert.equal((await bySms(phoneEnding('0004'), real)).body.status, 'SUCCESS')
    assert.equal((await bySms(phoneEnding('0002'), real)).body.status, 'SUCCESS')
  })
})

describe('a magic address', () => {
  const byLink = (email: string, more: object = {}) => challenge({ email, authType: 'OUT OF BAND EMAIL', ...more })

  /** The first state that is not waiting. */
  async function settled(txId: unknown): Promise<unknown> {
    const deadlineMs = Date.now() + 10_000
    for (;;) {
      const status = await statusOf(txId)
      if (status !== 'IN_PROGRESS') return status
      assert.ok(Date.now() < deadlineMs, 'it settles')
      await sleep(50)
    }
  }

  it('approve@test.example accepts by itself about a second later', async () => {
    const start = Date.now()
    const { body } = await succeed(byLink('approve@test.example'))
    assert.equal(await statusOf(body.txId), 'IN_PROGRESS')
    assert.equal(await settled(body.txId), 'SUCCESS')
    assert.ok(Date.now() - start >= 900)
  })

  it('deny@test.example denies, and asking him again and again pauses nothing', async () => {
    for (let times = 0; times < 4; times++) {
      const { body } = await succeed(byLink('deny@test.example'))
      assert.equal(await settled(body.txId), 'DENIED')
    }
  })

  it('timeout@test.example has expired at once', async () => {
    const { body } = await succeed(byLink('timeout@test.example'))
    assert.equal(await statusOf(body.txId), 'ERROR')
  })

  it('counts for a user of that name, by text message too, and with a match number that is shown', async () => {
    const username = 'approve@test.example'
    await succeed(
      server.call(
        '/admin/users/create',
        { customerKey: key.customerKey, username, phone: phoneEnding('1234') },
        { key },
      ),
    )
    for (const authType of ['OUT OF BAND EMAIL', 'OUT OF BAND SMS']) {
      const { body } = await succeed(challenge({ username, authType, showsMatchNumber: true }))
      assert.equal(body['matchNumber'], '12')
      assert.equal(await settled(body.txId), 'SUCCESS')
    }
  })

  it('decides one question only: a newer one replaces it', async () => {
    const first = await succeed(byLink('approve@test.example'))
    const second = await succeed(byLink('approve@test.example'))
    assert.equal(await settled(second.body.txId), 'SUCCESS')
    assert.equal(await statusOf(first.body.txId), 'FAILED')
  })

  it('only takes codes as everybody does', async () => {
    const { body } = await succeed(challenge({ email: 'deny@test.example', authType: 'EMAIL' }))
    assert.equal((await validate(body.txId, '123456')).body.status, 'SUCCESS')
  })

  it('is nobody for a real customer', async () => {
    const real = await newCustomer(server)
    const { body } = await succeed(challenge({ email: 'approve@test.example', authType: 'OUT OF BAND EMAIL' }, real))
    await sleep(1_500)
    assert.equal(await statusOf(body.txId), 'IN_PROGRESS')
  })
})

describe('without an inbox', () => {
  it('a test customer works all the same, and the server stops cleanly while somebody is thinking', async () => {
    const quiet = await startServer('SQLite', { COUNTERSIGN_INBOX: 'off' })
    const signer = await newCustomer(quiet, { isTest: 'true' })
    const call = (path: string, body: object) => quiet.call(path, body, { key: signer })
    const { body } = await succeed(
      call('/auth/challenge', { customerKey: signer.customerKey, phone: '+15551230001', authType: 'SMS' }),
    )
    await succeed(call('/auth/validate', { txId: body.txId, token: '123456' }))
    await succeed(
      call('/auth/challenge', {
        customerKey: signer.customerKey,
        email: 'approve@test.example',
        authType: 'OUT OF BAND EMAIL',
      }),
    )
    await quiet.close()
    await sleep(1_200)
  })
})
