import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** Gateways, limits and webhooks: what providers said, how much was sent, what sites are told. */
export function reach(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db
      await schema
        .createIndex('challenges_by_subject')
        .on('challenges')
        .columns(['customer_id', 'subject', 'created_at_ms'])
        .execute()
      await schema
        .createIndex('deliveries_by_prefix')
        .on('deliveries')
        .columns(['customer_id', 'prefix', 'created_at_ms'])
        .execute()

      await schema
        .createTable('delivery_tries')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('delivery_id', 'text', (column) => column.notNull().references('deliveries.id').onDelete('cascade'))
        .addColumn('provider', 'text', (column) => column.notNull())
        .addColumn('reference', 'text')
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('detail', 'text')
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        .addColumn('receipt', 'text')
        .addColumn('receipt_at_ms', 'bigint')
        .execute()
      await schema.createIndex('delivery_tries_by_delivery').on('delivery_tries').column('delivery_id').execute()
      await schema
        .createIndex('delivery_tries_by_reference')
        .on('delivery_tries')
        .columns(['provider', 'reference'])
        .execute()

      await schema
        .createTable('send_counts')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('window_start_ms', 'bigint', (column) => column.notNull())
        .addColumn('window_end_ms', 'bigint', (column) => column.notNull())
        .addColumn('sent', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('send_counts_key', ['customer_id', 'key', 'window_start_ms'])
        .execute()
      await schema.createIndex('send_counts_by_end').on('send_counts').column('window_end_ms').execute()

      await schema
        .createTable('webhook_events')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.references('users.id').onDelete('cascade'))
        .addColumn('body', bytes, (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('tries', 'integer', (column) => column.notNull())
        .addColumn('next_try_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('last_code', 'integer')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .execute()
      await sql`create index webhook_events_due on webhook_events (next_try_at_ms) where state = 'waiting'`.execute(db)
    },
  }
}
