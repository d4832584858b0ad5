import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Answered, inbox, type Key, testKey, wrongCode } from '../support/caller.ts'
import {
  accept,
  acceptAsShown,
  customerWith,
  deny,
  isOver,
  type Links,
  linksFor,
  newAddress,
  newPhone,
  nextWindow,
  open,
  submit,
  wrongNumber,
} from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())
// What one test sends is no other test's limit.
beforeEach(() => nextWindow(server))

const customerKey = String(testKey.customerKey)

const challenge = (body: object, key: Key = testKey) =>
  server.call('/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
const validate = (body: object) => server.call('/auth/validate', body)
const messagesTo = (contact: string) => inbox(server.baseUrl, contact)

/** As a browser asks: no signature. */
async function status(txId: unknown): Promise<string> {
  const { body } = await server.call('/auth/auth-status', { txId }, { signed: false })
  return String(body.status)
}

interface Asked {
  readonly txId: string
  readonly matchNumber: string | undefined
  readonly links: Links
  readonly answer: Answered
}

/** Asks somebody by links, which must work, and reads the message. */
async function askedByLinks(body: Record<string, unknown>, key: Key = testKey): Promise<Asked> {
  const answer = await challenge(body, key)
  assert.equal(answer.body.status, 'SUCCESS', answer.text)
  const links = await linksFor(server.baseUrl, String(body['email'] ?? body['phone'] ?? body['username']))
  const matchNumber = answer.body['matchNumber'] as string | undefined
  return { txId: String(answer.body.txId), matchNumber, links, answer }
}

const byEmail = (more: object = {}, key: Key = testKey) =>
  askedByLinks({ email: newAddress(), authType: 'OUT OF BAND EMAIL', ...more }, key)

async function newUser(fields: Record<string, unknown> = {}): Promise<{ username: string; phone: string }> {
  const person = { username: newAddress(), phone: newPhone() }
  const { body } = await server.call('/admin/users/create', { customerKey, ...person, ...fields })
  assert.equal(body.status, 'SUCCESS')
  return person
}

function isRefused({ code, body }: Answered): void {
  assert.equal(code, 200)
  assert.match(String(body.status), /^(ERROR|FAILED)$/)
  assert.equal(body['statusCode'], body.status)
  assert.ok(body.message)
  assert.equal(body.txId, undefined)
}

describe('OUT OF BAND SMS and OUT OF BAND EMAIL', () => {
  it('S012 an SMS has a link to accept and a link to deny', async () => {
    const { username, phone } = await newUser()
    const { body } = await challenge({ username, authType: 'OUT OF BAND SMS' })
    assert.equal(body.status, 'SUCCESS')
    const [message, ...others] = await messagesTo(phone)
    assert.equal(others.length, 0)
    assert.equal(message?.channel, 'sms')
    assert.match(message?.text ?? '', /Accept: http:\S+ Deny: http:\S+$/)
    assert.deepEqual(await messagesTo(username), [])
  })

  it('S013 an e-mail has a link to accept and a link to deny', async () => {
    const { username, phone } = await newUser()
    const { body } = await challenge({ username, authType: 'OUT OF BAND EMAIL' })
    assert.equal(body.status, 'SUCCESS')
    const [message, ...others] = await messagesTo(username)
    assert.equal(others.length, 0)
    assert.equal(message?.channel, 'email')
    assert.equal((await open((await linksFor(server.baseUrl, username)).accept)).mayAccept, true)
    assert.equal((await open((await linksFor(server.baseUrl, username)).deny)).mayDeny, true)
    assert.deepEqual(await messagesTo(phone), [])
  })

  it('S022 an enrolled user needs no preparation for them', async () => {
    const { username } = await newUser()
    for (const authType of ['OUT OF BAND SMS', 'OUT OF BAND EMAIL', 'PHONE VERIFICATION'])
      assert.equal((await challenge({ username, authType })).body.status, 'SUCCESS')
  })

  it("S032 without authType they are the user's own method when he chose one of them", async () => {
    for (const authType of ['OUT OF BAND SMS', 'OUT OF BAND EMAIL', 'PHONE VERIFICATION']) {
      const { username } = await newUser({ authType })
      const { body } = await challenge({ username })
      assert.deepEqual([body.status, body['authType']], ['SUCCESS', authType])
    }
  })

  it('S033 they are read in any case and given back in upper case', async () => {
    const { body } = await challenge({ email: newAddress(), authType: 'Out of Band Email' })
    assert.deepEqual([body.status, body['authType']], ['SUCCESS', 'OUT OF BAND EMAIL'])
  })

  it('S023 S088 people who are not enrolled may use them, and get exactly one message each', async () => {
    for (const [authType, contact] of [
      ['SMS', { phone: newPhone() }],
      ['WHATSAPP', { phone: newPhone() }],
      ['OUT OF BAND SMS', { phone: newPhone() }],
      ['PHONE VERIFICATION', { phone: newPhone() }],
      ['EMAIL', { email: newAddress() }],
      ['OUT OF BAND EMAIL', { email: newAddress() }],
    ] as const) {
      const { body } = await challenge({ ...contact, authType })
      assert.deepEqual([authType, body.status], [authType, 'SUCCESS'])
      assert.ok('phone' in contact ? body['phoneDelivery'] : body['emailDelivery'])
      assert.equal((await messagesTo(Object.values(contact)[0] ?? '')).length, 1)
    }
  })

  it('S082 without phone and e-mail there is nobody to ask', async () => {
    for (const authType of ['OUT OF BAND SMS', 'OUT OF BAND EMAIL', 'PHONE VERIFICATION', 'WHATSAPP'])
      isRefused(await challenge({ authType }))
  })

  it('S082 the wrong kind of contact is refused, and nothing is sent to it', async () => {
    for (const authType of ['OUT OF BAND SMS', 'PHONE VERIFICATION', 'WHATSAPP']) {
      const email = newAddress()
      isRefused(await challenge({ email, authType }))
      assert.deepEqual(await messagesTo(email), [])
    }
    const phone = newPhone()
    isRefused(await challenge({ phone, authType: 'OUT OF BAND EMAIL' }))
    assert.deepEqual(await messagesTo(phone), [])
  })

  it('S083 of two contacts only the one of the method gets a message', async () => {
    const [email, phone] = [newAddress(), newPhone()]
    await askedByLinks({ phone, authType: 'OUT OF BAND SMS' })
    const { answer } = await askedByLinks({ email, phone, authType: 'OUT OF BAND EMAIL' })
    assert.ok(answer.body['emailDelivery'])
    assert.equal(answer.body['phoneDelivery'], undefined)
    assert.equal((await messagesTo(phone)).length, 1)
  })

  it('S081 without authType somebody who is not enrolled is refused', async () => {
    isRefused(await challenge({ email: newAddress() }))
  })

  for (const [kind, authType, contact] of [
    ['phone', 'OUT OF BAND SMS', newPhone()],
    ['email', 'OUT OF BAND EMAIL', newAddress()],
  ] as const)
    it(`S035 S036 S080 S089 ${authType} answers as the printed example, with the ${kind} that was used`, async () => {
      const { answer } = await askedByLinks({ [kind]: contact, authType, transactionName: 'Buy a watch' })
      const { [`${kind}Delivery`]: delivery, ...rest } = answer.body
      assert.deepEqual(
        { ...rest, txId: '' },
        {
          txId: '',
          authType,
          responseType: 'CHALLENGE',
          status: 'SUCCESS',
          message: 'Successfully generated.',
          statusCode: 'SUCCESS',
          statusMessage: 'Successfully generated.',
        },
      )
      const { contact: told, sendStatus, sendTime } = delivery as Record<string, string>
      assert.deepEqual([told, sendStatus], [contact, 'SUCCESS'])
      assert.match(sendTime ?? '', /^\d{13}$/)
    })

  it('S034 S084 a transactionName is cut at 30 characters, in the message and on the page', async () => {
    const email = newAddress()
    const transactionName = 'ñ'.repeat(30) + 'ü'.repeat(10)
    const { links } = await askedByLinks({ email, authType: 'OUT OF BAND EMAIL', transactionName })
    const shown = [(await messagesTo(email))[0]?.text ?? '', (await open(links.accept)).html]
    for (const text of shown) {
      assert.ok(text.includes('ñ'.repeat(30)))
      assert.ok(!text.includes('ü'))
    }
  })

  it('the message is in the language the caller names, and the page in that of the browser', async () => {
    const email = newAddress()
    const { links } = await askedByLinks({ email, authType: 'OUT OF BAND EMAIL', language: 'es' })
    assert.match((await messagesTo(email))[0]?.subject ?? '', /^Default: ¿es usted\?$/)
    const page = (language: string) => open(links.accept, { headers: { 'accept-language': language } })
    assert.equal((await page('es-MX,es;q=0.9,en;q=0.8')).title, '¿Es usted?')
    assert.equal((await page('en-US,en;q=0.9')).title, 'Is this you?')
    assert.equal((await page('fr-FR,es;q=0.5')).title, '¿Es usted?')
    assert.equal((await page('fr')).title, 'Is this you?')
  })

  it('the language that a caller names is en or es', async () => {
    for (const language of ['de', 'EN', 'x', 1, {}])
      isRefused(await challenge({ email: newAddress(), authType: 'OUT OF BAND EMAIL', language }))
  })

  it('the page shows who asks, for what, when, from which address and by which browser', async () => {
    const key = await customerWith(server, {}, 'Example Bank')
    const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'
    const more = { transactionName: 'Transfer 500 €', ipAddress: '203.0.113.7', userAgent }
    const { links } = await byEmail(more, key)
    const { html } = await open(links.accept)
    for (const text of [
      'Example Bank',
      'Transfer 500 €',
      '203.0.113.7',
      'Firefox on Windows',
      new Date(server.now()).toISOString().slice(0, 10),
    ])
      assert.ok(html.includes(text), text)
  })

  for (const ipAddress of ['nowhere', '1.2.3', '999.1.1.1', '1.2.3.4, 5.6.7.8', '1.2.3.4\n5', 'a\u202eb', '1.2.3.4:80'])
    it(`an ipAddress of ${JSON.stringify(ipAddress)} is refused, and nothing is sent`, async () => {
      const email = newAddress()
      isRefused(await challenge({ email, authType: 'OUT OF BAND EMAIL', ipAddress }))
      assert.deepEqual(await messagesTo(email), [])
    })

  it('a userAgent of any length that browsers have is taken, one that is no text refused', async () => {
    for (const userAgent of ['x'.repeat(3_000), 'a\nb', '\u202e'])
      assert.equal((await challenge({ email: newAddress(), authType: 'EMAIL', userAgent })).body.status, 'SUCCESS')
    for (const userAgent of [5, {}, 'x'.repeat(4_001)])
      isRefused(await challenge({ email: newAddress(), authType: 'EMAIL', userAgent }))
  })

  it('an ipAddress of IPv4 or IPv6 is taken', async () => {
    for (const ipAddress of ['203.0.113.7', '2001:db8::1', '::1', '::ffff:203.0.113.7'])
      assert.equal((await challenge({ email: newAddress(), authType: 'EMAIL', ipAddress })).body.status, 'SUCCESS')
  })
})

describe('the state of a transaction by links', () => {
  it('S025 S060 S063 is IN_PROGRESS, asked without a signature, until the person decides', async () => {
    const { txId, links } = await byEmail()
    assert.equal(await status(txId), 'IN_PROGRESS')
    await open(links.accept)
    await open(links.deny)
    assert.equal(await status(txId), 'IN_PROGRESS')
  })

  it('S061 S090 is SUCCESS after ACCEPT', async () => {
    const { txId, links } = await byEmail()
    assert.equal((await acceptAsShown(links)).title, 'Accepted')
    assert.equal(await status(txId), 'SUCCESS')
  })

  it('S062 S090 is DENIED after DENY, by either link', async () => {
    for (const which of ['accept', 'deny'] as const) {
      const { txId, links } = await byEmail()
      assert.equal((await deny(links[which])).title, 'Denied')
      assert.equal(await status(txId), 'DENIED')
    }
  })

  it('S062 S090 is FAILED after three wrong numbers, and ERROR when nobody answered in time', async () => {
    const spent = await byEmail({ showsMatchNumber: true })
    for (let tries = 0; tries < 3; tries++) await accept(spent.links.accept, wrongNumber(spent.matchNumber ?? ''))
    assert.equal(await status(spent.txId), 'FAILED')
    const late = await byEmail()
    server.advance(301_000)
    assert.equal(await status(late.txId), 'ERROR')
  })

  it('S062 is FAILED when a newer one replaced it', async () => {
    const { username } = await newUser()
    const ask = () => challenge({ username, authType: 'OUT OF BAND EMAIL' })
    const [older, newer] = [await ask(), await ask()]
    assert.equal(await status(older.body.txId), 'FAILED')
    assert.equal(await status(newer.body.txId), 'IN_PROGRESS')
  })

  it('S090 says nothing but the state: no number, no link, no contact', async () => {
    const { txId, links } = await byEmail({ showsMatchNumber: true })
    const fields = ['message', 'status', 'statusCode', 'statusMessage', 'txId']
    for (const decide of [() => Promise.resolve(), () => deny(links.deny)]) {
      await decide()
      const { body } = await server.call('/auth/auth-status', { txId }, { signed: false })
      assert.deepEqual(Object.keys(body).sort(), fields)
    }
  })

  it('stays the same for 24 hours, whatever is tried with the links', async () => {
    const { txId, links } = await byEmail()
    await deny(links.deny)
    for (const hours of [0, 1, 22.8]) {
      server.advance(hours * 3_600_000)
      await server.assembled.store.purge(server.now())
      for (const one of [links.accept, links.deny]) assert.ok(isOver(await accept(one, '00')))
      assert.equal(await status(txId), 'DENIED')
    }
  })
})

describe('a code for a transaction by links', () => {
  it('S091 is refused by validate and spends nothing', async () => {
    const { txId, links, matchNumber } = await byEmail({ showsMatchNumber: true })
    const secrets = Object.values(links).map((link) => link.split('/').at(-1) ?? '')
    for (const token of [matchNumber ?? '', ...secrets, '000000', '123456', 'ACCEPT', 'accept', 'true']) {
      const { body } = await validate({ txId, token })
      assert.equal(body.status, 'FAILED')
      assert.equal(body.message, 'This transaction is not answered by a code. Ask auth-status.')
    }
    assert.equal(await status(txId), 'IN_PROGRESS')
    assert.equal((await accept(links.accept, matchNumber ?? '')).title, 'Accepted')
  })

  it('S091 is refused also after it was accepted: only auth-status tells of it', async () => {
    const { txId, links } = await byEmail()
    await acceptAsShown(links)
    assert.equal((await validate({ txId, token: '123456' })).body.status, 'FAILED')
    assert.equal(await status(txId), 'SUCCESS')
  })

  it('counts for no lock: fifty of them lock nobody', async () => {
    const { username } = await newUser()
    const { txId, links } = await askedByLinks({ username, authType: 'OUT OF BAND EMAIL' })
    for (let times = 0; times < 50; times++) await validate({ txId, token: '123456' })
    assert.equal((await acceptAsShown(links)).title, 'Accepted')
  })
})

describe('number matching', () => {
  it('whenShown: a caller that shows the number gets it, two digits, and the page shows none', async () => {
    const { matchNumber, links, txId } = await byEmail({ showsMatchNumber: true })
    assert.match(matchNumber ?? '', /^\d\d$/)
    const { number, html } = await open(links.accept)
    assert.equal(number, null)
    assert.match(html, /Type the number that is shown where you sign in/)
    assert.equal((await accept(links.accept, matchNumber ?? '')).title, 'Accepted')
    assert.equal(await status(txId), 'SUCCESS')
  })

  it('whenShown: for a caller that cannot show it, the page shows a number to type', async () => {
    for (const more of [{}, { showsMatchNumber: false }]) {
      const { matchNumber, links, txId } = await byEmail(more)
      assert.equal(matchNumber, undefined)
      const { number } = await open(links.accept)
      assert.match(number ?? '', /^\d\d$/)
      assert.equal((await accept(links.accept, wrongNumber(number ?? ''))).mayAccept, true)
      assert.equal((await accept(links.accept, number ?? '')).title, 'Accepted')
      assert.equal(await status(txId), 'SUCCESS')
    }
  })

  it('always: a caller that shows no number is refused, is told what to do, and nothing is sent', async () => {
    const key = await customerWith(server, { numberMatching: 'always' })
    const email = newAddress()
    for (const more of [{}, { showsMatchNumber: false }]) {
      const answer = await challenge({ email, authType: 'OUT OF BAND EMAIL', ...more }, key)
      isRefused(answer)
      assert.match(String(answer.body.message), /showsMatchNumber/)
    }
    assert.deepEqual(await messagesTo(email), [])
    const { matchNumber } = await byEmail({ showsMatchNumber: true }, key)
    assert.match(matchNumber ?? '', /^\d\d$/)
  })

  it('always: methods that are answered by a code are asked as ever', async () => {
    const key = await customerWith(server, { numberMatching: 'always' })
    assert.equal((await challenge({ email: newAddress(), authType: 'EMAIL' }, key)).body.status, 'SUCCESS')
    assert.equal((await challenge({ phone: newPhone(), authType: 'PHONE VERIFICATION' }, key)).body.status, 'SUCCESS')
  })

  it('never: nobody gets a number, and something is typed from the page all the same', async () => {
    const key = await customerWith(server, { numberMatching: 'never' })
    for (const more of [{}, { showsMatchNumber: true }]) {
      const { matchNumber, links } = await byEmail(more, key)
      assert.equal(matchNumber, undefined)
      assert.match((await open(links.accept)).number ?? '', /^\d\d$/)
      assert.equal((await accept(links.accept, '')).mayAccept, true)
      assert.equal((await acceptAsShown(links)).title, 'Accepted')
    }
  })

  it('the number never stands in the message, nor on the page of a caller that shows it: no two digits do', async () => {
    const email = newAddress()
    const { links } = await askedByLinks({ email, authType: 'OUT OF BAND EMAIL', showsMatchNumber: true })
    const [message] = await messagesTo(email)
    const { html } = await open(links.accept)
    for (const part of [message?.subject, message?.text, message?.html, html]) {
      const bare = (part ?? '')
        .replaceAll(/https?:[^\s"<]+|\/link\/[^"]+/g, '')
        .replaceAll(/<time.*<\/time>|<[^>]*>/g, '')
      assert.doesNotMatch(bare, /\d\d/)
    }
  })

  it('a byte-identical repeat gives the same number, and no second message', async () => {
    const email = newAddress()
    const body = { customerKey, email, authType: 'OUT OF BAND EMAIL', showsMatchNumber: true }
    const timestamp = server.now()
    const send = () => server.call('/auth/challenge', body, { timestamp })
    const [first, second] = [await send(), await send()]
    assert.equal(second.body['matchNumber'], first.body['matchNumber'])
    assert.equal(second.body.txId, first.body.txId)
    assert.equal((await messagesTo(email)).length, 1)
  })

  it('three wrong numbers end it, also for the right one after them', async () => {
    const { txId, links, matchNumber = '' } = await byEmail({ showsMatchNumber: true })
    const wrong = wrongNumber(matchNumber)
    for (const left of [true, true, false]) {
      const page = await accept(links.accept, wrong)
      assert.equal(page.mayAccept, left)
      assert.equal(await status(txId), left ? 'IN_PROGRESS' : 'FAILED')
    }
    assert.ok(isOver(await accept(links.accept, matchNumber)))
    assert.equal(await status(txId), 'FAILED')
  })

  it("three ends it even where the customer's attemptsMax is ten, and fewer when it is fewer", async () => {
    for (const [attemptsMax, tries] of [
      ['10', 3],
      ['1', 1],
    ] as const) {
      const key = await customerWith(server, { attemptsMax })
      const { txId, links, matchNumber = '' } = await byEmail({ showsMatchNumber: true }, key)
      for (let times = 0; times < tries; times++) {
        assert.equal(await status(txId), 'IN_PROGRESS')
        await accept(links.accept, wrongNumber(matchNumber))
      }
      assert.equal(await status(txId), 'FAILED')
    }
  })

  it('an empty number, or none, is asked again and spends no try', async () => {
    const { links, matchNumber = '' } = await byEmail({ showsMatchNumber: true })
    for (let times = 0; times < 5; times++) {
      assert.equal((await accept(links.accept, '')).mayAccept, true)
      assert.equal((await accept(links.accept, '   ')).mayAccept, true)
      assert.equal((await submit(links.accept, { decision: 'accept' })).mayAccept, true)
    }
    assert.equal((await accept(links.accept, matchNumber)).title, 'Accepted')
  })

  it('spaces around the typed number do no harm', async () => {
    const { links, matchNumber } = await byEmail({ showsMatchNumber: true })
    assert.equal((await accept(links.accept, ` ${matchNumber} `)).title, 'Accepted')
  })

  for (const showsMatchNumber of ['true', 1, 'yes', {}, []])
    it(`showsMatchNumber of ${JSON.stringify(showsMatchNumber)} is refused: it is true or false`, async () => {
      isRefused(await challenge({ email: newAddress(), authType: 'OUT OF BAND EMAIL', showsMatchNumber }))
    })

  it('a code by message has no match number', async () => {
    const { body } = await challenge({ email: newAddress(), authType: 'EMAIL', showsMatchNumber: true })
    assert.equal(body.status, 'SUCCESS')
    assert.equal(body['matchNumber'], undefined)
  })
})

describe('PHONE VERIFICATION', () => {
  const spokenCode = (text: string) => /(\d(?:, \d)+)/.exec(text)?.[1]?.replaceAll(', ', '') ?? ''

  it('S014 S055 S086 S087 calls, reads the code twice digit by digit, and validate takes it once', async () => {
    for (const spelling of ['token', 'otpToken']) {
      const phone = newPhone()
      const { body } = await challenge({ phone, authType: 'PHONE VERIFICATION' })
      assert.deepEqual([body.status, body['authType']], ['SUCCESS', 'PHONE VERIFICATION'])
      assert.ok(body['phoneDelivery'])
      const [call, ...others] = await messagesTo(phone)
      assert.deepEqual([call?.channel, others.length], ['call', 0])
      const spoken = call?.text.match(/\d(?:, \d){5}/g) ?? []
      assert.equal(spoken.length, 2)
      assert.equal(spoken[0], spoken[1])
      const code = spokenCode(call?.text ?? '')
      assert.equal((await validate({ txID: body.txId, [spelling]: code })).body.status, 'SUCCESS')
      assert.equal((await validate({ txId: body.txId, token: code })).body.status, 'FAILED')
    }
  })

  it('S091 of people who are not enrolled is answered by validate, wrong codes are not', async () => {
    const phone = newPhone()
    const { body } = await challenge({ phone, authType: 'PHONE VERIFICATION' })
    const code = spokenCode((await messagesTo(phone))[0]?.text ?? '')
    const wrong = await validate({ txId: body.txId, token: wrongCode(code) })
    assert.deepEqual([wrong.body.status, wrong.body.message], ['FAILED', 'Invalid OTP provided. Please try again.'])
    assert.equal((await validate({ txId: body.txId, token: code })).body.status, 'SUCCESS')
  })

  it("is read in the language the caller names, else the customer's", async () => {
    const key = await customerWith(server, { language: 'es' })
    const heard = async (more: object, by: Key) => {
      const phone = newPhone()
      await challenge({ phone, authType: 'PHONE VERIFICATION', ...more }, by)
      return (await messagesTo(phone))[0]?.text ?? ''
    }
    assert.match(await heard({}, testKey), /^Hello\./)
    assert.match(await heard({ language: 'es' }, testKey), /^Hola\./)
    assert.match(await heard({}, key), /^Hola\./)
    assert.match(await heard({ language: 'en' }, key), /^Hello\./)
  })

  it('has as many digits as the customer wants', async () => {
    const key = await customerWith(server, { codeLength: '8' })
    const phone = newPhone()
    await challenge({ phone, authType: 'PHONE VERIFICATION' }, key)
    assert.match(spokenCode((await messagesTo(phone))[0]?.text ?? ''), /^\d{8}$/)
  })

  it('S033 is echoed as it was asked, and the stored number is masked', async () => {
    const { username, phone } = await newUser()
    const { body } = await challenge({ username, authType: 'Phone Verification' })
    assert.equal(body['authType'], 'PHONE VERIFICATION')
    const { contact } = body['phoneDelivery'] as { contact: string }
    assert.match(contact, /^x+\d{4}$/)
    assert.ok(phone.endsWith(contact.slice(-4)))
  })

  it('a call, an SMS and a WhatsApp are one method: the newest code is the only one that lives', async () => {
    const { username, phone } = await newUser()
    const { body: older } = await challenge({ username, authType: 'PHONE VERIFICATION' })
    const code = spokenCode((await messagesTo(phone))[0]?.text ?? '')
    await challenge({ username, authType: 'SMS' })
    assert.equal((await validate({ txId: older.txId, token: code })).body.status, 'FAILED')
  })
})

describe('WHATSAPP', () => {
  it('is served as an SMS and echoed as WHATSAPP', async () => {
    const { username, phone } = await newUser()
    const { body } = await challenge({ username, authType: 'WHATSAPP' })
    assert.deepEqual([body.status, body['authType']], ['SUCCESS', 'WHATSAPP'])
    const [message] = await messagesTo(phone)
    assert.equal(message?.channel, 'sms')
    const code = await server.codeFor(phone)
    assert.equal((await validate({ txId: body.txId, token: code })).body.status, 'SUCCESS')
  })

  it('can be the method of a user, in any case', async () => {
    const { username } = await newUser({ authType: 'WhatsApp' })
    assert.equal((await challenge({ username })).body['authType'], 'WHATSAPP')
  })
})
