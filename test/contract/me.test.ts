import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { calls, newDevice } from '../../contract/device.ts'
import type { Engine } from '../../server/engine/ports.ts'
import { askForLink, inviteUser } from '../../server/engine/self-service.ts'
import { adminOf, type ConsoleClient } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { Phone } from '../support/device.ts'
import { aDevice } from '../support/kept-risk.ts'
import { setUp } from '../support/passkeys.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { aUser } from '../support/store.ts'
import { totp } from '../support/totp.ts'

/** A browser without scripts on the pages of a user. */
class Visitor {
  readonly server: TestServer
  cookie = ''
  html = ''
  code = 0
  location = ''

  constructor(server: TestServer) {
    this.server = server
  }

  async open(path: string): Promise<string> {
    return this.#take(await fetch(this.#url(path), { headers: { cookie: this.cookie }, redirect: 'manual' }))
  }

  /** Sends a form of the page that is shown, with its hidden fields. */
  async send(
    action: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<string> {
    const form = this.html.split('<form').find((part) => part.includes(`action="${action}"`)) ?? ''
    const hidden = [...form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')],
    )
    const response = await fetch(this.#url(action), {
      method: 'POST',
      headers: { cookie: this.cookie, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }),
      redirect: 'manual',
    })
    return this.#take(response)
  }

  async #take(response: Response): Promise<string> {
    const set = response.headers.get('set-cookie')
    if (set) this.cookie = set.split(';')[0] ?? ''
    this.code = response.status
    this.location = response.headers.get('location') ?? ''
    this.html = await response.text()
    return this.html
  }

  #url(path: string): string {
    return path.startsWith('http') ? path : this.server.baseUrl + path
  }
}

for (const name of databaseNames) {
  describe(`the pages of a user (${name})`, () => {
    let server: TestServer
    let client: ConsoleClient
    before(async () => {
      server = await startServer(name)
      client = (await adminOf(server, 'owner')).client
    })
    after(() => server.close())

    const aUser = async (username: string) => client.do('users.add', { body: { username } })
    const invite = async (id: string) =>
      (await client.do('users.invite', { params: { id }, body: { reason: 'new here', send: false } })).link
    const enter = async (link: string) => {
      const visitor = new Visitor(server)
      await visitor.open(link)
      await visitor.send(new URL(link).pathname)
      assert.equal(visitor.code, 303)
      await visitor.open('/me')
      return visitor
    }
    /** Sets an app up on the page that is shown; returns its secret. */
    const setUpApp = async (visitor: Visitor) => {
      await visitor.send('/me/app')
      const secret = /name="secret" value="([A-Z2-7]+)"/.exec(visitor.html)?.[1] ?? ''
      await visitor.send('/me/app/confirm', { code: totp(secret, server.now()) })
      assert.match(visitor.html, /The app is set up/)
      assert.match(visitor.html, /Setting up a method was begun/)
      return secret
    }
    const codeOf = (secret: string) => {
      server.advance(30_000)
      return totp(secret, server.now())
    }

    it('a link asks before it is used, works once, and opens the pages', async () => {
      const { id } = await aUser('once@example.com')
      const link = await invite(id)
      const visitor = new Visitor(server)
      assert.match(await visitor.open(link), /Open your pages\?/)
      assert.match(await visitor.open(link), /Open your pages\?/, 'looking uses nothing')
      const other = await enter(link)
      assert.match(other.html, /once@example\.com/)
      await visitor.send(new URL(link).pathname)
      assert.match(visitor.html, /no longer valid/)
    })

    it('a mailed link comes for who has an address, and the page is the same for who is not there', async () => {
      await aUser('mailed@example.com')
      const visitor = new Visitor(server)
      await visitor.open('/me')
      const [known, unknown] = [
        await visitor.send('/me/link', { username: 'mailed@example.com', customer: '11627' }),
        await visitor.send('/me/link', { username: 'nobody@example.com', customer: '11627' }),
      ]
      assert.equal(known, unknown)
      const inbox = async () =>
        (await (await fetch(`${server.baseUrl}/dev/inbox.json?to=mailed@example.com`)).json()) as { text: string }[]
      let link: string | undefined
      for (let count = 0; count < 100 && !link; count++) {
        link = /http\S+\/me\/enter\/\S+/.exec((await inbox())[0]?.text ?? '')?.[0]
        if (!link) await new Promise((resolve) => setTimeout(resolve, 100))
      }
      assert.match((await enter(link ?? '')).html, /mailed@example\.com/)
    })

    it('nobody is looked up before it is answered that a link is on its way: the time would tell who is there', async () => {
      const { store } = server.assembled
      let looks = 0
      const find: typeof store.read.users.find = async (...who) => {
        looks++
        return store.read.users.find(...who)
      }
      const read = { ...store.read, users: { ...store.read.users, find } }
      const engine = { store: { ...store, read }, clock: server.now, baseUrl: server.baseUrl } as unknown as Engine
      const customer = (await store.read.customers.find(11627)) ?? assert.fail('no customer')
      const visitor = { address: '192.0.2.7', requestId: 'test' }
      assert.equal(await askForLink(engine, customer, 'mailed@example.com', 'en', visitor), 'taken')
      assert.equal(looks, 0)
    })

    it('the first method is set up by a link; another one wants the first proved', async () => {
      const { id } = await aUser('first@example.com')
      const visitor = await enter(await invite(id))
      const secret = await setUpApp(visitor)
      const later = await enter(await invite(id))
      assert.doesNotMatch(later.html, /action="\/me\/codes"/)
      await later.send('/me/codes', { token: /name="token" value="([^"]+)"/.exec(later.html)?.[1] ?? '' })
      assert.match(later.html, /first type a code of a method that you have/)
      await later.send('/me/prove', { method: 'time-code', code: '000000' })
      assert.match(later.html, /was not right/)
      await later.send('/me/prove', { method: 'time-code', code: codeOf(secret) })
      await later.open('/me')
      const codes = await later.send('/me/codes')
      assert.equal([...codes.matchAll(/<code>[0-9A-Z]{5}-[0-9A-Z]{5}<\/code>/g)].length, 10)
    })

    it('what a link began is over once another method was set up', async () => {
      const { id } = await aUser('begun@example.com')
      const visitor = await enter(await invite(id))
      const begun = async (way: string) => {
        await visitor.open('/me')
        await visitor.send(`/me/${way}`)
        return visitor.location || (/href="([^"]*#pair=[^"]+)"/.exec(visitor.html)?.[1] ?? '')
      }
      const [passkey, phone, lost] = [await begun('passkey'), await begun('phone'), await begun('phone')]
      const phones = [new Phone(server.baseUrl), new Phone(server.baseUrl)] as const
      assert.equal((await phones[0].pair(lost)).code, 201)
      phones[0].id = newDevice
      assert.equal((await phones[0].pair(lost)).code, 201, 'an answer that was lost is given again')
      assert.equal((await phones[1].pair(phone)).refusal, 'used-code')
      assert.equal((await setUp(server, passkey)).title, 'This link is no longer valid')
      const methods = await server.assembled.store.read.credentials.overview(11627, [id])
      assert.ok(methods.every(({ deviceId }) => deviceId === phones[0].id))
    })

    it('a code of his own lets a user in, and wrong ones do not', async () => {
      const { id } = await aUser('by-code@example.com')
      const secret = await setUpApp(await enter(await invite(id)))
      const visitor = new Visitor(server)
      await visitor.open('/me')
      const given = { username: 'by-code@example.com', method: 'time-code', customer: '11627' }
      const wrong = await visitor.send('/me/code', { ...given, code: '000000' })
      assert.match(wrong, /was not right/)
      const stranger = await visitor.send('/me/code', { ...given, username: 'nobody@example.com', code: '000000' })
      assert.equal(stranger.replaceAll('nobody@', 'by-code@'), wrong, 'but for the name that was typed')
      await visitor.send('/me/code', { ...given, code: codeOf(secret) })
      assert.equal(visitor.code, 303)
      assert.match(await visitor.open('/me'), /by-code@example\.com/)
      assert.match(visitor.html, /Signed in/)
    })

    it('"this was not me" ends what is open, and admins and the user are told', async () => {
      const { id } = await client.do('users.add', { body: { username: 'not-me@example.com', phone: '+12125550188' } })
      const asked = await server.call('/auth/challenge', {
        customerKey: '11627',
        username: 'not-me@example.com',
        authType: 'SMS',
      })
      const [visitor, other] = [await enter(await invite(id)), await enter(await invite(id))]
      await visitor.send('/me/not-me')
      assert.match(visitor.html, /admins are told/)
      const code = await server.codeFor('+12125550188')
      assert.notEqual(
        (await server.call('/auth/validate', { txId: asked.body.txId, token: code })).body.status,
        'SUCCESS',
      )
      assert.match(await other.open('/me'), /Send me a link/, 'his other sessions have ended')
      const { attention } = await client.do('home.look')
      assert.ok(attention.some(({ text, level }) => level === 'bad' && text.startsWith('not-me@example.com said')))
    })

    it('phones are paired by a code, shown, and removed, the only way in excepted', async () => {
      const { id } = await aUser('phones@example.com')
      const visitor = await enter(await invite(id))
      await visitor.send('/me/phone')
      const link = /href="([^"]*#pair=[^"]+)"/.exec(visitor.html)?.[1] ?? ''
      assert.match(visitor.html, /<svg[\s\S]*works once, for five minutes/)
      const phone = new Phone(server.baseUrl)
      assert.equal((await phone.pair(link, { name: "Ana's <phone>" })).code, 201)
      const seen = await enter(await invite(id))
      assert.match(seen.html, /Ana&#39;s &lt;phone&gt;|Ana's &lt;phone&gt;/)
      assert.doesNotMatch(seen.html, /action="\/me\/phone\/remove"/, 'the only one stays')
      await seen.send('/me/prove', { method: 'time-code', code: phone.code(server.now()) })
      await seen.open('/me')
      const token = /name="token" value="([^"]+)"/.exec(seen.html)?.[1] ?? ''
      await seen.send('/me/phone/remove', { token, id: phone.id })
      assert.match(seen.html, /That was not right/)
      await seen.open('/me')
      await setUpApp(seen)
      await seen.open('/me')
      await seen.send('/me/phone/remove')
      assert.match(seen.html, /It is removed\.[\s\S]*No phone is paired/)
      assert.equal((await phone.ask(calls.prompts)).refusal, 'unknown-device')
    })

    it('of two ways in that are removed at once, one stays', async () => {
      const { id } = await aUser('two-ways@example.com')
      const visitor = await enter(await invite(id))
      const kept = () => server.assembled.store.read.credentials.overview(11627, [id])
      const token = () => /name="token" value="([^"]+)"/.exec(visitor.html)?.[1] ?? ''
      const phones: Phone[] = []
      const pair = async () => {
        await visitor.open('/me')
        await visitor.send('/me/phone')
        const phone = new Phone(server.baseUrl)
        assert.equal((await phone.pair(/href="([^"]*#pair=[^"]+)"/.exec(visitor.html)?.[1] ?? '')).code, 201)
        phones.push(phone)
        return phone
      }
      const first = await pair()
      await visitor.open('/me')
      await visitor.send('/me/prove', { method: 'time-code', code: first.code(server.now()) })
      await pair()
      await visitor.open('/me')
      const removing = async (way: string, of: string) => {
        const other = new Visitor(server)
        Object.assign(other, { cookie: visitor.cookie, html: visitor.html })
        await other.send(way, { token: token(), id: of })
      }
      await Promise.all(phones.map((phone) => removing('/me/phone/remove', phone.id)))
      assert.equal(new Set((await kept()).map(({ deviceId }) => deviceId)).size, 1)

      await visitor.open('/me')
      await setUpApp(visitor)
      const app = (await kept()).find(({ deviceId }) => deviceId === null)
      const left = (await kept()).find(({ deviceId }) => deviceId !== null)?.deviceId ?? ''
      assert.ok(app)
      await visitor.open('/me')
      await Promise.all([removing('/me/phone/remove', left), removing('/me/remove', app.id)])
      assert.equal(new Set((await kept()).map(({ deviceId }) => deviceId)).size, 1)
    })

    it('remembered devices are shown and forgotten, only by their own user', async () => {
      const [mine, other] = [await aUser('device@example.com'), await aUser('other-device@example.com')]
      const device = aDevice({ label: 'Firefox on <Linux>' })
      await server.assembled.store.write((tx) => tx.riskDevices.add(11627, mine.id, device))
      const [visitor, stranger] = [await enter(await invite(mine.id)), await enter(await invite(other.id))]
      const token = /name="token" value="([^"]+)"/.exec(stranger.html)?.[1] ?? ''
      await stranger.send('/me/device/forget', { token, id: device.id })
      assert.match(stranger.html, /That was not right/)
      assert.match(await visitor.open('/me'), /Firefox on &lt;Linux&gt;/)
      await visitor.send('/me/device/forget')
      assert.match(visitor.html, /It is forgotten[\s\S]*No device is trusted/)
    })

    it('a voice is set up by a link of its own, where voices are used, and erased', async () => {
      const { id } = await aUser('voice@example.com')
      const visitor = await enter(await invite(id))
      await visitor.send('/me/voice')
      assert.equal(visitor.code, 303)
      assert.match(await visitor.open(visitor.location), /Set up your voice/)
      const credential = { id: randomUUID(), method: 'voice', state: 'active', label: null, secret: '{}' } as const
      const unused = { lastStep: -1, lastUsedAtMs: null }
      await server.assembled.store.write((tx) =>
        tx.credentials.add(11627, id, { ...credential, ...unused }, server.now()),
      )
      await visitor.open('/me')
      await visitor.send('/me/voice/erase')
      assert.match(visitor.html, /Your voice is erased\.[\s\S]*Nothing is set up yet/)
    })

    it('only what the groups of the user allow is offered, and why nothing is', async () => {
      const { id } = await aUser('limited@example.com')
      const visitor = await enter(await invite(id))
      const offered = () =>
        [...visitor.html.matchAll(/action="\/me\/(phone|passkey|app|codes|voice)"/g)].map(([, way]) => way)
      assert.deepEqual(offered(), ['phone', 'passkey', 'app', 'codes', 'voice'])
      const token = /name="token" value="([^"]+)"/.exec(visitor.html)?.[1] ?? ''
      const allow = (methods: string[]) => client.do('groups.save', { body: { name: 'Limited', methods } })
      const { id: group } = await allow(['passkey', 'recovery-code'])
      const add = ['limited@example.com']
      await client.do('groups.changeMembers', { params: { id: String(group) }, body: { add, remove: [] } })
      await visitor.open('/me')
      assert.deepEqual(offered(), ['passkey', 'codes'])
      assert.match(visitor.html, /Begin with one of the ways below/)
      for (const way of ['app', 'phone', 'voice']) {
        await visitor.send(`/me/${way}`, { token })
        assert.deepEqual(
          [visitor.code, /This way to sign in is not allowed to you/.test(visitor.html)],
          [200, true],
          way,
        )
      }
      await allow(['message-code'])
      await visitor.open('/me')
      assert.deepEqual(offered(), [])
      assert.match(
        visitor.html,
        /Nothing is set up yet\.<\/p>[\s\S]*leaves you no other way to sign in that can be set up here/,
      )
      for (const way of ['passkey', 'codes']) {
        await visitor.send(`/me/${way}`, { token })
        assert.match(visitor.html, /This way to sign in is not allowed to you/)
      }
      await allow(['time-code'])
      await visitor.open('/me')
      await visitor.send('/me/app')
      const secret = /name="secret" value="([A-Z2-7]+)"/.exec(visitor.html)?.[1] ?? ''
      await allow(['message-code'])
      await visitor.send('/me/app/confirm', { code: totp(secret, server.now()) })
      assert.match(visitor.html, /This way to sign in is not allowed to you/)
      await allow(['time-code'])
      await visitor.open('/me')
      await visitor.send('/me/app')
      const kept = /name="secret" value="([A-Z2-7]+)"/.exec(visitor.html)?.[1] ?? ''
      await visitor.send('/me/app/confirm', { code: totp(kept, server.now()) })
      assert.match(visitor.html, /The app is set up\.[\s\S]*<strong>Authenticator app<\/strong><small>last used /)
      await allow(['message-code'])
      await visitor.open('/me')
      assert.match(visitor.html, /<strong>Authenticator app<\/strong><small>not allowed to you: signs you in nowhere</)
      assert.doesNotMatch(visitor.html, /second method|ways below/, 'nothing can be set up')
      await allow(['passkey'])
      await visitor.open('/me')
      assert.match(visitor.html, /signs you in nowhere<[\s\S]*Begin with one of the ways below/)
      await allow(['passkey', 'time-code'])
      await visitor.open('/me')
      assert.match(visitor.html, /<small>last used [\s\S]*Set up a second method/)
    })

    it('a form of another site does nothing', async () => {
      const { id } = await aUser('forged@example.com')
      const visitor = await enter(await invite(id))
      await visitor.send('/me/not-me', {}, { 'sec-fetch-site': 'cross-site' })
      assert.equal(visitor.code, 403)
      await visitor.open('/me')
      await visitor.send('/me/not-me', { token: 'x' })
      assert.equal(visitor.code, 303)
      const rows = await server.assembled.store.read.audit.list(11627, { subjects: [id], kind: 'report', limit: 1 })
      assert.equal(rows.length, 0)
    })

    it('a disabled user is out at once, and an idle one after a quarter of an hour', async () => {
      const { id } = await aUser('out@example.com')
      const visitor = await enter(await invite(id))
      await client.do('users.act', { params: { id }, body: { act: 'disable', reason: 'left us' } })
      assert.match(await visitor.open('/me'), /Send me a link/)
      await client.do('users.act', { params: { id }, body: { act: 'enable', reason: 'came back' } })
      const again = await enter(await invite(id))
      server.advance(16 * 60_000)
      assert.match(await again.open('/me'), /Send me a link/)
    })

    it('speaks Spanish', async () => {
      const response = await fetch(`${server.baseUrl}/me`, { headers: { 'accept-language': 'es-MX,es;q=0.9' } })
      assert.match(await response.text(), /<html lang="es">[\s\S]*Cuide sus métodos/)
    })
  })
}

describe('the pages of a user over https', () => {
  it('take their session from this very host alone, so that no neighbour can give somebody another one', async () => {
    const server = await startServer('SQLite', { COUNTERSIGN_BASE_URL: 'https://id.example.com' })
    try {
      const { app, store } = server.assembled
      const customer = (await store.read.customers.find(11627)) ?? assert.fail('no customer')
      const user = aUser(11627, { username: 'over-https@example.com' })
      await store.write((tx) => tx.users.add(user, user.username))
      const engine = { store, clock: server.now, baseUrl: 'https://id.example.com' } as unknown as Engine
      const helping = { customer, actor: { adminId: null, name: 'test', requestId: null }, reason: 'a test' }
      const { link } = await inviteUser(engine, helping, user, false)
      const headers = { 'sec-fetch-site': 'same-origin' }
      const entered = await app.inject({ method: 'POST', url: new URL(link).pathname, headers })
      const cookie = String(entered.headers['set-cookie'])
      assert.match(cookie, /^__Host-countersign-me=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/)
      const shown = async (name: string) =>
        (await app.inject({ url: '/me', headers: { cookie: `${name}=${cookie.split(/[=;]/)[1]}` } })).body
      assert.ok((await shown('__Host-countersign-me')).includes(user.username))
      assert.ok(!(await shown('countersign-me')).includes(user.username))
    } finally {
      await server.close()
    }
  })
})
