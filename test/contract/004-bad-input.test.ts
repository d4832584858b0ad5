import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import type { App } from '../../server/vocabulary/app.ts'
import { type Fields, newApp, nodeOrders, signedFields } from '../support/apps.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { exchange, requestText } from '../support/socket.ts'
import { descriptionOf, type Route, routesOf } from './description.ts'
import { newUser } from './people.ts'

/** Whatever comes in to document 004's calls, three texts go out, nothing is let in, and nothing breaks. */

const documented = new Set(
  `10001 10002 10007 22002 22004 22005 23001 23002 23007 23008 23009 23010 23013 23016 23017 23018 23019 23020 23022
   23023 23024 23026 23034 23036 25009 29001 36000 37000`.split(/\s+/),
)

const hostileValues: readonly unknown[] = [
  ...[
    null,
    '',
    ' ',
    '\u3000',
    '\0',
    'a\0b',
    'a\r\nb',
    '\u001b[2J',
    '\u2028',
    '\u202egnp.exe',
    '\ufeff',
    '\ud800',
    '語',
  ],
  ...[
    "' or 1=1 --",
    '<script>',
    '%00',
    '../..',
    '__proto__',
    'constructor',
    'undefined',
    'null',
    '１２３４５６',
    '+1',
    '-1',
  ],
  ...[
    'x'.repeat(255),
    'x'.repeat(20_000),
    '9'.repeat(65),
    '='.repeat(44),
    '::1',
    '999.1.1.1',
    '1.2.3.4, 5.6.7.8',
    '01.2.3.4',
  ],
  ...[0, 1.5, 1e300, 1_800_000_000, true, false, [], [[]], ['a'], {}, { toString: 'x' }, { $ne: null }],
]

const hostileBodies: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'a text': '"text"',
  'a list': '[{}]',
  'two objects': '{}{}',
  'single quotes': "{'username':'a'}",
  'form data': 'username=a&hmac=b',
  'an own __proto__': '{"__proto__":{"code":"0"},"username":"a"}',
  'deep lists': `{"username":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  '10,000 keys': JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, '']))),
  'many quotes': `{"username":"${'\\"'.repeat(30_000)}"}`,
  'Latin-1': Buffer.from('{"username":"Jürgen"}', 'latin1'),
  'UTF-16': Buffer.from('{"username":"a"}', 'utf16le'),
  'zero bytes': new Uint8Array(1_000),
  'more than 64 KiB': `{"username":"${'x'.repeat(65 * 1024)}"}`,
}

let server: TestServer
let app: App
let routes: Route[]
let fine: Fields
before(async () => {
  server = await startServer()
  app = await newApp(server.assembled.store)
  routes = routesOf(await descriptionOf(server.baseUrl), /CentagateWS/)
  const { username } = await newUser(server)
  fine = {
    ...{ username, authToken: Buffer.alloc(32, 1).toString('base64'), supportFido: 'true', ipAddress: '2001:db8::1' },
    ...{ userAgent: 'Mozilla/5.0', browserFp: 'f1', smsOtp: '000000', otp: '000000', otpType: 'online', crOtp: '123' },
    assertion: JSON.stringify({
      id: 'aaaa',
      response: { clientDataJSON: 'e30', authenticatorData: 'aaaa', signature: 'aaaa' },
    }),
    ...{ challenge: '4711', devAccId: '1', authMethod: 'PUSH', details: 'UGF5IDEw', transactionId: 'T1' },
  }
})
after(() => server.close())

const callOf = ({ path }: Route) => /webresources\/(\w+\/\w+)/.exec(path)?.[1] ?? ''
const urlOf = ({ path }: Route) => server.baseUrl + path.replace('/{username}', '')

async function hit(route: Route, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(urlOf(route), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body as string,
  })
  const text = await response.text()
  const told = `${route.path} ${String(body).slice(0, 300)} → ${response.status} ${text}`
  assert.ok([200, 413, 415].includes(response.status), told)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/, told)
  const answer = JSON.parse(text) as Record<string, unknown>
  assert.deepEqual(Object.keys(answer), ['code', 'message', 'object'], told)
  for (const value of Object.values(answer)) assert.equal(typeof value, 'string', told)
  // A request may succeed; what is judged may not.
  const isRequest = callOf(route).startsWith('req/')
  assert.ok(documented.has(String(answer['code'])) || (isRequest && answer['code'] === '0'), told)
  assert.notEqual(answer['message'], '', told)
}

/** Signed over the texts as the caller would send them. */
function signed(route: Route, fields: Record<string, unknown>): string {
  const texts = Object.entries(fields).filter(([, value]) => typeof value === 'string') as [string, string][]
  const { unixTimestamp = String(Math.floor(server.now() / 1000)) } = Object.fromEntries(texts)
  const all = signedFields(app, { ...Object.fromEntries(texts), unixTimestamp }, nodeOrders[callOf(route)] ?? '')
  return JSON.stringify({ ...all, ...fields })
}

const ownOf = ({ fields }: Route) =>
  Object.fromEntries(Object.entries(fine).filter(([name]) => name in fields && name !== 'devAccId'))

describe('bad input of document 004', () => {
  it('is told of all ten calls', () => {
    assert.deepEqual(routes.map(callOf).sort(), Object.keys(nodeOrders).sort())
  })

  it('every hostile value in every field of every call', async () => {
    for (const route of routes)
      for (const name of [...Object.keys(route.fields), 'more', '__proto__'])
        for (const value of hostileValues) {
          const { [name]: _, ...others } = ownOf(route)
          await hit(route, signed(route, { ...others, [name]: value }))
        }
  })

  it('every hostile body to every call', async () => {
    for (const route of routes) for (const body of Object.values(hostileBodies)) await hit(route, body)
  })

  it('fields that are missing, fine or hostile, in any mixture', async () => {
    const value = fc.oneof(
      fc.constantFrom(...hostileValues),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.jsonValue({ maxDepth: 3 }),
    )
    const call = fc.constantFrom(...routes).chain((route) => {
      const field = (name: string) =>
        fc.oneof({ arbitrary: fc.constant(fine[name]), weight: 3 }, { arbitrary: value, weight: 1 })
      const names = Object.keys(route.fields)
      const body = fc.record(Object.fromEntries(names.map((name) => [name, field(name)])), { requiredKeys: [] })
      return fc.tuple(fc.constant(route), body)
    })
    await fc.assert(
      fc.asyncProperty(call, ([route, fields]) => hit(route, signed(route, fields as Record<string, unknown>))),
      { numRuns: 400 },
    )
  })

  it('any bytes at all', async () => {
    const body = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), body, (route, bytes) => hit(route, bytes)),
      { numRuns: 150 },
    )
  })

  it('content types and encodings of any kind; what can be read as JSON is', async () => {
    for (const route of routes) {
      for (const type of ['', 'text/plain', 'text/plain; charset=utf-8', 'json', 'application/xml', '*/*', 'a/b;c'])
        await hit(route, signed(route, ownOf(route)), { 'content-type': type })
      await hit(route, '{}', { 'content-type': 'multipart/form-data' })
      await hit(route, '{}', { 'content-type': 'application/json; charset=latin1' })
      await hit(route, '{}', { 'content-encoding': 'gzip' })
    }
  })

  for (const [what, header] of Object.entries({
    'without a type, as Java clients label it,': {},
    'of an empty type': { 'Content-Type': '' },
    'of a type that is none': { 'Content-Type': 'json' },
    "in ASCII under the name that Java's HTTP client gives it": { 'Content-Type': 'text/plain; charset=ISO-8859-1' },
  }))
    it(`a body ${what} is read`, async () => {
      const route = routes.find((one) => callOf(one) === 'auth/authSmsOtp') as Route // it is one of them
      const body = signed(route, { username: `nobody ${what.length}`, smsOtp: '123456' })
      const request = requestText(`POST ${route.path} HTTP/1.1`, { Host: 'localhost', ...header }, body)
      const { text } = await exchange(server.baseUrl, request)
      assert.equal((JSON.parse(text) as { code: string }).code, '23010', text)
    })

  it('each required field is asked for by name, and each is described and limited', () => {
    for (const { path, fields, body } of routes) {
      for (const name of ['username', 'integrationKey', 'unixTimestamp', 'hmac'])
        assert.ok(body.required?.includes(name), `${path} ${name}`)
      for (const [name, schema] of Object.entries(fields).filter(([, one]) => Object.keys(one).length > 0))
        assert.ok(schema.description, `${path} ${name}`)
    }
  })

  it('is survived', async () => {
    assert.equal((await fetch(`${server.baseUrl}/readyz`)).status, 200)
  })
})
