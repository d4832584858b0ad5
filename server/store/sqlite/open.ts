import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import type { Database, DatabaseOptions } from '../database.ts'
import { makeFolder } from '../folder.ts'
import { migrate } from '../migrations/index.ts'
import type { Db, Tables } from '../tables.ts'
import { Decider } from './decider.ts'
import { GroupCommit } from './group-commit.ts'
import { createLane } from './lane.ts'
import { LogFile } from './log-file.ts'
import { ReadTurn } from './read-turn.ts'
import { riskReads } from './risk.ts'
import { snapshots } from './snapshot.ts'

/** How long starting and reading wait for another process (the CLI). The group commit waits without blocking instead. */
const busyTimeoutMs = 5_000

/** Thirty-two megabytes of log: the thread that decides moves it into the file sooner, where nobody waits for that. */
const checkpointPages = 8_000

/**
 * Opens the SQLite file: one connection that reads what is committed, one for the reads before decisions, one that
 * writes in groups, and a thread with a connection of its own that commits decisions in groups. The lane lets one of the two write at a time.
 */
export function openSqlite(file: string, { keys, limits, judging }: DatabaseOptions): Database {
  makeFolder(dirname(file))
  makePrivate(file)
  const writerHandle = new DatabaseSync(file, { timeout: busyTimeoutMs })
  writerHandle.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
  const readerHandle = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs })
  const snapshotHandle = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs })
  const writer = kyselyOn(writerHandle)
  const reader = kyselyOn(readerHandle)
  const lane = createLane()
  const log = new LogFile(file)
  const turn = new ReadTurn(snapshotHandle)
  const onCommitted = () => turn.end()
  const decider = new Decider({ file, limits, lane, masters: keys.masters, judging }, onCommitted)
  const commits = new GroupCommit({ handle: writerHandle, writer, lane, log, answers: decider, onCommitted })

  return {
    dialect: 'sqlite',
    reader,
    write: (job) => commits.write(job),
    decide: (decision) => decider.decide(decision),
    decideCode: (code) => decider.decideCode(code),
    addEvaluation: (evaluation) => decider.addEvaluation(evaluation),
    ...snapshots(snapshotHandle, turn, reader, keys),
    ...riskReads(snapshotHandle, turn, reader, keys),
    auditHorizon: async () => Number.MAX_SAFE_INTEGER,
    async timeMs() {
      const row = readerHandle.prepare("select cast(unixepoch('subsec') * 1000 as integer) as now").get()
      return Number(row?.['now'])
    },
    migrate: async () => {
      const applied = await migrateAlone(writerHandle, writer)
      writerHandle.exec(
        `pragma busy_timeout = 0; pragma synchronous = normal; pragma wal_autocheckpoint = ${checkpointPages}`,
      )
      return applied
    },
    close: async () => {
      await commits.drained()
      await decider.close()
      turn.end()
      snapshotHandle.close()
      readerHandle.close()
      writerHandle.close()
      await log.close()
    },
  }
}

/** A file that does not exist yet, for this user alone whatever its folder allows; SQLite makes its log alike. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
}

/** Kysely takes no lock on SQLite, so two processes that start at once are kept apart here. */
async function migrateAlone(handle: DatabaseSync, db: Db): Promise<string[]> {
  handle.exec('begin immediate')
  try {
    const applied = await migrate(db, 'sqlite')
    handle.exec('commit')
    return applied
  } catch (error) {
    // A disk that is full has undone it already.
    if (handle.isTransaction) handle.exec('rollback')
    throw error
  }
}

/** Kysely speaks to SQLite through the few calls of better-sqlite3; this gives it those of `node:sqlite`. */
function kyselyOn(handle: DatabaseSync): Kysely<Tables> {
  const statements = new Map<string, ReturnType<typeof adapted>>()
  const prepare = (text: string) => {
    const known = statements.get(text)
    if (known) return known
    if (statements.size >= statementsMax) statements.clear()
    const made = adapted(handle, text)
    statements.set(text, made)
    return made
  }
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: { prepare, close: () => undefined } }) })
}

const statementsMax = 500

function adapted(handle: DatabaseSync, text: string) {
  const statement = handle.prepare(text)
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[] // Kysely's values are ours: text, numbers, bytes, null
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
    run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...values(parameters)),
  }
}
