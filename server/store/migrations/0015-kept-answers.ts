import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** Answers that are given again to who repeats a request under a key of his own. */
export function keptAnswers(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`

  return {
    async up({ schema }: Kysely<unknown>): Promise<void> {
      await schema
        .createTable('kept_answers')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('digest', bytes, (column) => column.notNull())
        .addColumn('body_digest', bytes, (column) => column.notNull())
        .addColumn('answer', bytes)
        .addColumn('claimed_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('kept_answers_one', ['customer_id', 'digest'])
        .execute()
      await schema.createIndex('kept_answers_by_expiry').on('kept_answers').column('expires_at_ms').execute()
    },
  }
}
