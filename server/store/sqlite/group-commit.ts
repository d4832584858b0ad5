import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { OverloadError } from '../../vocabulary/overload.ts'
import { batchMax, writesWaitingMax } from '../database.ts'
import type { Db } from '../tables.ts'
import { isBusy } from './errors.ts'
import { mainSide } from './lane.ts'

/** How long a group waits for another process to finish writing before it gives up. */
const lockWaitMs = 5_000
const lockRetryMs = 1

interface Waiting {
  /** Does its part inside the open transaction and returns what to do once it is committed. */
  run(): Promise<() => void>
  fail(error: unknown): void
}

export interface GroupCommitOptions {
  readonly handle: DatabaseSync
  readonly writer: Db
  readonly lane: SharedArrayBuffer
  /** Has what was committed reach the disk: the connection itself does not wait for it. */
  readonly log: { reached(): Promise<void> }
  readonly answers: { turn(): Promise<void> }
  /** Called after each commit, before anybody is told of it. */
  readonly onCommitted: () => void
}

/**
 * All writes of the moment but decisions: they share one transaction and one fsync, each inside its own savepoint, and
 * every caller is answered when the disk has it. While one group reaches the disk the next one gathers.
 */
export class GroupCommit {
  readonly #handle: DatabaseSync
  readonly #writer: Db
  readonly #lane: ReturnType<typeof mainSide>
  readonly #log: GroupCommitOptions['log']
  readonly #answers: GroupCommitOptions['answers']
  readonly #onCommitted: () => void
  readonly #begin: StatementSync
  readonly #end: StatementSync
  readonly #savepoint: StatementSync
  readonly #release: StatementSync
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor({ handle, writer, lane, log, answers, onCommitted }: GroupCommitOptions) {
    this.#log = log
    this.#answers = answers
    this.#handle = handle
    this.#writer = writer
    this.#lane = mainSide(lane)
    this.#onCommitted = onCommitted
    this.#begin = handle.prepare('begin immediate')
    this.#end = handle.prepare('commit')
    this.#savepoint = handle.prepare('savepoint alone')
    this.#release = handle.prepare('release alone')
  }

  write<T>(job: (db: Db) => Promise<T>): Promise<T> {
    if (this.#waiting.length >= writesWaitingMax)
      return Promise.reject(new OverloadError('Too many writes are waiting.'))
    return new Promise<T>((resolve, reject) => {
      const run = async () => {
        const value = await job(this.#writer)
        return () => resolve(value)
      }
      this.#waiting.push({ run, fail: reject })
      this.#running ??= this.#commitAll()
    })
  }

  /** Resolves when nothing is waiting any more. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #commitAll(): Promise<void> {
    // Everything that arrived in this turn of the event loop joins the first group.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      // However many writes wait: the answers of people go first.
      await this.#answers.turn()
      await this.#commitGroup(this.#waiting.splice(0, batchMax))
      await new Promise(setImmediate)
    }
    this.#running = undefined
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#commit(group)
      // Nobody else waits for the disk meanwhile: not the event loop, and not the decisions.
      await this.#log.reached()
      for (const answer of answers) answer()
    } catch (error) {
      for (const waiting of group) waiting.fail(error)
    }
  }

  async #commit(group: readonly Waiting[]): Promise<readonly (() => void)[]> {
    const answers: (() => void)[] = []
    try {
      this.#lane.ask()
      await this.#beginWhenFree()
      for (const waiting of group) {
        const answer = await this.#runAlone(waiting)
        if (answer) answers.push(answer)
      }
      this.#end.run()
      this.#onCommitted()
      return answers
    } catch (error) {
      if (this.#handle.isTransaction) this.#handle.exec('rollback')
      throw error
    } finally {
      this.#lane.giveBack()
    }
  }

  /** A failure undoes and fails this one only; the group goes on. */
  async #runAlone(waiting: Waiting): Promise<(() => void) | undefined> {
    this.#savepoint.run()
    try {
      const answer = await waiting.run()
      this.#release.run()
      return answer
    } catch (error) {
      // A disk that is full undoes the whole group.
      if (!this.#handle.isTransaction) throw error
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
