import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** What risk is weighed by: counts, remembered devices, evaluations, sessions of pages, policies. */
export function risk(dialect: Dialect) {
  const bytes = dialect === 'postgres' ? sql`bytea` : sql`blob`
  const real = dialect === 'postgres' ? sql`double precision` : sql`real`
  // Small rows that are found by their key alone: SQLite keeps them in the key's own tree.
  const byKey = dialect === 'postgres' ? sql`` : sql`without rowid`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db
      await schema
        .createTable('risk_users')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.primaryKey().references('users.id').onDelete('cascade'))
        .addColumn('profile', bytes)
        .addColumn('oldest_ms', 'bigint', (column) => column.notNull())
        .addColumn('place', bytes)
        .addColumn('failures', real, (column) => column.notNull())
        .addColumn('failures_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('prompts', real, (column) => column.notNull())
        .addColumn('prompts_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('reported_until_ms', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('risk_users_by_oldest').on('risk_users').column('oldest_ms').execute()

      await schema
        .createTable('risk_devices')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('token_digest', bytes, (column) => column.notNull())
        .addColumn('old_token_digest', bytes)
        .addColumn('is_token_seen', 'integer', (column) => column.notNull())
        .addColumn('token_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('marks', bytes, (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('trusted_until_ms', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('risk_devices_by_user').on('risk_devices').columns(['user_id']).execute()
      await schema.createIndex('risk_devices_by_use').on('risk_devices').column('last_used_at_ms').execute()

      await schema
        .createTable('risk_counts')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('level', 'integer', (column) => column.notNull())
        .addColumn('mark', 'bigint', (column) => column.notNull())
        .addColumn('count', real, (column) => column.notNull())
        .addColumn('last_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('risk_counts_key', ['customer_id', 'level', 'mark'])
        .modifyEnd(byKey)
        .execute()
      await schema.createIndex('risk_counts_by_last').on('risk_counts').column('last_ms').execute()

      await schema
        .createTable('risk_evaluations')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.references('users.id').onDelete('cascade'))
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('decision', 'text', (column) => column.notNull())
        .addColumn('score', 'integer', (column) => column.notNull())
        .addColumn('marks', bytes, (column) => column.notNull())
        .addColumn('record', bytes, (column) => column.notNull())
        .addColumn('session_digest', bytes)
        .addColumn('device_id', 'text')
        .addColumn('challenge_id', 'text')
        .addColumn('method', 'text')
        .addColumn('result_digest', bytes)
        .addColumn('result_until_ms', 'bigint')
        .addColumn('is_counted', 'integer', (column) => column.notNull())
        .execute()
      await schema
        .createIndex('risk_evaluations_by_result')
        .unique()
        .on('risk_evaluations')
        .column('result_digest')
        .where(sql.ref('result_digest'), 'is not', null)
        .execute()
      await schema
        .createIndex('risk_evaluations_uncounted')
        .on('risk_evaluations')
        .column('at_ms')
        .where(sql.ref('is_counted'), '=', sql.lit(0))
        .execute()
      await schema
        .createIndex('risk_evaluations_by_time')
        .on('risk_evaluations')
        .columns(['customer_id', 'at_ms'])
        .execute()
      await schema.createIndex('risk_evaluations_by_user').on('risk_evaluations').column('user_id').execute()

      await schema
        .createTable('risk_sessions')
        .addColumn('digest', bytes, (column) => column.primaryKey())
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('session', bytes, (column) => column.notNull())
        .addColumn('evaluations', 'integer', (column) => column.notNull())
        .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('risk_sessions_by_expiry').on('risk_sessions').column('expires_at_ms').execute()

      await schema
        .createTable('risk_policies')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('risk_policies_key', ['customer_id', 'scope'])
        .execute()
    },
  }
}
