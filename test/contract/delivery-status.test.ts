import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { signatureOf } from '../../server/api/receipts/signature.ts'
import { type Gateway, saying, startGateway } from '../channels/http-server.ts'
import { type CallOptions, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { customerKey, newAuthenticator, newCustomer, newUser, stranger, succeed } from './people.ts'

interface Try {
  readonly provider: string
  readonly outcome: string
  readonly reference: string | null
  readonly detail: string | null
  readonly time: string
  readonly receipt: string | null
  readonly receiptTime: string | null
}

interface Delivery {
  readonly channel: string
  readonly contact: string
  readonly state: string
  readonly reason: string | null
  readonly time: string | null
  readonly provider: string | null
  readonly receipt: string | null
  readonly tries: readonly Try[]
}

for (const database of databaseNames) {
  describe(`delivery-status on ${database}`, () => {
    let server: TestServer
    let gateway: Gateway
    before(async () => {
      server = await startServer(database)
      gateway = await startGateway()
    })
    after(async () => {
      await gateway.stop()
      await server.close()
    })

    const ask = (txId: unknown, options: CallOptions = {}) =>
      server.call('/auth/delivery-status', { txId }, { timestamp: server.now(), ...options })

    async function deliveriesOf(txId: unknown): Promise<readonly Delivery[]> {
      const { body } = await succeed(ask(txId))
      assert.equal(body.txId, txId)
      return body['deliveries'] as Delivery[]
    }

    async function challenged(body: object): Promise<string> {
      const answer = await succeed(server.call('/auth/challenge', { customerKey, ...body }))
      return String(answer.body.txId)
    }

    const smsTo = (phone = stranger().phone) => challenged({ phone, authType: 'SMS' })

    it('tells of each message: its way, who took it and when, and the contact masked', async () => {
      const { username: email, phone } = stranger()
      const deliveries = await deliveriesOf(await challenged({ phone, email, authType: 'SMS AND EMAIL' }))
      const byChannel = new Map(deliveries.map((one) => [one.channel, one]))
      assert.deepEqual([...byChannel.keys()].sort(), ['email', 'sms'])
      const { time, tries, ...sms } = byChannel.get('sms') ?? assert.fail()
      assert.deepEqual(sms, {
        channel: 'sms',
        contact: `xxxxxxxx${phone.slice(-4)}`,
        state: 'sent',
        reason: null,
        provider: 'inbox',
        receipt: null,
      })
      assert.ok(Math.abs(Number(time) - server.now()) < 10_000)
      assert.equal(tries.length, 1)
      assert.deepEqual([tries[0]?.provider, tries[0]?.outcome], ['inbox', 'taken'])
      assert.match(byChannel.get('email')?.contact ?? '', /^px+@example\.com$/)
    })

    it('never holds a full contact, a code or the text', async () => {
      const { username: email, phone } = stranger()
      const txId = await challenged({ phone, email, authType: 'SMS AND EMAIL' })
      const { text } = await ask(txId)
      for (const secret of [email, phone, await server.codeFor(email), 'Do not share'])
        assert.ok(!text.includes(secret), secret)
    })

    it('tells of no message for an authenticator app', async () => {
      const { username } = await newUser(server)
      await newAuthenticator(server, username)
      assert.deepEqual(await deliveriesOf(await challenged({ username, authType: 'GOOGLE AUTHENTICATOR' })), [])
    })

    it('keeps every try in order, and the receipt that comes later', async () => {
      const twilio = {
        id: 'tw',
        type: 'twilio',
        via: ['sms'],
        baseUrl: gateway.url,
        accountSid: 'AC1',
        from: '+15550001',
      }
      const web = { id: 'web', type: 'http', via: ['sms'], url: `${gateway.url}/web` }
      gateway.answer = (response, { url }) =>
        url.startsWith('/web') ? saying(400)(response) : saying(201, '{"sid":"SM77"}')(response)
      await server.set('providers', JSON.stringify([web, { ...twilio, authToken: 'a-token' }]), 0)

      const txId = await smsTo()
      const [before] = await deliveriesOf(txId)
      assert.deepEqual([before?.state, before?.provider, before?.receipt], ['sent', 'tw', null])
      assert.deepEqual(
        before?.tries.map(({ provider, outcome, reference }) => [provider, outcome, reference]),
        [
          ['web', 'failed', null],
          ['tw', 'taken', 'SM77'],
        ],
      )
      assert.match(before?.tries[0]?.detail ?? '', /400/)
      assert.ok(Number(before?.tries[0]?.time) <= Number(before?.tries[1]?.time))

      const form = new URLSearchParams({ MessageSid: 'SM77', MessageStatus: 'delivered' })
      const url = `${server.baseUrl}/receipts/tw`
      const headers = { 'x-twilio-signature': signatureOf('a-token', url, form) }
      assert.equal((await fetch(url, { method: 'POST', headers, body: form })).status, 204)
      const [after] = await deliveriesOf(txId)
      assert.equal(after?.receipt, 'delivered')
      assert.equal(after?.tries[1]?.receipt, 'delivered')
      assert.equal(after?.tries[1]?.detail, 'delivered')
      assert.ok(Math.abs(Number(after?.tries[1]?.receiptTime) - server.now()) < 10_000)

      gateway.answer = saying(400)
      const email = stranger().username
      const half = await challenged({ phone: stranger().phone, email, authType: 'SMS AND EMAIL' })
      const failed = (await deliveriesOf(half)).find(({ channel }) => channel === 'sms')
      assert.deepEqual([failed?.state, failed?.provider, failed?.receipt], ['failed', null, null])
      assert.match(failed?.reason ?? '', /400/)
      await server.set('providers', '[]', 0)
    })

    it('is told after the transaction ended as before', async () => {
      const { username: email } = stranger()
      const txId = await challenged({ email, authType: 'EMAIL' })
      const before = await deliveriesOf(txId)
      await succeed(server.call('/auth/validate', { txId, token: await server.codeFor(email) }))
      assert.deepEqual(await deliveriesOf(txId), before)
    })

    it("another customer's transaction is as unknown as one that never was", async () => {
      const key = await newCustomer(server)
      const txId = await smsTo()
      const foreign = await ask(txId, { key })
      const nothing = await ask('ba65583b-7c80-11e5-883e-0e2fb063e0f9', { key })
      for (const { code, body } of [foreign, nothing]) {
        assert.equal(code, 200)
        assert.deepEqual(
          [body.status, body.message, body['deliveries']],
          ['ERROR', 'There is no such transaction.', undefined],
        )
      }
      for (const odd of ['x', 0, -12345]) assert.equal((await ask(odd)).body.status, 'ERROR')
    })

    it('wants a signature, also where auth-status wants none', async () => {
      const txId = await smsTo()
      for (const options of [{ signed: false }, { key: { ...testKey, apiKey: 'another-key' } }]) {
        const { code, body } = await ask(txId, options)
        assert.deepEqual([code, body.status, body['deliveries']], [200, 'ERROR', undefined])
      }
    })

    it('may be asked again with the very same request', async () => {
      const txId = await smsTo()
      const timestamp = server.now()
      const [first, second] = [await ask(txId, { timestamp }), await ask(txId, { timestamp })]
      assert.equal(first.body.status, 'SUCCESS')
      assert.equal(second.text, first.text)
    })

    it('is refused by name without a txId', async () => {
      const { body } = await server.call('/auth/delivery-status', {})
      assert.deepEqual([body.status, body.message], ['ERROR', 'Missing: txId.'])
    })
  })
}
