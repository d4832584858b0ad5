import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** Hardware tokens that customers own, in somebody's hand or not. */
export function tokens(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db
      await schema
        .createTable('tokens')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull().references('customers.id'))
        .addColumn('serial', 'text', (column) => column.notNull())
        .addColumn('public_id', 'text')
        .addColumn('state', 'text', (column) => column.notNull())
        // Without a cascade: a user can only be removed after his tokens took their steps back.
        .addColumn('user_id', 'text', (column) => column.references('users.id'))
        .addColumn('seed', bytes, (column) => column.notNull())
        .addColumn('carried_step', 'bigint', (column) => column.notNull())
        .addColumn('carried_at_ms', 'bigint')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('tokens_by_serial', ['customer_id', 'serial'])
        .addUniqueConstraint('tokens_by_public_id', ['customer_id', 'public_id'])
        .execute()
      await schema.createIndex('tokens_by_user').on('tokens').column('user_id').execute()
    },
  }
}
