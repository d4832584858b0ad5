/**
 * The score of Freeman et al. 2016 (doi:10.14722/ndss.2016.23240, equation 7 without attack data) exactly as
 * das-group/rba-algorithm computes it: odds that an attack shows these values. A policy may decide by it instead of by ours.
 */

/** One level of a feature, finest first. */
export interface FreemanLevel {
  readonly weight: number
  /** How often this user, and how often everybody, showed the value. */
  readonly user: number
  readonly world: number
  /** Different values of this level that anybody showed. */
  readonly distinct: number
  /** Different values of this level among the sign-ins that had the finest value; 1 where each finest value has one, 0 where nobody had it. */
  readonly distinctWithin: number
}

export interface FreemanInput {
  readonly userTotal: number
  readonly worldTotal: number
  readonly users: number
  /** Address, and user agent. */
  readonly features: readonly [address: readonly FreemanLevel[], userAgent: readonly FreemanLevel[]]
}

/** What the score is the product of, each a quotient of likelihoods: above 1 it speaks against the user. Null: not told. */
export interface FreemanFactors {
  readonly address: number | null
  readonly userAgent: number | null
  /** Attackers choose among the users alike; a user who signs in often is likelier to be himself. */
  readonly share: number
}

export const freemanWeights = {
  address: { address: 0.6, asn: 0.3, country: 0.1 },
  userAgent: {
    userAgent: 0.5386653840551359,
    browser: 0.2680451498625666,
    os: 0.18818295100109536,
    deviceType: 0.0051065150812021525,
  },
} as const

/** The score, a quotient of likelihoods from 0 on; undefined for a user without history. */
export function freeman(input: FreemanInput): number | undefined {
  const factors = freemanFactors(input)
  return factors ? productOf(factors) : undefined
}

/** What the score is made of; null for a user without history. */
export function freemanFactors({ userTotal, worldTotal, users, features }: FreemanInput): FreemanFactors | null {
  if (userTotal <= 0 || worldTotal <= 0 || users <= 0) return null
  const [address, userAgent] = features
  const factorOf = (feature: readonly FreemanLevel[]): number => {
    const world = worldShare(feature, worldTotal)
    const user = feature.reduce((sum, level) => sum + (level.weight * level.user) / userTotal, 0)
    return world / (user === 0 ? world / 4 : user)
  }
  return { address: factorOf(address), userAgent: factorOf(userAgent), share: worldTotal / (users * userTotal) }
}

export function productOf({ address, userAgent, share }: FreemanFactors): number {
  return (address ?? 1) * (userAgent ?? 1) * share
}

/** Everybody's share of a value: smoothed at the finest level, plain at the others. */
function worldShare(feature: readonly FreemanLevel[], total: number): number {
  return feature.reduce((sum, level, index) => {
    const share = index === 0 ? smoothed(feature, total) : level.world / total
    return sum + level.weight * share
  }, 0)
}

function smoothed([finest, ...coarser]: readonly FreemanLevel[], total: number): number {
  const count = finest?.world ?? 0
  const unseen = 1 + coarser.reduce((sum, { distinct }) => sum + distinct, 0)
  if (count === 0) return 1 / (total + unseen)
  const unseenWithin = 1 + coarser.reduce((sum, { distinctWithin }) => sum + distinctWithin, 0)
  return (1 - unseenWithin / (count + unseenWithin)) * (count / total) * (1 - unseen / (total + unseen))
}
