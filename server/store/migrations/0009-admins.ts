import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** Who works in the console: admins, their second factors and their sessions. */
export function admins(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db

      await schema
        .createTable('admins')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('login_digest', bytes, (column) => column.notNull())
        .addColumn('login', bytes, (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('password', bytes)
        .addColumn('is_enabled', 'integer', (column) => column.notNull())
        .addColumn('link_digest', bytes)
        .addColumn('link_kind', 'text')
        .addColumn('link_until_ms', 'bigint')
        .addColumn('last_sign_in_at_ms', 'bigint')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('admins_by_login', ['login_digest'])
        .addUniqueConstraint('admins_by_link', ['link_digest'])
        .execute()

      await schema
        .createTable('admin_factors')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('admin_id', 'text', (column) => column.notNull().references('admins.id').onDelete('cascade'))
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('secret', bytes, (column) => column.notNull())
        .addColumn('used_step', 'bigint', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at_ms', 'bigint')
        .execute()
      await schema.createIndex('admin_factors_by_admin').on('admin_factors').column('admin_id').execute()

      await schema
        .createTable('admin_sessions')
        .addColumn('digest', bytes, (column) => column.primaryKey())
        .addColumn('admin_id', 'text', (column) => column.notNull().references('admins.id').onDelete('cascade'))
        .addColumn('step', 'text', (column) => column.notNull())
        .addColumn('asked', 'text')
        .addColumn('confirmed_at_ms', 'bigint')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('used_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('admin_sessions_by_admin').on('admin_sessions').column('admin_id').execute()
      await schema.createIndex('admin_sessions_by_expiry').on('admin_sessions').column('expires_at_ms').execute()
    },
  }
}
