import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { customerWith } from '../support/links.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { answerWith, askForVoice, linkTo, newVoice, record, say, see, send } from '../support/voices.ts'
import { newUser } from './people.ts'

const over = 'This link is no longer valid'

describe('voice', () => {
  let server: TestServer
  /** A user with the voice of slt; each test asks him anew. */
  let alice: { readonly username: string; readonly phone: string }
  before(async () => {
    server = await startServer()
    alice = await newUser(server)
    await newVoice(server, alice.username, 'slt')
  })
  after(() => server.close())

  const status = async (txId: string) =>
    String((await server.call('/auth/auth-status', { txId }, { signed: false })).body.status)

  /** Asks Alice, beyond what one number is sent in ten minutes. */
  async function askAlice() {
    server.advance(600_000)
    return askForVoice(server, alice.username, alice.phone)
  }

  /** What the audit says of the last answer to a question. */
  async function heardIn(txId: string): Promise<Record<string, string>> {
    const raw = await openRaw(server.place)
    try {
      const rows = await raw.run('select detail from audit_rows where challenge_id = $1 order by id', txId)
      return JSON.parse(String(rows.at(-1)?.['detail'])) as Record<string, string>
    } finally {
      await raw.close()
    }
  }

  it('lets in whose voice it is, once', async () => {
    const { txId, link } = await askAlice()
    assert.equal(await status(txId), 'IN_PROGRESS')
    const shown = await see(server, link)
    assert.match(shown.digits, /^[0-9]{6}$/)
    const recording = say('slt', shown.digits, 0.95)
    assert.equal((await send(server, link, recording, shown.prompt)).title, 'Accepted')
    assert.equal(await status(txId), 'SUCCESS')
    assert.equal((await send(server, link, recording, shown.prompt)).title, over)
    assert.equal(await status(txId), 'SUCCESS')
    const facts = await heardIn(txId)
    assert.ok(Number(facts['speaker']) >= 0.6 && Number(facts['digits']) >= 1.2, JSON.stringify(facts))
  })

  it('keeps three other speakers out, and ends with the third', async () => {
    const { txId, link } = await askAlice()
    const seen = new Set<string>()
    for (const speaker of ['rms', 'awb'] as const) {
      seen.add((await see(server, link)).digits)
      const page = await answerWith(server, link, speaker)
      assert.equal(page.problem, 'Your voice was not recognised. Try again in a quiet place.')
      assert.doesNotMatch(page.html, /0\.[0-9]/)
      assert.equal(await status(txId), 'IN_PROGRESS')
    }
    seen.add((await see(server, link)).digits)
    assert.equal(seen.size, 3, 'each try has digits of its own')
    assert.equal((await answerWith(server, link, 'espeak:en-us')).title, over)
    assert.equal(await status(txId), 'FAILED')
    assert.equal((await answerWith(server, link, 'slt')).title, over)
  })

  it('keeps the right voice with other digits out', async () => {
    const { txId, link } = await askAlice()
    const { digits, prompt } = await see(server, link)
    const others = [...digits].map((digit) => (Number(digit) + 3) % 10).join('')
    const page = await send(server, link, say('slt', others, 0.97), prompt)
    assert.match(page.problem, /^Those were not the digits/)
    assert.equal(await status(txId), 'IN_PROGRESS')
    assert.equal((await answerWith(server, link, 'slt', 0.98)).title, 'Accepted')
  })

  it('takes a recording once, of whichever question', async () => {
    const key = await customerWith(server, { isTest: 'true' })
    const bob = { username: 'bob@example.com', phone: '+14155550199' }
    await server.call('/admin/users/create', bob, { key })
    // The digits of a test customer are always the same, so that only the recording tells.
    await newVoice(server, bob.username, 'slt', { key })
    const recording = say('slt', '123456', 0.9)
    const first = await askForVoice(server, bob.username, bob.phone, { key })
    assert.equal((await send(server, first.link, recording, (await see(server, first.link)).prompt)).title, 'Accepted')
    const second = await askForVoice(server, bob.username, bob.phone, { key })
    const { prompt } = await see(server, second.link)
    for (const copy of [recording, Buffer.concat([recording, Buffer.from('LIST\0\0\0\0', 'latin1')])])
      assert.match((await send(server, second.link, copy, prompt)).problem, /^This recording was sent before/)
    assert.equal(await status(second.txId), 'IN_PROGRESS')
  })

  it('asks for new digits after a minute and never before, and ends after five', async () => {
    const { txId, link } = await askAlice()
    const first = await see(server, link)
    server.advance(59_000)
    assert.equal((await see(server, link)).digits, first.digits)
    const late = say('slt', first.digits, 1.02)
    server.advance(1_000)
    const page = await send(server, link, late, first.prompt)
    assert.equal(page.problem, 'These digits were no longer valid. Here are new ones.')
    assert.notEqual(page.prompt, first.prompt)
    assert.equal(await status(txId), 'IN_PROGRESS')
    const { digits, prompt } = await see(server, link)
    const right = say('slt', digits, 1.03)
    server.advance(240_000)
    assert.equal((await send(server, link, right, prompt)).title, over)
    assert.equal(await status(txId), 'ERROR')
  })

  it('can be denied', async () => {
    const { txId, link } = await askAlice()
    const page = await fetch(link, { method: 'POST', body: new URLSearchParams({ decision: 'deny' }) })
    assert.match(await page.text(), /<h1>Denied<\/h1>/)
    assert.equal(await status(txId), 'DENIED')
    assert.equal((await answerWith(server, link, 'slt')).title, over)
  })

  it('tells what is wrong with a recording, and spends nothing for it', async () => {
    const { txId, link } = await askAlice()
    const { digits, prompt } = await see(server, link)
    const good = say('slt', digits, 1.01)
    const float = Buffer.from(good)
    float.writeUInt16LE(3, 20)
    const bad: readonly (readonly [Uint8Array, RegExp])[] = [
      [good.subarray(0, 44), /could not be heard/],
      [good.subarray(0, good.length / 2), /could not be heard/],
      [float, /could not be heard/],
      [Buffer.from('OggS'.repeat(400)), /could not be heard/],
      [Buffer.concat([good.subarray(0, 44), Buffer.alloc(good.length - 44)]), /Nothing could be heard/],
      [Buffer.concat([good.subarray(0, 44), Buffer.alloc(good.length - 44, 0x20)]), /Nothing could be heard/],
      [say('slt', digits.slice(0, 1)), /too short/],
      [Buffer.concat([good, Buffer.alloc(1_048_577 - good.length)]), /too long/],
    ]
    for (const [recording, problem] of bad) assert.match((await send(server, link, recording, prompt)).problem, problem)
    for (const text of ['', '%00', '!!!!', 'AAAA']) {
      const answer = await fetch(link, { method: 'POST', body: new URLSearchParams({ recording: text, prompt: 'x' }) })
      assert.equal(answer.status, 200)
    }
    assert.equal(await status(txId), 'IN_PROGRESS')
    assert.equal((await send(server, link, good, prompt)).title, 'Accepted')
  })

  it('listens to twenty recordings by one link, also when none of them can be heard', async () => {
    const { txId, link } = await askAlice()
    const { digits, prompt } = await see(server, link)
    const noise = Buffer.from('RIFF')
    for (let n = 0; n < 20; n++) assert.match((await send(server, link, noise, prompt)).problem, /could not be heard/)
    const good = say('slt', digits, 1.04)
    assert.match((await send(server, link, good, prompt)).problem, /^Too many recordings were sent by this link/)
    assert.equal(await status(txId), 'IN_PROGRESS', 'no try is spent')
    const next = await askAlice()
    assert.equal((await answerWith(server, next.link, 'slt', 1.05)).title, 'Accepted')
  })

  it('refuses twenty megabytes before it reads them', async () => {
    const { link } = await askAlice()
    const body = new URLSearchParams({ recording: 'A'.repeat(20_000_000) })
    const answer = await fetch(link, { method: 'POST', body }).catch(() => undefined)
    assert.ok(answer === undefined || answer.status === 413)
  })

  it('is not answered by a code, nor by another link', async () => {
    const { txId, link } = await askAlice()
    const { body } = await server.call('/auth/validate', { txId, token: '123456' })
    assert.equal(body.status, 'FAILED')
    const other = link.replace(/.$/, (letter) => (letter === 'A' ? 'B' : 'A'))
    for (const altered of [other, link.slice(0, -5), `${link}x`, link.replace(/voice\/.{8}/, 'voice/00000000')])
      assert.equal((await see(server, altered)).title, over)
    assert.equal(await status(txId), 'IN_PROGRESS')
  })

  describe('is set up', () => {
    it('by a link, once, with consent, from three recordings of the digits that are shown', async () => {
      const { username, phone } = await newUser(server)
      const refused = await server.call('/auth/challenge', {
        customerKey: '11627',
        username,
        authType: 'VOICE AUTHENTICATION',
      })
      assert.equal(refused.body.message, 'The user has not set up this method.')
      const { link, txId } = await linkTo(server, username)
      const { prompts, title } = await see(server, link)
      assert.equal(title, 'Set up your voice')
      const recordings = [0, 1, 2].map((index) => say('rms', prompts[index] ?? '', 1 + index / 12))
      const [first = Buffer.alloc(0)] = recordings
      assert.deepEqual(await record(server, link, [first], { index: '0' }), { kind: 'heard' })
      const other = await record(server, link, [first], { index: '1' })
      assert.match(other.sentence ?? '', /^Those were not the digits/)
      assert.equal((await record(server, link, recordings, { consent: '' })).kind, 'wrong')
      assert.equal((await record(server, link, [first])).kind, 'more')
      assert.equal(await status(txId), 'IN_PROGRESS')
      assert.equal((await record(server, link, recordings)).kind, 'enrolled')
      assert.equal(await status(txId), 'SUCCESS')
      assert.equal((await record(server, link, recordings)).kind, 'over')
      assert.equal((await see(server, link)).title, over)
      const asked = await askForVoice(server, username, phone)
      assert.equal((await answerWith(server, asked.link, 'rms', 0.94)).title, 'Accepted')
    })

    it('anew in place of the old one, and can be erased', async () => {
      const { username, phone } = await newUser(server)
      await newVoice(server, username, 'rms')
      await newVoice(server, username, 'awb')
      const asked = await askForVoice(server, username, phone)
      assert.match((await answerWith(server, asked.link, 'rms', 0.93)).problem, /not recognised/)
      assert.equal((await answerWith(server, asked.link, 'awb', 0.93)).title, 'Accepted')
      assert.equal((await server.call('/auth/voice-removal', { username })).body.status, 'SUCCESS')
      const { body } = await server.call('/auth/challenge', {
        customerKey: '11627',
        username,
        authType: 'VOICE AUTHENTICATION',
      })
      assert.equal(body.message, 'The user has not set up this method.')
    })

    it('with forty recordings at most', async () => {
      const { username } = await newUser(server)
      const { link } = await linkTo(server, username)
      const many = Array.from({ length: 5 }, () => Buffer.from('RIFF'))
      for (let n = 0; n < 8; n++) assert.match((await record(server, link, many)).sentence ?? '', /could not be heard/)
      assert.match(
        (await record(server, link, many.slice(0, 1), { index: '0' })).sentence ?? '',
        /^Too many recordings/,
      )
      assert.match((await record(server, link, many)).sentence ?? '', /^Too many recordings/)
    })

    it('never with recordings that are no recordings', async () => {
      const { username } = await newUser(server)
      const { link } = await linkTo(server, username)
      for (const bad of [Buffer.alloc(0), Buffer.from('RIFF'), Buffer.alloc(90_000, 1)])
        assert.equal((await record(server, link, [bad, bad, bad])).kind, 'wrong')
      for (const index of ['-1', '9', 'x', '1e9', ''])
        assert.equal((await record(server, link, [say('rms', '123456')], { index })).kind, 'wrong')
      assert.equal((await see(server, link)).title, 'Set up your voice')
    })
  })

  it('goes by mail to who has no phone', async () => {
    const username = 'mail-only@example.com'
    await server.call('/admin/users/create', { username })
    await newVoice(server, username, 'rms')
    const { link } = await askForVoice(server, username, username)
    assert.equal((await see(server, link)).title, 'Is this you? Say it')
  })

  it('says that its replay protection is on', async () => {
    const ready = (await (await fetch(`${server.baseUrl}/readyz`)).json()) as Record<string, string>
    assert.deepEqual(ready, { status: 'ready', voice: 'replay protection on', audit: 'checkpoints are written' })
  })

  it('on a server without pocketsphinx it is not asked for, unless the customer says so', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    const bare = await startServer().finally(() => {
      process.env['PATH'] = path
    })
    try {
      const ready = (await (await fetch(`${bare.baseUrl}/readyz`)).json()) as Record<string, string>
      assert.equal(ready['voice'], 'replay protection off')
      const { username, phone } = await newUser(bare)
      const { body } = await bare.call('/auth/voice-registration', { username })
      assert.match(String(body.message), /^Nobody can check here/)
      await bare.set('voiceReplayProtection', 'preferred')
      await newVoice(bare, username, 'slt')
      const { link, txId } = await askForVoice(bare, username, phone)
      assert.match((await answerWith(bare, link, 'rms')).problem, /not recognised/)
      const { prompt } = await see(bare, link)
      assert.equal((await send(bare, link, say('slt', '5550123'.slice(0, 6), 0.96), prompt)).title, 'Accepted')
      await bare.set('voiceReplayProtection', 'required')
      const refused = await bare.call('/auth/challenge', {
        customerKey: '11627',
        username,
        authType: 'VOICE AUTHENTICATION',
      })
      assert.match(String(refused.body.message), /^Nobody can check here/)
      assert.ok(txId)
    } finally {
      await bare.close()
    }
  })
})
