import { type KnownDevice, mostLike } from '../server/risk/device.ts'
import { type LevelName, levelIndex, levels, type Values } from '../server/risk/levels.ts'
import { type MarkOf, type Marks, marksOf } from '../server/risk/marks.ts'
import { emptyProfile, fade, learn, type Profile, type Seen, seenOf } from '../server/risk/profile.ts'
import { rarityIn, type Score, scoreOf, type World } from '../server/risk/score.ts'

export const attacks = ['naive', 'vpn', 'targeted', 'very_targeted'] as const
export type Attack = (typeof attacks)[number]

/** One sign-in of the benchmark. Attacks are scored and never learned. */
export interface Login {
  readonly user: string
  readonly atMs: number
  readonly values: Values
  /** Major version of the browser. */
  readonly version: number
  /** The token that the browser presented; empty: none. */
  readonly token: string
  /** The token that it has afterwards. */
  readonly tokenAfter: string
  readonly label: 'legit' | Attack
}

/** What a scorer is given: everything that the engine has at that moment. */
export interface Moment {
  readonly login: Login
  readonly marks: Marks
  readonly seen: Seen
  readonly world: World
  readonly users: number
  readonly devices: readonly KnownDevice[]
  readonly tokens: ReadonlySet<string>
  /** Different values of each level that anybody showed. */
  readonly distinct: Float64Array
}

export type Scorer = (moment: Moment) => number

/** Sign-ins of a user before, and the score. */
interface Scored {
  readonly user: string
  readonly history: number
  readonly score: number
}

export interface Scores {
  readonly legit: readonly Scored[]
  readonly attacks: Readonly<Record<Attack, readonly number[]>>
}

/** Devices that the engine remembers of a user. */
const devicesMax = 10

interface User {
  profile: Profile
  logins: number
  devices: KnownDevice[]
  readonly tokens: Set<string>
}

/** Replays sign-ins in their order: each is scored by what was learned from those before it. A user's first is not scored. */
export function replay(logins: readonly Login[], scorers: Readonly<Record<string, Scorer>>): Map<string, Scores> {
  const users = new Map<string, User>()
  const world = worldCounts()
  const results = new Map(
    Object.keys(scorers).map((name) => [
      name,
      {
        legit: [] as Scored[],
        attacks: { naive: [], vpn: [], targeted: [], very_targeted: [] } as Record<Attack, number[]>,
      },
    ]),
  )
  for (const login of logins) {
    const marks = marksOf(login.values, quickMark)
    const user = users.get(login.user)
    if (user) {
      const moment: Moment = {
        login,
        marks,
        seen: seenOf(user.profile, marks, login.atMs),
        world: world.of(marks, login.atMs),
        users: users.size,
        devices: user.devices,
        tokens: user.tokens,
        distinct: world.distinct,
      }
      for (const [name, scorer] of Object.entries(scorers)) {
        const score = scorer(moment)
        const result = results.get(name)
        if (login.label === 'legit') result?.legit.push({ user: login.user, history: user.logins, score })
        else result?.attacks[login.label].push(score)
      }
    }
    if (login.label !== 'legit') continue
    const own = user ?? { profile: emptyProfile, logins: 0, devices: [], tokens: new Set() }
    if (!user) users.set(login.user, own)
    remember(own, login, marks)
    world.add(marks, login.atMs)
  }
  return results
}

function remember(user: User, login: Login, marks: Marks): void {
  user.profile = learn(user.profile, marks, user.tokens.has(login.token), login.atMs)
  user.logins++
  user.tokens.add(login.tokenAfter)
  const device = { id: login.tokenAfter, marks, version: login.version }
  user.devices = [device, ...user.devices.filter(({ id }) => id !== device.id)].slice(0, devicesMax)
}

/** The counts of everybody, fading like those of the engine. */
function worldCounts() {
  const counts = levels.map(() => new Map<string, { n: number; atMs: number }>())
  const distinct = new Float64Array(levels.length)
  const total = { n: 0, atMs: 0 }
  const faded = (count: { n: number; atMs: number } | undefined, atMs: number): number =>
    count ? count.n * fade(atMs - count.atMs) : 0
  const keyOf = (marks: Marks, level: number): string => `${marks[level * 2]}.${marks[level * 2 + 1]}`
  return {
    distinct,
    of(marks: Marks, atMs: number): World {
      const value = Float64Array.from(counts, (level, index) => faded(level.get(keyOf(marks, index)), atMs))
      return { total: faded(total, atMs), value }
    },
    add(marks: Marks, atMs: number): void {
      for (const [index, level] of counts.entries()) {
        if (!marks[index * 2 + 1]) continue
        const key = keyOf(marks, index)
        if (!level.has(key)) distinct[index] = (distinct[index] ?? 0) + 1
        level.set(key, { n: faded(level.get(key), atMs) + 1, atMs })
      }
      total.n = faded(total, atMs) + 1
      total.atMs = atMs
    },
  }
}

/** Our score with everything; the exact one that the engine gives. */
export const countersign: Scorer = (moment) => scoreIn(moment).sum

export function scoreIn({ login, marks, seen, world, devices, tokens }: Moment): Score {
  const likeness = mostLike(devices, marks, login.version, (level) => rarityIn(world, level))
  return scoreOf(seen, world, marks, tokens.has(login.token) ? 'known' : 'none', likeness)
}

const freemanLevels: ReadonlySet<LevelName> = new Set([
  'country',
  'asn',
  'prefix',
  'address',
  'deviceType',
  'osName',
  'os',
  'browserName',
  'browser',
  'userAgent',
])

/** Our score with the inputs of Freeman et al. alone: address, provider, country; user agent, browser, system, kind of device. */
export const countersignIpua: Scorer = ({ marks, seen, world }) => {
  const some = Uint32Array.from(marks, (word, at) =>
    freemanLevels.has((levels[at >> 1] ?? levels[0]).name) ? word : 0,
  )
  const { sum, token } = scoreOf(seen, world, some, 'none', undefined)
  return sum - token
}

/** FNV-1a over level and value, twice; the engine's marks are keyed, which changes nothing in the numbers. */
const quickMark: MarkOf = (level, value) => [
  fnv(value, 0x811c9dc5 ^ levelIndex[level]),
  fnv(value, 0x01000193 + levelIndex[level]),
]

function fnv(text: string, basis: number): number {
  let word = basis
  for (let at = 0; at < text.length; at++) word = Math.imul(word ^ text.charCodeAt(at), 0x01000193)
  return word >>> 0
}
