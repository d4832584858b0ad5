import type { Hashing } from '../methods/method.ts'
import { slowHash } from '../security/slow-hash.ts'
import { OverloadError } from '../vocabulary/overload.ts'

/** Half of the threads that Node has for such work, so that files, names and pictures are never kept waiting. */
const atOnceMax = 2
/** Hashes that wait or run at most: about five seconds of work. */
const heldMax = 160
/**
 * One customer may hold so many times the places that are free: 128 of them when nobody else has any, fewer when others
 * have, so that there is always room for the next one.
 */
const shareOfFree = 4

export type Hash = (hashing: Hashing) => Promise<Buffer>

/** Keeps slow hashes from taking the whole machine: two are made at a time, and too many are refused. */
export interface HashQueue {
  /**
   * Runs a job that makes `count` slow hashes for a customer, or refuses it at once when too many wait: then nothing of the
   * job was done, and no attempt was spent. Customers have their turns one after the other.
   */
  hold<T>(customerId: number, count: number, job: (hash: Hash) => Promise<T>): Promise<T>
}

export function createHashQueue(hash: Hash): HashQueue {
  const held = new Map<number, number>()
  let free = heldMax
  let running = 0
  const waiting = new Map<number, (() => void)[]>()

  const take = (customerId: number, count: number) => {
    free -= count
    const now = (held.get(customerId) ?? 0) + count
    if (now === 0) held.delete(customerId)
    else held.set(customerId, now)
  }

  const wait = (customerId: number) =>
    new Promise<void>((resolve) => {
      const own = waiting.get(customerId) ?? []
      own.push(resolve)
      waiting.set(customerId, own)
    })

  /** The longest waiting of the customer whose turn it is, who is the last one then. */
  const next = () => {
    const [turn] = waiting
    if (!turn) return undefined
    const [customerId, own] = turn
    waiting.delete(customerId)
    if (own.length > 1) waiting.set(customerId, own)
    return own.shift()
  }

  const inTurn = async (customerId: number, hashing: Hashing) => {
    if (running < atOnceMax) running++
    else await wait(customerId)
    try {
      return await hash(hashing)
    } finally {
      // The place goes to the next one, or is free again.
      const begin = next()
      if (begin) begin()
      else running--
    }
  }

  return {
    async hold(customerId, count, job) {
      const wanted = (held.get(customerId) ?? 0) + count
      if (count > free || wanted > shareOfFree * free) throw new OverloadError('Too many slow hashes are waiting.')
      take(customerId, count)
      try {
        return await job((hashing) => inTurn(customerId, hashing))
      } finally {
        take(customerId, -count)
      }
    },
  }
}

/** The one queue of this process: each hash takes 19 MiB and a processor. */
export const hashQueue = createHashQueue(({ salt, parts }) => slowHash(salt, parts))
