/** A clock that steps back further than this is not believed: a used code or an ended life would come back with it. */
const backStepMaxMs = 5_000

/** The one source of time: milliseconds since 1970, the same on every node. */
export interface Clock {
  now(): number
  /** Measures how far this machine's clock is off from the database's, which all nodes share. */
  synchronize(): Promise<void>
}

/** `machine` is this computer's clock; `database` asks the database for its own. */
export function createClock(machine: () => number, database: () => Promise<number>): Clock {
  let offsetMs = 0
  let highest = 0

  return {
    now() {
      const time = machine() + offsetMs
      highest = Math.max(highest, time)
      return time < highest - backStepMaxMs ? highest : time
    },
    async synchronize() {
      const asked = machine()
      const theirs = await database()
      const answered = machine()
      offsetMs = Math.round(theirs - (asked + answered) / 2)
    },
  }
}
