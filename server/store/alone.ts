import { sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import type { Db } from './tables.ts'

/**
 * Waits until no other write has what the key names, and keeps it to this write until its end: whoever comes next sees
 * what this one did. SQLite has one writer anyway.
 */
export async function alone(db: Db, dialect: Dialect, customerId: number, key: string): Promise<void> {
  if (dialect === 'sqlite') return
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${customerId}|${key}`}, 0))`.execute(db)
}
