import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { inbox, post, sign, testKey } from '../support/caller.ts'
import { databaseNames, newPlace } from '../support/databases.ts'
import {
  accept,
  callsOf,
  customerWith,
  deny,
  linksFor,
  newAddress,
  nextWindow,
  open,
  submit,
  wrongNumber,
} from '../support/links.ts'
import { startProcess } from '../support/process.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { exchange, requestText } from '../support/socket.ts'

for (const database of databaseNames)
  describe(`a link on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())
    beforeEach(() => nextWindow(server))

    const { asked, status } = callsOf(() => server)

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

/** Sends a request as it is: `fetch` would mend it. Resolves with all that comes back. */
async function raw(
  baseUrl: string,
  method: string,
  path: string,
  host: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<string> {
  const type = headers['Authorization'] ? 'application/json' : 'application/x-www-form-urlencoded'
  const request = requestText(`${method} ${path} HTTP/1.1`, { Host: host, 'Content-Type': type, ...headers }, body)
  const { head, text } = await exchange(baseUrl, request)
  return `${head}\r\n\r\n${text}`
}

function unescaped(html: string): string {
  const letters = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' } as const
  return html.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => letters[entity as keyof typeof letters])
}
