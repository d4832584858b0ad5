import type { Likeness } from './device.ts'
import { levels } from './levels.ts'
import { type Marks, parentIn } from './marks.ts'
import type { Seen } from './profile.ts'

/** How often a customer's users had the values of one sign-in, by level; all of them together. */
export interface World {
  readonly total: number
  readonly value: Float64Array
}

/** What a token of a remembered device says, when the browser presents one. */
export type TokenState = 'known' | 'none' | 'stolen'

/** Evidence against the user, in nats (natural logarithm of odds); negative: for him. */
export interface Score {
  readonly sum: number
  /** Of each level. */
  readonly byLevel: Float64Array
  readonly token: number
  readonly likeness: number
  /** Of places he was seen at, together. */
  readonly place: number
  readonly length: number
}

/** What one level may say at most, for and against. */
const least = -6
const most = 4
/** Imagined sign-ins by which the world's shares are smoothed. */
const imagined = 4

/** What stands beside the levels; measured with them. */
const terms = {
  token: -10,
  /** Times the surprise that this user comes without a token. */
  noToken: 0.6,
  likeness: -1.5,
  drifted: -2,
  knownPrefix: -3,
  knownProvider: -2,
  /** Times the logarithm of his sign-ins: whoever is known well is surprised sooner. */
  length: 0.6,
} as const

const prefix = 2
const asn = 1

/**
 * The logarithm of how much likelier a stranger would show these values than this user would (Freeman et al. 2016), level
 * by level given the level above, with Bayesian back-off: where the user was never seen, he is expected to be like
 * everybody, the more so the more values he changes between (Witten and Bell's estimate of the unseen).
 */
export function scoreOf(
  seen: Seen,
  world: World,
  marks: Marks,
  token: TokenState,
  likeness: Likeness | undefined,
): Score {
  const byLevel = new Float64Array(levels.length)
  let sum = 0
  for (let level = 0; level < levels.length; level++) {
    if (!marks[level * 2 + 1]) continue
    const evidence = evidenceOf(seen, world, marks, level)
    byLevel[level] = evidence
    sum += evidence
  }
  const byToken =
    token === 'known' ? terms.token : -terms.noToken * Math.log((seen.total - seen.withToken + 1) / (seen.total + 4))
  const alike = likeness ? likeness.similarity * terms.likeness + (likeness.kind === 'other' ? 0 : terms.drifted) : 0
  const place =
    ((seen.value[prefix] ?? 0) > 0 ? terms.knownPrefix : 0) + ((seen.value[asn] ?? 0) > 0 ? terms.knownProvider : 0)
  const length = terms.length * Math.log(Math.max(1, seen.total))
  return { sum: sum + byToken + alike + place + length, byLevel, token: byToken, likeness: alike, place, length }
}

function evidenceOf(seen: Seen, world: World, marks: Marks, level: number): number {
  const { spread, weight } = levels[level] ?? levels[0]
  const parent = parentIn(marks, level)
  const under = parent < 0 ? world.total : (world.value[parent] ?? 0)
  const everybody = Math.min(1, ((world.value[level] ?? 0) + imagined / spread) / (under + imagined))
  const own = parent < 0 ? seen.total : (seen.value[parent] ?? 0)
  const unseen = 1 + (seen.siblings[level] ?? 0)
  const user = ((seen.value[level] ?? 0) + unseen * everybody) / (own + unseen)
  return weight * Math.max(least, Math.min(most, Math.log(everybody / user)))
}

/** Bits that a value tells of who shows it. */
export function rarityIn(world: World, level: number): number {
  const { spread } = levels[level] ?? levels[0]
  return -Math.log2(Math.min(0.99, ((world.value[level] ?? 0) + imagined / spread) / (world.total + imagined)))
}
