import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { checkProviders, publicProviders, readProviders } from './providers.ts'

const example = /```json\n([^`]+)```/.exec(
  readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8'),
)?.[1]

test('the example of the manual is a valid list of all four kinds', () => {
  const list = readProviders(example ?? '')
  assert.ok(typeof list !== 'string', String(list))
  assert.deepEqual(list.map(({ type }) => type).sort(), ['http', 'smpp', 'smtp', 'twilio'])
})

test('the manual names every field there is', () => {
  const manual = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8')
  const fields = new Set(Object.keys(Object.assign({}, smpp, twilio, http, smtp, optional)))
  for (const field of fields) assert.ok(manual.includes(`\`${field}\``), field)
})

test('an empty list is a list', () => {
  assert.deepEqual(readProviders('[]'), [])
})

const smpp = {
  id: 'carrier',
  type: 'smpp',
  via: ['sms'],
  host: 'h',
  port: 2775,
  systemId: 's',
  password: 'pass-secret',
  source: 'ACME',
}
const twilio = {
  id: 'tw',
  type: 'twilio',
  via: ['sms', 'call'],
  accountSid: 'AC1',
  authToken: 'token-secret',
  from: '+1',
}
const http = {
  id: 'web',
  type: 'http',
  via: ['sms'],
  url: 'https://sms.example/send?key=url-secret&to={to}&text={text}',
}
const smtp = {
  id: 'mail',
  type: 'smtp',
  via: ['email'],
  url: 'smtp://u:mail-secret@mail.example:587',
  from: 'A <a@b.c>',
}
const optional = {
  countries: ['US'],
  isTls: true,
  systemType: 'x',
  baseUrl: 'https://x',
  method: 'POST',
  headers: {},
  body: '',
  successPattern: '',
  referencePattern: '',
}

const wrong: readonly (readonly [unknown, string | RegExp])[] = [
  [{}, 'providers is not a list in JSON.'],
  [[1], 'providers[0] must be an object.'],
  [[[]], 'providers[0] must be an object.'],
  [[{}], 'providers[0].type is missing.'],
  [[{ type: 'pigeon' }], 'providers[0].type must be one of smpp, twilio, http, smtp.'],
  [[{ type: 'constructor' }], 'providers[0].type must be one of smpp, twilio, http, smtp.'],
  [[smpp, { ...twilio, authToken: undefined }], 'providers[1].authToken is missing.'],
  [[smpp, { ...twilio, id: 'carrier' }], 'providers[1].id is used twice.'],
  [[{ ...smpp, colour: 'red' }], /^providers\[0\]\.colour is not known here: there are id, type, .*, source\.$/],
  [[{ ...smpp, via: ['call'] }], 'providers[0].via[0] must be one of sms.'],
  [[{ ...smpp, via: [] }], 'providers[0].via must not have fewer than 1 items.'],
  [[{ ...smpp, port: 70_000 }], 'providers[0].port must be <= 65535.'],
  [[{ ...smpp, port: '2775' }], 'providers[0].port must be integer.'],
  [[{ ...smpp, source: 'A name too long' }], /^providers\[0\]\.source must match pattern/],
  [[{ ...smpp, countries: ['USA'] }], /^providers\[0\]\.countries\[0\] must match pattern/],
  [[{ ...smpp, id: 'No Spaces' }], /^providers\[0\]\.id must match pattern/],
  [[{ ...smtp, id: 'smtp' }], /^providers\[0\]\.id must match pattern/],
  [[{ ...smtp, url: 'https://mail.example' }], /^providers\[0\]\.url must match pattern/],
  [[{ ...smtp, from: 'a@b.c\r\nBcc: d@e.f' }], /^providers\[0\]\.from must match pattern/],
  [[{ ...twilio, baseUrl: 'ftp://x' }], 'providers[0].baseUrl must be an http or https address.'],
  [[{ ...http, url: 'file:///etc/passwd' }], 'providers[0].url must be an http or https address.'],
  [[{ ...http, url: 'https://u:p@x/' }], 'providers[0].url must not hold a user name: put it into a header.'],
  [[{ ...http, url: 'https://{to}.example/' }], 'providers[0].url must not have a placeholder in its host.'],
  [[{ ...http, method: 'GET', body: 'x' }], 'providers[0].body is not possible with GET.'],
  [[{ ...http, body: '{from}' }], 'providers[0].from is missing.'],
  [[{ ...http, successPattern: '(' }], 'providers[0].successPattern is not a regular expression.'],
  [[{ ...http, referencePattern: 'id' }], 'providers[0].referencePattern must be a regular expression with a group.'],
  [[{ ...http, headers: { 'X-Key': 'a\r\nX-Other: b' } }], /^providers\[0\]\.headers\.X-Key must match pattern/],
  [[{ ...http, headers: { 'X Key': 'a' } }], 'providers[0].headers.X Key is not known here.'],
  [
    [{ ...http, headers: { 'content-type': 'application/json' }, body: '{"text":{text}}' }],
    'providers[0].body is not JSON once it is filled in: placeholders stand inside quotes.',
  ],
  [Array.from({ length: 21 }, (_, index) => ({ ...smpp, id: `p${index}` })), 'providers may have at most 20 entries.'],
]

for (const [list, sentence] of wrong) {
  test(`refused: ${sentence}`, () => {
    const read = readProviders(JSON.stringify(list))
    if (typeof sentence === 'string') assert.equal(read, sentence)
    else assert.match(String(read), sentence)
  })
}

test('what is not JSON is refused', () => {
  assert.equal(readProviders('[{'), 'providers is not a list in JSON.')
})

test('a prototype is no field', () => {
  const text = JSON.stringify([smpp]).replace('{', '{"__proto__":{"isTls":true},')
  assert.match(String(readProviders(text)), /^providers\[0\]\.__proto__ is not known here: /)
})

test('nothing secret is public', () => {
  const list = readProviders(JSON.stringify([smpp, twilio, { ...http, body: 'key=body-secret' }, smtp]))
  assert.ok(typeof list !== 'string')
  const shown = JSON.stringify(publicProviders(list))
  assert.doesNotMatch(shown, /secret/)
  assert.match(shown, /"id":"carrier","type":"smpp","via":\["sms"\],"host":"h"/)
})

test('a refusal shows nothing secret', () => {
  for (const field of ['password', 'authToken', 'url']) {
    const bad = [smpp, twilio, http].map((one) => ({ ...one, [field]: 'a-secret\n' }))
    assert.doesNotMatch(String(readProviders(JSON.stringify(bad.filter((one) => field in one)))), /a-secret/)
  }
})

test('everything that is wrong with a list is told, not only the first', () => {
  const { password: _, ...bare } = smpp
  const { problems } = checkProviders([
    { ...bare, port: 0, colour: 'red' },
    twilio,
    { ...http, method: 'PATCH' },
    smtp,
    smtp,
  ])
  assert.deepEqual(problems.map((problem) => problem.replace(/: there are.*/, '')).sort(), [
    'providers[0].colour is not known here',
    'providers[0].password is missing.',
    'providers[0].port must be >= 1.',
    'providers[2].method must be one of GET, POST, PUT.',
    'providers[4].id is used twice.',
  ])
})
