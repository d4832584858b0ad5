import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answered } from '../support/caller.ts'
import { type DatabaseName, databaseNames } from '../support/databases.ts'
import { timeOf } from '../support/patience.ts'
import { openRaw, type RawRow } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type Gateway, type GatewayOptions, headerOf, type Mail, reply, startGateway } from './gateway.ts'

/** The clients give up after ten seconds; our answer must be there before. */
const clientPatienceMs = 10_000
const alice = 'alice@example.com'
const phone = '+15551234567'

/** The deadlines are the server's own: more conversations at once would miss them on a busy machine. */
const concurrency = 3

describe('e-mail by SMTP', { concurrency }, () => {
  for (const database of databaseNames)
    it(`brings a code to the one address it is meant for (${database})`, async (test) => {
      const { server, gateway } = await start(test, {}, { database, from: 'Example Bänk <mfa@example.com>' })
      const asked = await challenge(server, { transactionName: 'Überweisung 500 € 世界' })
      assert.equal(asked.body.status, 'SUCCESS')
      assert.deepEqual(deliveryOf(asked).sendStatus, 'SUCCESS')

      assert.equal(gateway.mails.length, 1)
      const [mail] = gateway.mails as [Mail]
      assert.deepEqual([mail.from, mail.to], ['mfa@example.com', [alice]])
      assert.equal(headerOf(mail.headers, 'from'), 'Example Bänk <mfa@example.com>')
      assert.equal(headerOf(mail.headers, 'to'), alice)
      const code = codeOf(mail)
      assert.equal(headerOf(mail.headers, 'subject'), `${code} is your Default code`)
      assert.match(mail.text, /code for "Überweisung 500 € 世界"/)
      assert.match(mail.html, /Überweisung 500 € 世界/)
      assert.ok(mail.html.includes(code))

      assert.equal((await validate(server, asked.body.txId, code)).body.status, 'SUCCESS')
      const [row] = await deliveryRows(server)
      assert.deepEqual([row?.['state'], row?.['message'], row?.['error']], ['sent', null, null])
    })

  it('has one header of each kind and no other recipient', async (test) => {
    const { server, gateway } = await start(test)
    await challenge(server, { transactionName: 'a\r\nBcc: eve@example.com\r\n\r\n<script>' })
    const [mail] = gateway.mails as [Mail]
    const names = mail.headers.map(([name]) => name)
    for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'mime-version'])
      assert.equal(names.filter((one) => one === name).length, 1, name)
    for (const name of ['cc', 'bcc', 'reply-to', 'x-mailer', 'x-originating-ip']) assert.ok(!names.includes(name), name)
    assert.deepEqual(mail.to, [alice])
    assert.ok(!mail.html.includes('<script>'))
  })

  it('takes an address outside ASCII to a server that can', async (test) => {
    const { server, gateway } = await start(test)
    assert.equal((await challenge(server, { email: 'jörg@example.com' })).body.status, 'SUCCESS')
    assert.deepEqual(gateway.mails[0]?.to, ['jörg@example.com'])
  })

  it('is encrypted and signed in when the server offers it', async (test) => {
    const { server, gateway } = await start(test, encrypted(), {
      url: (port) => `smtp://otp%40example.com:p%3Ass@127.0.0.1:${port}?tls.rejectUnauthorized=false`,
    })
    assert.equal((await challenge(server)).body.status, 'SUCCESS')
    const [mail] = gateway.mails as [Mail]
    assert.deepEqual([mail.isEncrypted, mail.user], [true, 'otp@example.com'])
  })

  it('is encrypted from the first byte with smtps', async (test) => {
    const { server, gateway } = await start(
      test,
      { ...encrypted(), secure: true },
      { url: (port) => `smtps://otp%40example.com:p%3Ass@127.0.0.1:${port}?tls.rejectUnauthorized=false` },
    )
    assert.equal((await challenge(server)).body.status, 'SUCCESS')
    assert.equal(gateway.mails[0]?.isEncrypted, true)
  })

  it('is not given to a server whose certificate nobody vouches for', async (test) => {
    const { server, gateway } = await start(test, encrypted())
    assertNotSent(await challenge(server))
    assert.equal(gateway.mails.length, 0)
  })

  it('is not tried again with a password that was refused', async (test) => {
    const { server, gateway } = await start(test, encrypted(), {
      url: (port) => `smtp://otp%40example.com:wrong@127.0.0.1:${port}?tls.rejectUnauthorized=false`,
    })
    assertNotSent(await challenge(server))
    assert.equal(gateway.conversations(), 1)
  })

  describe('that is not taken: the answer is in time, honest, and the code is dead', { concurrency }, () => {
    interface Failure {
      readonly behaviour: (gateway: () => Gateway) => GatewayOptions
      /** How often the server may be spoken to: more than once only when it surely took nothing. */
      readonly conversationsMax: number
      /** How often the whole text was given over. */
      readonly texts: number
    }
    const never = () => undefined
    const failures: Readonly<Record<string, Failure>> = {
      'the server greets with 421': {
        behaviour: () => ({ onConnect: (_, callback) => callback(reply(421)) }),
        conversationsMax: 3,
        texts: 0,
      },
      'the server greets with 554': {
        behaviour: () => ({ onConnect: (_, callback) => callback(reply(554)) }),
        conversationsMax: 1,
        texts: 0,
      },
      'the server never greets': { behaviour: () => ({ onConnect: never }), conversationsMax: 3, texts: 0 },
      'the server hangs up before it greets': {
        behaviour: (gateway) => ({ onConnect: () => gateway().hangUp() }),
        conversationsMax: 3,
        texts: 0,
      },
      'the server refuses the sender with 550': {
        behaviour: () => ({ onMailFrom: (_address, _session, callback) => callback(reply(550)) }),
        conversationsMax: 1,
        texts: 0,
      },
      'the server refuses the recipient with 550': {
        behaviour: () => ({ onRcptTo: (_address, _session, callback) => callback(reply(550)) }),
        conversationsMax: 1,
        texts: 0,
      },
      'the server keeps answering 451 to the recipient': {
        behaviour: () => ({ onRcptTo: (_address, _session, callback) => callback(reply(451)) }),
        conversationsMax: 3,
        texts: 0,
      },
      'the server refuses the text with 554': {
        behaviour: () => ({ onText: (_mail, accept) => accept(reply(554)) }),
        conversationsMax: 1,
        texts: 1,
      },
      'the server never answers to the text': { behaviour: () => ({ onText: never }), conversationsMax: 1, texts: 1 },
      'the connection is reset after the text': {
        behaviour: (gateway) => ({ onText: () => gateway().reset() }),
        conversationsMax: 1,
        texts: 1,
      },
      'the server hangs up after the text': {
        behaviour: (gateway) => ({ onText: () => gateway().hangUp() }),
        conversationsMax: 1,
        texts: 1,
      },
    }
    for (const [what, { behaviour, conversationsMax, texts }] of Object.entries(failures))
      it(what, async (test) => {
        let gateway: Gateway | undefined
        const find = (): Gateway => gateway ?? assert.fail('The gateway has not started.')
        const started = await start(test, behaviour(find), { before: (one) => (gateway = one) })
        await assertDead(started.server, started.gateway)
        assert.equal(started.gateway.mails.length, texts, 'texts given over')
        const conversations = started.gateway.conversations()
        assert.ok(conversations >= 1 && conversations <= conversationsMax, `${conversations} conversations`)
      })

    it('nobody listens there', async (test) => {
      const { server, gateway } = await start(test)
      await gateway.close()
      await assertDead(server, gateway)
    })

    it('the server refuses ever more slowly: all tries together are in time', async (test) => {
      let conversation = 0
      const { server, gateway } = await start(test, {
        onConnect(_session, callback) {
          conversation++
          if (conversation < 3) callback(conversation === 1 ? reply(421) : undefined)
        },
        onMailFrom: (_address, _session, callback) => setTimeout(callback, 3_750),
        onRcptTo: (_address, _session, callback) => setTimeout(() => callback(reply(451)), 3_700),
      })
      await assertDead(server, gateway)
    })
  })

  describe('is tried again when the server surely took nothing, and then works', { concurrency }, () => {
    const once = (behaviour: (first: boolean) => Error | undefined) => {
      let isFirst = true
      return (callback: (error?: Error) => void) => {
        const error = behaviour(isFirst)
        isFirst = false
        callback(error)
      }
    }
    const refuseFirst = (code: number) => once((first) => (first ? reply(code) : undefined))
    const behaviours: Readonly<Record<string, () => GatewayOptions>> = {
      '421 instead of a greeting': () => {
        const answer = refuseFirst(421)
        return { onConnect: (_session, callback) => answer(callback) }
      },
      '451 to the sender': () => {
        const answer = refuseFirst(451)
        return { onMailFrom: (_address, _session, callback) => answer(callback) }
      },
      '451 to the recipient': () => {
        const answer = refuseFirst(451)
        return { onRcptTo: (_address, _session, callback) => answer(callback) }
      },
    }
    for (const [what, behaviour] of Object.entries(behaviours))
      it(what, async (test) => {
        const { server, gateway } = await start(test, behaviour())
        const asked = await challenge(server)
        assert.equal(asked.body.status, 'SUCCESS')
        assert.deepEqual([gateway.conversations(), gateway.mails.length], [2, 1])
        assert.equal((await validate(server, asked.body.txId, codeOf(gateway.mails[0]))).body.status, 'SUCCESS')
      })

    it('a server that comes back', async (test) => {
      const { server, gateway } = await start(test)
      await gateway.close()
      const asking = challenge(server)
      await sleep(100)
      const back = await startGateway({ port: gateway.port })
      test.after(() => back.close())
      assert.equal((await asking).body.status, 'SUCCESS')
      assert.equal(back.mails.length, 1)
    })
  })

  it('and SMS together succeed when one of them does, and each says how it went', async (test) => {
    const { server } = await start(test, { onRcptTo: (_address, _session, callback) => callback(reply(550)) })
    const asked = await challenge(server, { authType: 'SMS AND EMAIL', phone })
    assert.equal(asked.body.status, 'SUCCESS')
    assert.equal(deliveryOf(asked, 'phoneDelivery').sendStatus, 'SUCCESS')
    assert.equal(deliveryOf(asked, 'emailDelivery').sendStatus, 'ERROR')
    const states = await deliveryRows(server)
    assert.deepEqual(
      states.map((row) => [row['via'], row['state'], row['message']]),
      [
        ['email', 'failed', null],
        ['sms', 'sent', null],
      ],
    )
    assert.equal((await validate(server, asked.body.txId, await server.codeFor(phone))).body.status, 'SUCCESS')
  })

  it('that hangs keeps nobody else waiting', async (test) => {
    let release: (() => void) | undefined
    const arrived = Promise.withResolvers<void>()
    const { server } = await start(test, {
      onText(_mail, accept) {
        release = () => accept()
        arrived.resolve()
      },
    })
    const asked = await challenge(server, { authType: 'SMS', phone, email: undefined })
    const code = await server.codeFor(phone)
    let isHanging = true
    const hanging = challenge(server).finally(() => {
      isHanging = false
    })
    await arrived.promise
    assert.equal((await validate(server, asked.body.txId, code)).body.status, 'SUCCESS')
    assert.equal((await challenge(server, { authType: 'SMS', phone: '+15551234568' })).body.status, 'SUCCESS')
    assert.equal(isHanging, true, 'the other two were answered while the mail was hanging')
    release?.()
    assert.equal((await hanging).body.status, 'SUCCESS')
  })

  it('is kept sealed while it is on its way', async (test) => {
    const arrived = Promise.withResolvers<() => void>()
    const { server, gateway } = await start(test, { onText: (_mail, accept) => arrived.resolve(accept) })
    const asking = challenge(server)
    const accept = await arrived.promise
    const [row] = await deliveryRows(server)
    assert.equal(row?.['state'], 'sending')
    for (const column of ['message', 'contact']) {
      const bytes = row?.[column]
      assert.ok(Buffer.isBuffer(bytes))
      for (const plain of [codeOf(gateway.mails[0]), alice, 'code']) assert.ok(!bytes.includes(plain), column)
    }
    accept()
    await asking
    assert.equal((await deliveryRows(server))[0]?.['message'], null)
  })

  const channels = {
    EMAIL: ['emailDelivery'],
    SMS: ['phoneDelivery'],
    'SMS AND EMAIL': ['phoneDelivery', 'emailDelivery'],
  }
  for (const [authType, names] of Object.entries(channels))
    it(`says ERROR to a challenge by ${authType} when no gateway is set up and the inbox is off`, async (test) => {
      const server = await startServer('SQLite', { COUNTERSIGN_INBOX: 'off' })
      test.after(() => server.close())
      const asked = await challenge(server, { authType, phone })
      assert.equal(asked.body.status, 'ERROR')
      for (const name of names) assert.equal(deliveryOf(asked, name).sendStatus, 'ERROR')
      const rows = await deliveryRows(server)
      assert.equal(rows.length, names.length)
      for (const row of rows) assert.deepEqual([row['state'], row['message']], ['failed', null])
    })

  it('is used as soon as it is set up, and the inbox again when it is taken away', async (test) => {
    const { server, gateway } = await start(test)
    await challenge(server)
    assert.equal(gateway.mails.length, 1)
    await server.set('smtpUrl', '', 0)
    assert.equal((await challenge(server)).body.status, 'SUCCESS')
    assert.equal(gateway.mails.length, 1)
    assert.match(await server.codeFor(alice), /^\d{6}$/)
  })
})

interface StartOptions {
  readonly database?: DatabaseName
  readonly from?: string
  readonly url?: (port: number) => string
  readonly before?: (gateway: Gateway) => void
}

/** A server whose e-mail goes to a gateway that behaves like this; both end with the test. */
async function start(
  test: TestContext,
  behaviour: GatewayOptions = {},
  options: StartOptions = {},
): Promise<{ server: TestServer; gateway: Gateway }> {
  const gateway = await startGateway(behaviour)
  options.before?.(gateway)
  const server = await startServer(options.database ?? 'SQLite')
  test.after(async () => {
    await gateway.close()
    await server.close()
  })
  if (options.from) await server.set('smtpFrom', options.from, 0)
  await server.set('smtpUrl', options.url?.(gateway.port) ?? gateway.url, 0)
  return { server, gateway }
}

/** STARTTLS with the certificate of the package, and one account. */
function encrypted(): GatewayOptions {
  return {
    disabledCommands: [],
    authMethods: ['PLAIN', 'LOGIN'],
    authOptional: true,
    onAuth({ username, password }, _session, callback) {
      if (username === 'otp@example.com' && password === 'p:ss') callback(null, { user: username })
      else callback(reply(535))
    },
  }
}

function challenge(server: TestServer, more: Record<string, unknown> = {}): Promise<Answered> {
  return server.call('/auth/challenge', { customerKey: '11627', email: alice, authType: 'EMAIL', ...more })
}

function validate(server: TestServer, txId: string | undefined, token: string): Promise<Answered> {
  return server.call('/auth/validate', { txId, token })
}

interface ShownDelivery {
  readonly contact: string
  readonly sendStatus: string
  readonly sendTime: string
}

function deliveryOf({ body }: Answered, name = 'emailDelivery'): ShownDelivery {
  const delivery = body[name] as ShownDelivery | undefined
  assert.ok(delivery, `${name} in ${JSON.stringify(body)}`)
  return delivery
}

/** The code stands alone on a line. */
function codeOf(mail: Mail | undefined): string {
  return /^\d{6}$/m.exec(mail?.text ?? '')?.[0] ?? assert.fail('There is no code in the mail.')
}

/** The shape of a failure as document 000 shows it: HTTP 200, ERROR twice, and the time as a text. */
function assertNotSent(asked: Answered): void {
  assert.equal(asked.code, 200)
  const { status, message, statusCode, statusMessage, responseType } = asked.body
  assert.deepEqual([status, statusCode, responseType], ['ERROR', 'ERROR', 'CHALLENGE'])
  assert.deepEqual([message, statusMessage], ['The code could not be sent.', 'The code could not be sent.'])
  const { contact, sendStatus, sendTime } = deliveryOf(asked)
  assert.deepEqual([contact, sendStatus], [alice, 'ERROR'])
  assert.match(sendTime, /^\d{13}$/)
}

/** Challenges, and sees that the failure is told in time and that the code of it is of no use. */
async function assertDead(server: TestServer, gateway: Gateway): Promise<void> {
  const { value: asked, tookMs } = await timeOf(() => challenge(server))
  assertNotSent(asked)
  assert.ok(tookMs < clientPatienceMs, `the answer took ${Math.round(tookMs)} ms`)

  const [row] = await deliveryRows(server)
  assert.deepEqual([row?.['state'], row?.['message']], ['failed', null])
  assert.doesNotMatch(String(row?.['error']), /alice|example\.com|\b\d{6}\b/)

  const txId = String(row?.['challenge_id'])
  const codes = gateway.mails.map(codeOf)
  for (const code of codes.length > 0 ? codes : ['000000']) {
    const said = await validate(server, txId, code)
    assert.deepEqual([said.code, said.body.status], [200, 'FAILED'])
  }
  assert.equal((await server.call('/auth/auth-status', { txId })).body.status, 'FAILED')
}

async function deliveryRows(server: TestServer): Promise<RawRow[]> {
  const raw = await openRaw(server.place)
  try {
    return await raw.run('select * from deliveries order by via')
  } finally {
    await raw.close()
  }
}
