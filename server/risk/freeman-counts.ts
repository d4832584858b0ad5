import { type FreemanFactors, type FreemanLevel, freemanFactors, freemanWeights } from './freeman.ts'
import { type LevelName, levelIndex, levels } from './levels.ts'
import type { Marks } from './marks.ts'
import type { Seen } from './profile.ts'
import type { World } from './score.ts'

/**
 * The factors of Freeman's score for one sign-in, by the counts that are kept; null: a user without history. They are
 * faded, and how many different values everybody showed is not kept: each level counts as what it may have.
 */
export function freemanOf(seen: Seen, world: World, marks: Marks, users: number): FreemanFactors | null {
  const counted = ({ level, weight, distinct }: Counted): FreemanLevel => {
    const ofAll = world.value[level] ?? 0
    return { weight, user: seen.value[level] ?? 0, world: ofAll, distinct, distinctWithin: ofAll > 0 ? 1 : 0 }
  }
  const features = [address.map(counted), userAgent.map(counted)] as const
  const factors = freemanFactors({ userTotal: seen.total, worldTotal: world.total, users, features })
  // The published code always has both. What was not told says nothing here, for or against.
  return (
    factors && {
      ...factors,
      address: isKnown(marks, 'address') ? factors.address : null,
      userAgent: isKnown(marks, 'userAgent') ? factors.userAgent : null,
    }
  )
}

interface Counted {
  readonly level: number
  readonly weight: number
  readonly distinct: number
}

const address = countedBy(freemanWeights.address)
const userAgent = countedBy(freemanWeights.userAgent)

function countedBy(weights: Readonly<Partial<Record<LevelName, number>>>): Counted[] {
  return Object.entries(weights).map(([name, weight]) => {
    const level = levelIndex[name as LevelName] // the table's own names
    return { level, weight, distinct: (levels[level] ?? levels[0]).spread }
  })
}

function isKnown(marks: Marks, name: LevelName): boolean {
  return marks[levelIndex[name] * 2 + 1] !== 0
}
