import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/**
 * Two things that cost every decision. The index of all guards tempted PostgreSQL to look one of them up by its customer
 * alone, and to read everybody's: now it lists those that were ever locked. And a credential, whose row changes at each
 * use, finds room for its next version on its own page (PostgreSQL, "Heap-Only Tuples").
 */
export function quickDecisions(dialect: Dialect) {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`drop index guards_locked`.execute(db)
      await sql`create index guards_locked on guards (customer_id, locked_until_ms) where locked_until_ms > 0`.execute(
        db,
      )
      if (dialect === 'postgres') await sql`alter table credentials set (fillfactor = 70)`.execute(db)
    },
  }
}
