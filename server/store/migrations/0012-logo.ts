import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** A customer's logo. It is public, so that it is not sealed. */
export function logo(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('logos')
        .addColumn('customer_id', 'bigint', (column) =>
          column.primaryKey().references('customers.id').onDelete('cascade'),
        )
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('png', bytes, (column) => column.notNull())
        .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
        .execute()
    },
  }
}
