import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** Phones that users paired, and push messages on their way to them. */
export function devices(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db
      await schema
        .createTable('devices')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('key_x', 'text', (column) => column.notNull())
        .addColumn('key_y', 'text', (column) => column.notNull())
        .addColumn('push', bytes)
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at_ms', 'bigint')
        .execute()
      await schema.createIndex('devices_by_user').on('devices').column('user_id').execute()

      // What a phone enrolled ends with it; what was enrolled otherwise belongs to none.
      await schema
        .alterTable('credentials')
        .addColumn('device_id', 'text', (column) => column.references('devices.id').onDelete('cascade'))
        .execute()
      await schema.createIndex('credentials_by_device').on('credentials').column('device_id').execute()

      await schema.alterTable('phone_offers').addColumn('secret_digest', bytes).execute()
      await schema.alterTable('phone_offers').addColumn('device_id', 'text').execute()

      await schema
        .createTable('push_messages')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('device_id', 'text', (column) => column.notNull().references('devices.id').onDelete('cascade'))
        .addColumn('challenge_id', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('tries', 'integer', (column) => column.notNull())
        .addColumn('next_try_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('last_code', 'integer')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('push_messages_by_device').on('push_messages').column('device_id').execute()
      await schema.createIndex('push_messages_due').on('push_messages').columns(['state', 'next_try_at_ms']).execute()
      await schema.createIndex('push_messages_by_expiry').on('push_messages').column('expires_at_ms').execute()
    },
  }
}
