import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { VoiceLink } from '../../contract/device/pairing.ts'
import { calls } from '../../contract/device.ts'
import { startPushService } from '../channels/push-service.ts'
import { type Phone, pairedPhone } from '../support/device.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { answerWith, askForVoice, newVoice, record, say, see } from '../support/voices.ts'
import { customerKey, newUser, succeed } from './people.ts'

describe('a voice, asked for on the phone', () => {
  let server: TestServer
  let username: string
  let number: string
  let phone: Phone
  before(async () => {
    server = await startServer()
    ;({ username, phone: number } = await newUser(server))
    phone = await pairedPhone(server.baseUrl, server.call, username)
  })
  after(() => server.close())

  const ask = async (name = username) => {
    const asked = { customerKey, username: name, authType: 'VOICE AUTHENTICATION', transactionName: 'Pay $200' }
    return (await succeed(server.call('/auth/challenge', asked))).body
  }
  const status = async (txId: unknown) => (await server.call('/auth/auth-status', { txId })).body.status
  const sentTo = async (contact: string) => (await server.assembled.store.read.inbox.list(contact, 50)).length

  /** Speaks as the user; a second time when he is not known at once, as happens to one in a few dozen. */
  const speak = async (link: string, pace: number) => {
    const first = await answerWith(server, link, 'slt', pace)
    return first.title === 'Accepted' ? first : answerWith(server, link, 'slt', pace + 0.05)
  }

  it('is set up from the app, which knows whether there is one', async () => {
    const voice = async () => (await phone.ask(calls.device)).body.voice
    assert.equal(await voice(), 'unset')
    const { body } = await phone.ask(calls.voice)
    const { page } = body as VoiceLink
    assert.match(page, /^\/voice\/[0-9a-f-]{36}\/[\w-]{43}$/)
    assert.deepEqual(await phone.prompts(), [], 'setting it up is no question')
    const link = server.baseUrl + page
    const { prompts } = await see(server, link)
    const recordings = [1, 1.08, 1.16].map((pace, index) => say('slt', prompts[index] ?? '', pace))
    assert.equal((await record(server, link, recordings)).kind, 'enrolled')
    assert.equal(await voice(), 'set')
  })

  it('wakes its phones by a push message that says no more than any other', async () => {
    const service = await startPushService()
    await server.set('privatePushHosts', service.host, 0)
    const bystander = (await newUser(server)).username
    await pairedPhone(server.baseUrl, server.call, bystander, { push: service.subscribe() })
    const push = service.subscribe()
    await phone.ask(calls.push, { push })
    const { txId } = await ask()
    await service.until(1)
    const prompt = await phone.prompt()
    assert.deepEqual([prompt.id, prompt.kind], [txId, 'voice'])
    const leftSeconds = Math.ceil((prompt.expiresAtMs - server.now()) / 1_000)
    const [{ path, text, headers } = assert.fail()] = service.pushed
    assert.ok(push.endpoint.endsWith(path))
    assert.deepEqual(JSON.parse(text), { kind: 'prompt', device: phone.id }, 'not even that it is about a voice')
    assert.deepEqual([headers['urgency'], headers['topic']], ['high', 'prompt'])
    const ttl = Number(headers['ttl'])
    assert.ok(ttl >= leftSeconds && ttl <= leftSeconds + 30, `${ttl} of ${leftSeconds}`)
    assert.equal(service.pushed.length, 1, 'and nobody else’s')
    await phone.ask(calls.push, { push: null })
    await service.close()
  })

  it('waits there with who asks what, goes by no message, and is answered by speaking on its page', async () => {
    const before = await sentTo(number)
    const { txId, phoneDelivery } = await ask()
    assert.equal(phoneDelivery, undefined)
    const prompt = await phone.prompt()
    const { kind, transactionName, account, needsNumber } = prompt
    assert.deepEqual([kind, transactionName, account.username, needsNumber], ['voice', 'Pay $200', username, false])
    const link = server.baseUrl + prompt.page
    assert.match((await see(server, link)).html, /Pay \$200/)
    assert.equal((await phone.answer(prompt, 'approve')).refusal, 'needs-voice')
    assert.match((await answerWith(server, link, 'rms')).problem, /not recognised/)
    assert.equal(await status(txId), 'IN_PROGRESS')
    assert.equal((await speak(link, 0.96)).title, 'Accepted')
    assert.equal(await status(txId), 'SUCCESS')
    assert.deepEqual(await phone.prompts(), [])
    assert.equal((await phone.answer(prompt, 'deny')).refusal, 'answered-prompt')
    assert.equal(await sentTo(number), before)
  })

  it('is told to an open app at once', async () => {
    const events = await phone.events()
    await events.next()
    const { txId } = await ask()
    const { event, data } = await events.next()
    assert.equal(event, 'prompts')
    assert.deepEqual(
      (data as { prompts: { id: string; kind: string }[] }).prompts.map(({ id, kind }) => [id, kind]),
      [[txId, 'voice']],
    )
    events.close()
  })

  it('is denied with the key of the phone alone; a report pauses what is asked on phones, and warns by mail', async () => {
    const { txId } = await ask()
    const prompt = await phone.prompt()
    assert.equal((await phone.answer(prompt, 'deny', { signedAs: 'report' })).refusal, 'bad-signature')
    assert.equal(await status(txId), 'IN_PROGRESS')
    assert.equal((await phone.answer(prompt, 'deny')).body.state, 'denied')
    assert.equal(await status(txId), 'DENIED')
    assert.equal((await see(server, server.baseUrl + prompt.page)).title, 'This link is no longer valid')
    const second = await ask()
    assert.equal((await phone.answer(await phone.prompt(), 'report')).body.state, 'denied')
    assert.equal(await status(second.txId), 'DENIED')
    const asked = { customerKey, username, authType: 'VOICE AUTHENTICATION' }
    assert.notEqual((await server.call('/auth/challenge', asked)).body.status, 'SUCCESS')
    server.advance(3_600_001)
    await ask()
  })

  it('is seen by no phone of somebody else, and only by phones when there are some', async () => {
    const other = await newUser(server)
    const theirs = await pairedPhone(server.baseUrl, server.call, other.username)
    server.advance(3_600_001)
    await ask()
    const prompt = await phone.prompt()
    assert.deepEqual(await theirs.prompts(), [])
    assert.equal((await theirs.answer(prompt, 'deny')).refusal, 'unknown-prompt')
    await phone.ask(calls.remove)
    const { txId, link } = await askForVoice(server, username, number)
    assert.equal((await speak(link, 0.91)).title, 'Accepted')
    assert.equal(await status(txId), 'SUCCESS')
  })

  it('cannot be set up where voices are not used', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    const bare = await startServer().finally(() => {
      process.env['PATH'] = path
    })
    try {
      const { username: name } = await newUser(bare)
      const one = await pairedPhone(bare.baseUrl, bare.call, name)
      assert.equal((await one.ask(calls.device)).body.voice, 'off')
      assert.equal((await one.ask(calls.voice)).refusal, 'no-voice')
      await bare.set('voiceReplayProtection', 'preferred')
      await newVoice(bare, name, 'slt')
      assert.equal((await one.ask(calls.device)).body.voice, 'set')
    } finally {
      await bare.close()
    }
  })
})
