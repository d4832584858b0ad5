import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import smpp, { type Pdu } from 'smpp'
import { type Channel, DeliveryError, type Receipt } from '../../server/channels/channel.ts'
import type { SmppProvider } from '../../server/channels/providers.ts'
import { smppChannel } from '../../server/channels/smpp.ts'
import { type Centre, startCentre } from './centre.ts'
import { certificate } from './certificate.ts'

const contact = '+15551234567'
const {
  ESME_RTHROTTLED = 0,
  ESME_RMSGQFUL = 0,
  ESME_RSUBMITFAIL = 0,
  ESME_RINVDSTADR = 0,
  ESME_RINVPASWD = 0,
} = smpp.errors

let centre: Centre
let channel: Channel
let receipts: Receipt[]
let warnings: unknown[]

beforeEach(async () => {
  centre = await startCentre()
  receipts = []
  warnings = []
  channel = channelOf(centre.provider)
})

afterEach(async () => {
  mock.timers.reset()
  await channel.close?.()
  await centre.stop().catch(() => undefined) // a test may have stopped it
})

function channelOf(provider: SmppProvider): Channel {
  return smppChannel(provider, 'sms', {
    receiptUrl: () => '',
    onReceipt: (receipt) => receipts.push(receipt),
    warn: (error) => warnings.push(error),
  })
}

function send(text: string, timeoutMs = 4_000) {
  const message = { subject: null, text, html: null, language: 'en' }
  return channel.send(contact, message, 1, AbortSignal.timeout(timeoutMs))
}

async function refusal(sending: Promise<unknown>): Promise<DeliveryError> {
  const error = await sending.then(
    () => assert.fail('it was taken'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof DeliveryError, String(error))
  assert.doesNotMatch(error.message, /5551234567|code|secret/)
  return error
}

/** The text as a phone shows it: the parts put together by their headers. */
function shown(parts: readonly Pdu[]): string {
  return parts.map(({ short_message }) => short_message?.message).join('')
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let waits = 0; !isSo(); waits++) {
    if (waits > 200) assert.fail(`never: ${what}`)
    await sleep(20)
  }
}

test('a message is handed over with the centre’s id, and the session is kept', async () => {
  assert.equal(centre.binds.length, 0)
  assert.deepEqual(await send('Your code is 123456.'), { reference: 'id-1' })
  assert.deepEqual(await send('Your code is 654321.'), { reference: 'id-2' })
  assert.equal(centre.binds.length, 1)
  const [bind] = centre.binds
  assert.deepEqual([bind?.system_id, bind?.password, bind?.interface_version], ['acme', 'secret', 0x34])
  const [first] = centre.submits
  assert.equal(shown(centre.submits.slice(0, 1)), 'Your code is 123456.')
  assert.deepEqual([first?.data_coding, first?.esm_class, first?.registered_delivery], [0, 0, 1])
  assert.deepEqual([first?.destination_addr, first?.dest_addr_ton, first?.dest_addr_npi], ['15551234567', 1, 1])
  assert.deepEqual([first?.source_addr, first?.source_addr_ton, first?.source_addr_npi], ['ACME', 5, 0])
})

test('many messages at once share one bind, and each gets its own id', async () => {
  const sent = await Promise.all(Array.from({ length: 50 }, (_, index) => send(`Your code is ${100_000 + index}.`)))
  assert.equal(new Set(sent.map(({ reference }) => reference)).size, 50)
  assert.equal(centre.binds.length, 1)
})

for (const [source, address, ton, npi] of [
  ['+15550001111', '15550001111', 1, 1],
  ['15550001111', '15550001111', 1, 1],
  ['70700', '70700', 3, 0],
  ['24x7 Bank', '24x7 Bank', 5, 0],
] as const) {
  test(`the sender ${source} has type ${ton} and plan ${npi}`, async () => {
    channel = channelOf({ ...centre.provider, source })
    await send('Your code is 123456.')
    const [first] = centre.submits
    assert.deepEqual([first?.source_addr, first?.source_addr_ton, first?.source_addr_npi], [address, ton, npi])
  })
}

for (const [text, alphabet, parts] of [
  ['Código'.replace('ó', 'ò'), 0, 1],
  ['Su código es 123456.', 8, 1],
  ['Ваш код 123456', 8, 1],
  ['{x} [€5] ~ \\ | ^ _ @ $ ñ', 0, 1],
  ['a'.repeat(160), 0, 1],
  ['a'.repeat(161), 0, 2],
  [`${'a'.repeat(152)}€${'b'.repeat(152)}`, 0, 3],
  ['ó'.repeat(70), 8, 1],
  ['ó'.repeat(71), 8, 2],
  [`${'ó'.repeat(66)}😀${'ó'.repeat(66)}`, 8, 3],
  [`https://mfa.example/link/${'x_'.repeat(200)}`, 0, 3],
] as const) {
  test(`${parts} part(s) in alphabet ${alphabet} arrive as they were written: ${text.slice(0, 24)} (${text.length})`, async () => {
    const { reference } = await send(text)
    assert.equal(shown(centre.submits), text)
    assert.deepEqual(new Set(centre.submits.map((pdu) => pdu.data_coding)), new Set([alphabet]))
    assert.equal(reference, `id-${parts}`)
    if (parts === 1) return
    const headers = centre.submits.map(({ short_message }) => [...(short_message?.udh?.[0] ?? [])])
    const mark = headers[0]?.[2]
    assert.deepEqual(
      headers,
      Array.from({ length: parts }, (_, index) => [0, 3, mark, parts, index + 1]),
    )
    assert.ok(centre.submits.every(({ esm_class }) => esm_class === 0x40))
    const asked = centre.submits.map(({ registered_delivery }) => registered_delivery)
    assert.deepEqual(asked, [...Array.from({ length: parts - 1 }, () => 0), 1])
  })
}

test('a text of more than ten parts is refused before anything is sent', async () => {
  const error = await refusal(send('ó'.repeat(671)))
  assert.deepEqual([error.message, error.isRetriable, centre.submits.length], ['the text is too long', false, 0])
})

for (const [name, status] of Object.entries({ ESME_RTHROTTLED, ESME_RMSGQFUL })) {
  test(`${name} may be tried again, and then it is taken`, async () => {
    centre.onSubmit = () => status
    const error = await refusal(send('Your code is 123456.'))
    assert.deepEqual([error.message, error.isRetriable], [`the centre answered ${name}`, true])
    centre.onSubmit = () => 'later'
    assert.deepEqual(await send('Your code is 123456.'), { reference: 'later' })
  })
}

for (const [name, status] of Object.entries({ ESME_RSUBMITFAIL, ESME_RINVDSTADR, '0x4ff': 0x4ff })) {
  test(`${name} is final`, async () => {
    centre.onSubmit = () => status
    const error = await refusal(send('Your code is 123456.'))
    assert.deepEqual([error.message, error.isRetriable], [`the centre answered ${name}`, false])
  })
}

test('a throttled part of a long text is tried again, without beginning anew', async () => {
  let calls = 0
  centre.onSubmit = () => (++calls === 2 ? ESME_RTHROTTLED : `part-${calls}`)
  assert.deepEqual(await send('a'.repeat(300)), { reference: 'part-3' })
  assert.deepEqual(
    centre.submits.map(({ short_message }) => short_message?.udh?.[0]?.at(-1)),
    [1, 2, 2],
  )
})

test('a long text whose second part is refused is not retriable', async () => {
  let calls = 0
  centre.onSubmit = () => (++calls === 1 ? 'one' : ESME_RTHROTTLED)
  const error = await refusal(send('a'.repeat(300), 1_200))
  assert.deepEqual([error.message, error.isRetriable], ['the centre answered ESME_RTHROTTLED, after a part', false])
})

test('a refused bind fails at once, names the reason, and is not repeated for a while', async () => {
  centre.onBind = () => ESME_RINVPASWD
  for (let tries = 0; tries < 3; tries++) {
    const error = await refusal(send('Your code is 123456.'))
    assert.deepEqual([error.message, error.isRetriable], ['the bind was refused (ESME_RINVPASWD)', false])
  }
  assert.equal(centre.binds.length, 1)
  assert.equal(centre.submits.length, 0)
})

test('a centre that is not there is retriable, and is used as soon as it is back', async () => {
  await centre.stop()
  const error = await refusal(send('Your code is 123456.'))
  assert.deepEqual([error.message, error.isRetriable], ['the connection failed (ECONNREFUSED)', true])
  await centre.start()
  assert.deepEqual(await send('Your code is 123456.'), { reference: 'id-1' })
})

test('a message waits for a slow bind within its own time only', async () => {
  centre.isMute = true
  const startedAtMs = performance.now()
  const error = await refusal(send('Your code is 123456.', 300))
  assert.deepEqual([error.message, error.isRetriable], ['there was no bind in time', true])
  assert.ok(performance.now() - startedAtMs < 1_000)
})

test('a lost session is opened again by itself, and receipts come over the new one', async () => {
  await send('Your code is 123456.')
  centre.drop()
  await until(() => centre.binds.length === 2, 'bound again')
  assert.match(String(warnings), /centre: the SMPP connection was lost/)
  await until(() => centre.sessions.length === 1, 'one session')
  centre.report({ esm_class: 4, short_message: 'id:id-1 stat:DELIVRD err:000' })
  await until(() => receipts.length === 1, 'a receipt')
})

test('a message after the loss does not wait for the next attempt', async () => {
  await send('Your code is 123456.')
  centre.drop()
  await until(() => warnings.length === 1, 'noticed')
  const startedAtMs = performance.now()
  assert.deepEqual(await send('Your code is 654321.'), { reference: 'id-2' })
  assert.ok(performance.now() - startedAtMs < 900)
  await sleep(1_200)
  assert.equal(centre.sessions.length, 1)
})

test('a centre that unbinds is answered, and bound again for the next message', async () => {
  await send('Your code is 123456.')
  for (const session of centre.sessions) session.send(new smpp.PDU('unbind'))
  await until(() => centre.commands.includes('unbind_resp') && centre.sessions.length === 0, 'unbound')
  await until(() => warnings.length === 1, 'noticed')
  assert.deepEqual(await send('Your code is 654321.'), { reference: 'id-2' })
})

test('a connection lost between message and answer is not tried again: it may have been taken', async () => {
  centre.onSubmit = (_pdu, session) => {
    session.destroy()
    return null
  }
  const error = await refusal(send('Your code is 123456.'))
  assert.deepEqual([error.message, error.isRetriable], ['the connection was lost before the answer', false])
})

test('silence after the message is not tried again, and a dead connection is found out', async () => {
  await send('Your code is 123456.')
  centre.isMute = true
  const error = await refusal(send('Your code is 654321.', 200))
  assert.deepEqual([error.message, error.isRetriable], ['the centre did not answer in time', false])
  await until(() => centre.commands.at(-1) === 'enquire_link', 'asked whether it is there')
  centre.isMute = false
  await sleep(5_200)
  await until(() => centre.binds.length === 2, 'bound again')
})

test('what is no SMPP ends the connection, not the server', async () => {
  await send('Your code is 123456.')
  const [session] = centre.sessions
  const { socket } = session as unknown as { socket: { write(bytes: Buffer): void } } // the library's own field
  socket.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await until(() => warnings.length === 1, 'noticed')
  assert.deepEqual(await send('Your code is 654321.'), { reference: 'id-2' })
})

test('the link is tested every 30 seconds, and the centre’s own tests are answered', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  await send('Your code is 123456.')
  mock.timers.tick(29_999)
  await sleep(50)
  assert.ok(!centre.commands.includes('enquire_link'))
  mock.timers.tick(1)
  await until(() => centre.commands.includes('enquire_link'), 'asked')
  for (const session of centre.sessions) session.send(new smpp.PDU('enquire_link'))
  await until(() => centre.commands.includes('enquire_link_resp'), 'answered')
})

for (const [stat, state] of [
  ['DELIVRD', 'delivered'],
  ['UNDELIV', 'failed'],
  ['EXPIRED', 'failed'],
  ['REJECTD', 'failed'],
  ['DELETED', 'failed'],
] as const) {
  test(`a receipt ${stat} means ${state}, and is acknowledged`, async () => {
    const { reference } = await send('Your code is 123456.')
    const text = `id:${reference} sub:001 dlvrd:001 submit date:2611220601 done date:2611220601 stat:${stat} err:000 text:Your code`
    centre.report({ esm_class: 4, short_message: text })
    await until(() => receipts.length === 1, 'a receipt')
    assert.deepEqual(receipts, [{ provider: 'centre', reference, state, detail: stat }])
    await until(() => centre.commands.includes('deliver_sm_resp'), 'acknowledged')
  })
}

test('a receipt may come in fields instead of text', async () => {
  await send('Your code is 123456.')
  centre.report({ esm_class: 4, receipted_message_id: 'id_1', message_state: 5 })
  centre.report({ esm_class: 4, message_payload: Buffer.from('id:a_b$c stat:DELIVRD'), data_coding: 0 })
  await until(() => receipts.length === 2, 'receipts')
  assert.deepEqual(
    receipts.map(({ reference, state, detail }) => [reference, state, detail]),
    [
      ['id_1', 'failed', 'UNDELIV'],
      ['a_b$c', 'delivered', 'DELIVRD'],
    ],
  )
})

test('what is on the way, what is unclear and what a person writes is no receipt', async () => {
  await send('Your code is 123456.')
  centre.report({ esm_class: 4, short_message: 'id:id-1 stat:ENROUTE' })
  centre.report({ esm_class: 4, short_message: 'id:id-1 stat:UNKNOWN' })
  centre.report({ esm_class: 4, short_message: 'stat:DELIVRD' })
  centre.report({ esm_class: 0, short_message: 'id:id-1 stat:DELIVRD' })
  centre.report({ esm_class: 0x20, short_message: 'id:id-1 stat:DELIVRD' })
  await until(() => centre.commands.filter((command) => command === 'deliver_sm_resp').length === 5, 'acknowledged')
  await sleep(50)
  assert.deepEqual(receipts, [])
})

for (const [answered, reported] of [
  ['1A2B3C4D', '439041101'],
  ['1a2b3c4d', '0439041101'],
  ['439041101', '1A2B3C4D'],
  ['0012', '12'],
] as const) {
  test(`an id answered as ${answered} is recognised when it is reported as ${reported}, even at once`, async () => {
    centre.onSubmit = (pdu, session) => {
      // In one packet with the answer.
      const { socket } = session as unknown as { socket: { cork(): void; uncork(): void } } // the library's own field
      socket.cork()
      session.send(pdu.response({ message_id: answered }))
      session.send(new smpp.PDU('deliver_sm', { esm_class: 4, short_message: `id:${reported} stat:DELIVRD` }))
      socket.uncork()
      return null
    }
    assert.deepEqual(await send('Your code is 123456.'), { reference: answered })
    await until(() => receipts.length === 1, 'a receipt')
    assert.equal(receipts[0]?.reference, answered)
  })
}

test('a receipt for a message that is not known here keeps its id', async () => {
  await send('Your code is 123456.')
  centre.report({ esm_class: 4, short_message: 'id:77 stat:DELIVRD' })
  await until(() => receipts.length === 1, 'a receipt')
  assert.equal(receipts[0]?.reference, '77')
})

test('closing lets a message finish, unbinds, and takes no more', async () => {
  centre.onSubmit = (pdu, session) => {
    setTimeout(() => session.send(pdu.response({ message_id: 'slow' })), 300)
    return null
  }
  const sending = send('Your code is 123456.')
  await until(() => centre.submits.length === 1, 'submitted')
  await channel.close?.()
  assert.deepEqual(await sending, { reference: 'slow' })
  assert.ok(centre.commands.includes('unbind'))
  await until(() => centre.sessions.length === 0, 'gone')
  await sleep(1_200)
  assert.equal(centre.sessions.length, 0)
  const error = await refusal(send('Your code is 654321.'))
  assert.deepEqual([error.message, error.isRetriable], ['the channel is closed', true])
})

test('with TLS the login goes to a trusted centre only', async () => {
  const secure = await startCentre(certificate)
  const provider = { ...secure.provider, host: 'localhost', isTls: true }
  const strict = channelOf(provider)
  try {
    channel = strict
    const error = await refusal(send('Your code is 123456.'))
    assert.match(error.message, /SELF_SIGNED/)
    assert.equal(secure.commands.length, 0)
    setDefaultCACertificates([...getCACertificates(), certificate.cert])
    assert.deepEqual(await send('Your code is 123456.'), { reference: 'id-1' })
  } finally {
    await strict.close?.()
    await secure.stop()
  }
})
