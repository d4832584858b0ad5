import type { CountKey } from '../risk/kept.ts'
import { allLevel, failuresLevel, type LevelName, levelIndex, levels } from '../risk/levels.ts'
import { type MarkOf, type Marks, markAt } from '../risk/marks.ts'
import { weightAt } from '../risk/profile.ts'
import type { World } from '../risk/score.ts'
import { deriveKey, quickKeyedDigest } from '../security/digest.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { RiskCore } from './ports.ts'

/** How old a count of everybody may be in use: it moves by parts in a thousand. */
const freshMs = 30_000
/** Counts of one level that are remembered at most, and hashes; then all are forgotten. */
const countsMax = 5_000
const rememberedMax = 50_000
/** Longer values than what browsers send are hashed each time. */
const rememberedLettersMax = 256

interface Known {
  readonly count: number
  readonly untilMs: number
}

/** By level, then by mark: numbers, because texts would have to be made first. */
type Cache = Map<number, Map<number, Known>>

/** One for each database in use and customer. */
const caches = new WeakMap<RiskCore['store'], Map<number, Cache>>()

function cacheOf(store: RiskCore['store'], customerId: number): Cache {
  const all = caches.get(store) ?? new Map<number, Cache>()
  caches.set(store, all)
  const cache = all.get(customerId) ?? new Map()
  all.set(customerId, cache)
  return cache
}

function remember(cache: Cache, level: number, mark: number, known: Known): void {
  const values = cache.get(level) ?? new Map<number, Known>()
  cache.set(level, values)
  if (values.size >= countsMax) values.clear()
  values.set(mark, known)
}

/** What everybody's sign-ins say of these values; `beside` are counts that are read with them, plain and never remembered. */
export async function worldOf(
  { store }: RiskCore,
  { id }: Customer,
  marks: Marks,
  atMs: number,
  beside: readonly CountKey[],
): Promise<{ readonly world: World; readonly extra: readonly number[] }> {
  const cache = cacheOf(store, id)
  const nowMs = performance.now()
  const keys = [{ level: allLevel, mark: 0 }, ...levels.map((_, level) => ({ level, mark: markAt(marks, level) }))]
  const known = keys.map(({ level, mark }) => cache.get(level)?.get(mark))
  const isWanted = (at: number): boolean => (at === 0 || keys[at]?.mark !== 0) && !((known[at]?.untilMs ?? 0) > nowMs)
  const wanted = [...keys.keys()].filter(isWanted)
  const found = await store.riskCounts(id, [...wanted.flatMap((at) => keys[at] ?? []), ...beside])
  const counts = known.map((one) => one?.count ?? 0)
  for (const [index, at] of wanted.entries()) {
    counts[at] = found[index] ?? 0
    const { level, mark } = keys[at] ?? { level: allLevel, mark: 0 }
    remember(cache, level, mark, { count: counts[at], untilMs: nowMs + freshMs })
  }
  const weight = weightAt(atMs)
  const [total = 0, ...values] = counts
  return {
    world: { total: total / weight, value: Float64Array.from(values, (count) => count / weight) },
    extra: found.slice(wanted.length),
  }
}

const hourMs = 3_600_000

/** Failed attempts from one address in this hour and the one before: its hash, moved on by the hour. */
export function failuresKey(marks: Marks, atMs: number): CountKey[] {
  const address = markAt(marks, levelIndex.address)
  if (address === 0) return []
  const hour = Math.floor(atMs / hourMs)
  return [hour, hour - 1].map((one) => ({ level: failuresLevel, mark: (address + one * hourStep) % 2 ** 53 }))
}

/** So that neighbouring hours of neighbouring hashes do not meet; the sum stays a whole number below 2^54. */
const hourStep = 0x9e3779b1

/** Few values are many people's: countries, providers, browsers, screens. */
const common: ReadonlySet<LevelName> = new Set([
  ...(['country', 'asn', 'deviceType', 'osName', 'os', 'browserName', 'browser', 'userAgent', 'webgl'] as const),
  ...(['screen', 'languages', 'timeZone', 'hardware', 'audio', 'roundTrip', 'networkKind', 'hour'] as const),
])
const hashes = new Map<string, readonly [number, number]>()

/** Of each customer's key for telling his keys apart, the one for values. */
const riskKeys = new Map<string, Buffer>()

function riskKey({ digestKey }: Customer): Buffer {
  const name = Buffer.from(digestKey).toString('latin1')
  const known = riskKeys.get(name)
  if (known) return known
  const made = deriveKey(digestKey, 'values of sign-ins')
  riskKeys.set(name, made)
  return made
}

/** Hashes values under the customer's own key. */
export function markTool(customer: Customer): MarkOf {
  const { id } = customer
  const key = riskKey(customer)
  const markOf: MarkOf = (level, value) => {
    const digest = quickKeyedDigest(key, `${level}:${value}`)
    return [digest.readUInt32BE(0), digest.readUInt32BE(4)]
  }
  return (level, value) => {
    if (!common.has(level) || value.length > rememberedLettersMax) return markOf(level, value)
    const name = `${id} ${level} ${value}`
    const known = hashes.get(name)
    if (known) return known
    if (hashes.size >= rememberedMax) hashes.clear()
    const made = markOf(level, value)
    hashes.set(name, made)
    return made
  }
}
