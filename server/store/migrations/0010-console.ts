import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** What the console looks for: people by any of their names, what befell one of them, the key before the last one, and the pages of users. */
export function forConsole(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`
  // Prefixes are ranges of bytes, which PostgreSQL keeps in order only under this collation; SQLite always does.
  const bytewise = dialect === 'postgres' ? sql` collate "C"` : sql``

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db
      for (const name of ['first_folded', 'last_folded'])
        await schema.alterTable('users').addColumn(name, 'text').execute()
      for (const name of ['email_digest', 'phone_digest'])
        await schema.alterTable('users').addColumn(name, bytes).execute()
      await schema
        .alterTable('users')
        .addColumn('is_indexed', 'integer', (column) => column.notNull().defaultTo(0))
        .execute()
      for (const name of ['username_folded', 'first_folded', 'last_folded'])
        await sql`create index ${sql.raw(`users_by_${name}`)} on users (customer_id, ${sql.raw(name)}${bytewise})`.execute(
          db,
        )
      await schema.createIndex('users_by_email').on('users').columns(['customer_id', 'email_digest']).execute()
      await schema.createIndex('users_by_phone').on('users').columns(['customer_id', 'phone_digest']).execute()
      await sql`create index users_disabled on users (customer_id) where is_enabled = 0`.execute(db)
      await sql`create index users_not_indexed on users (id) where is_indexed = 0`.execute(db)
      await sql`create index guards_locked on guards (customer_id, locked_until_ms)`.execute(db)
      await sql`create index audit_rows_by_subject on audit_rows (customer_id, subject, id) where subject is not null`.execute(
        db,
      )
      await sql`create index audit_rows_reports on audit_rows (customer_id, id) where kind = 'report'`.execute(db)
      await schema
        .createIndex('deliveries_by_time')
        .on('deliveries')
        .columns(['customer_id', 'created_at_ms'])
        .execute()
      await schema.alterTable('customers').addColumn('old_api_key', bytes).execute()
      await schema
        .alterTable('customers')
        .addColumn('old_api_key_until_ms', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute()
      await schema
        .createTable('user_sessions')
        .addColumn('digest', bytes, (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('is_proved', 'integer', (column) => column.notNull())
        .addColumn('used_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('user_sessions_by_user').on('user_sessions').column('user_id').execute()
      await schema.createIndex('user_sessions_by_expiry').on('user_sessions').column('expires_at_ms').execute()
    },
  }
}
