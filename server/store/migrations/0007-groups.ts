import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** Groups of users, and the groups whose users an app may name. Customers and users from before get the group DEFAULT. */
export function groups(dialect: Dialect) {
  const counted = dialect === 'postgres' ? sql`bigint generated always as identity` : sql`integer`

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { schema } = db
      await schema
        .createTable('groups')
        .addColumn('id', counted, (column) =>
          dialect === 'postgres' ? column.primaryKey() : column.primaryKey().autoIncrement(),
        )
        .addColumn('customer_id', 'bigint', (column) => column.notNull().references('customers.id').onDelete('cascade'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('name_folded', 'text', (column) => column.notNull())
        .addColumn('is_default', 'integer', (column) => column.notNull())
        .addColumn('is_built_in', 'integer', (column) => column.notNull())
        .addColumn('attributes', 'text', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('groups_by_name', ['customer_id', 'name_folded'])
        .execute()
      await sql`create unique index groups_one_default on groups (customer_id) where is_default = 1`.execute(db)

      await schema
        .createTable('group_members')
        .addColumn('number', counted, (column) =>
          dialect === 'postgres' ? column.primaryKey() : column.primaryKey().autoIncrement(),
        )
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('group_id', 'bigint', (column) => column.notNull().references('groups.id').onDelete('cascade'))
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('group_members_once', ['group_id', 'user_id'])
        .execute()
      await schema.createIndex('group_members_by_user').on('group_members').column('user_id').execute()
      await schema
        .createIndex('group_members_in_order')
        .on('group_members')
        .columns(['customer_id', 'number'])
        .execute()

      // Not removed with the group: without its groups an app would serve everybody.
      await schema
        .createTable('app_groups')
        .addColumn('app_id', 'text', (column) => column.notNull().references('apps.id').onDelete('cascade'))
        .addColumn('customer_id', 'bigint', (column) => column.notNull())
        .addColumn('group_id', 'bigint', (column) => column.notNull().references('groups.id'))
        .addPrimaryKeyConstraint('app_groups_key', ['app_id', 'group_id'])
        .execute()
      await schema.createIndex('app_groups_by_group').on('app_groups').column('group_id').execute()

      await sql`
        insert into groups
          (customer_id, name, name_folded, is_default, is_built_in, attributes, created_at_ms, updated_at_ms)
        select id, 'DEFAULT', 'default', 1, 1, '{}', created_at_ms, created_at_ms from customers order by id`.execute(
        db,
      )
      await sql`
        insert into group_members (customer_id, group_id, user_id, created_at_ms)
        select users.customer_id, groups.id, users.id, users.created_at_ms
        from users join groups on groups.customer_id = users.customer_id
        order by users.created_at_ms, users.id`.execute(db)
    },
  }
}
