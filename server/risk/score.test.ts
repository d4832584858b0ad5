import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { mostLike } from './device.ts'
import { type LevelName, levelIndex, levels, type Values } from './levels.ts'
import { type MarkOf, type Marks, marksOf, packMarks, unpackMarks } from './marks.ts'
import {
  emptyProfile,
  halfLifeMs,
  learn,
  oldestMs,
  type Profile,
  packProfile,
  prune,
  retentionMs,
  seenOf,
  unpackProfile,
  valuesMax,
  weightAt,
} from './profile.ts'
import { scoreOf, type World } from './score.ts'

const dayMs = 24 * 3_600_000
const nowMs = Date.UTC(2026, 5, 1)

const markOf: MarkOf = (level, value) => {
  let word = levelIndex[level] + 1
  for (const letter of value) word = Math.imul(word ^ letter.charCodeAt(0), 0x01000193) >>> 0
  return [word, word]
}

const home: Values = {
  country: 'NO',
  asn: 'AS1',
  prefix: '192.0.2',
  address: '192.0.2.7',
  deviceType: 'desktop',
  osName: 'Windows',
  browserName: 'Chrome',
  browser: 'Chrome 142',
  userAgent: 'UA',
  canvas: 'c1',
  fonts: 'f1',
  screen: 's1',
}
const elsewhere: Values = { country: 'PT', asn: 'AS2', prefix: '198.51.100', address: '198.51.100.7' }

/** A user who signed in so often from one place, a day apart. */
function known(times: number, values: Values = home, endMs = nowMs): Profile {
  let profile = emptyProfile
  for (let at = times; at > 0; at--) profile = learn(profile, marksOf(values, markOf), false, endMs - at * dayMs)
  return profile
}

const world: World = { total: 1_000, value: Float64Array.from(levels, () => 10) }

function scoreFor(profile: Profile, values: Values, token: 'known' | 'none' = 'none'): number {
  const marks = marksOf(values, markOf)
  return scoreOf(seenOf(profile, marks, nowMs), world, marks, token, undefined).sum
}

test('every parent of a level is a level', () => {
  const names: readonly string[] = levels.map(({ name }) => name)
  for (const { parent } of levels) assert.ok(parent === null || names.includes(parent))
})

describe('the score', () => {
  const user = known(20)

  it('falls with each level that fits: country, provider, network, address, device, token', () => {
    const place = (...names: LevelName[]): Values => ({
      ...elsewhere,
      ...Object.fromEntries(names.map((name) => [name, home[name]])),
    })
    const scores = [
      scoreFor(user, place()),
      scoreFor(user, place('country')),
      scoreFor(user, place('country', 'asn')),
      scoreFor(user, place('country', 'asn', 'prefix')),
      scoreFor(user, place('country', 'asn', 'prefix', 'address')),
      scoreFor(user, home),
      scoreFor(user, home, 'known'),
    ]
    assert.deepEqual(
      scores,
      [...scores].sort((one, other) => other - one),
    )
    assert.equal(new Set(scores).size, scores.length)
  })

  it('is surprised more by a new place the better it knows the user', () => {
    assert.ok(scoreFor(known(20), elsewhere) > scoreFor(known(2), elsewhere))
  })

  it('is surprised less where the user changes all the time', () => {
    let roaming = emptyProfile
    for (let at = 20; at > 0; at--) {
      const values = { ...home, prefix: `10.0.${at}`, address: `10.0.${at}.1` }
      roaming = learn(roaming, marksOf(values, markOf), false, nowMs - at * dayMs)
    }
    const moved = { ...home, prefix: '10.0.99', address: '10.0.99.1' }
    assert.ok(scoreFor(roaming, moved) < scoreFor(user, moved))
  })

  it('takes no evidence from what is not known', () => {
    const marks = marksOf({ country: 'NO' }, markOf)
    const { byLevel } = scoreOf(seenOf(user, marks, nowMs), world, marks, 'none', undefined)
    for (const [level, evidence] of byLevel.entries()) assert.equal(evidence !== 0, level === levelIndex.country)
  })
})

describe('a profile', () => {
  it('survives being kept', () => {
    const profile = known(5)
    assert.deepEqual(unpackProfile(packProfile(profile)), profile)
    assert.deepEqual(unpackProfile(Buffer.concat([Buffer.from('x'), packProfile(profile)]).subarray(1)), profile)
    assert.equal(unpackProfile(Buffer.from('nonsense')), emptyProfile)
    const marks = marksOf(home, markOf)
    assert.deepEqual(unpackMarks(packMarks(marks)), marks)
    assert.deepEqual(unpackMarks(packMarks(marks).subarray(0, 16)).subarray(0, 4), marks.subarray(0, 4))
  })

  it('halves what it knows in its half-life', () => {
    const profile = learn(emptyProfile, marksOf(home, markOf), true, nowMs)
    const seen = seenOf(profile, marksOf(home, markOf), nowMs + halfLifeMs)
    assert.deepEqual([seen.total, seen.withToken, seen.value[levelIndex.country]], [0.5, 0.5, 0.5])
    assert.ok(Math.abs(weightAt(nowMs + halfLifeMs) / weightAt(nowMs) - 2) < 1e-9)
  })

  it('forgets a value that was not seen for 180 days, and keeps what was', () => {
    const moved = learn(known(1, home, nowMs), marksOf(elsewhere, markOf), false, nowMs + retentionMs)
    const seen = seenOf(moved, marksOf(home, markOf), nowMs + retentionMs)
    assert.equal(seen.value[levelIndex.country], 0)
    assert.equal(oldestMs(moved), nowMs + retentionMs)
    assert.equal(prune(moved, nowMs + retentionMs), moved)
  })

  it('is bounded, and keeps what was seen last', () => {
    let profile = emptyProfile
    for (let at = 0; at < valuesMax * 2; at++)
      profile = learn(profile, marksOf({ address: `10.0.0.${at}` }, markOf), false, nowMs + at * 60_000)
    const seen = (address: string) => seenOf(profile, marksOf({ address }, markOf), nowMs).value[levelIndex.address]
    assert.equal(profile.records.length, valuesMax * 6)
    assert.equal(seen('10.0.0.0'), 0)
    assert.equal(seen(`10.0.0.${valuesMax * 2 - 1}`), 1)
  })
})

describe('a device', () => {
  const marks = (values: Values): Marks => marksOf(values, markOf)
  const looks: Values = {
    ...{ deviceType: 'desktop', osName: 'Windows', browserName: 'Chrome' },
    ...{ canvas: 'c', webgl: 'w', screen: 's', languages: 'l', timeZone: 't', hardware: 'h', fonts: 'f', audio: 'a' },
  }
  const device = { id: 'd', marks: marks(looks), version: 142 }
  const kindOf = (values: Values, version = 142) => mostLike([device], marks(values), version, () => 8)?.kind

  it('is known by its looks, though drawing changes with a new version', () => {
    assert.equal(kindOf(looks), 'same')
    assert.equal(kindOf({ ...looks, canvas: 'c2' }, 143), 'same')
    assert.equal(kindOf({ ...looks, canvas: 'c2', screen: 's2' }, 143), 'drifted')
    assert.equal(kindOf({ ...looks, canvas: 'c2', fonts: 'f2', audio: 'a2' }), 'other')
  })

  it('is another one when the family differs or the version goes back', () => {
    assert.equal(kindOf({ ...looks, osName: 'Linux' }), 'other')
    assert.equal(kindOf(looks, 141), 'other')
  })

  it('cannot be told when no component is', () => {
    assert.equal(kindOf({ deviceType: 'desktop', osName: 'Windows', browserName: 'Chrome' }), undefined)
  })
})
