import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { DeliveryError } from '../../server/channels/channel.ts'
import { httpGateway } from '../../server/channels/http-gateway.ts'
import type { HttpProvider } from '../../server/channels/providers.ts'
import { type Gateway, saying, startGateway } from './http-server.ts'

const contact = '+15551234567'
const hostile = `A&B "it's" {to} $& \\ %41 <x> \r\nX-Evil: 1\r\n\r\n é😀 code 123456`

let gateway: Gateway

beforeEach(async () => {
  gateway = await startGateway()
})

afterEach(() => gateway.stop())

type Settings = Partial<HttpProvider> & { readonly path?: string }

function send({ path = '/send', ...settings }: Settings, text = hostile, timeoutMs = 4_000) {
  const provider = { id: 'web', type: 'http', via: ['sms'], url: gateway.url + path, ...settings } as const
  const message = { subject: null, text, html: null, language: 'en' }
  return httpGateway(provider, 'sms').send(contact, message, 1, AbortSignal.timeout(timeoutMs))
}

async function refusal(sending: Promise<unknown>): Promise<DeliveryError> {
  const error = await sending.then(
    () => assert.fail('it was taken'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof DeliveryError, String(error))
  assert.doesNotMatch(error.message, /5551234567|123456|secret/)
  return error
}

test('in a URL everything is a value', async () => {
  await send({ path: '/send/{from}?key=secret&to={to}&text={text}&from={from}', from: 'A/../b?&c' })
  const [came] = gateway.came
  assert.deepEqual([came?.method, came?.body], ['GET', ''])
  const url = new URL(came?.url ?? '', gateway.url)
  assert.equal(url.pathname, '/send/A%2F..%2Fb%3F%26c')
  assert.deepEqual(
    [...url.searchParams],
    [
      ['key', 'secret'],
      ['to', contact],
      ['text', hostile],
      ['from', 'A/../b?&c'],
    ],
  )
  assert.equal(came?.headers['x-evil'], undefined)
})

test('in JSON everything is a text', async () => {
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'X-Key': 'secret' }
  await send({ headers, body: '{"to":"{to}","text":"{text}","from":"{from}"}', from: 'ACME' })
  const [came] = gateway.came
  assert.equal(came?.method, 'POST')
  assert.equal(came?.headers['x-key'], 'secret')
  assert.deepEqual(JSON.parse(came?.body ?? ''), { to: contact, text: hostile, from: 'ACME' })
})

test('a body is a form unless it says otherwise', async () => {
  await send({ method: 'PUT', body: 'to={to}&text={text}' })
  const [came] = gateway.came
  assert.equal(came?.method, 'PUT')
  assert.equal(came?.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.deepEqual(
    [...new URLSearchParams(came?.body)],
    [
      ['to', contact],
      ['text', hostile],
    ],
  )
})

test('in XML markup is text', async () => {
  await send({ headers: { 'content-type': 'text/xml' }, body: '<sms to="{to}">{text}</sms>' }, `<a b="c">&'`)
  assert.equal(gateway.came[0]?.body, '<sms to="+15551234567">&lt;a b=&quot;c&quot;&gt;&amp;&apos;</sms>')
})

test('plain text is plain', async () => {
  await send({ headers: { 'content-type': 'text/plain' }, body: '{to}: {text}' }, 'é "{from}"')
  assert.equal(gateway.came[0]?.body, '+15551234567: é "{from}"')
})

test('half a character does not stop a message', async () => {
  await send({ path: '/?text={text}' }, '\ud800 1')
  assert.equal(new URL(gateway.came[0]?.url ?? '', gateway.url).searchParams.get('text'), '\ufffd 1')
})

for (const bad of ['a\r\nX-Evil: 1', 'a\nb', 'a\u0000b', 'a\u2028b']) {
  test(`a header refuses ${JSON.stringify(bad)}, and nothing is sent`, async () => {
    const error = await refusal(send({ headers: { 'X-Text': 'text {text}' } }, bad))
    assert.deepEqual([error.message, error.isRetriable], ['a header cannot carry this text', false])
    assert.deepEqual(gateway.came, [])
  })
}

test('a header carries what it can', async () => {
  await send({ headers: { 'X-To': '<{to}>' } })
  assert.equal(gateway.came[0]?.headers['x-to'], `<${contact}>`)
})

for (const [status, isRetriable] of [
  [301, false],
  [400, false],
  [404, false],
  [429, true],
  [500, false],
  [503, true],
] as const) {
  test(`${status} is ${isRetriable ? 'worth another try' : 'final'}`, async () => {
    gateway.answer = saying(status, `no: ${contact} ${hostile}`)
    const error = await refusal(send({ successPattern: '.' }))
    assert.deepEqual([error.message, error.isRetriable], [`the server answered ${status}`, isRetriable])
  })
}

test('without a pattern any 2xx counts', async () => {
  gateway.answer = saying(202, 'garbage')
  assert.deepEqual(await send({}), { reference: null })
})

test('200 with garbage does not count when there is a pattern', async () => {
  gateway.answer = saying(200, `ERROR 17: no credit for ${contact}`)
  const error = await refusal(send({ successPattern: '^OK' }))
  assert.deepEqual([error.message, error.isRetriable], ['the answer is not that of a success', false])
})

test('the answer’s id is the reference, in bounds', async () => {
  gateway.answer = saying(200, 'OK id=abc-7;')
  assert.deepEqual(await send({ successPattern: '^OK', referencePattern: 'id=([^;]+)' }), { reference: 'abc-7' })
  assert.deepEqual(await send({ referencePattern: 'nr=([^;]+)' }), { reference: null })
  gateway.answer = saying(200, `id=${'x'.repeat(5_000)}`)
  assert.equal((await send({ referencePattern: 'id=(.+)' })).reference?.length, 100)
})

test('one channel judges every answer anew', async () => {
  gateway.answer = saying(200, 'OK')
  const provider = { id: 'web', type: 'http', via: ['sms'], url: gateway.url, successPattern: 'OK' } as const
  const channel = httpGateway(provider, 'sms')
  const message = { subject: null, text: 'x', html: null, language: 'en' }
  for (let times = 0; times < 3; times++) await channel.send(contact, message, 1, AbortSignal.timeout(1_000))
  assert.equal(gateway.came.length, 3)
})

test('what stands after 64 KiB is not read', async () => {
  gateway.answer = saying(200, `${' '.repeat(64 * 1024)}OK`)
  await refusal(send({ successPattern: 'OK' }))
})

test('a hang ends with the time it has, before the answer and inside it', async () => {
  gateway.answer = () => undefined
  const before = await refusal(send({}, hostile, 200))
  gateway.answer = (response) => response.writeHead(200).write('OK')
  const inside = await refusal(send({ successPattern: 'OK' }, hostile, 200))
  for (const { message, isRetriable } of [before, inside]) {
    assert.deepEqual([message, isRetriable], ['the server did not answer in time', false])
  }
})

test('a redirect is not followed', async () => {
  const other = await startGateway()
  gateway.answer = saying(302, '', { location: other.url })
  const error = await refusal(send({ headers: { Authorization: 'secret' } }))
  assert.deepEqual([error.message, error.isRetriable], ['the server answered 302', false])
  assert.deepEqual(other.came, [])
  await other.stop()
})

test('nobody there is worth another try, a connection that breaks is not', async () => {
  gateway.answer = (response) => response.destroy()
  assert.equal((await refusal(send({ body: 'x' }))).isRetriable, false)
  await gateway.stop()
  const nobody = await refusal(send({}))
  assert.deepEqual([nobody.message, nobody.isRetriable], ['the connection failed (ECONNREFUSED)', true])
})
