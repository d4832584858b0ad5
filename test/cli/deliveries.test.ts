import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Gateway, saying, startGateway } from '../channels/http-server.ts'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { customerWith } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

const { customerKey } = testKey

interface Delivery {
  readonly challenge: string | null
  readonly channel: string
  readonly contact: string
  readonly state: string
  readonly reason: string | null
  readonly provider: string | null
  readonly tries: readonly { readonly provider: string; readonly outcome: string; readonly detail: string | null }[]
}

for (const name of databaseNames) {
  describe(`deliveries while a server runs on ${name}`, () => {
    let server: TestServer
    let gateway: Gateway
    before(async () => {
      server = await startServer(name)
      gateway = await startGateway()
    })
    after(async () => {
      await gateway.stop()
      await server.close()
    })

    const command = (...words: string[]) => countersign(server.place, ['deliveries', 'list', ...words])
    const listed = async (...words: string[]) =>
      (await json<{ deliveries: Delivery[] }>(server.place, ['deliveries', 'list', ...words])).deliveries
    const challenge = async (body: object) => (await server.call('/auth/challenge', { customerKey, ...body })).body

    it('none are listed while there are none', async () => {
      assert.deepEqual(await listed(), [])
      assert.match((await command()).stdout, /has no messages\.\n$/)
    })

    it('those of a challenge are listed with masked contacts and every try', async () => {
      await challenge({ email: 'other@example.com', authType: 'EMAIL' })
      const { txId = '' } = await challenge({ email: 'somebody@example.com', authType: 'EMAIL' })
      const [one, ...others] = await listed('--challenge', txId)
      assert.equal(others.length, 0)
      assert.deepEqual(
        [one?.challenge, one?.channel, one?.contact, one?.state, one?.provider],
        [txId, 'email', 'sxxxxxxx@example.com', 'sent', 'inbox'],
      )
      const { stdout } = await command('--challenge', txId)
      assert.match(stdout, new RegExp(`^20\\S+ +${txId} +email +sxxxxxxx@example\\.com +sent +inbox`, 'm'))
      assert.match(stdout, /^ {2}try +taken +inbox +20/m)
      assert.doesNotMatch(stdout, /somebody|\b\d{6}\b/)
    })

    it('of a challenge that was refused because nobody took its message tell why, newest first', async () => {
      gateway.answer = saying(400)
      const providers = ['first', 'second'].map((id) => ({ id, type: 'http', via: ['sms'], url: gateway.url }))
      await server.set('providers', JSON.stringify(providers), 0)
      const refused = await challenge({ phone: '+15551112222', authType: 'SMS' })
      assert.equal(refused.txId, undefined)
      const [newest] = await listed('--limit', '1')
      assert.deepEqual([newest?.state, newest?.contact, newest?.provider], ['failed', 'xxxxxxxx2222', null])
      assert.deepEqual(
        newest?.tries.map(({ provider, outcome, detail }) => [provider, outcome, detail]),
        [
          ['first', 'failed', 'the server answered 400'],
          ['second', 'failed', 'the server answered 400'],
        ],
      )
      assert.match((await command('--limit', '1')).stdout, /failed +- +the server answered 400$/m)
    })

    it('of another customer, or of nothing, are refused', async () => {
      const { txId = '' } = await challenge({ email: 'mine@example.com', authType: 'EMAIL' })
      const other = String((await customerWith(server)).customerKey)
      for (const words of [
        ['--challenge', txId, '--customer', other],
        ['--challenge', 'nothing', '--customer', other],
      ]) {
        const { code, stderr } = await command(...words)
        assert.equal(code, 1)
        assert.match(stderr, new RegExp(`^Customer ${other} has no challenge`))
      }
      assert.deepEqual(await listed('--customer', other), [])
    })
  })
}
