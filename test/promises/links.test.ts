import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import {
  type Asked,
  accept,
  callsOf,
  customerWith,
  deny,
  isOver,
  type LinkPage,
  newAddress,
  nextWindow,
  open,
  submit,
  wrongNumber,
} from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'

for (const database of databaseNames)
  describe(`a link on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())
    beforeEach(() => nextWindow(server))

    const { challenge, asked, status } = callsOf(() => server)

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
        'a NUL as its id': (link) => link.replace(/link\/[^/]+/, 'link/%00'),
        'a NUL behind its id': (link) => link.replace(/(link\/[^/]+)/, '$1%00'),
        'a NUL behind its secret': (link) => `${link}%00`,
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
  })
