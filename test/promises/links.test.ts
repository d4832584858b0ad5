import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Answered, inbox, type Key, post, sign, testKey } from '../support/caller.ts'
import { databaseNames, newPlace } from '../support/databases.ts'
import {
  accept,
  at,
  customerWith,
  deny,
  eventually,
  isOver,
  type LinkPage,
  type Links,
  linksFor,
  type Nodes,
  newAddress,
  nextWindow,
  open,
  startNodes,
  submit,
  wrongNumber,
} from '../support/links.ts'
import { startProcess } from '../support/process.ts'
import { startServer, type TestServer } from '../support/server.ts'

interface Asked {
  readonly txId: string
  readonly links: Links
  /** What accepting means typing. */
  readonly number: string
}

/** Asks by e-mail with a match number, on any server. */
async function ask(
  send: (body: object) => Promise<Answered>,
  baseUrl: string,
  who: { email?: string; username?: string } = { email: newAddress() },
  more: object = {},
): Promise<Asked> {
  const { body, text } = await send({ ...who, authType: 'OUT OF BAND EMAIL', showsMatchNumber: true, ...more })
  assert.equal(body.status, 'SUCCESS', text)
  const links = await linksFor(baseUrl, who.email ?? who.username ?? '')
  return { txId: String(body.txId), links, number: String(body['matchNumber']) }
}

for (const database of databaseNames)
  describe(`a link on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())
    beforeEach(() => nextWindow(server))

    const challenge = (body: object, key: Key = testKey) =>
      server.call('/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
    const asked = (who?: { email?: string; username?: string }, more?: object, key: Key = testKey) =>
      ask((body) => challenge(body, key), server.baseUrl, who, more)

    async function status(txId: string): Promise<string> {
      return String((await server.call('/auth/auth-status', { txId }, { signed: false })).body.status)
    }

    async function newUser(): Promise<string> {
      const username = newAddress()
      const body = { customerKey: testKey.customerKey, username }
      assert.equal((await server.call('/admin/users/create', body)).body.status, 'SUCCESS')
      return username
    }

    /** Wrong numbers on new questions until the method of this user is locked; the last question stays open. */
    async function lock(username: string): Promise<Asked> {
      let last = await asked({ username })
      for (let failures = 0; failures < 10; failures++) {
        if (failures > 0 && failures % 3 === 0) last = await asked({ username })
        await accept(last.links.accept, wrongNumber(last.number))
      }
      return last
    }

    describe('decides nothing', () => {
      it('by being opened, with GET or HEAD, however often and with whatever behind it', async () => {
        const { txId, links, number } = await asked()
        const query = `?decision=accept&number=${number}`
        for (const link of [links.accept, links.deny])
          for (const more of ['', '', '', query, '?decision=deny', `/${query}`, '#accept'])
            for (const method of ['GET', 'HEAD']) await open(link + more, { method })
        assert.equal(await status(txId), 'IN_PROGRESS')
      })

      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])
        it(`by ${method}`, async () => {
          const { txId, links, number } = await asked()
          const headers = { 'content-type': 'application/x-www-form-urlencoded' }
          await open(links.accept, { method, headers, body: `decision=accept&number=${number}` })
          await open(links.deny, { method, headers, body: 'decision=deny' })
          assert.equal(await status(txId), 'IN_PROGRESS')
        })

      it('by what method says it should be in a header or a field', async () => {
        const { txId, links, number } = await asked()
        await open(`${links.accept}?_method=POST&decision=accept&number=${number}`, {
          headers: { 'x-http-method-override': 'POST' },
        })
        assert.equal(await status(txId), 'IN_PROGRESS')
      })

      it('by a form that is posted empty, as it came, or with other words', async () => {
        const { txId, links, number } = await asked()
        const forms: Record<string, string>[] = [
          {},
          { number: '' },
          { number },
          { decision: '' },
          { decision: 'accept' },
          { decision: 'accept', number: '' },
          { decision: 'accept', number: '  ' },
          { decision: 'ACCEPT', number },
          { decision: 'Deny' },
          { decision: 'accept ', number },
          { decision: 'accept,deny', number },
          { 'decision[]': 'accept', number },
          { accept: 'accept', number },
        ]
        for (const form of forms)
          for (const link of [links.accept, links.deny]) assert.equal((await submit(link, form)).code, 200)
        assert.equal(await status(txId), 'IN_PROGRESS')
        assert.equal((await accept(links.accept, number)).title, 'Accepted')
      })

      it('by a body without a type, or of another type, or that is no form', async () => {
        const { txId, links, number } = await asked()
        const bodies: [type: string, body: string][] = [
          ['application/json', JSON.stringify({ decision: 'accept', number })],
          [
            'multipart/form-data; boundary=x',
            `--x\r\nContent-Disposition: form-data; name="decision"\r\n\r\ndeny\r\n--x--`,
          ],
          ['text/plain', 'deny'],
          ['application/x-www-form-urlencoded', '%'],
          ['application/x-www-form-urlencoded', '\u0000\u0001'],
        ]
        for (const [type, body] of bodies)
          for (const link of [links.accept, links.deny])
            await open(link, { method: 'POST', headers: { 'content-type': type }, body })
        await open(links.accept, { method: 'POST' })
        await open(links.deny, { method: 'POST' })
        assert.equal(await status(txId), 'IN_PROGRESS')
      })

      it('by more than 1 KiB, which is not even read', async () => {
        const { txId, links, number } = await asked()
        const page = await submit(links.accept, { decision: 'accept', number, more: 'x'.repeat(1_024) })
        assert.equal(page.code, 413)
        const denying = await submit(links.deny, { more: 'x'.repeat(1_024), decision: 'deny' })
        assert.equal(denying.code, 413)
        assert.equal(await status(txId), 'IN_PROGRESS')
      })

      it('a form of just 1 KiB is read', async () => {
        const { txId, links, number } = await asked()
        const fields = { decision: 'accept', number, more: '' }
        const more = 'x'.repeat(1_024 - new URLSearchParams(fields).toString().length)
        await submit(links.accept, { ...fields, more })
        assert.equal(await status(txId), 'SUCCESS')
      })
    })

    describe('is over, says so, and decides nothing', () => {
      /** No link of a question accepts, and the page says that it is over. */
      async function isDead(link: string, number: string): Promise<void> {
        const tries: [what: string, page: LinkPage][] = [
          ['opened', await open(link)],
          ['accepted', await accept(link, number)],
          ['denied', await deny(link)],
        ]
        for (const [what, page] of tries) assert.ok(isOver(page), `${what}: ${page.code} ${page.title || page.html}`)
      }

      const altered: Record<string, (link: string) => string> = {
        'truncated by a letter': (link) => link.slice(0, -1),
        'truncated in the middle of its secret': (link) => link.slice(0, -20),
        'without its secret': (link) => link.slice(0, link.lastIndexOf('/') + 1),
        'without its secret and the last slash': (link) => link.slice(0, link.lastIndexOf('/')),
        'without its id': (link) => link.slice(0, link.lastIndexOf('/')).slice(0, link.lastIndexOf('/link/') + 6),
        'with another letter': (link) => link.slice(0, -3) + (link.at(-3) === 'A' ? 'B' : 'A') + link.slice(-2),
        'with a letter more': (link) => `${link}A`,
        'in capitals': (link) => link.replace(/[^/]+$/, (secret) => secret.toUpperCase()),
        'with the dot of its sentence': (link) => `${link}.`,
        'with a path behind it': (link) => `${link}/more`,
        'wrapped in brackets': (link) => `${link}%3E`,
        'with another id': (link) => link.replace(/link\/[^/]+/, 'link/00000000-0000-4000-8000-000000000000'),
        'with no id at all': (link) => link.replace(/link\/[^/]+/, 'link/x'),
        'with a NUL as its id': (link) => link.replace(/link\/[^/]+/, 'link/%00'),
        'with a NUL behind its id': (link) => link.replace(/(link\/[^/]+)/, '$1%00'),
        'with a NUL behind its secret': (link) => `${link}%00`,
        'with SQL in its id': (link) => link.replace(/link\/[^/]+/, "link/'%20or%201=1--"),
      }
      for (const [name, alter] of Object.entries(altered))
        it(`when it came ${name}`, async () => {
          const { txId, links, number } = await asked()
          for (const link of [links.accept, links.deny]) await isDead(alter(link), number)
          assert.equal(await status(txId), 'IN_PROGRESS')
          assert.equal((await accept(links.accept, number)).title, 'Accepted', 'and it spent no try')
        })

      const broken: Record<string, (link: string) => string> = {
        'an id of a thousand letters': (link) => link.replace(/link\/[^/]+/, `link/${'a'.repeat(1_000)}`),
        'a secret of a thousand letters': (link) => link.replace(/[^/]+$/, 'a'.repeat(1_000)),
        'a broken percent sign': (link) => `${link.slice(0, -2)}%E0`,
      }
      for (const [name, alter] of Object.entries(broken))
        it(`or is refused outright, with ${name}`, async () => {
          const { txId, links, number } = await asked()
          for (const link of [links.accept, links.deny])
            for (const { code } of [
              await open(alter(link)),
              await accept(alter(link), number),
              await deny(alter(link)),
            ])
              assert.ok(code === 200 || (code >= 400 && code < 500), String(code))
          assert.equal(await status(txId), 'IN_PROGRESS')
        })

      it('when it has the id of one challenge and the secret of another', async () => {
        const [one, other] = [await asked(), await asked()]
        const crossed = (id: string, secret: string) => id.replace(/[^/]+$/, secret.split('/').at(-1) ?? '')
        for (const from of ['accept', 'deny'] as const) {
          await isDead(crossed(one.links.accept, other.links[from]), one.number)
          await isDead(crossed(other.links.deny, one.links[from]), other.number)
        }
        assert.deepEqual([await status(one.txId), await status(other.txId)], ['IN_PROGRESS', 'IN_PROGRESS'])
        assert.equal((await accept(one.links.accept, one.number)).title, 'Accepted')
        assert.equal((await accept(other.links.accept, other.number)).title, 'Accepted')
      })

      it('to the second, when its time is up', async () => {
        const { txId, links, number } = await asked()
        server.advance(298_000)
        assert.equal((await open(links.accept)).mayAccept, true)
        server.advance(2_001)
        for (const link of [links.accept, links.deny]) await isDead(link, number)
        assert.equal(await status(txId), 'ERROR')
      })

      it('when a newer one was asked, whose links work', async () => {
        const username = await newUser()
        const older = await asked({ username })
        const newer = await asked({ username })
        for (const link of [older.links.accept, older.links.deny]) await isDead(link, older.number)
        assert.equal(await status(older.txId), 'FAILED')
        assert.equal((await accept(newer.links.accept, newer.number)).title, 'Accepted')
        assert.equal(await status(older.txId), 'FAILED')
      })

      it('when its user was deleted', async () => {
        const username = await newUser()
        const { txId, links, number } = await asked({ username })
        await server.call('/admin/users/delete', { customerKey: testKey.customerKey, username })
        for (const link of [links.accept, links.deny]) await isDead(link, number)
        assert.equal(await status(txId), 'ERROR')
      })

      it('when it was accepted, and when it was denied', async () => {
        const [yes, no] = [await asked(), await asked()]
        await accept(yes.links.accept, yes.number)
        await deny(no.links.deny)
        for (const { links, number } of [yes, no])
          for (const link of [links.accept, links.deny]) await isDead(link, number)
        assert.deepEqual([await status(yes.txId), await status(no.txId)], ['SUCCESS', 'DENIED'])
      })

      it('and never accepts when its user was disabled after it was sent', async () => {
        const username = await newUser()
        const { txId, links, number } = await asked({ username })
        await server.call('/admin/users/disable', { customerKey: testKey.customerKey, username })
        await accept(links.accept, number)
        assert.notEqual(await status(txId), 'SUCCESS')
      })

      it('and tells nothing of whose it was', async () => {
        const key = await customerWith(server, {}, 'Discreet Bank')
        const more = { transactionName: 'a secret purpose', ipAddress: '203.0.113.9' }
        const { links } = await asked(undefined, more, key)
        const { html } = await open(`${links.accept}A`)
        assert.doesNotMatch(html, /Discreet|secret purpose|203\.0\.113/)
      })
    })

    describe('what each of the two may', () => {
      it('the one to accept denies too, without a number, and that is final', async () => {
        const { txId, links, number } = await asked()
        assert.equal((await deny(links.accept)).title, 'Denied')
        assert.ok(isOver(await accept(links.accept, number)))
        assert.equal(await status(txId), 'DENIED')
      })

      it('the one to deny shows no way to accept, and can never accept, not even with the number', async () => {
        const { txId, links, number } = await asked()
        const page = await open(links.deny)
        assert.deepEqual([page.mayAccept, page.mayDeny, page.number], [false, true, null])
        assert.notEqual((await accept(links.deny, number)).title, 'Accepted')
        assert.equal(await status(txId), 'IN_PROGRESS')
      })

      it('the one to deny does not show the number of the page, so that who has it cannot accept by the other', async () => {
        const { links } = await asked(undefined, { showsMatchNumber: false })
        assert.equal((await open(links.deny)).number, null)
      })

      it('a form that says both is read once: its first word', async () => {
        const { txId, links, number } = await asked()
        const headers = { 'content-type': 'application/x-www-form-urlencoded' }
        const body = `decision=deny&decision=accept&number=${number}`
        await open(links.accept, { method: 'POST', headers, body })
        assert.equal(await status(txId), 'DENIED')
      })

      it('DENY is possible while the method is locked, ACCEPT is not', async () => {
        const username = await newUser()
        const last = await lock(username)
        const barred = await challenge({ username, authType: 'OUT OF BAND EMAIL' })
        assert.match(String(barred.body.message), /locked/)
        const locked = await accept(last.links.accept, last.number)
        assert.match(locked.title, /^Nothing can be accepted for a while: there were too many wrong answers\./)
        assert.deepEqual([locked.mayAccept, locked.mayDeny, locked.number], [false, true, null])
        assert.equal(await status(last.txId), 'IN_PROGRESS')
        assert.equal((await deny(last.links.deny)).title, 'Denied')
        assert.equal(await status(last.txId), 'DENIED')
      })
    })

    describe('the base URL', () => {
      it('begins every link, whatever Host the challenge came with', async () => {
        const email = newAddress()
        for (const headers of [
          { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
          { origin: 'https://evil.example', referer: 'https://evil.example/' },
        ]) {
          const body = { customerKey: testKey.customerKey, email, authType: 'OUT OF BAND EMAIL' }
          assert.equal((await server.call('/auth/challenge', body, { headers })).body.status, 'SUCCESS')
        }
        const body = JSON.stringify({ customerKey: testKey.customerKey, email, authType: 'OUT OF BAND EMAIL' })
        await raw(server.baseUrl, 'POST', '/moas/api/auth/challenge', 'evil.example', body, sign(testKey, server.now()))
        const messages = await inbox(server.baseUrl, email)
        assert.equal(messages.length, 3)
        for (const { text, html } of messages) {
          assert.equal(text.split(`${server.baseUrl}/link/`).length, 3)
          assert.doesNotMatch(text + html, /evil/)
        }
      })

      it('is where the page stays, whatever Host it is asked with, and however the request line is written', async () => {
        const { txId, links, number } = await asked()
        const { pathname } = new URL(links.accept)
        for (const [path, host] of [
          [pathname, 'evil.example'],
          [`http://evil.example${pathname}`, 'evil.example'],
          [`${pathname}?next=https://evil.example/`, 'localhost'],
          [`${pathname}?"><script>alert(1)</script>`, 'localhost'],
        ] as const) {
          const page = await raw(server.baseUrl, 'GET', path, host)
          assert.doesNotMatch(page, /^location:/im)
          assert.doesNotMatch(page, /<script|evil\.example/)
          // Without an action a form goes back to where its page came from.
          for (const [, action] of page.matchAll(/<form[^>]* action="([^"]*)"/g)) assert.equal(action, pathname)
        }
        const form = `decision=accept&number=${number}`
        const answer = await raw(server.baseUrl, 'POST', pathname, 'evil.example', form)
        assert.doesNotMatch(answer, /^location:|evil\.example/im)
        assert.equal(await status(txId), 'SUCCESS')
      })
    })

    describe('every answer of it', () => {
      it('may not be framed, kept, indexed or followed elsewhere, and loads nothing', async () => {
        const { links, number } = await asked()
        const answers = [
          await open(links.accept),
          await open(links.deny),
          await open(links.accept, { method: 'HEAD' }),
          await open(`${links.accept}A`),
          await submit(links.accept, {}),
          await submit(links.accept, { more: 'x'.repeat(2_000) }),
          await accept(links.accept, wrongNumber(number)),
          await accept(links.accept, number),
          await open(links.accept),
          await open(`${server.baseUrl}/page.css`),
        ]
        for (const { headers } of answers) {
          const policy = headers.get('content-security-policy') ?? ''
          for (const rule of [
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
          ])
            assert.ok(policy.includes(rule), rule)
          assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/)
          assert.equal(headers.get('x-frame-options'), 'DENY')
          assert.equal(headers.get('referrer-policy'), 'no-referrer')
          assert.equal(headers.get('cache-control'), 'no-store')
          assert.equal(headers.get('x-content-type-options'), 'nosniff')
          assert.equal(headers.get('x-robots-tag'), 'noindex')
          assert.equal(headers.get('location'), null)
          assert.equal(headers.get('set-cookie'), null)
          assert.equal(headers.get('access-control-allow-origin'), null)
        }
      })

      it('has the same headers where nothing of it is left but the first word of the path', async () => {
        for (const path of ['/link/', '/link/x', '/link/x/y/z']) {
          const { headers } = await open(server.baseUrl + path)
          assert.equal(headers.get('x-frame-options'), 'DENY', path)
          assert.equal(headers.get('referrer-policy'), 'no-referrer', path)
        }
      })

      it('has no script, no handler and no resource of elsewhere', async () => {
        const { links, number } = await asked()
        for (const page of [
          await open(links.accept),
          await open(links.deny),
          await accept(links.accept, wrongNumber(number)),
          await accept(links.accept, number),
          await open(links.deny),
        ]) {
          assert.doesNotMatch(
            page.html,
            /<script|<iframe|<img|<object|<meta http-equiv|\son[a-z]+=|style=|javascript:/i,
          )
          assert.doesNotMatch(page.html, /(src|href|action)="(?!\/link\/|\/page\.css"|\/favicon\.svg")/)
        }
      })

      const hostile = [
        '<script>alert(1)</script>',
        '"><img src=x onerror=a()>',
        "'><svg/onload=alert(1)>",
        '</title><h1>Accepted</h1>',
        '{number}{customer}',
        '&lt;b&gt; &amp; $& $1',
      ]
      for (const text of hostile)
        it(`shows ${text} as text, as the name of a transaction or a customer`, async () => {
          const key = await customerWith(server, {}, text)
          const { links, number } = await asked(undefined, { transactionName: text }, key)
          const plainKey = await customerWith(server, {}, 'x')
          const plain = await asked(undefined, { transactionName: 'x' }, plainKey)
          const shown = text.slice(0, 30)
          const pages = [
            [await open(links.accept), await open(plain.links.accept)],
            [
              await accept(links.accept, wrongNumber(number)),
              await accept(plain.links.accept, wrongNumber(plain.number)),
            ],
            [await deny(links.deny), await deny(plain.links.deny)],
          ] as const
          for (const [page, ordinary] of pages) {
            assert.equal(page.html.split('<').length, ordinary.html.split('<').length, 'no tag is added')
            assert.equal(page.title, ordinary.title)
          }
          const [[asking]] = pages
          assert.ok(unescaped(asking.html).includes(shown), 'and it can be read')
        })
    })
  })

for (const database of databaseNames)
  describe(`DENY and ACCEPT at once, on ${database === 'PostgreSQL' ? 'two processes on PostgreSQL' : database}`, () => {
    let nodes: Nodes
    before(async () => {
      nodes = await startNodes(database)
    })
    after(() => nodes.close())

    const states = async (txId: string): Promise<string[]> => {
      const answers = await Promise.all(
        ([0, 1] as const).map((node) => nodes.call(node, '/auth/auth-status', { txId }, { signed: false })),
      )
      return answers.map(({ body }) => String(body.status))
    }

    async function asked(): Promise<Asked> {
      const key = await customerWith(nodes.server)
      const send = (body: object) =>
        nodes.call(0, '/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
      return ask(send, nodes.urls[0])
    }

    it('end in exactly one state, which is the same everywhere and for ever', async () => {
      for (let round = 0; round < 6; round++) {
        const { txId, links, number } = await asked()
        const pages = await Promise.all(
          Array.from({ length: 12 }, (_, index) => {
            const baseUrl = nodes.urls[index % 2] ?? ''
            return index % 4 < 2 ? accept(at(baseUrl, links.accept), number) : deny(at(baseUrl, links.deny))
          }),
        )
        const [state = '', other] = await states(txId)
        assert.equal(other, state)
        const won = { SUCCESS: 'Accepted', DENIED: 'Denied' }[state]
        assert.ok(won, state)
        const told = pages.map(({ title }) => title)
        if (won === 'Accepted') {
          assert.equal(told.filter((title) => title === 'Accepted').length, 1, 'one of many accepted')
          assert.ok(!told.includes('Denied'), 'nobody is told another end')
        } else {
          assert.ok(!told.includes('Accepted'), 'nobody is told another end')
          assert.ok(told.includes('Denied'))
        }
        for (const again of [await accept(links.accept, number), await deny(links.deny)]) assert.ok(isOver(again))
        assert.deepEqual(await states(txId), [state, state])
      }
    })

    it('a link of one node is good on the other', async () => {
      const { txId, links, number } = await asked()
      assert.equal((await accept(at(nodes.urls[1], links.accept), number)).title, 'Accepted')
      assert.deepEqual(await states(txId), ['SUCCESS', 'SUCCESS'])
    })

    it('many ACCEPTs at once are one', async () => {
      const { links, number } = await asked()
      const pages = await Promise.all(
        Array.from({ length: 20 }, (_, index) => accept(at(nodes.urls[index % 2] ?? '', links.accept), number)),
      )
      assert.equal(pages.filter(({ title }) => title === 'Accepted').length, 1)
    })

    it('guesses at every number at once are three', async () => {
      let accepted = 0
      for (let round = 0; round < 3; round++) {
        const { txId, links, number } = await asked()
        const numbers = Array.from({ length: 100 }, (_, index) => String(index).padStart(2, '0'))
        const wrong = numbers.filter((one) => one !== number)
        const pages = await Promise.all(
          wrong.slice(0, 40).map((one, index) => accept(at(nodes.urls[index % 2] ?? '', links.accept), one)),
        )
        accepted += pages.filter(({ title }) => title === 'Accepted').length
        assert.deepEqual(await states(txId), ['FAILED', 'FAILED'])
        assert.ok(isOver(await accept(links.accept, number)))
        const { attempts } = await spentOn(txId)
        assert.equal(attempts, 3)
      }
      assert.equal(accepted, 0)
    })

    it('an ACCEPT and a newer challenge at once: what was accepted stays accepted, what was replaced never is', async () => {
      for (let round = 0; round < 4; round++) {
        const key = await customerWith(nodes.server)
        const email = newAddress()
        const send = (body: object) =>
          nodes.call(1, '/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
        const older = await ask(send, nodes.urls[0], { email })
        const [page] = await Promise.all([
          accept(at(nodes.urls[0], older.links.accept), older.number),
          send({ email, authType: 'OUT OF BAND EMAIL' }),
        ])
        const expected = page.title === 'Accepted' ? 'SUCCESS' : 'FAILED'
        assert.ok(await eventually(async () => (await states(older.txId)).every((state) => state === expected)))
      }
    })

    async function spentOn(txId: string): Promise<{ attempts: number }> {
      const failures = await nodes.server.assembled.store.read.challenges.find(txId)
      assert.ok(failures)
      const { key } = failures.subject
      const guard = await nodes.server.assembled.store.read.guards.find(failures.customerId, key, 'message-link')
      return { attempts: guard.failures }
    }
  })

describe('the secret of a link', () => {
  it('stands in no log, whatever is logged', async () => {
    const place = await newPlace('SQLite')
    const node = await startProcess(place, { COUNTERSIGN_LOG_LEVEL: 'debug' })
    try {
      const email = newAddress()
      const body = { customerKey: testKey.customerKey, email, authType: 'OUT OF BAND EMAIL' }
      const answer = await post(node.baseUrl, '/moas/api/auth/challenge', body)
      assert.equal(answer.body.status, 'SUCCESS')
      const links = await linksFor(node.baseUrl, email)
      const { number } = await open(links.accept)
      for (const link of [links.accept, `${links.accept}%00`, `${links.accept}%E0`, `${links.accept}/more`])
        await open(link)
      await submit(links.accept, { decision: 'accept', number: 'x', more: 'x'.repeat(2_000) })
      assert.equal((await accept(links.accept, number ?? '')).title, 'Accepted')
      assert.equal(await node.stop(), 0)
      assert.match(node.output(), /"path":"\/link\/:id\/:secret"/)
      for (const link of Object.values(links)) assert.ok(!node.output().includes(link.split('/').at(-1) ?? link))
    } finally {
      await node.stop()
      await place.remove()
    }
  })
})

/** Sends a request as it is, over a socket: `fetch` would mend it. Resolves with all that comes back. */
function raw(
  baseUrl: string,
  method: string,
  path: string,
  host: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<string> {
  const { hostname, port } = new URL(baseUrl)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(Number(port), hostname)
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
    const type = headers['Authorization'] ? 'application/json' : 'application/x-www-form-urlencoded'
    socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: ${type}\r\n${lines.join('')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  })
}

function unescaped(html: string): string {
  const letters = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' } as const
  return html.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => letters[entity as keyof typeof letters])
}
