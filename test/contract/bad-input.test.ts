import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { type Answered, inbox, post, sign, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { open } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { exchange, hangUp, requestText } from '../support/socket.ts'
import { descriptionOf, type Route, routesOf } from './description.ts'
import { asked, customerKey, newUser, succeed } from './people.ts'

/** Whatever comes in, an answer of the usual shape goes out, nothing is let in, and nothing breaks. */

const framingCodes = [404, 405, 413, 415, 431]
const broken = 'Something went wrong here. Try again.'

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
const manyKeys = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 0]))

/** Values that once broke some server. */
const hostileValues: readonly unknown[] = [
  null,
  '',
  ' ',
  '\u3000',
  '\0',
  'a\0b',
  'a\r\nBcc: b@example.com',
  '\u001b[2J',
  '\u007f\u0085',
  '\u2028\u2029',
  '\u202egnp.exe',
  '\u2066\u2069',
  '\ufeff',
  '\ud800',
  'a\udfffb',
  '\u{10ffff}',
  'e\u0301'.repeat(100),
  '\ufdfa'.repeat(254),
  '語'.repeat(254),
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' or 1=1 --",
  '{{7*7}}',
  '%00%0d%0a',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'undefined',
  'NaN',
  '１２３４５６',
  '+11627',
  '011627',
  'x'.repeat(255),
  'x'.repeat(20_000),
  0,
  -1,
  1.5,
  1e12,
  1e300,
  Number.MAX_SAFE_INTEGER + 1,
  true,
  false,
  [],
  [[]],
  ['SMS'],
  [null],
  {},
  { toString: 'x' },
  { $ne: null },
  { constructor: { prototype: { isAdmin: true } } },
  Array.from({ length: 3_000 }, () => 0),
]

/** For fields whose value nobody reads. */
const hostileShapes = hostileValues.filter((value) => typeof value === 'object')

/** Bodies that are not what they should be, byte by byte. */
const hostileBodies: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'a single brace': '{',
  'a text': '"text"',
  'a number': '1',
  null: 'null',
  'a list': '[{}]',
  'two objects': '{}{}',
  'a comment': '{/* customer */}',
  'single quotes': "{'customerKey':'11627'}",
  'a trailing comma': '{"customerKey":"11627",}',
  'a quote that nobody escaped': '{"customerKey":"11627","username":"a"b"}',
  'a cut escape': '{"username":"\\u12"}',
  'a control character in a text': '{"username":"a\u0001b"}',
  'form data': 'customerKey=11627&username=a',
  XML: '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  'an own __proto__': '{"__proto__":{"isAdmin":true},"customerKey":"11627"}',
  'an inner __proto__': '{"customerKey":"11627","answers":{"__proto__":{"isAdmin":true}}}',
  'the same key twice': '{"customerKey":"1","customerKey":"11627","username":"a","username":"b"}',
  'a list 30 levels deep': `{"customerKey":"11627","answers":${deep(30)}}`,
  'a list 30,000 levels deep': `{"customerKey":"11627","answers":${deep(30_000)}}`,
  '30,000 open brackets': '['.repeat(30_000),
  '10,000 keys': JSON.stringify(manyKeys),
  'a number of 20,000 digits': `{"customerKey":${'9'.repeat(20_000)}}`,
  'an exponent beyond all': '{"customerKey":1e99999}',
  'Latin-1': Buffer.from('{"customerKey":"11627","username":"Jürgen"}', 'latin1'),
  'UTF-16': Buffer.from('{"customerKey":"11627"}', 'utf16le'),
  'UTF-16 with its mark': Buffer.from('\ufeff{"customerKey":"11627"}', 'utf16le'),
  'an overlong UTF-8': Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]),
  'a surrogate in UTF-8': Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
  'a byte order mark': '\ufeff{"customerKey":"11627"}',
  'zero bytes': new Uint8Array(1_000),
  '64 KiB': `{"customerKey":"11627","more":"${'x'.repeat(64 * 1024 - 35)}"}`,
  'more than 64 KiB': `{"customerKey":"11627","more":"${'x'.repeat(65 * 1024)}"}`,
}

/** Limits that no test here is about: a challenge that is refused by one is not looked at to its end. */
const generous = {
  ...{ sendsPerContact10Min: '20', sendsPerContactDay: '100', sendsPerPrefix10Min: '10000' },
  ...{ sendsPerAddress10Min: '1000', messagesPerDay: '999999' },
}

/** Fine contacts, others for each number below a million, for the same reason. */
function contactsOf(number: number): Record<string, string> {
  const digits = String(number).padStart(6, '0')
  const network = `${digits.slice(0, 3)}:${digits.slice(3)}`
  return {
    email: `fine${digits}@example.com`,
    phone: `+1555${digits.slice(-1)}${digits}`,
    ipAddress: `2001:db8:${network}::1`,
  }
}

for (const database of databaseNames) {
  describe(`bad input, on ${database}`, () => {
    let server: TestServer
    let routes: Route[]
    /** A value that each field takes, so that a hostile one beside it is really looked at. */
    let fine: Record<string, unknown>
    before(async () => {
      server = await startServer(database)
      await server.assembled.store.write(async (tx) => {
        for (const [name, value] of Object.entries(generous))
          await tx.settings.set(testKey.customerKey, name, value, server.now())
      })
      await server.set('notices', 'false') // else a call that succeeded may send one while the next is looked at
      routes = routesOf(await descriptionOf(server.baseUrl))
      const { username } = await newUser(server)
      const { txId } = await asked(server)
      fine = {
        ...{ customerKey, username, authType: 'EMAIL', txId, token: '00000a', transactionName: 'Login' },
        ...{ showsMatchNumber: true, language: 'en', authenticatorName: 'Example', batchNo: 1, batchSize: 10 },
        ...{ secret: 'JBSWY3DPEHPK3PXP', authenticatorType: 'GOOGLE AUTHENTICATOR' },
        ...{ firstName: 'Anna', lastName: 'Example' },
        ...{ serial: 'A1', file: 'A1,3132333435363738393031323334353637383930', nextToken: '00000b', dryRun: true },
        ...{ groupName: 'DEFAULT', groups: [{ groupName: 'Staff', isDefault: 'false' }] },
        users: [{ primaryEmail: username }],
        ...{ userKey: username, origin: 'https://www.example.com', action: 'sign-in', feedback: 'failed' },
        ...{ sessionUuid: 'no-such-session', appSecret: 'not-the-secret', resultToken: 'no-such-result' },
        // Too short to be chosen: no account is made, and so none is sent a link.
        ...{ password: 'short', query: 'a question', companyName: 'Example' },
      }
    })
    after(() => server.close())

    const pathsOf = () => routes.map(({ path }) => path)
    const routeOf = (path: string) => routes.find((route) => route.path === path) as Route // one of `pathsOf`
    const undocumented = ['__proto__', 'constructor', 'colour']
    const namesOf = ({ fields }: Route) => [
      ...Object.keys(fields),
      ...('txId' in fields ? ['txID'] : []),
      ...('token' in fields ? ['otpToken'] : []),
      ...('users' in fields ? ['Users'] : []),
      ...undocumented,
    ]
    const fineBody = ({ fields }: Route) => {
      const values: Record<string, unknown> = { ...fine, ...contactsOf(nextContact()) }
      return Object.fromEntries(
        Object.entries(fields).flatMap(([name, { type }]) =>
          type === 'object' ? (name === 'email' ? [[name, mail]] : []) : name in values ? [[name, values[name]]] : [],
        ),
      )
    }
    /** Of notify/send: to nobody of ours. */
    const mail = { toEmail: 'nobody@elsewhere.example', subject: 'Subject', content: 'Content' }
    let contacts = 0
    const nextContact = () => {
      contacts += 1
      return contacts
    }

    /** Posts, properly signed, and holds the answer against every promise. */
    async function hit(path: string, body: unknown, headers: Record<string, string> = {}): Promise<void> {
      const before = await newestMessage()
      const answer = await post(server.baseUrl, path, body, { timestamp: server.now(), headers })
      const told = `${path} ${shown(body)} → ${answer.text}`
      isFit(path, answer, told)
      const isSent = maySend(path) && answer.body.status === 'SUCCESS'
      if (!isSent) assert.equal(await newestMessage(), before, told)
    }

    function isFit(path: string, { code, headers, body, text }: Answered, told: string): void {
      assert.ok(code === 200 || framingCodes.includes(code), told)
      if (path.endsWith('/get-timestamp') && code === 200) {
        assert.match(text, /^\d{13}$/)
        return
      }
      if (path.endsWith('/customer/key') && body.status !== 'SUCCESS') {
        assert.match(headers.get('content-type') ?? '', /^text\/plain/, told)
        assert.match(text, /^[A-Z][^{}<>]+$/, told)
        return
      }
      assert.match(headers.get('content-type') ?? '', /^application\/json/, told)
      assert.ok(typeof body.status === 'string' && body.status !== '', told)
      assert.ok(typeof body.message === 'string' && body.message !== '', told)
      assert.deepEqual([body['statusCode'], body['statusMessage']], [body.status, body.message], told)
      assert.notEqual(body.message, broken, told)
      assert.doesNotMatch(body.message, /\bat .+:\d+|node_modules|sqlite|constraint|Unexpected token/i, told)
      if (path.endsWith('/auth/validate')) assert.equal(body.status, 'FAILED', told)
      if (!maySend(path)) assert.ok(!('phoneDelivery' in body || 'emailDelivery' in body), told)
    }

    const isOpen = (path: string) => routeOf(path).operation.security?.length === 0
    const maySend = (path: string) => /\/(challenge|passkey-registration|voice-registration)$/.test(path)
    const newestMessage = async () => (await server.assembled.store.read.inbox.list(null, 1))[0]?.id ?? 0
    const shown = (body: unknown) => (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).slice(0, 400)

    /** PostgreSQL takes a fifth of the values for each field, another fifth for the next: it is slower at the same work. */
    const part = database === 'SQLite' ? 1 : 5

    /** A fine body of the call with each hostile value in each field in turn. */
    function spoiled(route: Route): string[] {
      return namesOf(route).flatMap((name, nth) => {
        const { [name]: _, ...others } = fineBody(route)
        const rest = JSON.stringify({ ...others, last: 0 }).slice(0, -1)
        const isRead = Object.keys(route.fields[name] ?? {}).length > 0 || /^(txID|otpToken|Users)$/.test(name)
        const values = (isRead ? hostileValues : hostileShapes).filter((_, index) => (index + nth) % part === 0)
        return values.map((value) => `${rest},"${name}":${JSON.stringify(value)}}`)
      })
    }

    it('every hostile value in every field of every call', async () => {
      const problems: string[] = []
      for (const route of routes)
        for (const body of spoiled(route))
          await hit(route.path, body).catch((error) => {
            problems.push(String(error.message))
          })
      assert.deepEqual(problems, [])
    })

    it('every hostile body to every call', async () => {
      for (const path of pathsOf()) for (const body of Object.values(hostileBodies)) await hit(path, body)
    })

    it('fields that are missing, fine or hostile, in any mixture', async () => {
      const value = fc.oneof(
        fc.constantFrom(...hostileValues),
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ unit: 'grapheme', maxLength: 70 }),
        fc.jsonValue({ maxDepth: 4 }),
        fc.double(),
      )
      const contact = (name: string) => fc.nat({ max: 999_999 }).map((number) => contactsOf(number)[name])
      const fineField = (name: string) => (name in contactsOf(0) ? contact(name) : fc.constant(fine[name]))
      const field = (name: string) =>
        fc.oneof({ arbitrary: fineField(name), weight: 3 }, { arbitrary: value, weight: 1 })
      const call = fc.constantFrom(...pathsOf()).chain((path) => {
        const names = namesOf(routeOf(path))
        const body = fc.record(Object.fromEntries(names.map((name) => [name, field(name)])), { requiredKeys: [] })
        return fc.tuple(fc.constant(path), body)
      })
      await fc.assert(
        fc.asyncProperty(call, ([path, body]) => hit(path, body)),
        { numRuns: 500 },
      )
    })

    it('any bytes at all', async () => {
      const body = fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
        fc.tuple(fc.json(), fc.nat()).map(([text, cut]) => Buffer.from(text.slice(0, cut % (text.length + 1)))),
      )
      const property = fc.asyncProperty(fc.constantFrom(...pathsOf()), body, (path, bytes) => hit(path, bytes))
      await fc.assert(property, { numRuns: 200 })
    })

    it('any values of the headers', async () => {
      // DEL and the other control characters are refused by every client before they are sent.
      const letter = fc
        .integer({ min: 0x20, max: 0xff })
        .map((code) => String.fromCharCode(code === 0x7f ? 0x20 : code))
      const odd = fc.oneof(
        fc.string({ unit: letter, maxLength: 60 }),
        fc.constantFrom('', '0', '-1', '1e12', customerKey, '9'.repeat(200), 'f'.repeat(128), 'Basic', 'null'),
      )
      const names = ['Customer-Key', 'Timestamp', 'Authorization', 'Accept', 'Accept-Language', 'Origin', 'Cookie']
      const headers = fc.dictionary(fc.constantFrom(...names), odd)
      const property = fc.asyncProperty(fc.constantFrom(...pathsOf()), headers, async (path, given) => {
        const before = await newestMessage()
        const answer = await post(server.baseUrl, path, fineBody(routeOf(path)), { signed: false, headers: given })
        isFit(path, answer, `${path} ${JSON.stringify(given)}`)
        if (!isOpen(path)) assert.match(String(answer.body.status), /^(ERROR|FAILED)$/)
        assert.equal(await newestMessage(), before)
      })
      await fc.assert(property, { numRuns: 150 })
    })

    it('content types and encodings of any kind', async () => {
      const types = [
        '',
        'json',
        'text/html',
        'application/json; charset=latin1',
        'multipart/form-data',
        'application/xml',
        'a/b;c',
        '/',
        '*/*',
      ]
      for (const path of pathsOf()) {
        for (const type of types) await hit(path, '{"customerKey":', { 'content-type': type })
        for (const encoding of ['gzip', 'br', 'zstd', 'x']) await hit(path, '{}', { 'content-encoding': encoding })
      }
    })

    it('is survived: a challenge and its answer work as before, and no prototype was changed', async () => {
      assert.equal((await fetch(`${server.baseUrl}/healthz`)).status, 200)
      assert.equal((await fetch(`${server.baseUrl}/readyz`)).status, 200)
      const { txId, code } = await asked(server)
      await succeed(server.call('/auth/validate', { txId, token: code }))
      assert.equal(({} as { isAdmin?: unknown }).isAdmin, undefined)
    })

    it('what a transaction is called stands in messages and pages as text of one line, and changes nothing around it', async () => {
      const names = hostileValues.filter((value): value is string => typeof value === 'string' && value.length <= 1_000)
      for (const authType of ['SMS AND EMAIL', 'OUT OF BAND SMS', 'OUT OF BAND EMAIL', 'PHONE VERIFICATION']) {
        const [named, nameless] = [await toldOf(authType, 'Login'), await toldOf(authType, '')]
        for (const name of names) {
          const isShown = /[^\p{Cc}\p{Cf}\p{Co}\p{Z}]/u.test(name)
          assert.deepEqual(await toldOf(authType, name), isShown ? named : nameless, JSON.stringify([authType, name]))
        }
      }
    })

    it('no message of all that were sent here holds an invisible character or a foreign tag', async () => {
      const messages = await server.assembled.store.read.inbox.list(null, 10_000)
      assert.ok(messages.length > hostileValues.length)
      for (const { to, subject, text, html } of messages) {
        for (const line of [to, subject ?? '', ...text.split('\n')]) assert.doesNotMatch(line, unseen)
        assert.doesNotMatch(html ?? '', /<(script|img)/i)
      }
    })

    /** The shape of all that somebody is shown of a challenge: its channels, lines and tags, without their words. */
    async function toldOf(authType: string, transactionName: string): Promise<unknown[]> {
      const { email, phone } = contactsOf(nextContact()) as { email: string; phone: string }
      const body = { customerKey, email, phone, authType, transactionName }
      await succeed(server.call('/auth/challenge', body))
      const messages = [...(await inbox(server.baseUrl, phone)), ...(await inbox(server.baseUrl, email))]
      assert.ok(messages.length > 0)
      const told: unknown[] = []
      for (const { channel, to, subject, text, html } of messages) {
        const lines = [to, subject ?? '', ...text.split('\n')]
        const links = text.match(/http:\S+\/link\/\S+/g) ?? []
        const pages = await Promise.all(links.map(async (link) => (await open(link)).html))
        for (const page of [html ?? '', ...pages])
          assert.doesNotMatch(page, /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u)
        told.push(channel, lines.length, links.length, tagsOf(html ?? ''), pages.map(tagsOf))
      }
      return told
    }

    const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u
    /** Without what differs from one challenge to the next: addresses of links, times. */
    const tagsOf = (html: string) =>
      (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replaceAll(/(href|action|datetime)="[^"]*"/g, '$1'))
  })
}

describe('bad HTTP', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  const line = 'POST /moas/api/auth/validate HTTP/1.1'
  const host = { Host: 'localhost' }
  const isRefused = async (code: number, ...chunks: (string | Uint8Array)[]) => {
    const answer = await exchange(server.baseUrl, ...chunks)
    assert.equal(answer.code, code, answer.head)
    assert.equal(answer.body.status, 'FAILED', answer.text)
    assert.equal(typeof answer.body.message, 'string')
  }

  it('headers above 16 KiB, one or many, are answered 431 with a status', async () => {
    await isRefused(431, requestText(line, { ...host, Authorization: 'f'.repeat(17 * 1024) }, '{}'))
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`X-${index}`, 'some value here']))
    await isRefused(431, requestText(line, { ...host, ...many }, '{}'))
    await isRefused(431, requestText(`POST /moas/api/auth/validate?${'x'.repeat(17 * 1024)} HTTP/1.1`, host, '{}'))
  })

  const garbage: Record<string, string | Uint8Array> = {
    'a TLS hello': Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03),
    'zero bytes': new Uint8Array(100),
    'a page': '<html><body>hello</body></html>\r\n\r\n',
    'bare JSON': '{"status":"SUCCESS"}\r\n\r\n',
    'another protocol': 'POST /moas/api/auth/validate SMTP/1.0\r\n\r\n',
    'HTTP/2 by force': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a space in a header name': `${line}\r\nHost: a\r\nCustomer Key: 1\r\n\r\n`,
    'a folded header': `${line}\r\nHost: a\r\nTimestamp: 1\r\n 2\r\n\r\n`,
    'a zero byte in a header': `${line}\r\nHost: a\r\nTimestamp: 1\0\r\n\r\n`,
    'a length that is none': `${line}\r\nHost: a\r\nContent-Length: ten\r\n\r\n`,
    'a negative length': `${line}\r\nHost: a\r\nContent-Length: -1\r\n\r\n`,
    'two lengths': `${line}\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    'a length and chunks': `${line}\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
    'a chunk that is none': `${line}\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    'bare line feeds': `${line}\nHost: a\n\n`,
  }
  for (const [name, bytes] of Object.entries(garbage)) {
    it(`${name} is answered 400 with a status`, async () => isRefused(400, bytes))
  }

  it('any bytes that cannot begin a request are answered 400 with a status', async () => {
    const bytes = fc.uint8Array({ maxLength: 100 }).map((rest) => Uint8Array.of(0, ...rest))
    await fc.assert(
      fc.asyncProperty(bytes, (garbage) => isRefused(400, garbage)),
      { numRuns: 50 },
    )
  })

  it('a request that takes too long is answered 408 as soon as its time is over', async () => {
    const { server: http } = server.assembled.app
    const usual = [http.headersTimeout, http.requestTimeout] as const
    assert.deepEqual(usual, [10_000, 15_000])
    try {
      http.headersTimeout = http.requestTimeout = 100
      const head = `${line}\r\nHost: localhost\r\nContent-Length: 100\r\n`
      await Promise.all([isRefused(408, head), isRefused(408, `${head}\r\n{`)])
    } finally {
      ;[http.headersTimeout, http.requestTimeout] = usual
    }
  })

  it('a connection that ends in the middle of a request harms nobody', async () => {
    const headers = { ...host, ...sign(testKey, server.now()), 'Content-Length': '100' }
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    for (const part of [
      'P',
      line,
      `${line}\r\n`,
      `${line}\r\n${head.join('')}\r\n`,
      `${line}\r\n${head.join('')}\r\n{"txId"`,
    ])
      await hangUp(server.baseUrl, part)
    assert.equal((await fetch(`${server.baseUrl}/healthz`)).status, 200)
  })
})
