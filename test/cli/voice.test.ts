import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { writeWav } from '../../server/methods/voice/wav.ts'
import { loadMixture } from '../../server/voice/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { newVoice } from '../support/voices.ts'
import { countersign, json, run } from './command.ts'

describe('voice train', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-train-'))
  after(() => rmSync(folder, { recursive: true }))
  const speech = join(folder, 'speech')
  const out = join(folder, 'model')
  const train = (...words: string[]) => run(['voice', 'train', ...words], {})

  /** Something that is heard as speech and sounds like nobody else. */
  function talk(speaker: number, seconds: number): Buffer {
    const rate = 8_000
    let noise = speaker + 1
    const samples = Float32Array.from({ length: seconds * rate }, (_, index) => {
      const time = index / rate
      noise = (noise * 16_807) % 2_147_483_647
      const melody = Math.sin(2 * Math.PI * (3 + speaker / 7) * time)
      const voice = [1, 2, 3, 5, 8].map((h) => Math.sin(2 * Math.PI * (100 + 9 * speaker) * h * time + melody) / h)
      return 0.15 * voice.reduce((sum, one) => sum + one, 0) + 0.02 * (noise / 2_147_483_647)
    })
    return writeWav({ sampleRate: rate, samples })
  }

  it('makes a model of a folder that a server can use, and leaves another model alone', async () => {
    for (let speaker = 0; speaker < 10; speaker++) {
      mkdirSync(join(speech, `speaker${speaker}`), { recursive: true })
      for (const take of [1, 2, 3, 4]) writeFileSync(join(speech, `speaker${speaker}`, `${take}.wav`), talk(speaker, 9))
    }
    writeFileSync(join(speech, 'broken-1.wav'), 'no sound')
    const { code, stdout, stderr } = await train(speech, '--out', out)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /A model of 10 speakers and [5-6]\.\d minutes is in/)
    assert.match(stdout, /Left out: broken-1\.wav/)
    assert.match(loadMixture(out).id, /^gmm-ubm-1:[0-9a-f]{16}$/)
    const again = await train(speech, '--out', out)
    assert.equal(again.code, 1)
    assert.match(again.stderr, /holds a model already/)
    const server = await startServer('SQLite', { COUNTERSIGN_VOICE_MODEL: out })
    await server.close()
  })

  it('refuses a folder with too little speech, and one that is not there', async () => {
    const little = join(folder, 'little')
    mkdirSync(little)
    writeFileSync(join(little, 'one-1.wav'), talk(1, 5))
    for (const [dir, problem] of [
      [little, /There are 1 speakers and 0\.1 minutes of speech in .*: a model needs 10 speakers and 5 minutes/],
      [join(folder, 'nothing'), /The folder cannot be read/],
    ] as const) {
      const { code, stderr } = await train(dir, '--out', join(folder, 'other'))
      assert.equal(code, 1)
      assert.match(stderr, problem)
    }
  })

  it('is told by the start and by doctor when a folder holds no model', async () => {
    await assert.rejects(
      startServer('SQLite', { COUNTERSIGN_VOICE_MODEL: folder }),
      /holds? no|without a background model/,
    )
  })
})

describe('voice erase', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  it('erases what is kept of a voice', async () => {
    const username = 'alice@example.com'
    await server.call('/admin/users/create', { username })
    await newVoice(server, username, 'slt')
    const erase = () => json(server.place, ['voice', 'erase', username])
    assert.deepEqual(await erase(), { customerKey: 11627, username, erased: 1 })
    assert.deepEqual(await erase(), { customerKey: 11627, username, erased: 0 })
    const { code, stderr } = await countersign(server.place, ['voice', 'erase', 'nobody'])
    assert.equal(code, 1)
    assert.match(stderr, /^There is no user nobody/)
  })

  it('leaves doctor with a word on replay protection', async () => {
    const voice = async (path: string) => {
      const { stdout } = await countersign(server.place, ['doctor'], { PATH: path })
      return stdout.split('\n').find((line) => /\bvoice\b/.test(line)) ?? stdout
    }
    assert.match(await voice(process.env['PATH'] ?? ''), /Replay protection on/)
    assert.match(await voice('/nowhere'), /WARNING.*Replay protection off/)
  })
})
