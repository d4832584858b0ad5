import { OverloadError } from '../vocabulary/overload.ts'
import { batchMax, writesWaitingMax } from './database.ts'

interface Waiting<T> {
  readonly one: T
  resolve(): void
  reject(error: unknown): void
}

/**
 * Collects things into writes: those of one turn of the event loop, and all that arrive while a write is under way. When a
 * write fails each of its things is tried alone, so that a bad one fails nobody else.
 */
export class Together<T> {
  readonly #write: (list: readonly T[]) => Promise<unknown>
  #waiting: Waiting<T>[] = []
  #isDue = false

  constructor(write: (list: readonly T[]) => Promise<unknown>) {
    this.#write = write
  }

  /** Resolves after the commit. */
  add(one: T): Promise<void> {
    if (this.#waiting.length >= writesWaitingMax)
      return Promise.reject(new OverloadError('Too many writes are waiting.'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ one, resolve, reject })
      if (this.#isDue) return
      this.#isDue = true
      setImmediate(() => this.#writeAll())
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeGroup(this.#waiting.splice(0, batchMax))
    this.#isDue = false
  }

  async #writeGroup(group: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#write(group.map(({ one }) => one))
      for (const { resolve } of group) resolve()
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error)
      else for (const waiting of group) await this.#writeGroup([waiting])
    }
  }
}
