import { levels } from './levels.ts'
import { type Marks, parentIn } from './marks.ts'

/**
 * What is remembered of a user's sign-ins: how often each value was seen, and nothing of when they were together. Older
 * sign-ins count less and are forgotten after `retentionMs`. Packed: it is read with every sign-in, and scanned once.
 */
export interface Profile {
  /** Sign-ins, faded as of `atMs`. */
  readonly total: number
  /** Those that presented the token of a remembered device. */
  readonly withToken: number
  readonly atMs: number
  /** `recordWords` for each value. */
  readonly records: Uint32Array
}

/** A sign-in counts half after this time (Wiefling et al. 2022: what is older than half a year may go). */
export const halfLifeMs = 120 * 24 * 3_600_000
export const retentionMs = 180 * 24 * 3_600_000

/** Values of one level that are remembered at most; the faintest goes first. */
export const valuesMax = 32

/** Level, two words of the value, the low word of its parent's value, count (as a float's bits), last seen in minutes since 1970. */
const recordWords = 6
const minuteMs = 60_000

const headerBytes = 24

export const emptyProfile: Profile = { total: 0, withToken: 0, atMs: 0, records: new Uint32Array(0) }

/** How much of a count is left after a time. */
export function fade(elapsedMs: number): number {
  return elapsedMs <= 0 ? 1 : 2 ** (-elapsedMs / halfLifeMs)
}

/**
 * What one sign-in adds to a count that is only ever added to: later ones weigh more, and dividing by the weight of now
 * gives the faded count (forward decay, Cormode et al. 2009). A double holds this for three hundred years.
 */
export function weightAt(atMs: number): number {
  return 2 ** ((atMs - landmarkMs) / halfLifeMs)
}

const landmarkMs = Date.UTC(2026, 0, 1)

/** What a profile knows of the values of one sign-in. By level. */
export interface Seen {
  readonly total: number
  readonly withToken: number
  /** How often this value was seen. */
  readonly value: Float64Array
  /** Different values that were seen under this value's parent. */
  readonly siblings: Float64Array
}

export function seenOf(profile: Profile, marks: Marks, atMs: number): Seen {
  const left = fade(atMs - profile.atMs)
  const { records } = profile
  const counts = new Float32Array(records.buffer, records.byteOffset, records.length)
  const value = new Float64Array(levels.length)
  const siblings = new Float64Array(levels.length)
  const parents = levels.map((_, level) => lowOfParent(marks, level))
  for (let at = 0; at < records.length; at += recordWords) {
    const level = records[at] ?? 0
    if (records[at + 3] === parents[level]) siblings[level] = (siblings[level] ?? 0) + 1
    const isSame = records[at + 1] === marks[level * 2] && records[at + 2] === marks[level * 2 + 1]
    if (isSame) value[level] = (counts[at + 4] ?? 0) * left
  }
  return { total: profile.total * left, withToken: profile.withToken * left, value, siblings }
}

function lowOfParent(marks: Marks, level: number): number {
  const parent = parentIn(marks, level)
  return parent < 0 ? 0 : (marks[parent * 2 + 1] ?? 0)
}

interface Entry {
  readonly level: number
  readonly high: number
  readonly low: number
  readonly parentLow: number
  readonly count: number
  readonly minute: number
}

/** A profile with one more finished sign-in. */
export function learn(profile: Profile, marks: Marks, hasToken: boolean, atMs: number): Profile {
  const nowMs = Math.max(atMs, profile.atMs)
  const left = fade(nowMs - profile.atMs)
  const kept = entriesOf(prune(profile, nowMs)).map((entry) => ({ ...entry, count: entry.count * left }))
  const isOf = (entry: Entry): boolean =>
    marks[entry.level * 2] === entry.high && marks[entry.level * 2 + 1] === entry.low
  const minute = Math.floor(nowMs / minuteMs)
  const before = new Map(kept.filter(isOf).map((entry) => [entry.level, entry.count]))
  const added = levels.flatMap((_, level): Entry[] => {
    const [high = 0, low = 0] = marks.subarray(level * 2, level * 2 + 2)
    if (low === 0) return []
    return [{ level, high, low, parentLow: lowOfParent(marks, level), count: (before.get(level) ?? 0) + 1, minute }]
  })
  const entries = levels.flatMap((_, level) =>
    [...kept.filter((entry) => entry.level === level && !isOf(entry)), ...added.filter((one) => one.level === level)]
      .sort((one, other) => other.minute - one.minute || other.count - one.count)
      .slice(0, valuesMax),
  )
  return {
    total: profile.total * left + 1,
    withToken: profile.withToken * left + (hasToken ? 1 : 0),
    atMs: nowMs,
    records: recordsOf(entries),
  }
}

/** Without the values that were not seen for `retentionMs`. */
export function prune(profile: Profile, nowMs: number): Profile {
  const least = (nowMs - retentionMs) / minuteMs
  const entries = entriesOf(profile)
  const kept = entries.filter(({ minute }) => minute >= least)
  return kept.length === entries.length ? profile : { ...profile, records: recordsOf(kept) }
}

/** When the value that was not seen for longest was last seen; undefined when there is none. */
export function oldestMs(profile: Profile): number | undefined {
  const minutes = entriesOf(profile).map(({ minute }) => minute)
  return minutes.length === 0 ? undefined : Math.min(...minutes) * minuteMs
}

/** How many different values are remembered of each level. */
export function sizes(profile: Profile): Record<string, number> {
  const entries = entriesOf(profile)
  return Object.fromEntries(
    levels.map(({ name }, index) => [name, entries.filter(({ level }) => level === index).length]),
  )
}

function entriesOf({ records }: Profile): Entry[] {
  const counts = new Float32Array(records.buffer, records.byteOffset, records.length)
  const entries: Entry[] = []
  for (let at = 0; at < records.length; at += recordWords) {
    const [level = 0, high = 0, low = 0, parentLow = 0, , minute = 0] = records.subarray(at, at + recordWords)
    entries.push({ level, high, low, parentLow, count: counts[at + 4] ?? 0, minute })
  }
  return entries
}

function recordsOf(entries: readonly Entry[]): Uint32Array {
  const records = new Uint32Array(entries.length * recordWords)
  const counts = new Float32Array(records.buffer)
  for (const [index, { level, high, low, parentLow, count, minute }] of entries.entries()) {
    const at = index * recordWords
    records.set([level, high, low, parentLow, 0, minute], at)
    counts[at + 4] = count
  }
  return records
}

/** As it is kept: three doubles (total, with token, time), then the records, in the machine's order of bytes (little-endian). */
export function packProfile({ total, withToken, atMs, records }: Profile): Uint8Array {
  const bytes = new Uint8Array(headerBytes + records.byteLength)
  new Float64Array(bytes.buffer, 0, 3).set([total, withToken, atMs])
  bytes.set(new Uint8Array(records.buffer, records.byteOffset, records.byteLength), headerBytes)
  return bytes
}

/** What was kept; something else that is not a profile is one that knows nothing. */
export function unpackProfile(bytes: Uint8Array | null): Profile {
  if (!bytes || bytes.length < headerBytes || (bytes.length - headerBytes) % (recordWords * 4) !== 0)
    return emptyProfile
  const own = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
  const [total = 0, withToken = 0, atMs = 0] = new Float64Array(own.buffer, own.byteOffset, 3)
  const words = (own.length - headerBytes) / 4
  return { total, withToken, atMs, records: new Uint32Array(own.buffer, own.byteOffset + headerBytes, words) }
}
