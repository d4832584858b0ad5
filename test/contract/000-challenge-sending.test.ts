import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, answered, inbox, sign, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { asked, customerKey, deliveryOf, newUser, refused, stranger } from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const path = '/auth/challenge'
const inboxOf = (contact: string) => inbox(server.baseUrl, contact)
const isRefused = (answer: Answered, contact?: string) => refused(server, answer, contact)

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
