import { ancestors, type LevelName, levelIndex, levels, type Values } from './levels.ts'

/**
 * The values of one sign-in as keyed hashes of 64 bits, two words for each level in its order; both 0: not known. Whoever
 * reads them learns nothing of a value he cannot guess, nor of one he can without the key.
 */
export type Marks = Uint32Array

/** 64 bits for the value of a level. */
export type MarkOf = (level: LevelName, value: string) => readonly [high: number, low: number]

/** Hashes every value with the tool it is given. A hash that is 0 by chance becomes 1. */
export function marksOf(values: Values, markOf: MarkOf): Marks {
  const marks = new Uint32Array(levels.length * 2)
  for (const [name, value] of Object.entries(values) as [LevelName, string][]) {
    const [high, low] = markOf(name, value)
    const at = levelIndex[name] * 2
    marks[at] = high
    marks[at + 1] = low || 1
  }
  return marks
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
