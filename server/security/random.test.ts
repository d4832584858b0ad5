import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { randomCode, randomId, randomSecret } from './random.ts'

const rounds = 20_000

describe('randomCode', () => {
  for (const digits of [6, 7, 8])
    it(`has exactly ${digits} digits, leading zeros included`, () => {
      const codes = Array.from({ length: rounds }, () => randomCode(digits))
      assert.ok(codes.every((code) => code.length === digits && /^[0-9]+$/.test(code)))
      assert.ok(codes.some((code) => code.startsWith('0')))
      assert.ok(codes.some((code) => code.startsWith('9')))
    })

  for (const position of [0, 1, 2, 3, 4, 5])
    it(`is uniform at digit ${position + 1}`, () => {
      const counts = new Array<number>(10).fill(0)
      for (let round = 0; round < rounds; round++) {
        const digit = Number(randomCode(6)[position])
        counts[digit] = (counts[digit] ?? 0) + 1
      }
      assert.ok(chiSquare(counts) < chiSquareMax, `counts ${counts.join(' ')}`)
    })

  it('is uniform over its whole range, not only digit by digit', () => {
    const counts = new Array<number>(10).fill(0)
    for (let round = 0; round < rounds; round++) {
      const tenth = Math.floor(Number(randomCode(8)) / 10_000_000)
      counts[tenth] = (counts[tenth] ?? 0) + 1
    }
    assert.ok(chiSquare(counts) < chiSquareMax, `counts ${counts.join(' ')}`)
  })

  it('hardly ever repeats', () => {
    const codes = new Set(Array.from({ length: 1_000 }, () => randomCode(8)))
    assert.ok(codes.size > 990)
  })
})

describe('randomId', () => {
  it('is a UUID of version 4: 122 random bits in the 36 characters callers expect', () => {
    for (let round = 0; round < 1_000; round++)
      assert.match(randomId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('never repeats', () => {
    assert.equal(new Set(Array.from({ length: rounds }, randomId)).size, rounds)
  })
})

describe('randomSecret', () => {
  for (const bytes of [1, 20, 32])
    it(`has ${bytes} bytes`, () => {
      assert.equal(randomSecret(bytes).length, bytes)
    })

  it('never repeats', () => {
    assert.equal(new Set(Array.from({ length: 1_000 }, () => randomSecret(20).toString('hex'))).size, 1_000)
  })
})

/** Nine degrees of freedom: a fair source passes this bound once in about ten million runs. */
const chiSquareMax = 50

function chiSquare(counts: readonly number[]): number {
  const expected = rounds / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
