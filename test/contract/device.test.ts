import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readLink } from '../../contract/device/link.ts'
import type { ServerInfo } from '../../contract/device/pairing.ts'
import type { PromptList } from '../../contract/device/prompts.ts'
import { calls, headers } from '../../contract/device.ts'
import { Phone, pairedPhone, readQr } from '../support/device.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { customerKey, newCustomer, newUser, succeed } from './people.ts'

describe('the phone app', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  const offered = async (username: string) => {
    const { body } = await server.call('/auth/register-mobile', { username })
    return { link: await readQr(String(body['qrCode'])), txId: String(body.txId) }
  }
  const newPhone = (username: string) => pairedPhone(server.baseUrl, server.call, username)
  const ask = async (username: string, authType: string, more: object = {}) => {
    const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType, ...more }))
    return { txId: String(body.txId), body }
  }
  const statusOf = async (txId: string) => (await server.call('/auth/auth-status', { txId })).body.status
  const registration = async (txId: string) => (await server.call('/auth/registration-status', { txId })).body.status
  const notices = async (to: string) => (await server.assembled.store.read.inbox.list(to, 20)).map(({ text }) => text)

  describe('pairing', () => {
    it('is by a link to the app whose secret no server sees; registration-status goes from IN_PROGRESS to SUCCESS', async () => {
      const { username } = await newUser(server)
      const { link, txId } = await offered(username)
      assert.ok(link.startsWith(`${server.baseUrl}/app#pair=${txId}.`), link)
      assert.equal(await registration(txId), 'IN_PROGRESS')
      const phone = new Phone(server.baseUrl)
      const seen = await phone.ask(calls.pairing, { code: readLink(link)?.code })
      assert.equal(seen.body.account.username, username)
      assert.deepEqual([seen.body.account.customerName, seen.body.account.logo], ['Default', null])
      assert.equal(await registration(txId), 'IN_PROGRESS', 'looking takes nothing')
      const { code, body } = await phone.pair(link, { name: "Ana's phone" })
      assert.equal(code, 201)
      assert.deepEqual(
        [body.device.name, body.device.isPushWorking, body.device.lastUsedAtMs],
        ["Ana's phone", false, null],
      )
      assert.equal(await registration(txId), 'SUCCESS')
      server.advance(400_000)
      assert.equal(await registration(txId), 'SUCCESS', 'and stays so')
      const info = await phone.ask(calls.device)
      assert.equal(info.body.device.name, "Ana's phone")
    })

    it('counts once, for five minutes, and only with its whole secret', async () => {
      const { username } = await newUser(server)
      const { link } = await offered(username)
      const altered = link.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
      for (const wrong of [altered, link.replace(/.{36}\./, `${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}.`), 'x'])
        assert.equal((await new Phone(server.baseUrl).pair(wrong)).refusal, 'unknown-code')
      assert.equal((await new Phone(server.baseUrl).pair(link)).code, 201)
      assert.equal((await new Phone(server.baseUrl).pair(link)).refusal, 'used-code')
      const seen = await new Phone(server.baseUrl).ask(calls.pairing, { code: readLink(link)?.code })
      assert.equal(seen.refusal, 'used-code')
      const late = await offered(username)
      server.advance(300_000)
      assert.equal((await new Phone(server.baseUrl).pair(late.link)).refusal, 'expired-code')
      assert.equal(await registration(late.txId), 'ERROR')
    })

    it('may be asked again by the same key when the answer was lost, and not once the phone was heard of', async () => {
      const { username } = await newUser(server)
      const { link } = await offered(username)
      const phone = new Phone(server.baseUrl)
      const twin = phone.at(server.baseUrl)
      await phone.pair(link)
      const lost = phone.softToken
      const again = phone.at(server.baseUrl)
      again.id = 'new'
      assert.equal((await again.pair(link)).code, 201)
      assert.notEqual(again.softToken?.secret, lost?.secret)
      assert.equal((await again.prompts()).length, 0)
      twin.id = 'new'
      assert.equal((await twin.pair(link)).refusal, 'used-code', 'a key of its own')
      const third = again.at(server.baseUrl)
      third.id = 'new'
      assert.equal((await third.pair(link)).refusal, 'used-code')
      const validate = { customerKey, username, authType: 'SOFT TOKEN', token: phone.code(server.now()) }
      assert.equal((await server.call('/auth/validate', validate)).body.status, 'FAILED', 'the lost one is void')
    })

    it('refuses a key that is none, a name that cannot be shown, a push service that is none', async () => {
      const { username } = await newUser(server)
      const { link } = await offered(username)
      const phone = new Phone(server.baseUrl)
      const other = await new Phone(server.baseUrl).publicKey()
      assert.equal((await phone.pair(link, { publicKey: other })).refusal, 'bad-signature')
      const off = { kty: 'EC', crv: 'P-256', x: other.x, y: other.x } as const
      assert.equal((await phone.pair(link, { publicKey: off })).refusal, 'bad-signature')
      for (const name of ['', '   ', 'a\u0000b', 'x'.repeat(61), 'a\u202eb'])
        assert.equal((await phone.pair(link, { name })).refusal, 'bad-name')
      for (const endpoint of ['http://push.example/x', 'ftp://x', 'x', 'https://u:p@push.example/'])
        assert.equal(
          (await phone.pair(link, { push: { endpoint, keys: { p256dh: 'x', auth: 'y' } } })).refusal,
          'bad-push-service',
        )
      assert.equal((await phone.pair(link)).code, 201, 'nothing of it used the code up')
    })

    it('is told by mail, and ends at ten phones', async () => {
      const { username } = await newUser(server, { email: 'many@example.com' })
      for (let n = 0; n < 10; n++) await newPhone(username)
      const { body } = await server.call('/auth/register-mobile', { username })
      assert.equal(body.status, 'FAILED')
      assert.match(String(body.message), /as many phones/)
    })
  })

  describe('a request', () => {
    it('counts with the nonce of this server, the key of this phone, and the bytes that were signed', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const rename = (forged: object, body: object = { name: 'New' }) => phone.ask(calls.rename, body, forged)
      assert.equal((await rename({ sent: '{"name":"Evil"}' })).refusal, 'bad-signature')
      assert.equal((await rename({ headers: { [headers.signature]: 'x' } })).refusal, 'bad-signature')
      assert.equal((await rename({ headers: { [headers.nonce]: 'x' } })).refusal, 'stale-nonce')
      assert.equal((await rename({ headers: { [headers.device]: 'x' } })).refusal, 'unknown-device')
      const stranger = await newPhone((await newUser(server)).username)
      assert.equal((await rename({ headers: { [headers.device]: stranger.id } })).refusal, 'bad-signature')
      assert.equal((await phone.ask(calls.device)).body.device.name, 'My phone')
      assert.equal((await rename({})).body.device.name, 'New')
      const unsigned = await fetch(server.baseUrl + calls.prompts.path)
      assert.equal(unsigned.status, 401)
      assert.ok(unsigned.headers.get(headers.nonce))
      await unsigned.text()
    })

    it('that changes something counts once, and a nonce lives five minutes', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      await phone.prompts()
      const body = '{"name":"Once"}'
      const signed = await phone.headersFor(calls.rename, body)
      const send = async () => {
        const headers = { ...signed, 'content-type': 'application/json' }
        const answer = await fetch(server.baseUrl + calls.rename.path, { method: 'PATCH', headers, body })
        await answer.text()
        return answer.status
      }
      assert.equal(await send(), 200)
      assert.equal(await send(), 401)
      const { nonce } = (await (await fetch(server.baseUrl + calls.server.path)).json()) as ServerInfo
      server.advance(300_001)
      const { headers: names } = await import('../../contract/device.ts')
      assert.equal(
        (await phone.ask(calls.prompts, undefined, { headers: { [names.nonce]: nonce } })).refusal,
        'stale-nonce',
      )
    })

    it('that cannot be read is a 4xx in the shape of this API', async () => {
      for (const [path, body] of [
        [calls.pairing.path, '{'],
        [calls.pairing.path, '{"code":5}'],
        [calls.pairing.path, `{"code":"${'x'.repeat(20_000)}"}`],
        [calls.register.path, '{}'],
        [calls.answer.path.replace(':id', 'x'), '[]'],
      ] as const) {
        const answer = await fetch(server.baseUrl + path, { method: 'POST', body })
        assert.ok(answer.status >= 400 && answer.status < 500, path)
        assert.match(await answer.text(), /"code":"bad-request"/)
      }
    })

    it('of a disabled user is refused', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      await succeed(server.call('/admin/users/disable', { customerKey, username }))
      assert.equal((await phone.ask(calls.prompts)).refusal, 'disabled-user')
    })
  })

  describe('push', () => {
    it('shows what is asked, and a held yes settles it', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const asked = { transactionName: 'Buy Casio Watch $200', ipAddress: '203.0.113.9' }
      const { txId, body } = await ask(username, 'PUSH NOTIFICATIONS', asked)
      assert.equal(body['authType'], 'PUSH NOTIFICATIONS')
      assert.equal(body['phoneDelivery'], undefined)
      assert.equal(await statusOf(txId), 'IN_PROGRESS')
      const prompt = await phone.prompt()
      const { transactionName, origin, needsNumber, kind } = prompt
      assert.deepEqual(
        { transactionName, origin, needsNumber, kind },
        { transactionName: 'Buy Casio Watch $200', origin: '203.0.113.9', needsNumber: false, kind: 'push' },
      )
      assert.equal((await phone.answer(prompt, 'approve')).body.state, 'approved')
      assert.equal(await statusOf(txId), 'SUCCESS')
      assert.deepEqual(await phone.prompts(), [])
      assert.equal((await phone.answer(prompt, 'approve')).refusal, 'answered-prompt')
      assert.equal((await phone.answer(prompt, 'deny')).refusal, 'answered-prompt')
    })

    it('wants the number of the login page where it shows one; the third wrong one ends it', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const { txId, body } = await ask(username, 'PUSH NOTIFICATIONS', { showsMatchNumber: true })
      const prompt = await phone.prompt()
      assert.equal(prompt.needsNumber, true)
      assert.ok(!JSON.stringify(prompt).includes(`"${body['matchNumber']}"`), 'the phone is not told')
      const wrong = String((Number(body['matchNumber']) + 1) % 100).padStart(2, '0')
      for (const proof of [wrong, ''])
        assert.equal((await phone.answer(prompt, 'approve', { proof })).refusal, 'wrong-number')
      const right = { proof: String(body['matchNumber']) }
      assert.equal((await phone.answer(prompt, 'approve', right)).body.state, 'approved')
      assert.equal(await statusOf(txId), 'SUCCESS')

      const next = await ask(username, 'PUSH NOTIFICATIONS', { showsMatchNumber: true })
      const second = await phone.prompt()
      const bad = { proof: String((Number(next.body['matchNumber']) + 1) % 100).padStart(2, '0') }
      for (let n = 0; n < 3; n++) assert.equal((await phone.answer(second, 'approve', bad)).refusal, 'wrong-number')
      const late = await phone.answer(second, 'approve', { proof: String(next.body['matchNumber']) })
      assert.equal(late.refusal, 'spent-prompt')
      assert.equal(await statusOf(next.txId), 'FAILED')
    })

    it('is refused to a user without a phone, and to callers without a number where one is required', async () => {
      const { username } = await newUser(server)
      const challenge = async (authType: string, more: object = {}, key?: Parameters<typeof newPhone>) => {
        assert.equal(key, undefined)
        return (await server.call('/auth/challenge', { customerKey, username, authType, ...more })).body
      }
      for (const authType of ['PUSH NOTIFICATIONS', 'MOBILE AUTHENTICATION'])
        assert.equal((await challenge(authType)).message, 'The user has not set up this method.')
      await newPhone(username)
      await server.set('numberMatching', 'always')
      assert.match(String((await challenge('PUSH NOTIFICATIONS')).message), /requires a match number/)
      assert.equal((await challenge('PUSH NOTIFICATIONS', { showsMatchNumber: true })).status, 'SUCCESS')
      assert.equal((await challenge('MOBILE AUTHENTICATION')).status, 'SUCCESS', 'the code itself is shown there')
      await server.set('numberMatching', 'never')
      const asked = await challenge('PUSH NOTIFICATIONS', { showsMatchNumber: true })
      assert.equal(asked['matchNumber'], undefined)
      await server.set('numberMatching', 'whenShown')
    })

    it('denied is final; "I did not start this" pauses prompts for an hour, warns by mail, and stands in the audit', async () => {
      const email = 'reported@example.com'
      const { username } = await newUser(server, { email })
      const phone = await newPhone(username)
      const first = await ask(username, 'PUSH NOTIFICATIONS')
      const prompt = await phone.prompt()
      assert.equal((await phone.answer(prompt, 'deny')).body.state, 'denied')
      assert.equal((await phone.answer(prompt, 'approve')).refusal, 'denied-prompt')
      assert.equal(await statusOf(first.txId), 'DENIED')

      const second = await ask(username, 'PUSH NOTIFICATIONS')
      assert.equal((await phone.answer(await phone.prompt(), 'report')).body.state, 'denied')
      assert.equal(await statusOf(second.txId), 'DENIED')
      const again = () => server.call('/auth/challenge', { customerKey, username, authType: 'PUSH NOTIFICATIONS' })
      assert.match(String((await again()).body.message), /paused for a while/)
      server.advance(3_500_000)
      assert.equal((await again()).body.status, 'FAILED')
      server.advance(101_000)
      assert.equal((await again()).body.status, 'SUCCESS')
    })

    it('answered too late, or replaced by a newer one, is no answer', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const older = await ask(username, 'PUSH NOTIFICATIONS')
      const prompt = await phone.prompt()
      const newer = await ask(username, 'PUSH NOTIFICATIONS')
      assert.equal((await phone.answer(prompt, 'approve')).refusal, 'replaced-prompt')
      const last = await phone.prompt()
      server.advance(300_000)
      assert.equal((await phone.answer(last, 'approve')).refusal, 'expired-prompt')
      assert.deepEqual(await phone.prompts(), [])
      assert.deepEqual([await statusOf(older.txId), await statusOf(newer.txId)], ['FAILED', 'ERROR'])
    })

    it('is limited as prompts are: three unanswered ones pause it, and the sixth in an hour is not asked', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const again = async () =>
        (await server.call('/auth/challenge', { customerKey, username, authType: 'PUSH NOTIFICATIONS' })).body.status
      for (let n = 0; n < 3; n++) {
        assert.equal(await again(), 'SUCCESS')
        server.advance(301_000)
      }
      assert.equal(await again(), 'FAILED')
      server.advance(3_600_000)
      for (let n = 0; n < 5; n++) assert.equal(await again(), 'SUCCESS')
      assert.equal(await again(), 'FAILED')
      assert.equal((await phone.prompts()).length, 1, 'each newer one took the place of the older')
    })

    it('is one thing with links: what was reported on the phone is not asked by mail', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      await ask(username, 'PUSH NOTIFICATIONS')
      await phone.answer(await phone.prompt(), 'report')
      const byMail = { customerKey, username, authType: 'OUT OF BAND EMAIL' }
      assert.match(String((await server.call('/auth/challenge', byMail)).body.message), /paused/)
    })
  })

  describe('scanning', () => {
    const scanLink = async (username: string, more: object = {}) => {
      const { txId, body } = await ask(username, 'MOBILE AUTHENTICATION', more)
      return { txId, link: await readQr(String(body['qrCode'])) }
    }

    it('shows what the code asks, and settles it once', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const { txId, link } = await scanLink(username, { transactionName: 'Pay' })
      assert.ok(link.startsWith(`${server.baseUrl}/app#scan=${txId}.`))
      assert.deepEqual(await phone.prompts(), [], 'it does not come by itself')
      const seen = await phone.scan(link)
      assert.deepEqual([seen.body.prompt.kind, seen.body.prompt.transactionName], ['scan', 'Pay'])
      assert.equal(await statusOf(txId), 'IN_PROGRESS', 'scanning decides nothing')
      assert.equal((await phone.scanAndApprove(link)).body.state, 'approved')
      assert.equal(await statusOf(txId), 'SUCCESS')
      assert.equal((await phone.scan(link)).refusal, 'used-code')
    })

    it('is of no use to a phone of somebody else, without its secret, or late', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const other = await newPhone((await newUser(server)).username)
      const { txId, link } = await scanLink(username)
      assert.equal((await other.scan(link)).refusal, 'unknown-code')
      const prompt = { id: txId, transactionName: null }
      const proof = readLink(link)?.code.split('.')[1] ?? ''
      assert.equal((await other.answer(prompt, 'approve', { proof })).refusal, 'unknown-prompt')
      assert.equal((await phone.answer(prompt, 'approve')).refusal, 'unknown-code', 'nothing scanned')
      assert.equal(await statusOf(txId), 'IN_PROGRESS')
      server.advance(300_000)
      assert.equal((await phone.scan(link)).refusal, 'expired-code')
      assert.equal((await phone.answer(prompt, 'approve', { proof })).refusal, 'expired-prompt')
    })

    it('gives a repeated request the same code', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const timestamp = server.now()
      const body = { customerKey, username, authType: 'MOBILE AUTHENTICATION' }
      const [one, two] = [
        await server.call('/auth/challenge', body, { timestamp }),
        await server.call('/auth/challenge', body, { timestamp }),
      ]
      assert.equal(one.body['qrCode'], two.body['qrCode'])
      assert.equal((await phone.scanAndApprove(await readQr(String(two.body['qrCode'])))).body.state, 'approved')
    })
  })

  describe('the soft token', () => {
    it('shows codes that count once, beside an authenticator app of the same user', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const { secret, uri, digits } = phone.softToken ?? { secret: '', uri: '', digits: 0 }
      assert.match(uri, new RegExp(`^otpauth://totp/.*secret=${secret}&`))
      assert.equal(digits, 6)
      const validate = async (token: string, authType = 'SOFT TOKEN') =>
        (await server.call('/auth/validate', { customerKey, username, authType, token })).body.status
      const code = phone.code(server.now())
      assert.equal(await validate(code), 'SUCCESS')
      assert.equal(await validate(code), 'FAILED')
      const { newAuthenticator } = await import('./people.ts')
      const app = await newAuthenticator(server, username)
      server.advance(30_000)
      assert.equal(await validate(phone.code(server.now())), 'SUCCESS', 'setting up the app took nothing away')
      assert.equal(await validate(app.nextCode()), 'SUCCESS')
    })
  })

  describe('a phone that is removed', () => {
    it('dies at once: its requests, what it was asked, its codes; the others of the user stay', async () => {
      const { username } = await newUser(server, { email: 'removed@example.com' })
      const [lost, kept] = [await newPhone(username), await newPhone(username)]
      const { txId } = await ask(username, 'PUSH NOTIFICATIONS')
      const prompt = await lost.prompt()
      const listed = await succeed(server.call('/auth/phones', { customerKey, username }))
      assert.deepEqual(
        (listed.body['phones'] as { phoneId: string }[]).map(({ phoneId }) => phoneId),
        [lost.id, kept.id],
      )
      await succeed(server.call('/auth/phone-removal', { customerKey, username, phoneId: lost.id }))
      assert.equal((await lost.ask(calls.prompts)).refusal, 'unknown-device')
      assert.equal((await lost.answer(prompt, 'approve')).refusal, 'unknown-device')
      assert.equal(await statusOf(txId), 'IN_PROGRESS')
      const token = lost.code(server.now())
      const body = { customerKey, username, authType: 'SOFT TOKEN', token }
      assert.equal((await server.call('/auth/validate', body)).body.status, 'FAILED')
      assert.equal((await kept.answer(await kept.prompt(), 'approve')).body.state, 'approved')
      const foreign = await newCustomer(server)
      const other = await server.call('/auth/phone-removal', { username, phoneId: kept.id }, { key: foreign })
      assert.equal(other.body.status, 'FAILED')
      await server.assembled.store.read.devices.list(Number(customerKey), 'x')
    })

    it('removes itself', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      assert.equal((await phone.ask(calls.remove)).code, 200)
      assert.equal((await phone.ask(calls.device)).refusal, 'unknown-device')
      const body = { customerKey, username, authType: 'PUSH NOTIFICATIONS' }
      assert.equal((await server.call('/auth/challenge', body)).body.message, 'The user has not set up this method.')
    })
  })

  describe('the stream', () => {
    it('says at once what waits, what comes and what went, and when the phone is no more', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const events = await phone.events()
      const next = async () => {
        const { event, data } = await events.next()
        assert.equal(event, 'prompts')
        return (data as PromptList).prompts.length
      }
      assert.equal(await next(), 0)
      await ask(username, 'PUSH NOTIFICATIONS')
      assert.equal(await next(), 1)
      await phone.answer(await phone.prompt(), 'approve')
      assert.equal(await next(), 0)
      await phone.ask(calls.remove)
      assert.equal((await events.next()).event, 'removed')
      assert.equal((await events.next()).event, 'end')
    })

    it('is one of three at most; a fourth ends the oldest', async () => {
      const { username } = await newUser(server)
      const phone = await newPhone(username)
      const streams = []
      for (let n = 0; n < 4; n++) streams.push(await phone.events())
      await streams[0]?.next()
      assert.equal((await streams[0]?.next())?.event, 'end')
      for (const stream of streams.slice(1)) stream.close()
    })
  })

  it('tells nobody more than its own texts: notices of a phone that came and went', async () => {
    const email = 'noticed@example.com'
    const { username } = await newUser(server, { email })
    const phone = await newPhone(username)
    await phone.ask(calls.remove)
    const deadline = performance.now() + 8_000
    let texts: string[] = []
    while (texts.length < 2 && performance.now() < deadline) {
      texts = await notices(email)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.ok(
      texts.some((text) => text.startsWith('A phone was registered at')),
      texts.join('\n'),
    )
    assert.ok(texts.some((text) => text.startsWith('A phone was removed at')))
  })
})
