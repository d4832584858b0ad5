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
  const levelsOf = (weights: Readonly<Partial<Record<LevelName, number>>>) =>
    Object.entries(weights).map(([name, weight]): FreemanLevel => {
      const level = levelIndex[name as LevelName] // the table's own names
      const ofAll = world.value[level] ?? 0
      const { spread } = levels[level] ?? levels[0]
      return { weight, user: seen.value[level] ?? 0, world: ofAll, distinct: spread, distinctWithin: ofAll > 0 ? 1 : 0 }
    })
  const features = [levelsOf(freemanWeights.address), levelsOf(freemanWeights.userAgent)] as const
  const factors = freemanFactors({ userTotal: seen.total, worldTotal: world.total, users, features })
  // The published code always has both. What was not told says nothing here, for or against.
  return (
    factors && {
      ...factors,
      address: marks[levelIndex.address * 2 + 1] ? factors.address : null,
      userAgent: marks[levelIndex.userAgent * 2 + 1] ? factors.userAgent : null,
    }
  )
}
