import type { Hashing } from '../methods/method.ts'
import { slowHash } from '../security/slow-hash.ts'
import { OverloadError } from '../vocabulary/overload.ts'

/** Half of the threads that Node has for such work, so that files, names and pictures are never kept waiting. */
const atOnceMax = 2
/** Hashes that wait or run at most: about four seconds of work. */
const heldMax = 128

export type Hash = (hashing: Hashing) => Promise<Buffer>

/** Keeps slow hashes from taking the whole machine: two are made at a time, and too many are refused. */
export interface HashQueue {
  /**
   * Runs a job that makes `count` slow hashes, or refuses it at once when too many wait: then nothing of the job was
   * done, and no attempt was spent.
   */
  hold<T>(count: number, job: (hash: Hash) => Promise<T>): Promise<T>
}

export function createHashQueue(hash: Hash): HashQueue {
  let held = 0
  let running = 0
  const waiting: (() => void)[] = []

  const inTurn: Hash = async (hashing) => {
    if (running < atOnceMax) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await hash(hashing)
    } finally {
      // The place goes to the next one, or is free again.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }

  return {
    async hold(count, job) {
      if (held + count > heldMax) throw new OverloadError('Too many slow hashes are waiting.')
      held += count
      try {
        return await job(inTurn)
      } finally {
        held -= count
      }
    },
  }
}

/** The one queue of this process: each hash takes 19 MiB and a processor. */
export const hashQueue = createHashQueue(({ salt, parts }) => slowHash(salt, parts))
