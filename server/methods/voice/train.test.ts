import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { featureCount } from './features.ts'
import { adapt, readBackground, score } from './speaker-model.ts'
import { train } from './train.ts'

let state = 1
/** From −1 to 1, the same on every run. */
function noise(): number {
  state = (state * 16_807) % 2_147_483_647
  return (2 * state) / 2_147_483_647 - 1
}

/** Frames of somebody whose sounds lie where nobody else's do. */
function speakerAt(place: number) {
  return Array.from({ length: 3 }, () =>
    Float32Array.from({ length: 200 * featureCount }, (_, index) => {
      const sound = Math.floor(index / featureCount) % 4
      return (
        2 * Math.sin(sound * 2 + (index % featureCount)) +
        0.4 * Math.sin(place + (index % featureCount)) +
        0.3 * noise()
      )
    }),
  )
}

describe('training', () => {
  const speakers = Array.from({ length: 8 }, (_, who) => speakerAt(who))
  const likelihoods: number[] = []
  const options = { components: 8, roundsMax: 6, cohort: 5 }
  const trained = train(speakers, { ...options, onRound: (_, likelihood) => likelihoods.push(likelihood) })

  it('explains the speech better in each round', () => {
    assert.ok(likelihoods.length > 2 && likelihoods.length <= 6)
    for (const [index, one] of likelihoods.entries())
      if (index > 0) assert.ok(one >= (likelihoods[index - 1] ?? 0) - 1e-9)
    assert.ok((likelihoods.at(-1) ?? 0) > (likelihoods[0] ?? 0))
  })

  it('gives the same model of the same speech', () => {
    const again = train(speakers, options)
    assert.deepEqual(again.file, trained.file)
    assert.deepEqual(again.cohort, trained.cohort)
  })

  it('gives a model by which a voice is known that was not in it', () => {
    const background = readBackground(trained.file, trained.cohort)
    assert.equal(background.cohort.length, 5)
    const [first, second, third] = speakerAt(20) as [Float32Array, Float32Array, Float32Array]
    const means = adapt(background, [first, second])
    const [other] = speakerAt(23) as [Float32Array]
    const [own, another] = [score(background, means, third), score(background, means, other)]
    assert.ok(own > another + 1, `${own} and ${another}`)
  })

  it('of too little speech is refused', () => {
    assert.throws(() => train([[new Float32Array(70 * featureCount)]], options), RangeError)
  })
})
