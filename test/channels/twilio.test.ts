import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { type Report, receiptHooks } from '../../server/api/receipts/index.ts'
import { isSigned, signatureOf } from '../../server/api/receipts/signature.ts'
import { DeliveryError } from '../../server/channels/channel.ts'
import type { Provider, TwilioProvider } from '../../server/channels/providers.ts'
import { twilioChannel } from '../../server/channels/twilio.ts'
import type { Via } from '../../server/vocabulary/message.ts'
import { type Gateway, saying, startGateway } from './http-server.ts'

const contact = '+15551234567'
const accountSid = 'AC0123456789'
const authToken = 'a-token-of-the-tests'

let twilio: Gateway
let hooks: FastifyInstance
let baseUrl: string
let reports: Report[]

beforeEach(async () => {
  twilio = await startGateway()
  twilio.answer = saying(201, JSON.stringify({ sid: 'SM0123', status: 'queued' }))
  reports = []
  hooks = Fastify()
  const other = { id: 'web', type: 'http', via: ['sms'], url: 'https://sms.example' } satisfies Provider
  const known = new Map<string, Provider>([
    ['tw', provider()],
    ['web', other],
  ])
  await hooks.register(
    receiptHooks({
      find: async (id) => known.get(id),
      onReceipt: async (report) => void reports.push(report),
      baseUrl: () => baseUrl,
    }),
  )
  baseUrl = await hooks.listen({ host: '127.0.0.1', port: 0 })
})

afterEach(async () => {
  await twilio.stop()
  await hooks.close()
})

function provider(): TwilioProvider {
  return {
    id: 'tw',
    type: 'twilio',
    via: ['sms', 'call'],
    baseUrl: twilio.url,
    accountSid,
    authToken,
    from: '+15550001111',
  }
}

function send(via: Via, text: string, language = 'en', timeoutMs = 4_000) {
  const ports = { receiptUrl: (id: string) => `${baseUrl}/receipts/${id}`, onReceipt() {}, warn() {} }
  const message = { subject: null, text, html: null, language }
  return twilioChannel(provider(), via, ports).send(contact, message, 1, AbortSignal.timeout(timeoutMs))
}

async function refusal(sending: Promise<unknown>): Promise<DeliveryError> {
  const error = await sending.then(
    () => assert.fail('it was taken'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof DeliveryError, String(error))
  assert.doesNotMatch(error.message, /5551234567|123456|token/)
  return error
}

function formOf(index = 0): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(twilio.came[index]?.body))
}

test('an SMS is posted as a Message, with Basic auth and where to report', async () => {
  assert.deepEqual(await send('sms', 'Your code is 123456. +&=é😀'), { reference: 'SM0123' })
  const [came] = twilio.came
  assert.deepEqual([came?.method, came?.url], ['POST', `/2010-04-01/Accounts/${accountSid}/Messages.json`])
  assert.match(came?.headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/)
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64')
  assert.equal(came?.headers.authorization, `Basic ${basic}`)
  assert.deepEqual(formOf(), {
    To: contact,
    From: '+15550001111',
    Body: 'Your code is 123456. +&=é😀',
    StatusCallback: `${baseUrl}/receipts/tw`,
  })
})

for (const [language, voice] of [
  ['en', 'en-US'],
  ['es', 'es-ES'],
] as const) {
  test(`a call in ${language} is read by ${voice}`, async () => {
    twilio.answer = saying(201, JSON.stringify({ sid: 'CA0123' }))
    assert.deepEqual(await send('call', 'Code: 1, 2, 3. Code: 1, 2, 3.', language), { reference: 'CA0123' })
    assert.equal(twilio.came[0]?.url, `/2010-04-01/Accounts/${accountSid}/Calls.json`)
    const { Twiml, ...others } = formOf()
    assert.deepEqual(others, { To: contact, From: '+15550001111', StatusCallback: `${baseUrl}/receipts/tw` })
    assert.deepEqual(readTwiml(Twiml), { voice, said: 'Code: 1, 2, 3. Code: 1, 2, 3.' })
  })
}

test('what a customer is called stays text inside the call', async () => {
  const text = `A&B <Dial>+1900</Dial> "it's" ]]> \u0000\u0008\ud800é😀 &amp;`
  await send('call', text)
  const said = `A&B <Dial>+1900</Dial> "it's" ]]> \ufffdé😀 &amp;`
  assert.deepEqual(readTwiml(formOf()['Twiml']), { voice: 'en-US', said })
})

/** Reads our one shape of TwiML, strictly: no other tag, no bare `<` or `&`. */
function readTwiml(twiml = ''): { voice: string; said: string } {
  const shape = /^<Response><Say language="([a-zA-Z-]+)">([^<>]*)<\/Say><Pause length="1"\/><\/Response>$/
  const [, voice = '', raw = ''] = shape.exec(twiml) ?? assert.fail(twiml)
  assert.doesNotMatch(raw, /&(?!(amp|lt|gt|quot|apos);)/)
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return { voice, said: raw.replace(/&([a-z]+);/g, (_, name: string) => entities[name] ?? '') }
}

for (const [status, isRetriable] of [
  [400, false],
  [401, false],
  [429, true],
  [500, false],
  [502, false],
  [503, true],
] as const) {
  test(`${status} is ${isRetriable ? 'worth another try' : 'final'}`, async () => {
    twilio.answer = saying(status, JSON.stringify({ code: 21211, message: `The 'To' number ${contact} is not valid.` }))
    const error = await refusal(send('sms', 'Your code is 123456.'))
    assert.deepEqual([error.message, error.isRetriable], [`the server answered ${status} (21211)`, isRetriable])
  })
}

test('an answer that is not JSON is still an answer', async () => {
  twilio.answer = saying(201, '<html>')
  assert.deepEqual(await send('sms', 'Your code is 123456.'), { reference: null })
  twilio.answer = saying(400, 'null')
  assert.equal((await refusal(send('sms', 'Your code is 123456.'))).message, 'the server answered 400')
})

test('an id that is none is not kept', async () => {
  twilio.answer = saying(201, JSON.stringify({ sid: { $ne: '' } }))
  assert.deepEqual(await send('sms', 'Your code is 123456.'), { reference: null })
})

test('an endless answer is read to its limit only', async () => {
  twilio.answer = (response) => {
    const more = (): void => {
      while (response.write('x'.repeat(16_384))) if (response.destroyed) return
      response.once('drain', more)
    }
    response.writeHead(201)
    more()
  }
  assert.deepEqual(await send('sms', 'Your code is 123456.'), { reference: null })
})

test('a redirect is not followed: the login stays here', async () => {
  const other = await startGateway()
  twilio.answer = saying(307, '', { location: other.url })
  const error = await refusal(send('sms', 'Your code is 123456.'))
  assert.deepEqual([error.message, error.isRetriable], ['the server answered 307', false])
  assert.deepEqual(other.came, [])
  await other.stop()
})

test('nobody there is worth another try, a reset or silence is not', async () => {
  twilio.answer = (response) => response.destroy()
  const reset = await refusal(send('sms', 'Your code is 123456.'))
  assert.deepEqual([reset.message, reset.isRetriable], ['the connection failed (UND_ERR_SOCKET)', false])
  twilio.answer = () => undefined
  const silence = await refusal(send('sms', 'Your code is 123456.', 'en', 200))
  assert.deepEqual([silence.message, silence.isRetriable], ['the server did not answer in time', false])
  await twilio.stop()
  const nobody = await refusal(send('sms', 'Your code is 123456.'))
  assert.deepEqual([nobody.message, nobody.isRetriable], ['the connection failed (ECONNREFUSED)', true])
})

/** Signs as Twilio's page describes it, written again here, and posts. */
function report(fields: Record<string, string>, path = '/receipts/tw', token = authToken, signedUrl = baseUrl + path) {
  const sorted = Object.keys(fields).sort()
  const text = signedUrl + sorted.map((name) => name + fields[name]).join('')
  const signature = createHmac('sha1', token).update(text).digest('base64')
  const headers = { 'x-twilio-signature': signature }
  return fetch(baseUrl + path, { method: 'POST', headers, body: new URLSearchParams(fields) })
}

const message = { MessageSid: 'SM0123', SmsSid: 'SM0123', To: contact, AccountSid: accountSid, Body: 'é +&' }

for (const [fields, state, detail] of [
  [{ ...message, MessageStatus: 'delivered' }, 'delivered', 'delivered'],
  [{ ...message, MessageStatus: 'undelivered', ErrorCode: '30003' }, 'failed', 'undelivered 30003'],
  [{ ...message, MessageStatus: 'failed' }, 'failed', 'failed'],
  [{ CallSid: 'SM0123', CallStatus: 'completed' }, 'delivered', 'completed'],
  [{ CallSid: 'SM0123', CallStatus: 'busy' }, 'failed', 'busy'],
  [{ CallSid: 'SM0123', CallStatus: 'no-answer' }, 'failed', 'no-answer'],
  [{ CallSid: 'SM0123', CallStatus: 'canceled' }, 'failed', 'canceled'],
] as const) {
  test(`a signed report of ${detail} is a receipt`, async () => {
    const { status } = await report(fields)
    assert.equal(status, 204)
    assert.deepEqual(reports, [{ provider: 'tw', reference: 'SM0123', state, detail }])
  })
}

test('a message on its way, and words nobody knows, are heard and ignored', async () => {
  for (const MessageStatus of ['queued', 'sending', 'sent', 'toString', '']) {
    assert.equal((await report({ ...message, MessageStatus })).status, 204)
  }
  assert.equal((await report({ MessageStatus: 'delivered' })).status, 204)
  assert.deepEqual(reports, [])
})

test('a wrong signature is refused', async () => {
  const delivered = { ...message, MessageStatus: 'delivered' }
  assert.equal((await report(delivered, '/receipts/tw', 'another-token')).status, 403)
  assert.equal(
    (await report(delivered, '/receipts/tw', authToken, 'https://elsewhere.example/receipts/tw')).status,
    403,
  )
  const body = new URLSearchParams(delivered)
  assert.equal((await fetch(`${baseUrl}/receipts/tw`, { method: 'POST', body })).status, 403)
  assert.equal((await fetch(`${baseUrl}/receipts/tw`, { method: 'POST' })).status, 403)
  const headers = { 'x-twilio-signature': signatureOf(authToken, `${baseUrl}/receipts/tw`, body) }
  const changed = new URLSearchParams({ ...delivered, MessageSid: 'SM9' })
  assert.equal((await fetch(`${baseUrl}/receipts/tw`, { method: 'POST', headers, body: changed })).status, 403)
  assert.equal((await fetch(`${baseUrl}/receipts/tw?x=1`, { method: 'POST', headers, body })).status, 403)
  assert.deepEqual(reports, [])
})

test('unknown providers, and those that cannot sign, have no receipts', async () => {
  for (const path of ['/receipts/nobody', '/receipts/web', '/receipts/__proto__']) {
    assert.equal((await report({ ...message, MessageStatus: 'delivered' }, path)).status, 404)
  }
  assert.equal((await fetch(`${baseUrl}/receipts/tw`)).status, 404)
})

test('a long body is refused before it is read', async () => {
  const { status } = await report({ ...message, MessageStatus: 'delivered', Body: 'x'.repeat(20_000) })
  assert.equal(status, 413)
})

test('Twilio’s own example has Twilio’s own signature', () => {
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'
  const form = new URLSearchParams({
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  })
  assert.equal(signatureOf('12345', url, form), 'RSOYDt4T1cUTdK1PDd93/VVr8B8=')
  assert.ok(isSigned('12345', url, form, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='))
})

test('the port may be signed or left out', () => {
  const form = new URLSearchParams({ a: '1' })
  const hosts = ['https://mfa.example', 'https://mfa.example:443']
  for (const host of hosts) {
    const signature = signatureOf('12345', `${host}/receipts/tw`, form)
    for (const other of hosts) assert.ok(isSigned('12345', `${other}/receipts/tw`, form, signature))
    assert.ok(!isSigned('12345', 'http://mfa.example/receipts/tw', form, signature))
  }
  const signature = signatureOf('12345', 'https://mfa.example/receipts/tw', form)
  assert.ok(isSigned('12345', 'https://mfa.example:8443/receipts/tw', form, signature))
})
