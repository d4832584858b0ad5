import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Decided, type Decision, OverloadError } from '../../vocabulary.ts'
import { batchMax, type GuardLimits, waitingMax, writesWaitingMax } from '../database.ts'
import type { Db } from '../tables.ts'
import { decisions } from './decide.ts'

/** How long a group waits for another process to finish writing before it gives up. */
const lockWaitMs = 5_000
const lockRetryMs = 5

interface Waiting {
  /** Does its part inside the open transaction and returns what to do once it is committed. */
  run(): Promise<() => void>
  fail(error: unknown): void
}

/**
 * All writes of the moment share one transaction and one fsync, each inside its own savepoint, and every caller is
 * answered after the commit. While one group reaches the disk the next one gathers.
 */
export class GroupCommit {
  readonly #handle: DatabaseSync
  readonly #writer: Db
  readonly #apply: (decision: Decision) => Decided
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #savepoint: StatementSync
  readonly #release: StatementSync
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(handle: DatabaseSync, writer: Db, limits: GuardLimits) {
    this.#handle = handle
    this.#writer = writer
    this.#apply = decisions(handle, limits)
    this.#begin = handle.prepare('begin immediate')
    this.#commit = handle.prepare('commit')
    this.#savepoint = handle.prepare('savepoint alone')
    this.#release = handle.prepare('release alone')
  }

  write<T>(job: (db: Db) => Promise<T>): Promise<T> {
    return this.#enqueue(() => job(this.#writer), writesWaitingMax)
  }

  decide(decision: Decision): Promise<Decided> {
    return this.#enqueue(() => this.#apply(decision), waitingMax)
  }

  /** Resolves when nothing is waiting any more. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running
  }

  #enqueue<T>(work: () => T | Promise<T>, most: number): Promise<T> {
    if (this.#waiting.length >= most) return Promise.reject(new OverloadError('Too many writes are waiting.'))
    return new Promise<T>((resolve, reject) => {
      const run = async () => {
        const result = work()
        const value = result instanceof Promise ? await result : result
        return () => resolve(value)
      }
      this.#waiting.push({ run, fail: reject })
      this.#running ??= this.#commitAll()
    })
  }

  async #commitAll(): Promise<void> {
    // Everything that arrived in this turn of the event loop joins the first group.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      await this.#commitGroup(this.#waiting.splice(0, batchMax))
      await new Promise(setImmediate)
    }
    this.#running = undefined
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const answers: (() => void)[] = []
    try {
      await this.#beginWhenFree()
      for (const waiting of group) {
        const answer = await this.#runAlone(waiting)
        if (answer) answers.push(answer)
      }
      this.#commit.run()
    } catch (error) {
      if (this.#handle.isTransaction) this.#handle.exec('rollback')
      for (const waiting of group) waiting.fail(error)
      return
    }
    for (const answer of answers) answer()
  }

  /** A failure undoes and fails this one only; the group goes on. */
  async #runAlone(waiting: Waiting): Promise<(() => void) | undefined> {
    this.#savepoint.run()
    try {
      const answer = await waiting.run()
      this.#release.run()
      return answer
    } catch (error) {
      this.#handle.exec('rollback to alone; release alone')
      waiting.fail(error)
      return undefined
    }
  }

  /** Waits for another process without holding up the event loop: polls and health checks go on. */
  async #beginWhenFree(): Promise<void> {
    const deadline = performance.now() + lockWaitMs
    for (;;) {
      try {
        this.#begin.run()
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error
        await sleep(lockRetryMs)
      }
    }
  }
}

const sqliteBusy = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === sqliteBusy
}
