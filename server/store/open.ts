import { join } from 'node:path'
import { deriveKey } from '../security/digest.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { blockRowsMax } from './audit-chain.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { Keys } from './keys.ts'
import { purge, purgedRowsMax } from './purge.ts'
import { type Repositories, repositories } from './repositories.ts'
import { openSqlite } from './sqlite/open.ts'

export interface StoreOptions {
  /** `postgres://…`, or null for SQLite in `dataDir`. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly masterKeys: readonly Uint8Array[]
  readonly limits: DatabaseOptions['limits']
  readonly judging: DatabaseOptions['judging']
}

/** State that lasts, on SQLite or PostgreSQL. */
export interface Store
  extends Pick<
    Database,
    | 'dialect'
    | 'decide'
    | 'decideCode'
    | 'addEvaluation'
    | 'userSnapshot'
    | 'challengeSnapshot'
    | 'riskSnapshot'
    | 'riskCounts'
    | 'timeMs'
    | 'close'
  > {
  /** What is committed. */
  readonly read: Repositories
  /** All of `job` or nothing of it; resolves after the commit. Inside, only the functions it is given are used. */
  write<T>(job: (tx: Repositories) => Promise<T>): Promise<T>
  /** A key of the whole server for one purpose: the same on every node, and as long as the database lasts. */
  serverKey(purpose: string): Promise<Buffer>
  /** Brings the tables up to this release; returns the names of what was applied. */
  migrate(): Promise<string[]>
  /** Removes what is past its retention; returns how many rows of each kind. */
  purge(nowMs: number): Promise<Record<string, number>>
  /** Closes the open end of every customer's audit chain; returns how many rows it covered. */
  closeAudit(nowMs: number): Promise<number>
}

/** Users that are made findable in one write. */
const indexedAtOnce = 500

/** Opens the database that the settings name. The only place that chooses between the two. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const keys = new Keys(options.masterKeys)
  const database = await openDatabase(options, keys)
  keys.rememberWhatIsReadBy(database.reader)
  const read = repositories(database.reader, keys, database.dialect)
  const write: Store['write'] = (job) => database.write((db) => job(repositories(db, keys, database.dialect)))

  return {
    dialect: database.dialect,
    decide: database.decide,
    decideCode: database.decideCode,
    addEvaluation: database.addEvaluation,
    userSnapshot: database.userSnapshot,
    challengeSnapshot: database.challengeSnapshot,
    riskSnapshot: database.riskSnapshot,
    riskCounts: database.riskCounts,
    timeMs: database.timeMs,
    close: database.close,
    read,
    write,

    async serverKey(purpose) {
      return deriveKey((await keys.of(database.reader, serverScope)).bytes, purpose)
    },

    async migrate() {
      const applied = await database.migrate()
      await database.write(async (db) => {
        await keys.ensure(db, serverScope)
        await keys.rewrap(db)
        await keys.of(db, serverScope)
      })
      await whileFull(indexedAtOnce, () => write((tx) => tx.users.index(indexedAtOnce)))
      return applied
    },

    async purge(nowMs) {
      const gone = new Map<string, number>()
      await whileFull(purgedRowsMax, async () => {
        const part = await database.write((db) => purge(db, nowMs, options.limits.failuresMax))
        for (const [kind, rows] of Object.entries(part)) gone.set(kind, (gone.get(kind) ?? 0) + rows)
        return Math.max(...Object.values(part))
      })
      return Object.fromEntries(gone)
    },

    async closeAudit(nowMs) {
      const horizon = await database.auditHorizon()
      let rows = 0
      const customers = await read.customers.list()
      for (const id of [serverScope, ...customers.map((customer) => customer.id)]) {
        rows += await whileFull(blockRowsMax, async () => {
          const block = await read.audit.nextBlock(id, horizon, nowMs)
          if (block) await write((tx) => tx.audit.addBlock(block))
          return block?.rows ?? 0
        })
      }
      return rows
    },
  }
}

async function openDatabase(options: StoreOptions, keys: Keys): Promise<Database> {
  const { databaseUrl, dataDir, limits, judging } = options
  if (databaseUrl === null) return openSqlite(join(dataDir, 'countersign.db'), { keys, limits, judging })
  const { openPostgres } = await import('./postgres/open.ts')
  return openPostgres(databaseUrl, { keys, limits, judging })
}

/** Repeats a job that does a bounded part at a time for as long as the parts are full; returns the sum. */
async function whileFull(most: number, part: () => Promise<number>): Promise<number> {
  let sum = 0
  for (;;) {
    const done = await part()
    sum += done
    if (done < most) return sum
  }
}
