import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { Channel } from '../../server/channels/channel.ts'
import { httpGateway } from '../../server/channels/http-gateway.ts'
import { Outbox, type OutboxPorts, type Result } from '../../server/channels/outbox.ts'
import { smppChannel } from '../../server/channels/smpp.ts'
import type { Delivery } from '../../server/vocabulary/message.ts'
import { type Centre, startCentre } from './centre.ts'
import { type Gateway, saying, startGateway } from './http-server.ts'

const contact = '+15551234567'
const text = 'Your code is 123456.'

let first: Gateway
let second: Gateway
let centre: Centre
let open: Channel[]
let recorded: Result[]

beforeEach(async () => {
  first = await startGateway()
  second = await startGateway()
  centre = await startCentre()
  open = []
  recorded = []
})

afterEach(async () => {
  await Promise.all(open.map((channel) => channel.close?.()))
  await Promise.all([first.stop(), second.stop(), centre.stop().catch(() => undefined)]) // a test may have stopped it
})

function web(id: string, { url }: Gateway): Channel {
  const body = 'to={to}&text={text}'
  return httpGateway({ id, type: 'http', via: ['sms'], url, body, referencePattern: 'id=([0-9]+)' }, 'sms')
}

function carrier(): Channel {
  const channel = smppChannel(centre.provider, 'sms', { receiptUrl: () => '', onReceipt() {}, warn() {} })
  open.push(channel)
  return channel
}

function outbox(...channels: readonly Channel[]): Outbox {
  const ports: OutboxPorts = {
    clock: Date.now,
    channelsFor: async () => channels,
    record: async (results) => void recorded.push(...results),
    claimAbandoned: async () => [],
    observe() {},
    warn: assert.fail,
  }
  return new Outbox(ports)
}

function delivery(id = 'a'): Delivery {
  return {
    id,
    customerId: 1,
    challengeId: `challenge-${id}`,
    via: 'sms',
    contact,
    prefix: '1555',
    state: 'sending',
    sentAtMs: null,
    message: { subject: null, text, html: null, language: 'en' },
  }
}

async function timed(box: Outbox): Promise<{ result: Result; ms: number }> {
  const startedAtMs = performance.now()
  const [result] = await box.send([delivery()])
  assert.ok(result)
  assert.deepEqual(recorded, [result])
  assert.doesNotMatch(JSON.stringify(result), /5551234567|123456/)
  return { result, ms: performance.now() - startedAtMs }
}

function triesOf({ tries }: Result) {
  return tries.map(({ provider, isTaken, reference, detail }) => [provider, isTaken, reference, detail])
}

test('the first that takes it is the only one asked', async () => {
  first.answer = saying(200, 'id=7')
  const { result } = await timed(outbox(web('first', first), web('second', second)))
  assert.equal(result.isSent, true)
  assert.deepEqual(triesOf(result), [['first', true, '7', null]])
  assert.equal(second.came.length, 0)
})

test('one that hangs leaves time for the next', async () => {
  first.answer = () => undefined
  second.answer = saying(200, 'id=8')
  const { result, ms } = await timed(outbox(web('first', first), web('second', second)))
  assert.deepEqual(triesOf(result), [
    ['first', false, null, 'the server did not answer in time'],
    ['second', true, '8', null],
  ])
  assert.ok(result.isSent && result.error === null)
  assert.ok(ms > 2_900 && ms < 4_000, `${ms} ms`)
})

test('one that refuses is left at once, and both were told the same text', async () => {
  first.answer = saying(500)
  const { result, ms } = await timed(outbox(web('first', first), web('second', second)))
  assert.deepEqual(triesOf(result), [
    ['first', false, null, 'the server answered 500'],
    ['second', true, null, null],
  ])
  assert.ok(ms < 500, `${ms} ms`)
  assert.equal(first.came.length, 1)
  assert.equal(first.came[0]?.body, second.came[0]?.body)
})

test('one that is busy for a moment is asked again, and keeps the message', async () => {
  first.answer = (response) => saying(first.came.length < 3 ? 429 : 200, 'id=9')(response)
  const { result } = await timed(outbox(web('first', first), web('second', second)))
  assert.deepEqual(triesOf(result), [['first', true, '9', null]])
  assert.equal(first.came.length, 3)
  assert.equal(second.came.length, 0)
})

test('one that dies after it was told is not told again; the next one is', async () => {
  centre.onSubmit = (_pdu, session) => {
    session.destroy()
    return null
  }
  const { result, ms } = await timed(outbox(carrier(), web('second', second)))
  assert.deepEqual(triesOf(result), [
    ['centre', false, null, 'the connection was lost before the answer'],
    ['second', true, null, null],
  ])
  assert.equal(centre.submits.length, 1)
  assert.ok(ms < 500, `${ms} ms`)
})

test('while the first one dies and comes back, every message is taken by one of them', async () => {
  const box = outbox(carrier(), web('second', second))
  const before = await box.send(['a', 'b'].map(delivery))
  await centre.stop()
  const between = await box.send(['c', 'd', 'e'].map(delivery))
  await centre.start()
  const after = await box.send(['f', 'g'].map(delivery))
  const takers = (results: readonly Result[]) => results.map(({ tries }) => tries.find((one) => one.isTaken)?.provider)
  assert.deepEqual(takers(before), ['centre', 'centre'])
  assert.deepEqual(takers(between), ['second', 'second', 'second'])
  assert.deepEqual(takers(after), ['centre', 'centre'])
  assert.equal(recorded.length, 7)
})

test('a refused login moves on at once', async () => {
  centre.onBind = () => 0x0e
  const { result, ms } = await timed(outbox(carrier(), web('second', second)))
  assert.deepEqual(triesOf(result)[0], ['centre', false, null, 'the bind was refused (ESME_RINVPASWD)'])
  assert.ok(result.isSent && ms < 500, `${ms} ms`)
})

test('when all fail, the result says so and why, in order', async () => {
  first.answer = saying(401)
  second.answer = saying(500)
  centre.onSubmit = () => 0x45
  const { result } = await timed(outbox(web('first', first), carrier(), web('second', second)))
  assert.deepEqual([result.isSent, result.error], [false, 'the server answered 500'])
  assert.deepEqual(triesOf(result), [
    ['first', false, null, 'the server answered 401'],
    ['centre', false, null, 'the centre answered ESME_RSUBMITFAIL'],
    ['second', false, null, 'the server answered 500'],
  ])
})

test('when all hang, it ends within the deadline', async () => {
  for (const gateway of [first, second]) gateway.answer = () => undefined
  centre.isMute = true
  const { result, ms } = await timed(outbox(web('first', first), carrier(), web('second', second)))
  assert.equal(result.isSent, false)
  assert.deepEqual(
    result.tries.map(({ provider }) => provider),
    ['first', 'centre', 'second'],
  )
  assert.ok(ms < 8_500, `${ms} ms`)
})

test('with nobody to carry it, it is not sent', async () => {
  const { result } = await timed(outbox())
  assert.deepEqual([result.isSent, result.error, result.tries], [false, 'no gateway is set up', []])
})
