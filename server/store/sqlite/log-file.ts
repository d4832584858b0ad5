import { type FileHandle, open } from 'node:fs/promises'

/**
 * The write-ahead log beside a database file. A connection that does not wait for the disk at its commit has it waited
 * for here, in Node's own threads: whoever is answered after `reached` is answered after the disk (SQLite, "Write-Ahead
 * Logging": what lies in the log is committed, and a checkpoint syncs the log before it moves anything).
 */
export class LogFile {
  readonly #file: string
  #handle: FileHandle | undefined

  constructor(databaseFile: string) {
    this.#file = `${databaseFile}-wal`
  }

  /** Resolves when all that was committed by now is on the disk; rejects when that cannot be said. */
  async reached(): Promise<void> {
    // The first commit has made the file, and it stays as long as anybody has the database open.
    this.#handle ??= await open(this.#file, 'r+')
    await this.#handle.datasync()
  }

  async close(): Promise<void> {
    await this.#handle?.close()
  }
}
