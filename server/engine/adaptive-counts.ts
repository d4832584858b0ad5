import { networksOf } from '../risk/addresses.ts'
import type { CountKey } from '../risk/kept.ts'
import { allLevel, failuresLevel, type LevelName, levels } from '../risk/levels.ts'
import { type MarkOf, type Marks, markAt } from '../risk/marks.ts'
import { weightAt } from '../risk/profile.ts'
import type { World } from '../risk/score.ts'
import { keyedDigest } from '../security/digest.ts'
import type { Customer } from '../vocabulary.ts'
import type { RiskCore } from './ports.ts'

/** How old a count of everybody may be in use: it moves by parts in a thousand. */
const freshMs = 30_000
/** Counts and hashes that are remembered at most; then all are forgotten. */
const rememberedMax = 50_000

interface Known {
  readonly count: number
  readonly untilMs: number
}

/** One for each database in use. */
const caches = new WeakMap<RiskCore['store'], Map<string, Known>>()

/** What everybody's sign-ins say of these values; `beside` are counts that are read with them, plain and never remembered. */
export async function worldOf(
  { store }: RiskCore,
  { id }: Customer,
  marks: Marks,
  atMs: number,
  beside: readonly CountKey[],
): Promise<{ readonly world: World; readonly extra: readonly number[] }> {
  const cache = caches.get(store) ?? new Map<string, Known>()
  caches.set(store, cache)
  const nowMs = performance.now()
  const keys = [{ level: allLevel, mark: 0 }, ...levels.map((_, level) => ({ level, mark: markAt(marks, level) }))]
  const names = keys.map(({ level, mark }) => `${id} ${level} ${mark}`)
  const known = names.map((name) => cache.get(name))
  const isWanted = (at: number): boolean => (at === 0 || keys[at]?.mark !== 0) && !((known[at]?.untilMs ?? 0) > nowMs)
  const wanted = [...keys.keys()].filter(isWanted)
  const found = await store.riskCounts(id, [...wanted.flatMap((at) => keys[at] ?? []), ...beside])
  if (cache.size >= rememberedMax) cache.clear()
  const counts = known.map((one) => one?.count ?? 0)
  for (const [index, at] of wanted.entries()) {
    counts[at] = found[index] ?? 0
    cache.set(names[at] ?? '', { count: counts[at], untilMs: nowMs + freshMs })
  }
  const weight = weightAt(atMs)
  const [total = 0, ...values] = counts
  return {
    world: { total: total / weight, value: Float64Array.from(values, (count) => count / weight) },
    extra: found.slice(wanted.length),
  }
}

const hourMs = 3_600_000

/** Failed attempts from one address in this hour and the one before. */
export function failuresKey(customer: Customer, address: string | null, atMs: number): CountKey[] {
  const network = address === null ? undefined : networksOf(address)
  if (!network) return []
  const hour = Math.floor(atMs / hourMs)
  return [hour, hour - 1].map((one) => {
    const digest = keyedDigest(customer.digestKey, 'risk failures', network.address, String(one))
    return { level: failuresLevel, mark: digest.readUIntBE(0, 6) }
  })
}

/** Few values are many people's: countries, providers, browsers, screens. */
const common: ReadonlySet<LevelName> = new Set([
  ...(['country', 'asn', 'deviceType', 'osName', 'os', 'browserName', 'browser', 'userAgent', 'webgl'] as const),
  ...(['screen', 'languages', 'timeZone', 'hardware', 'audio', 'roundTrip', 'networkKind', 'hour'] as const),
])
const hashes = new Map<string, readonly [number, number]>()

/** Hashes values under the customer's own key. */
export function markTool({ id, digestKey }: Customer): MarkOf {
  const markOf: MarkOf = (level, value) => {
    const digest = keyedDigest(digestKey, 'risk', level, value)
    return [digest.readUInt32BE(0), digest.readUInt32BE(4)]
  }
  return (level, value) => {
    if (!common.has(level)) return markOf(level, value)
    const name = `${id} ${level} ${value}`
    const known = hashes.get(name)
    if (known) return known
    if (hashes.size >= rememberedMax) hashes.clear()
    const made = markOf(level, value)
    hashes.set(name, made)
    return made
  }
}
