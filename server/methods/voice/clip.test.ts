import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Clip, examineClip } from './clip.ts'
import { resample } from './resample.ts'
import { lengthOfFirst, readWav, type Sound, writeWav } from './wav.ts'

/** Something with pauses that counts as speech. */
function talk(seconds: number, sampleRate = 16_000, level = 0.3): Sound {
  let noise = 1
  const samples = Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, index) => {
    const time = index / sampleRate
    noise = (noise * 16_807) % 2_147_483_647
    const isOn = time % 0.5 < 0.35
    const voice =
      Math.sin(2 * Math.PI * 140 * time) + 0.5 * Math.sin(2 * Math.PI * (700 + 300 * Math.sin(9 * time)) * time)
    return level * (isOn ? voice : 0) * 0.6 + 0.002 * (noise / 2_147_483_647 - 0.5)
  })
  return { sampleRate, samples }
}

const flat = (value: number, seconds = 3): Sound => ({
  sampleRate: 16_000,
  samples: new Float32Array(16_000 * seconds).fill(value),
})

/** A file with another header. */
function patched(file: Buffer, at: number, value: number, bytes: 2 | 4 = 2): Buffer {
  const copy = Buffer.from(file)
  if (bytes === 2) copy.writeUInt16LE(value, at)
  else copy.writeUInt32LE(value, at)
  return copy
}

function stereo(sound: Sound): Buffer {
  const file = writeWav({ ...sound, samples: Float32Array.from([...sound.samples].flatMap((one) => [one, 0])) })
  return patched(patched(file, 22, 2), 32, 4)
}

const good = writeWav(talk(4))

describe('a recording', () => {
  it('is taken at 8 to 48 kHz, of one channel or several', () => {
    for (const rate of [8_000, 11_025, 16_000, 22_050, 44_100, 48_000]) {
      const clip = examineClip(writeWav(talk(4, rate)))
      assert.ok(typeof clip === 'object', `${rate}: ${clip}`)
      assert.ok(clip.speechSeconds > 2 && clip.speechSeconds < 4.1)
    }
    assert.ok(typeof examineClip(stereo(talk(4, 48_000))) === 'object')
    assert.ok(typeof examineClip(patched(patched(stereo(talk(4)), 22, 1), 24, 32_000, 4)) === 'object')
  })

  it('is the same one with another header and emptiness around it', () => {
    const { sampleRate, samples } = talk(4)
    const empty = new Float32Array(800)
    const longer = writeWav({ sampleRate, samples: Float32Array.from([...empty, ...samples, ...empty]) })
    const [one, other] = [examineClip(good), examineClip(longer)] as [Clip, Clip]
    assert.equal(one.fingerprint, other.fingerprint)
    assert.notEqual(one.fingerprint, (examineClip(writeWav(talk(4, 16_000, 0.2))) as Clip).fingerprint)
  })

  const refusals: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    'nothing at all': [Buffer.alloc(0), 'unreadable'],
    'a header and nothing else': [good.subarray(0, 44), 'unreadable'],
    'one that is cut off': [good.subarray(0, good.length - 1_000), 'unreadable'],
    'half a header': [good.subarray(0, 30), 'unreadable'],
    'floating point': [patched(good, 20, 3), 'unreadable'],
    'eight bits': [patched(good, 34, 8), 'unreadable'],
    'A-law': [patched(good, 20, 6), 'unreadable'],
    'MP3 in a WAV': [patched(good, 20, 0x55), 'unreadable'],
    'no channel': [patched(good, 22, 0), 'unreadable'],
    'nine channels': [patched(good, 22, 9), 'unreadable'],
    '4 kHz': [patched(good, 24, 4_000, 4), 'unreadable'],
    '96 kHz': [patched(good, 24, 96_000, 4), 'unreadable'],
    WebM: [Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex'), 'unreadable'],
    Ogg: [Buffer.from(`OggS${'\0'.repeat(200)}`), 'unreadable'],
    'a text': [Buffer.from('speak, friend, and enter'.repeat(20)), 'unreadable'],
    '20 MB': [Buffer.concat([good, Buffer.alloc(20_000_000)]), 'too-large'],
    'eleven seconds': [writeWav(talk(11)), 'too-long'],
    silence: [writeWav(flat(0)), 'silent'],
    'a constant': [writeWav(flat(0.5)), 'silent'],
    'full scale': [writeWav(flat(1)), 'silent'],
    'the least noise': [writeWav(talk(4, 16_000, 0)), 'silent'],
    '0.3 s of speech': [writeWav(talk(0.3)), 'too-short'],
    'one sample': [writeWav({ sampleRate: 16_000, samples: Float32Array.of(0.3) }), 'silent'],
    'one that is torn': [writeWav(talk(4, 16_000, 4)), 'too-loud'],
  }
  for (const [what, [file, problem]] of Object.entries(refusals))
    it(`is not ${what}: ${problem}`, () => assert.equal(examineClip(file), problem))

  it('in as much noise as speech is too noisy', () => {
    const { sampleRate, samples } = talk(4)
    let state = 7
    const noisy = samples.map((one) => {
      state = (state * 16_807) % 2_147_483_647
      return one * 0.3 + 0.25 * (state / 2_147_483_647 - 0.5)
    })
    assert.equal(examineClip(writeWav({ sampleRate, samples: noisy })), 'too-noisy')
  })

  it('has features that are numbers, whatever was said', () => {
    const tone = Float32Array.from({ length: 48_000 }, (_, index) =>
      index % 9_000 < 6_000 ? ((index >> 4) % 2) - 0.5 : 0,
    )
    for (const samples of [tone, tone.map((one) => one * 1e-2), talk(4).samples]) {
      const clip = examineClip(writeWav({ sampleRate: 16_000, samples }))
      if (typeof clip === 'object') assert.ok(clip.features.every(Number.isFinite))
    }
  })
})

describe('several files in a row', () => {
  it('are told apart by their own headers', () => {
    const two = Buffer.concat([good, writeWav(talk(2))])
    assert.equal(lengthOfFirst(two), good.length)
    for (const bad of [good.subarray(0, 8), good.subarray(0, 100), Buffer.from('RIFX'.repeat(8))])
      assert.equal(lengthOfFirst(bad), undefined)
  })
})

describe('another rate', () => {
  const tone = (hertz: number, rate: number) =>
    Float32Array.from({ length: rate }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate))
  const power = (samples: Float32Array) => samples.reduce((sum, one) => sum + one * one, 0) / samples.length

  it('keeps what fits and folds nothing back', () => {
    for (const rate of [11_025, 16_000, 44_100, 48_000]) {
      const keeps = resample({ sampleRate: rate, samples: tone(1_000, rate) }, 8_000)
      assert.equal(keeps.samples.length, 8_000)
      assert.ok(Math.abs(power(keeps.samples) - 0.5) < 0.01)
      const folds = resample({ sampleRate: rate, samples: tone(5_000, rate) }, 8_000)
      assert.ok(power(folds.samples) < 1e-3)
    }
  })

  it('is read and written without loss', () => {
    const sound = readWav(good) as Sound
    assert.deepEqual(readWav(writeWav(sound)), sound)
  })
})
