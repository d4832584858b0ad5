import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sendWebhooks, type WebhookPorts } from '../../server/webhooks.ts'
import { type Answered, codeFor, type InboxEntry, inbox, type Key, post, wrongCode } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import {
  accept,
  customerWith,
  eventually,
  linksFor,
  type Nodes,
  newAddress,
  newPhone,
  startNodes,
  wrongNumber,
} from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'

const secret = 'a-webhook-secret-of-the-tests'
/** Two sweeps of every node: what is sent twice has come twice by then. */
const twoSweepsMs = 4_500

interface Hook {
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: { id: string; event: string; username: string; userId: string; customerKey: string; atMs: number }
}

/** A customer's site on loopback that keeps what it is told. */
interface Site {
  readonly url: string
  readonly hooks: Hook[]
  /** The status of the next answers; the last one stays. */
  answers: number[]
  of(customerKey: number): Hook[]
  /** Refuses connections until `open`. */
  close(): Promise<void>
  open(): Promise<void>
}

async function startSite(): Promise<Site> {
  const hooks: Hook[] = []
  let port = 0
  let server: Server | undefined
  const site: Site = {
    get url() {
      return `http://127.0.0.1:${port}/hooks`
    },
    hooks,
    answers: [200],
    of: (customerKey) => hooks.filter(({ body }) => body.customerKey === String(customerKey)),
    async close() {
      server?.close()
      server?.closeAllConnections()
      if (server) await once(server, 'close')
      server = undefined
    },
    async open() {
      server = createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk)
        const text = Buffer.concat(chunks).toString()
        hooks.push({ headers: request.headers, text, body: JSON.parse(text) })
        const [status = 200] = site.answers.length > 1 ? site.answers.splice(0, 1) : site.answers
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('thanks')
      })
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port // listening on TCP
    },
  }
  await site.open()
  return site
}

/** What a node does every moment: the ports of `sendWebhooks` on a store and a clock. */
function portsOf({ assembled: { store }, now }: TestServer): WebhookPorts {
  return {
    clock: now,
    async target(customerId) {
      const customer = await store.read.customers.find(customerId)
      const { webhookUrl, webhookSecret } = customer?.settings ?? { webhookUrl: '', webhookSecret: '' }
      return webhookUrl ? { url: webhookUrl, secret: webhookSecret, isPrivateAllowed: true } : undefined
    },
    claimDue: (nowMs, leaseUntilMs, limit) => store.write((tx) => tx.webhooks.claimDue(nowMs, leaseUntilMs, limit)),
    record: (id, code, isDelivered, nextTryAtMs) =>
      store.write((tx) => tx.webhooks.record(id, code, isDelivered, nextTryAtMs)),
  }
}

function isSigned({ headers, text }: Hook, nowMs: number): void {
  const [, seconds = '', signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['countersign-signature'])) ?? []
  assert.ok(Math.abs(Number(seconds) * 1000 - nowMs) < 60_000, `signed at ${seconds}`)
  assert.equal(signature, createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex'))
}

const isSuccess = ({ body }: Answered) => body.status === 'SUCCESS'

// Most of the time is waiting for what must not come; each test has a customer of its own.
for (const database of databaseNames)
  describe(`a notice on ${database === 'PostgreSQL' ? 'two processes on PostgreSQL' : database}`, {
    concurrency: 6,
  }, () => {
    let nodes: Nodes
    let site: Site
    before(async () => {
      nodes = await startNodes(database)
      site = await startSite()
    })
    after(async () => {
      await nodes.close()
      await site.close()
    })

    const customer = (settings: Record<string, string> = {}) =>
      customerWith(nodes.server, { webhookUrl: site.url, webhookSecret: secret, ...settings }, 'Example Bank')

    function caller(key: Key) {
      return async (path: string, body: object, node: 0 | 1 = 0) =>
        nodes.call(node, path, { customerKey: key.customerKey, ...body }, { key })
    }

    interface Someone {
      readonly key: Key
      readonly username: string
      readonly phone: string
      call(path: string, body: object, node?: 0 | 1): Promise<Answered>
    }

    async function someone(fields: object = {}, settings: Record<string, string> = {}): Promise<Someone> {
      const key = await customer(settings)
      const person = { username: newAddress(), phone: newPhone() }
      const call = caller(key)
      assert.ok(isSuccess(await call('/admin/users/create', { ...person, ...fields })))
      return { key, ...person, call }
    }

    const noticesTo = async (contact: string): Promise<InboxEntry[]> =>
      (await inbox(nodes.urls[0], contact)).filter(({ text }) => text.includes('If this was not you'))

    /** Exactly one message at the contact and one event at the site, also a while later. */
    async function isToldOnce(
      { key, username }: Pick<Someone, 'key' | 'username'>,
      contact: string,
      event: string,
      says: RegExp,
    ): Promise<void> {
      const ports = portsOf(nodes.server)
      assert.ok(await eventually(async () => (await noticesTo(contact)).length > 0), 'a message came')
      await sendWebhooks(ports)
      assert.ok(await eventually(() => site.of(key.customerKey).length > 0), 'an event came')
      await Promise.all([sendWebhooks(ports), sendWebhooks(ports), sleep(twoSweepsMs)])
      const messages = await noticesTo(contact)
      assert.equal(messages.length, 1)
      assert.match(messages[0]?.text ?? '', says)
      const hooks = site.of(key.customerKey)
      assert.deepEqual(
        hooks.map(({ body }) => body.event),
        [event],
      )
      const [hook] = hooks
      assert.ok(hook)
      isSigned(hook, nodes.server.now())
      assert.equal(hook.headers['countersign-event'], hook.body.id)
      assert.equal(hook.body.username, username)
    }

    it('of another address goes to the old one, once, and to nobody at the new one', async () => {
      const user = await someone()
      const email = newAddress()
      assert.ok(isSuccess(await user.call('/admin/users/update', { username: user.username, email })))
      await isToldOnce(
        user,
        user.username,
        'contact-changed',
        /^Your phone number or address was changed at Example Bank/,
      )
      assert.deepEqual(await noticesTo(email), [])
    })

    it('of another phone number of who has no address goes to the old number', async () => {
      const username = `name${newPhone()}`
      const user = await someone({ username })
      const phone = newPhone()
      assert.ok(isSuccess(await user.call('/admin/users/update', { username, phone })))
      await isToldOnce({ ...user, username }, user.phone, 'contact-changed', /was changed at Example Bank/)
      assert.deepEqual(await noticesTo(phone), [])
    })

    it('of both changed at once goes to the old address', async () => {
      const user = await someone()
      const [email, phone] = [newAddress(), newPhone()]
      assert.ok(isSuccess(await user.call('/admin/users/update', { username: user.username, email, phone })))
      await isToldOnce(user, user.username, 'contact-changed', /was changed/)
      for (const contact of [email, phone]) assert.deepEqual(await noticesTo(contact), [])
    })

    it('of another preferred method', async () => {
      const user = await someone({ authType: 'GOOGLE AUTHENTICATOR' })
      assert.ok(isSuccess(await user.call('/admin/users/update', { username: user.username, authType: 'SMS' })))
      await isToldOnce(user, user.username, 'method-changed', /^Your way to sign in was changed/)
    })

    it('of a new authenticator', async () => {
      const user = await someone()
      await newAuthenticator(user)
      await isToldOnce(user, user.username, 'method-added', /^An authenticator app was set up/)
    })

    it('of being disabled, once, however often it is said', async () => {
      const user = await someone()
      for (let times = 0; times < 3; times++)
        assert.ok(isSuccess(await user.call('/admin/users/disable', { username: user.username })))
      await isToldOnce(user, user.username, 'user-disabled', /^Your sign-in was disabled/)
    })

    it('of a lock after ten wrong codes, once, from both nodes together', async () => {
      const user = await someone()
      for (let failures = 0; failures < 10; ) {
        const { body } = await user.call('/auth/challenge', { username: user.username, authType: 'EMAIL' })
        const wrong = wrongCode(await codeFor(nodes.urls[0], user.username))
        for (let tries = 0; tries < 5; tries++, failures++)
          await user.call('/auth/validate', { txId: body.txId, token: wrong }, failures % 2 === 0 ? 0 : 1)
      }
      await isToldOnce(user, user.username, 'locked', /^Sign-in was locked after wrong answers/)
    })

    it('of a lock after wrong numbers at links', async () => {
      const user = await someone()
      for (let failures = 0; failures < 10; ) {
        const asking = { username: user.username, authType: 'OUT OF BAND EMAIL', showsMatchNumber: true }
        const { body } = await user.call('/auth/challenge', asking)
        const links = await linksFor(nodes.urls[0], user.username)
        for (let tries = 0; tries < 3 && failures < 10; tries++, failures++)
          await accept(links.accept, wrongNumber(String(body['matchNumber'])))
      }
      await isToldOnce(user, user.username, 'locked', /^Sign-in was locked/)
    })

    it('of a lock after wrong codes of an app', async () => {
      const user = await someone({}, { notices: 'true' })
      await newAuthenticator(user)
      assert.ok(await eventually(async () => (await noticesTo(user.username)).length === 1))
      await guess(10, (token) =>
        user.call('/auth/validate', { username: user.username, token, authType: 'GOOGLE AUTHENTICATOR' }),
      )
      const locked = async () => (await noticesTo(user.username)).filter(({ text }) => text.includes('was locked'))
      assert.ok(await eventually(async () => (await locked()).length === 1), 'a message came')
    })

    it('of a lock after wrong codes at the call by which some clients check every sign-in', async () => {
      const user = await someone()
      const { secret: appSecret } = await newAuthenticator(user)
      assert.ok(await eventually(async () => (await noticesTo(user.username)).length === 1))
      await guess(10, (otpToken) =>
        user.call('/auth/validate-google-auth-secret', { username: user.username, secret: appSecret, otpToken }),
      )
      const locked = async () => (await noticesTo(user.username)).filter(({ text }) => text.includes('was locked'))
      assert.ok(await eventually(async () => (await locked()).length === 1), 'a message came')
    })

    it('of a success after three failures, and not after two', async () => {
      for (const failures of [2, 3]) {
        const user = await someone()
        const { body } = await user.call('/auth/challenge', { username: user.username, authType: 'EMAIL' })
        const token = await codeFor(nodes.urls[0], user.username)
        for (let tries = 0; tries < failures; tries++)
          await user.call('/auth/validate', { txId: body.txId, token: wrongCode(token) }, tries % 2 === 0 ? 0 : 1)
        assert.ok(isSuccess(await user.call('/auth/validate', { txId: body.txId, token })))
        if (failures === 3)
          await isToldOnce(user, user.username, 'success-after-failures', /^Somebody signed in after wrong answers/)
        else await isToldNothing(user)
      }
    })

    it('of nothing when nothing that was there is gone', async () => {
      const user = await someone({ firstName: 'A' })
      const { username, phone } = user
      await user.call('/admin/users/update', { username, firstName: 'B', lastName: 'C' })
      await user.call('/admin/users/update', { username, phone, email: username })
      await user.call('/admin/users/update', { username, phone: `${phone.slice(0, 2)} ${phone.slice(2)}` })
      await user.call('/admin/users/update', { username, email: username.replace('example', 'EXAMPLE') })
      await user.call('/admin/users/update', { username, authType: 'SMS' })
      await user.call('/admin/users/enable', { username })
      await isToldNothing(user)
    })

    it('of nothing when the same mailbox is only written otherwise', async () => {
      const user = await someone()
      const { username } = user
      await user.call('/admin/users/update', { username, email: username.toUpperCase() })
      await isToldNothing(user)
    })

    it('of nothing when the change was refused', async () => {
      const [user, other] = [await someone(), newAddress()]
      assert.ok(isSuccess(await user.call('/admin/users/create', { username: other })))
      assert.ok(!isSuccess(await user.call('/admin/users/update', { username: user.username, email: other })))
      assert.ok(!isSuccess(await user.call('/admin/users/update', { username: user.username, phone: '123' })))
      await isToldNothing(user)
    })

    it('of nothing to a stranger, whose contact the caller only lent us', async () => {
      const key = await customer()
      const email = newAddress()
      const call = caller(key)
      for (let round = 0; round < 2; round++) {
        const { body } = await call('/auth/challenge', { email, authType: 'EMAIL' })
        const token = wrongCode(await codeFor(nodes.urls[0], email))
        for (let tries = 0; tries < 5; tries++) await call('/auth/validate', { txId: body.txId, token })
      }
      assert.match(String((await call('/auth/challenge', { email, authType: 'EMAIL' })).body.message), /locked/)
      await isToldNothing({ key, username: email })
    })

    it('goes only to the site when the customer wants no messages', async () => {
      const user = await someone({}, { notices: 'false' })
      assert.ok(isSuccess(await user.call('/admin/users/disable', { username: user.username })))
      await sendWebhooks(portsOf(nodes.server))
      assert.ok(await eventually(() => site.of(user.key.customerKey).length === 1))
      await sleep(twoSweepsMs)
      assert.deepEqual(await noticesTo(user.username), [])
    })

    it('leaves nothing of a user who is deleted: neither his contact nor his name is kept', async () => {
      const user = await someone()
      const { username } = user
      const { store } = nodes.server.assembled
      assert.ok(isSuccess(await user.call('/admin/users/update', { username, phone: newPhone() })))
      await sendWebhooks(portsOf(nodes.server))
      assert.ok(await eventually(async () => (await noticesTo(username)).length === 1))
      assert.ok(isSuccess(await user.call('/admin/users/delete', { username })))
      const events = await store.read.webhooks.list(user.key.customerKey, 100)
      assert.deepEqual(
        events.filter(({ body }) => body.includes(username)),
        [],
      )
    })

    async function isToldNothing({ key, username }: Pick<Someone, 'key' | 'username'>): Promise<void> {
      await sendWebhooks(portsOf(nodes.server))
      await sleep(twoSweepsMs)
      assert.deepEqual(await noticesTo(username), [])
      assert.deepEqual(site.of(key.customerKey), [])
    }

    async function newAuthenticator({ username, call }: Someone): Promise<{ secret: string }> {
      const { body } = await call('/auth/google-auth-secret', { username })
      const appSecret = String(body['secret'])
      const otpToken = totp(appSecret, nodes.server.now())
      const confirmed = await call('/auth/validate-google-auth-secret', { username, secret: appSecret, otpToken })
      assert.ok(isSuccess(confirmed), confirmed.text)
      return { secret: appSecret }
    }

    /** Wrong codes, each another one, so that no request is repeated. */
    async function guess(times: number, answer: (token: string) => Promise<Answered>): Promise<void> {
      for (let index = 0; index < times; index++) assert.ok(!isSuccess(await answer(`00000${index}`)))
    }
  })

describe('a webhook', () => {
  let server: TestServer
  let site: Site
  let ports: WebhookPorts
  beforeEach(async () => {
    server = await startServer()
    site = await startSite()
    ports = portsOf(server)
  })
  afterEach(async () => {
    await server.close()
    await site.close()
  })

  const store = () => server.assembled.store

  /** A customer of whom one event waits to be sent. */
  async function withEvent(settings: Record<string, string> = {}): Promise<Key> {
    const key = await customerWith(server, { webhookUrl: site.url, webhookSecret: secret, ...settings })
    const { customerKey } = key
    const username = newAddress()
    for (const path of ['create', 'disable'])
      assert.ok(isSuccess(await server.call(`/admin/users/${path}`, { customerKey, username }, { key })))
    return key
  }

  const stateOf = async ({ customerKey }: Key) => (await store().read.webhooks.list(customerKey, 10))[0]

  /** Sends what is due until the site has heard of it so often. */
  async function send(times: number): Promise<void> {
    await sendWebhooks(ports)
    assert.ok(await eventually(() => site.hooks.length >= times))
    await sleep(50) // what the site answered is written down
    assert.equal(site.hooks.length, times)
  }

  it('arrives once, as JSON, signed over its time and its bytes', async () => {
    const key = await withEvent()
    await send(1)
    const [hook] = site.hooks
    assert.ok(hook)
    isSigned(hook, server.now())
    assert.equal(hook.headers['content-type'], 'application/json')
    assert.equal(hook.headers['countersign-event'], hook.body.id)
    assert.deepEqual(Object.keys(hook.body), ['id', 'event', 'userId', 'username', 'customerKey', 'atMs'])
    server.advance(24 * 3_600_000)
    await send(1)
    const event = await stateOf(key)
    assert.deepEqual([event?.state, event?.lastCode, event?.tries], ['delivered', 200, 1])
  })

  it('says nothing that signs it, and nothing that signs a call', async () => {
    const key = await withEvent()
    await send(1)
    const all = JSON.stringify(site.hooks[0])
    for (const hidden of [secret, key.apiKey]) assert.ok(!all.includes(hidden))
  })

  it('is sent again after 500, with the same id and a new time, and is then at rest', async () => {
    site.answers = [500, 204]
    const key = await withEvent()
    await send(1)
    assert.equal((await stateOf(key))?.state, 'waiting')
    await send(1)
    server.advance(10_000)
    await send(2)
    const [first, second] = site.hooks
    assert.ok(first && second)
    assert.equal(second.body.id, first.body.id)
    assert.notEqual(second.headers['countersign-signature'], first.headers['countersign-signature'])
    isSigned(second, server.now())
    server.advance(24 * 3_600_000)
    await send(2)
    assert.equal((await stateOf(key))?.state, 'delivered')
  })

  it('is sent again after a refused connection', async () => {
    const key = await withEvent()
    await site.close()
    await sendWebhooks(ports)
    await eventually(async () => (await stateOf(key))?.tries === 1)
    const event = await stateOf(key)
    assert.deepEqual([event?.state, event?.lastCode], ['waiting', null])
    await site.open()
    server.advance(10_000)
    await send(1)
    assert.equal((await stateOf(key))?.state, 'delivered')
  })

  for (const status of [302, 307, 400, 404, 410, 429, 503])
    it(`is not taken for received after ${status}, and follows no redirect`, async () => {
      site.answers = [status, 200]
      const key = await withEvent()
      await send(1)
      assert.equal((await stateOf(key))?.state, 'waiting')
      server.advance(10_000)
      await send(2)
    })

  it('is tried after 10 s, 1 min, 5 min, 30 min, 2 h and 6 h, and then given up', async () => {
    site.answers = [500]
    const key = await withEvent()
    await send(1)
    let times = 1
    for (const pauseMs of [10_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000]) {
      server.advance(pauseMs - 5_000)
      await send(times)
      server.advance(5_000)
      times += 1
      await send(times)
    }
    const event = await stateOf(key)
    assert.deepEqual([event?.state, event?.tries, event?.lastCode], ['given-up', 7, 500])
    server.advance(7 * 24 * 3_600_000)
    await send(7)
  })

  it('that was given up or delivered can be sent again by hand, with the same id, and is tried as often again', async () => {
    site.answers = [200]
    const key = await withEvent()
    await send(1)
    const id = site.hooks[0]?.body.id ?? ''
    site.answers = [500, 200]
    const resend = () => store().write((tx) => tx.webhooks.resend(key.customerKey, id, server.now()))
    assert.equal(await resend(), true)
    await send(2)
    server.advance(10_000)
    await send(3)
    assert.deepEqual(new Set(site.hooks.map(({ body }) => body.id)), new Set([id]))
    assert.equal((await stateOf(key))?.state, 'delivered')
  })

  it('cannot be sent again by another customer, nor when there is none', async () => {
    await withEvent()
    await send(1)
    const id = site.hooks[0]?.body.id ?? ''
    const other = await customerWith(server)
    const resend = (customerKey: number, event: string) =>
      store().write((tx) => tx.webhooks.resend(customerKey, event, server.now()))
    assert.equal(await resend(other.customerKey, id), false)
    assert.equal(await resend(other.customerKey, 'nothing'), false)
    await send(1)
  })

  it('is sent once when many nodes look at once', async () => {
    const keys = await Promise.all([withEvent(), withEvent(), withEvent()])
    await Promise.all(Array.from({ length: 8 }, () => sendWebhooks(ports)))
    assert.ok(await eventually(() => site.hooks.length >= 3))
    await sleep(200)
    for (const { customerKey } of keys) assert.equal(site.of(customerKey).length, 1)
  })

  it('of a node that died while it sent is sent by another after 20 s, and not before', async () => {
    const key = await withEvent()
    await sendWebhooks({ ...ports, record: async () => undefined })
    assert.equal(site.hooks.length, 1)
    server.advance(19_000)
    await send(1)
    server.advance(1_000)
    await send(2)
    assert.equal((await stateOf(key))?.state, 'delivered')
  })

  it('to an address that nobody can ask counts as a try, and holds up no other', async () => {
    const stuck = await withEvent({ webhookUrl: `http://%zz@127.0.0.1:${new URL(site.url).port}/` })
    await withEvent()
    await send(1)
    assert.deepEqual([(await stateOf(stuck))?.tries, (await stateOf(stuck))?.lastCode], [1, null])
  })

  it('of a site that hangs is given up after 10 s, and does not hold up the others', async () => {
    const hanging = createServer(() => undefined)
    hanging.listen(0, '127.0.0.1')
    await once(hanging, 'listening')
    const { port } = hanging.address() as AddressInfo // listening on TCP
    try {
      const stuck = await withEvent({ webhookUrl: `http://127.0.0.1:${port}/` })
      const fine = await withEvent()
      const startedAtMs = performance.now()
      const sending = sendWebhooks(ports)
      assert.ok(await eventually(() => site.of(fine.customerKey).length === 1, 2_000))
      await sending
      assert.ok(await eventually(async () => (await stateOf(stuck))?.tries === 1))
      assert.ok(performance.now() - startedAtMs < 12_000)
      assert.equal((await stateOf(stuck))?.state, 'waiting')
    } finally {
      hanging.closeAllConnections()
      hanging.close()
    }
  })

  it('reaches no private address in production but those the operator named', async (test) => {
    const production = await startServer('SQLite', {
      COUNTERSIGN_MODE: 'production',
      COUNTERSIGN_BASE_URL: 'https://mfa.example.com',
      COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    test.after(() => production.close())
    const listening = production.assembled.app.server.address() as AddressInfo // listening on TCP
    const address = `http://127.0.0.1:${listening.port}`
    const { port } = new URL(site.url)
    const of = ({ customerKey }: Key) => production.assembled.store.read.webhooks.list(customerKey, 10)
    const keys = await Promise.all(
      ['127.0.0.1', 'localhost', '0x7f.1', '[::ffff:127.0.0.1]'].map(async (host) => {
        const key = await customerWith(production, { webhookUrl: `http://${host}:${port}/`, webhookSecret: secret })
        for (const path of ['create', 'disable']) {
          const body = { customerKey: key.customerKey, username: 'alice' }
          assert.ok(isSuccess(await post(address, `/moas/api/admin/users/${path}`, body, { key })))
        }
        return key
      }),
    )
    for (const key of keys) {
      assert.ok(await eventually(async () => (await of(key))[0]?.tries === 1))
      assert.equal((await of(key))[0]?.lastCode, null)
    }
    assert.equal(site.hooks.length, 0)
    await production.set('privateWebhookHosts', `localhost:${port}`, 0)
    production.advance(10_000)
    assert.ok(await eventually(() => site.hooks.length > 0))
    assert.ok(await eventually(async () => (await Promise.all(keys.map(of))).every(([event]) => event?.tries === 2)))
    assert.deepEqual(
      site.hooks.map(({ headers }) => headers.host),
      [`localhost:${port}`],
    )
  })

  it('is not sent unsigned: a customer without a secret gets none', async () => {
    await withEvent({ webhookSecret: '' })
    await sendWebhooks(ports)
    await sleep(200)
    for (const { headers, text } of site.hooks) {
      const [, seconds] = /^t=(\d+)/.exec(String(headers['countersign-signature'])) ?? []
      const forged = createHmac('sha256', '').update(`${seconds}.${text}`).digest('hex')
      assert.ok(!String(headers['countersign-signature']).endsWith(forged), 'anybody could have signed it')
    }
  })

  it('is sealed in the database, and its name with it', async () => {
    const key = await withEvent()
    const { username } = JSON.parse((await stateOf(key))?.body ?? '')
    const files = ['countersign.db', 'countersign.db-wal'].map((name) => readFileSync(join(server.place.dataDir, name)))
    for (const file of files) assert.ok(!file.includes(`"username":"${username}"`))
  })

  it('and the message beside it are forgotten after a while: nothing is kept for ever', async () => {
    const key = await withEvent()
    await send(1)
    assert.ok(await eventually(() => rowsOf('inbox_messages') > 0), 'the message came')
    server.advance(400 * 24 * 3_600_000)
    for (let times = 0; times < 3; times++) await store().purge(server.now())
    assert.deepEqual(await store().read.webhooks.list(key.customerKey, 10), [])
    assert.equal(rowsOf('deliveries'), 0)
  })

  function rowsOf(table: string): number {
    const database = new DatabaseSync(join(server.place.dataDir, 'countersign.db'), { readOnly: true })
    try {
      return Number(database.prepare(`select count(*) as rows from ${table}`).get()?.['rows'])
    } finally {
      database.close()
    }
  }
})
