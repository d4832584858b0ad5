import type { Kysely } from 'kysely'

/** Answers that take long to judge: attempts that are spent beforehand, and tries that a day allows. */
export function questions() {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db
      await schema
        .alterTable('challenges')
        .addColumn('judging', 'integer', (column) => column.notNull().defaultTo(0))
        .execute()
      await schema
        .createTable('daily_tries')
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('method', 'text', (column) => column.notNull())
        .addColumn('day_start_ms', 'bigint', (column) => column.notNull())
        .addColumn('tries', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('daily_tries_key', ['customer_id', 'subject', 'method', 'day_start_ms'])
        .execute()
      await schema.createIndex('daily_tries_by_day').on('daily_tries').column('day_start_ms').execute()
    },
  }
}
