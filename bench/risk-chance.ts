/** What was left to chance, and is the same in every run. */
export interface Chance {
  /** 0 up to, not with, 1. */
  next(): number
  whole(end: number): number
  pick<T>(list: readonly T[]): T
  by<T>(list: readonly T[], weight: (one: T) => number): T
  normal(): number
  /** Whether something with this mean happens within a time. */
  happens(days: number, meanDays: number): boolean
  hex(letters: number): string
}

/** Mulberry32: the same people for the same seed, on every machine. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (end: number) => Math.floor(next() * end)
  const pick = <T>(list: readonly T[]): T => list[whole(list.length)] as T // lists here are never empty
  return {
    next,
    whole,
    pick,
    by(list, weight) {
      let left = next() * list.reduce((sum, one) => sum + weight(one), 0)
      for (const one of list) {
        left -= weight(one)
        if (left < 0) return one
      }
      return pick(list)
    },
    normal: () => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next()),
    happens: (days, meanDays) => next() < 1 - Math.exp(-days / meanDays),
    hex: (letters) => Array.from({ length: letters }, () => whole(16).toString(16)).join(''),
  }
}
