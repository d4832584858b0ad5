import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { isBusy } from './errors.ts'

const pauseMs = 20
const triesMax = 250

/**
 * Does a job while nobody else, of any process on this machine, does one under the same lock file. The lock is SQLite's on
 * an empty database, because Node has none for files: the system lifts it when its holder dies, so it is never left behind.
 */
export async function withFileLock<T>(file: string, job: () => Promise<T>): Promise<T> {
  makeUnlessThere(file)
  const handle = new DatabaseSync(file, { timeout: 0 })
  try {
    for (let tries = 1; !isObtained(handle); tries++) {
      if (tries === triesMax) throw new Error(`Another process keeps ${file} locked.`)
      await sleep(pauseMs)
    }
    return await job()
  } finally {
    handle.close()
  }
}

/** An existing one is not touched: to close a file of which this process has a lock would lift the lock. */
function makeUnlessThere(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function isObtained(handle: DatabaseSync): boolean {
  try {
    // A journal in memory leaves no second file beside it.
    handle.exec('pragma journal_mode = memory; begin exclusive')
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}
