import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Gateway, saying, startGateway } from '../channels/http-server.ts'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { customerWith, eventually } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

const { customerKey } = testKey
/** Each look is a process of its own. */
const waitMs = 20_000

interface Event {
  readonly id: string
  readonly event: string
  readonly username: string
  readonly state: string
  readonly tries: number
  readonly lastCode: number | null
  readonly nextTryAt: string | null
}

for (const name of databaseNames) {
  describe(`webhooks while a server runs on ${name}`, () => {
    let server: TestServer
    let site: Gateway
    before(async () => {
      server = await startServer(name)
      site = await startGateway()
    })
    after(async () => {
      await site.stop()
      await server.close()
    })

    const own = ['--customer', String(customerKey)]
    const command = (...words: string[]) => countersign(server.place, ['webhooks', ...words])
    const events = async () => (await json<{ events: Event[] }>(server.place, ['webhooks', 'list', ...own])).events

    it('none are listed while there are none', async () => {
      assert.deepEqual(await events(), [])
      assert.match((await command('list')).stdout, /has no events\.\n$/)
    })

    it('nothing is sent again where nothing is sent at all', async () => {
      const { code, stderr } = await command('resend', 'anything')
      assert.equal(code, 1)
      assert.match(stderr, /has no webhookUrl, so nothing is sent\. Set it: npx countersign settings set webhookUrl/)
    })

    it('are listed with what the site answered, and sent again by hand with the same id', async () => {
      site.answer = saying(500)
      await server.set('webhookUrl', site.url)
      await server.set('webhookSecret', 'a-secret-of-the-webhooks')
      const username = 'hook@example.com'
      await server.call('/admin/users/create', { customerKey, username, phone: '+15551112222' })
      await server.call('/admin/users/update', { customerKey, username, phone: '+15551112223' })
      assert.ok(await eventually(async () => (await events())[0]?.lastCode === 500, waitMs))
      const [event] = await events()
      assert.deepEqual([event?.event, event?.username, event?.state], ['contact-changed', username, 'waiting'])
      assert.ok(Date.parse(event?.nextTryAt ?? '') > Date.now())
      const { stdout } = await command('list')
      assert.match(
        stdout,
        new RegExp(`^${event?.id} +20\\S+ +contact-changed +${username} +waiting +[1-9] +500 +20`, 'm'),
      )
      assert.doesNotMatch(stdout, /a-secret/)

      site.answer = saying(204)
      const resent = await command('resend', event?.id ?? '')
      assert.equal(resent.code, 0, resent.stderr)
      assert.ok(await eventually(async () => (await events())[0]?.state === 'delivered', waitMs))
      const ids = site.came.map(({ headers }) => headers['countersign-event'])
      assert.deepEqual([...new Set(ids)], [event?.id])
      const [delivered] = await events()
      assert.deepEqual([delivered?.lastCode, delivered?.nextTryAt], [204, null])

      const count = site.came.length
      const again = await json(server.place, ['webhooks', 'resend', event?.id ?? ''])
      assert.deepEqual(again, { customerKey, id: event?.id })
      assert.ok(await eventually(() => site.came.length > count, waitMs))
    })

    it('of another customer are neither listed nor sent', async () => {
      const [event] = await events()
      const settings = { webhookUrl: site.url, webhookSecret: 'a-secret-of-another-site' }
      const other = String((await customerWith(server, settings)).customerKey)
      const count = site.came.length
      assert.match((await command('list', '--customer', other)).stdout, /has no events/)
      const { code, stderr } = await command('resend', event?.id ?? '', '--customer', other)
      assert.equal(code, 1)
      assert.match(stderr, new RegExp(`^Customer ${other} has no event ${event?.id}\\.`))
      assert.equal(site.came.length, count)
    })
  })
}
