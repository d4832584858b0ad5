import { type Kysely, sql } from 'kysely'

/** The methods that a group allows, and whether any group of a customer names some. */
export function groupMethods() {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('groups').addColumn('methods', 'text').execute()
      await sql`create index groups_with_methods on groups (customer_id) where methods is not null`.execute(db)
    },
  }
}
