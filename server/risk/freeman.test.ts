import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FreemanLevel, freeman, freemanWeights, productOf } from './freeman.ts'
import { freemanOf } from './freeman-counts.ts'
import vectors from './freeman-vectors.json' with { type: 'json' }
import { levels } from './levels.ts'
import { marksOf } from './marks.ts'

type Row = Readonly<Record<string, string>>

const features = [
  { ip: freemanWeights.address.address, asn: freemanWeights.address.asn, country: freemanWeights.address.country },
  {
    ua: freemanWeights.userAgent.userAgent,
    browser: freemanWeights.userAgent.browser,
    os: freemanWeights.userAgent.os,
    device: freemanWeights.userAgent.deviceType,
  },
] as const

test('the Freeman model gives the scores of its published code', () => {
  const rows: readonly Row[] = vectors.rows
  assert.equal(vectors.expected.length, 365)
  for (const [index = 0, expected = 0] of vectors.expected) {
    const score = scoreAgainst(rows.slice(0, index), rows[index] ?? {})
    assert.ok(score !== undefined && Math.abs(score - expected) <= 1e-9 * expected, `row ${index}: ${score}`)
  }
})

test('the Freeman model does not score a user without history', () => {
  assert.equal(freeman({ userTotal: 0, worldTotal: 10, users: 3, features: [[], []] }), undefined)
})

test('a sign-in without address or browser is scored by what was told', () => {
  const counts = (count: number) => new Float64Array(levels.length).fill(count)
  const seen = { total: 10, withToken: 0, value: counts(4), siblings: counts(1) }
  const world = { total: 100, value: counts(40) }
  const marks = marksOf({ address: '192.0.2.1', userAgent: 'Firefox' }, () => [1 << 11, 1])
  const both = freemanOf(seen, world, marks, 20)
  assert.ok(both?.address && both.userAgent)
  assert.ok(Math.abs(both.share - 100 / 10 / 20) < 1e-12)
  const untold = freemanOf(
    seen,
    world,
    marksOf({}, () => [0, 0]),
    20,
  )
  assert.deepEqual(untold, { address: null, userAgent: null, share: both.share })
  assert.equal(productOf(untold), both.share)
  assert.equal(freemanOf({ ...seen, total: 0 }, world, marks, 20), null)
})

/** The counts of a sign-in among those before it. */
function scoreAgainst(before: readonly Row[], row: Row): number | undefined {
  const levelsOf = (weights: Readonly<Record<string, number>>): FreemanLevel[] => {
    const [finest = ''] = Object.keys(weights)
    const within = before.filter((one) => one[finest] === row[finest])
    return Object.entries(weights).map(([name, weight]) => ({
      weight,
      user: count(own, row, name),
      world: count(before, row, name),
      distinct: distinct(before, name),
      distinctWithin: distinct(within, name),
    }))
  }
  const own = before.filter((one) => one['user'] === row['user'])
  return freeman({
    userTotal: own.length,
    worldTotal: before.length,
    users: new Set(before.map((one) => one['user'])).size,
    features: [levelsOf(features[0]), levelsOf(features[1])],
  })
}

const count = (rows: readonly Row[], row: Row, name: string) => rows.filter((one) => one[name] === row[name]).length
const distinct = (rows: readonly Row[], name: string) => new Set(rows.map((one) => one[name])).size
