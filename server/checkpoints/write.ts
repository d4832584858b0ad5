import { join } from 'node:path'
import type { Logger } from 'pino'
import { demoCustomer } from '../demo/noted.ts'
import type { Store } from '../store/open.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { appendOnly, type Tail } from './file.ts'
import { checkpointPurpose, sealLine, serverOf } from './line.ts'

/** The file in a data folder. */
export function checkpointFile(dataDir: string): string {
  return join(dataDir, 'audit-checkpoints.jsonl')
}

export interface Written {
  readonly lines: number
  /** Customers (null: the server) whose chain is not the one of the line before about them. */
  readonly broken: readonly (number | null)[]
}

/** What appends a line for each customer whose chain has another end than the file says. Throws when it cannot. */
export function checkpointWriter(store: Store, dataDir: string): (nowMs: number) => Promise<Written> {
  const file = appendOnly(checkpointFile(dataDir))
  return async (nowMs) => {
    const key = await store.serverKey(checkpointPurpose)
    const server = serverOf(key)
    const time = new Date(nowMs).toISOString()
    let broken: (number | null)[] = []
    const lines = await file.append(async (tail) => {
      const ends = await endsOf(store)
      broken = brokenSince(tail, ends)
      const texts: string[] = []
      let { line, seal: before }: { line: number; seal: string | null } = tail.last ?? { line: 0, seal: null }
      for (const [customerKey, { block, hash }] of ends) {
        const known = tail.newest.get(customerKey)
        if (known?.server === server && known.block === block && known.hash === hash) continue
        line += 1
        const made = sealLine(key, { line, server, customerKey, block, hash, time, before })
        texts.push(made.text)
        before = made.seal
      }
      return texts
    })
    return { lines, broken }
  }
}

interface End {
  readonly block: number
  readonly hash: string
}

/** Where each chain ends. Without the demo's, which is erased with it. */
async function endsOf({ read }: Store): Promise<Map<number | null, End>> {
  const ends = new Map<number | null, End>()
  const demo = await demoCustomer(read)
  for (const id of [serverScope, ...(await read.customers.list()).map((customer) => customer.id)]) {
    if (id === demo) continue
    const last = await read.audit.last(id)
    if (last) ends.set(id === serverScope ? null : id, { block: last.number, hash: last.hash })
  }
  return ends
}

/** A chain only grows: one that is shorter than it was, or has another block in its place, was tampered with. */
function brokenSince({ newest }: Tail, ends: ReadonlyMap<number | null, End>): (number | null)[] {
  return [...newest.values()]
    .filter(({ customerKey, block, hash }) => {
      const end = ends.get(customerKey)
      return !end || end.block < block || (end.block === block && end.hash !== hash)
    })
    .map(({ customerKey }) => customerKey)
}

/** Writes to the file outside the database, and knows how that went. */
export interface Checkpoints {
  /** Never throws: what is wrong is in the log, once. */
  write(nowMs: number): Promise<void>
  /** In a few words, for an operator. */
  state(): string
}

/** Checkpoints as a server keeps them: a disk that is full or read-only takes nothing away but the checkpoints. */
export function createCheckpoints(store: Store, dataDir: string, logger: Logger): Checkpoints {
  const write = checkpointWriter(store, dataDir)
  let isFailing = false
  return {
    state: () => (isFailing ? 'checkpoints cannot be written' : 'checkpoints are written'),
    async write(nowMs) {
      try {
        const { broken } = await write(nowMs)
        if (broken.length > 0)
          logger.error({ customers: broken }, 'the audit is not what it was at its last checkpoint: run audit verify')
        if (isFailing) logger.info('checkpoints of the audit are written again')
        isFailing = false
      } catch (error) {
        if (!isFailing)
          logger.warn({ err: error, file: checkpointFile(dataDir) }, 'no checkpoint of the audit can be written')
        isFailing = true
      }
    },
  }
}
