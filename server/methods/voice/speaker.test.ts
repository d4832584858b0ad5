import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { featureCount, featuresOf } from './features.ts'
import { mixtureEngine, mixtureId } from './speaker.ts'
import { adapt, type BackgroundFile, readBackground, score } from './speaker-model.ts'
import { findSpeech } from './speech.ts'

const file = (name: string) => readFileSync(new URL(`model/${name}`, import.meta.url))
const ubm = JSON.parse(file('ubm.json').toString()) as BackgroundFile
const cohort = file('cohort-40x128x39-f32le.bin')
const background = readBackground(ubm, cohort)

/** A hum with a melody, in fits and starts, and some noise; nobody's voice, and the same on every machine. */
function hum(seed: number, seconds: number): Float32Array {
  const rate = 8_000
  let state = 12_345 + seed
  return Float32Array.from({ length: Math.floor(seconds * rate) }, (_, index) => {
    const time = index / rate
    const melody = 1.5 * Math.sin(2 * Math.PI * (2.1 + 0.2 * seed) * time)
    let sum = 0
    for (let h = 1; h < 16; h++) {
      const swell = 1 + 0.8 * Math.sin(2 * Math.PI * (0.9 + 0.3 * h) * time)
      sum +=
        (Math.sin(2 * Math.PI * (110 + 17 * seed) * h * time + h * h * 0.7 + melody) / h ** (0.8 + 0.05 * seed)) * swell
    }
    state = (state * 16_807) % 2_147_483_647
    const isOn = Math.sin(2 * Math.PI * (1.3 + 0.1 * seed) * time) > -0.4
    const sample = 0.06 * (isOn ? sum : 0) + 0.004 * (state / 2_147_483_647 - 0.5)
    return Math.round(sample * 32_768) / 32_768
  })
}

const speechOf = (samples: Float32Array) => findSpeech({ sampleRate: 8_000, samples })?.samples ?? new Float32Array(0)
const features = (seed: number, seconds: number) => featuresOf(speechOf(hum(seed, seconds)))
const sounding = (one: Float32Array) => ({ features: one, wav: new Uint8Array(0) })
const clip = (seed: number, seconds: number) => sounding(features(seed, seconds))
const near = (actual: number | undefined, expected: number, within: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= within, `${actual} is not ${expected}`)

/** Every expected number here was computed by another program (numpy) from the description of the recipe. */
describe('the speaker model, beside another implementation of its recipe', () => {
  const enrolled = [2, 2.2, 2.4].map((seconds) => features(0, seconds))

  it('finds the same speech', () => {
    const samples = hum(0, 2)
    for (const [index, expected] of [
      [0, 0.02789306640625],
      [500, 0.153076171875],
      [15_999, -0.00067138671875],
    ] as const)
      near(samples[index], expected, 2 / 32_768)
    assert.equal(speechOf(samples).length, 14_400)
  })

  it('has the same features', () => {
    const [first] = enrolled
    assert.equal(first?.length, 178 * featureCount)
    for (const [frame, expected] of [
      [0, [0.58661, -1.2331, 0.28511, 0.21082, -0.70366, -0.26264, 0.41503, 0.23632, -0.45043]],
      [17, [0.77279, 1.64829, -0.31189, -1.38998, 0.16587, 0.92864, -0.7871, 0.31476, -0.26047]],
      [60, [-1.89842, 0.96041, -1.66757, -1.70141, 1.15703, -0.68972, 0.59457, 0.33434, -0.80134]],
    ] as const)
      for (const [index, value] of expected.entries())
        near(first?.[frame * featureCount + (index < 6 ? index : featureCount - 9 + index)], value, 0.002)
  })

  it('adapts the same means', () => {
    const means = adapt(background, enrolled)
    for (const [component, feature, expected] of [
      [0, 0, -1.58638],
      [5, 20, -0.17266],
      [64, 38, 0.0772],
      [127, 7, -0.62526],
    ] as const)
      near(means[component * featureCount + feature], expected, 0.002)
  })

  it('gives the same scores', () => {
    const means = adapt(background, enrolled)
    near(score(background, means, features(0, 1.8)), 39.9155, 0.05)
    near(score(background, means, features(3, 1.8)), 0.8281, 0.05)
    near(mixtureEngine(background, 'm').enrol(enrolled.map(sounding)).selfScore, 34.1765, 0.05)
  })
})

describe('a voice', () => {
  const engine = mixtureEngine(background, mixtureId('0123456789abcdef0123'))
  const template = engine.enrol([2, 2.2, 2.4].map((seconds) => clip(0, seconds)))

  it('is known again, and another one is not', () => {
    assert.ok(engine.compare(template, clip(0, 1.9)) > 0.6)
    assert.ok(engine.compare(template, clip(3, 1.9)) < 0.5)
  })

  it('is kept with the engine that made it, and without any sound', () => {
    assert.equal(template.engine, 'gmm-ubm-1:0123456789abcdef')
    assert.equal(Buffer.from(template.vector, 'base64').length, 4 * 128 * featureCount)
  })

  it('of another model is never like anything', () => {
    for (const vector of ['', 'AAAA', template.vector.slice(0, 400)])
      assert.ok(!(engine.compare({ ...template, vector }, clip(0, 1.9)) > -99))
  })

  it('is like nothing that has no features', () => {
    assert.ok(!(engine.compare(template, sounding(new Float32Array(0))) > -99))
  })
})

describe('a background model', () => {
  const refusals: readonly (readonly [string, object, Uint8Array?])[] = [
    ['of another rate', { sampleRate: 16_000 }],
    ['of other features', { dim: 13 }],
    ['without a weight', { weights: ubm.weights.slice(1) }],
    ['without a mean', { means: ubm.means.slice(1) }],
    ['with a variance of zero', { variances: ubm.variances.map((row) => row.map(() => 0)) }],
    ['with half a speaker in its cohort', {}, cohort.subarray(0, cohort.length / 80)],
    ['without a cohort', {}, cohort.subarray(0, 0)],
  ]
  for (const [what, change, others] of refusals)
    it(`${what} is refused`, () => {
      assert.throws(() => readBackground({ ...ubm, ...change }, others ?? cohort))
    })
})
