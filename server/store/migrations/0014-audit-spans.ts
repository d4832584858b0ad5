import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/**
 * Finds what befell somebody by spans of rows instead of by subject alone. Rows of one moment are written to one place
 * then: an index by subject makes each of them change a page of its own, which cost a decision as much as all the rest
 * of its commit.
 */
export function auditSpans(dialect: Dialect) {
  const ending = dialect === 'postgres' ? sql`right(subject, 8)` : sql`substr(subject, -8)`
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`drop index audit_rows_by_subject`.execute(db)
      await sql`create index audit_rows_by_span on audit_rows (customer_id, (id / 1024), (${ending})) where subject is not null`.execute(
        db,
      )
    },
  }
}
