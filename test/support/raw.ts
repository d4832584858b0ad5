import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Place } from './databases.ts'

type Value = string | number | Uint8Array | null
export type RawRow = Record<string, Value>

/** The database as a thief or an operator finds it: raw rows, beside the server and without its keys. */
export interface RawDatabase {
  /** Values are written `$1`, `$2` … on both databases; bytes come as `Buffer`. */
  run(statement: string, ...values: readonly Value[]): Promise<RawRow[]>
  tables(): Promise<string[]>
  close(): Promise<void>
}

export async function openRaw(place: Place): Promise<RawDatabase> {
  return place.databaseUrl === null ? rawSqlite(place.dataDir) : rawPostgres(place.databaseUrl)
}

/** Every row of every table, or of the given ones. */
export async function dump(raw: RawDatabase, tables?: readonly string[]): Promise<Record<string, RawRow[]>> {
  const names = tables ?? (await raw.tables())
  const rows = await Promise.all(names.map((name) => raw.run(`select * from ${name}`)))
  return Object.fromEntries(names.map((name, index) => [name, rows[index] ?? []]))
}

function rawSqlite(dataDir: string): RawDatabase {
  const handle = new DatabaseSync(join(dataDir, 'countersign.db'), { timeout: 5_000 })
  return {
    async run(statement, ...values) {
      const rows = handle.prepare(statement.replaceAll('$', '?')).all(...values) as RawRow[]
      return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
    },
    async tables() {
      const rows = handle.prepare("select name from sqlite_schema where type = 'table'").all()
      return rows.map((row) => String(row['name']))
    },
    async close() {
      handle.close()
    },
  }
}

async function rawPostgres(url: string): Promise<RawDatabase> {
  const types = new pg.TypeOverrides()
  types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = new pg.Pool({ connectionString: url, max: 2, types })
  // The database may be dropped under it at the end of a test.
  pool.on('error', () => undefined)
  const run = async (statement: string, ...values: readonly Value[]) => (await pool.query(statement, [...values])).rows
  return {
    run,
    async tables() {
      const rows = await run("select tablename from pg_tables where schemaname = 'public'")
      return rows.map((row) => String(row['tablename']))
    },
    close: () => pool.end(),
  }
}

function plain(value: Value): Value {
  return value instanceof Uint8Array ? Buffer.from(value) : value
}
