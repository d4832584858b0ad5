import type { DatabaseSync, StatementSync } from 'node:sqlite'

/**
 * The reads of one turn of the event loop share a transaction: SQLite forgets its page cache at the start of each that
 * comes after somebody's commit. It ends with the turn, or sooner when this process hears of a commit, so that whoever
 * was told of one never reads what was before it.
 */
export class ReadTurn {
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  #isOpen = false

  constructor(handle: DatabaseSync) {
    this.#begin = handle.prepare('begin')
    this.#commit = handle.prepare('commit')
  }

  /** Before each read. */
  enter(): void {
    if (this.#isOpen) return
    this.#begin.run()
    this.#isOpen = true
    setImmediate(() => this.end())
  }

  /** After each commit; nothing happens when nobody reads. */
  end(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#commit.run()
  }
}
