import { ancestors, type LevelName, levelIndex, levels, type Values } from './levels.ts'

/**
 * The values of one sign-in as keyed hashes of 53 bits (a whole number of JavaScript's), two words for each level in its
 * order; both 0: not known. Whoever reads them without the key learns nothing, not even of a value that he can guess.
 */
export type Marks = Uint32Array

/** 64 bits for the value of a level, of which 53 are kept. */
export type MarkOf = (level: LevelName, value: string) => readonly [high: number, low: number]

/** Hashes every value with the tool it is given. A hash that is 0 by chance becomes 1. */
export function marksOf(values: Values, markOf: MarkOf): Marks {
  const marks = new Uint32Array(levels.length * 2)
  for (const [name, value] of Object.entries(values) as [LevelName, string][]) {
    const [high, low] = markOf(name, value)
    const at = levelIndex[name] * 2
    marks[at] = high >>> 11
    marks[at + 1] = low || 1
  }
  return marks
}

/** The hash of a level as one number; 0: not known. */
export function markAt(marks: Marks, level: number): number {
  return (marks[level * 2] ?? 0) * 2 ** 32 + (marks[level * 2 + 1] ?? 0)
}

/** The nearest ancestor of a level that is known in these marks; −1: none. */
export function parentIn(marks: Marks, level: number): number {
  for (const ancestor of ancestors[level] ?? []) if (marks[ancestor * 2 + 1]) return ancestor
  return -1
}

/** Marks as they are kept, and back; levels that came later than they were kept are not known. */
export function packMarks(marks: Marks): Uint8Array {
  return new Uint8Array(marks.buffer, marks.byteOffset, marks.byteLength)
}

export function unpackMarks(bytes: Uint8Array): Marks {
  const marks = new Uint32Array(levels.length * 2)
  new Uint8Array(marks.buffer).set(bytes.subarray(0, marks.byteLength))
  return marks
}
