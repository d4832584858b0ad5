import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** Programs with a key of their own, and sign-ins that take several calls. */
export function apps(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db
      await schema
        .createTable('apps')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull().unique())
        .addColumn('secret', bytes, (column) => column.notNull())
        .addColumn('old_secret', bytes)
        .addColumn('old_secret_until_ms', 'bigint', (column) => column.notNull())
        .addColumn('signature_order', 'text', (column) => column.notNull())
        .addColumn('trusted_addresses', 'text', (column) => column.notNull())
        .addColumn('factors', 'integer', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('apps_by_name', ['customer_id', 'name'])
        .execute()

      await schema
        .createTable('sign_ins')
        .addColumn('digest', bytes, (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('app_id', 'text', (column) => column.notNull().references('apps.id').onDelete('cascade'))
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('methods', 'text', (column) => column.notNull())
        .addColumn('challenge_id', 'text')
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('sign_ins_by_expiry').on('sign_ins').column('expires_at_ms').execute()
      await schema.createIndex('sign_ins_by_app').on('sign_ins').column('app_id').execute()
      await schema.createIndex('sign_ins_by_user').on('sign_ins').column('user_id').execute()
    },
  }
}
