import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** Accounts of those who look after customers, and phones that are being registered. */
export function accounts(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db

      await schema
        .createTable('accounts')
        .addColumn('customer_id', 'bigint', (column) => column.primaryKey().references('customers.id'))
        .addColumn('email_digest', bytes, (column) => column.notNull())
        .addColumn('email', bytes, (column) => column.notNull())
        .addColumn('phone', bytes)
        .addColumn('password', bytes, (column) => column.notNull())
        .addColumn('reset_digest', bytes)
        .addColumn('reset_until_ms', 'bigint')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('accounts_by_email', ['email_digest'])
        .addUniqueConstraint('accounts_by_reset', ['reset_digest'])
        .execute()

      await schema
        .createTable('phone_offers')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('phone_offers_by_user').on('phone_offers').column('user_id').execute()
      await schema.createIndex('phone_offers_by_expiry').on('phone_offers').column('expires_at_ms').execute()
    },
  }
}
