import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** The first tables. Never edited once released: a change is a new migration. */
export function first(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`
  const counted = dialect === 'postgres' ? sql`bigint generated always as identity` : sql`integer`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db

      await schema
        .createTable('data_keys')
        .addColumn('customer_id', 'bigint', (column) => column.primaryKey())
        .addColumn('key', bytes, (column) => column.notNull())
        .execute()

      await schema
        .createTable('customers')
        .addColumn('id', 'bigint', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('api_key', bytes, (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .execute()

      await schema
        .createTable('settings')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('value', bytes, (column) => column.notNull())
        .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('settings_key', ['customer_id', 'name'])
        .execute()

      await schema
        .createTable('users')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull().references('customers.id'))
        .addColumn('username', 'text', (column) => column.notNull())
        .addColumn('username_folded', 'text', (column) => column.notNull())
        .addColumn('email', bytes)
        .addColumn('phone', bytes)
        .addColumn('first_name', 'text')
        .addColumn('last_name', 'text')
        .addColumn('preferred_method', 'text')
        .addColumn('is_enabled', 'integer', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('users_by_name', ['customer_id', 'username_folded'])
        .execute()

      await schema
        .createTable('credentials')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('method', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('label', 'text')
        .addColumn('secret', bytes, (column) => column.notNull())
        .addColumn('last_step', 'bigint', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('confirmed_at_ms', 'bigint')
        .addColumn('last_used_at_ms', 'bigint')
        .execute()
      await schema.createIndex('credentials_by_user').on('credentials').columns(['user_id', 'method']).execute()

      await schema
        .createTable('challenges')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('subject_is_user', 'integer', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.references('users.id').onDelete('cascade'))
        .addColumn('method', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('attempts_max', 'integer', (column) => column.notNull())
        .addColumn('pending', bytes)
        .addColumn('transaction_name', 'text')
        .addColumn('origin', 'text')
        .addColumn('request_digest', bytes)
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('settled_at_ms', 'bigint')
        .addUniqueConstraint('challenges_by_request', ['request_digest'])
        .execute()
      // At most one live question for a subject and a method, whatever races to ask it.
      await sql`create unique index challenges_one_live on challenges (customer_id, subject, method) where state = 'pending'`.execute(
        db,
      )
      await schema.createIndex('challenges_by_expiry').on('challenges').column('expires_at_ms').execute()
      await schema.createIndex('challenges_by_user').on('challenges').column('user_id').execute()

      await schema
        .createTable('deliveries')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('challenge_id', 'text', (column) => column.references('challenges.id').onDelete('cascade'))
        .addColumn('via', 'text', (column) => column.notNull())
        .addColumn('prefix', 'text')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('contact', bytes, (column) => column.notNull())
        .addColumn('message', bytes)
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('tries', 'integer', (column) => column.notNull())
        .addColumn('lease_until_ms', 'bigint', (column) => column.notNull())
        .addColumn('sent_at_ms', 'bigint')
        .addColumn('error', 'text')
        .execute()
      await schema.createIndex('deliveries_by_challenge').on('deliveries').column('challenge_id').execute()
      await sql`create index deliveries_unfinished on deliveries (lease_until_ms) where state = 'sending'`.execute(db)

      await schema
        .createTable('guards')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('method', 'text', (column) => column.notNull())
        .addColumn('failures', 'integer', (column) => column.notNull())
        .addColumn('locked_until_ms', 'bigint', (column) => column.notNull())
        .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('guards_key', ['customer_id', 'subject', 'method'])
        .execute()

      // By time first: marks are added at the end of one tree and removed at its beginning.
      await schema
        .createTable('request_marks')
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('digest', bytes, (column) => column.notNull())
        .addColumn('nonce', bytes)
        .addPrimaryKeyConstraint('request_marks_key', ['expires_at_ms', 'digest'])
        .$call((table) => (dialect === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table))
        .execute()
      // A nonce counts once also under another time. Requests without one cost nothing here.
      await sql`create unique index request_marks_by_nonce on request_marks (nonce) where nonce is not null`.execute(db)

      await schema
        .createTable('audit_rows')
        .addColumn('id', counted, (column) =>
          dialect === 'postgres' ? column.primaryKey() : column.primaryKey().autoIncrement(),
        )
        .addColumn('txn', 'bigint', (column) =>
          column.notNull().defaultTo(dialect === 'postgres' ? sql`pg_current_xact_id()::text::bigint` : 0),
        )
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('subject', 'text')
        .addColumn('method', 'text')
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('challenge_id', 'text')
        .addColumn('request_id', 'text')
        .addColumn('detail', 'text')
        .execute()
      await schema.createIndex('audit_rows_in_order').on('audit_rows').columns(['customer_id', 'txn', 'id']).execute()

      await schema
        .createTable('audit_blocks')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('number', 'bigint', (column) => column.notNull())
        .addColumn('upto_txn', 'bigint', (column) => column.notNull())
        .addColumn('upto_id', 'bigint', (column) => column.notNull())
        .addColumn('rows', 'integer', (column) => column.notNull())
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('seal', bytes, (column) => column.notNull())
        .addColumn('closed_at_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('audit_blocks_key', ['customer_id', 'number'])
        .execute()

      await schema
        .createTable('inbox_messages')
        .addColumn('id', counted, (column) =>
          dialect === 'postgres' ? column.primaryKey() : column.primaryKey().autoIncrement(),
        )
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('channel', 'text', (column) => column.notNull())
        .addColumn('to', 'text', (column) => column.notNull())
        .addColumn('subject', 'text')
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('html', 'text')
        .addColumn('sent_at_ms', 'bigint', (column) => column.notNull())
        .execute()
    },
  }
}
