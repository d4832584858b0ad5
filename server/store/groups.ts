import { type Selectable, sql } from 'kysely'
import type { CountedGroup, Group, GroupAttributes, GroupChange, GroupPage, NewGroup } from '../vocabulary/group.ts'
import type { MethodId } from '../vocabulary/method.ts'
import { alone } from './alone.ts'
import type { Dialect } from './dialect.ts'
import { groupMembers } from './group-members.ts'
import type { GroupRow } from './tables/users.ts'
import type { Db } from './tables.ts'

/** Groups of a customer, and with them who is in each. What is new comes last in every list, so that the pages before it stay. */
export function groups(db: Db, dialect: Dialect) {
  const select = (customerId: number) => db.selectFrom('groups').selectAll().where('customer_id', '=', customerId)

  return {
    /** Keeps the customer's groups and their members to this write until its end: changes of two nodes come in turn. */
    alone: (customerId: number): Promise<void> => alone(db, dialect, customerId, 'groups'),

    async find(customerId: number, nameFolded: string): Promise<Group | undefined> {
      const row = await select(customerId).where('name_folded', '=', nameFolded).executeTakeFirst()
      return row && opened(row)
    },

    async byId(customerId: number, id: number): Promise<Group | undefined> {
      const row = await select(customerId).where('id', '=', id).executeTakeFirst()
      return row && opened(row)
    },

    /** The group that new users join. */
    async defaultOf(customerId: number): Promise<Group | undefined> {
      const row = await select(customerId).where('is_default', '=', 1).executeTakeFirst()
      return row && opened(row)
    },

    /** The group that the customer has from the beginning. */
    async builtInOf(customerId: number): Promise<Group | undefined> {
      const row = await select(customerId).where('is_built_in', '=', 1).executeTakeFirst()
      return row && opened(row)
    },

    async page(customerId: number, { searchFolded = '', offset, limit }: GroupPage): Promise<CountedGroup[]> {
      const rows = await select(customerId)
        .select((eb) =>
          eb
            .selectFrom('group_members')
            .select(({ fn }) => fn.countAll<number>().as('members'))
            .whereRef('group_members.group_id', '=', 'groups.id')
            .as('members'),
        )
        .where(nameHolds(searchFolded))
        .orderBy('id')
        .offset(offset)
        .limit(limit)
        .execute()
      return rows.map((row) => ({ ...opened(row), members: Number(row.members) }))
    },

    /** Groups of the customer; with `searchFolded`, those whose folded name holds it. */
    async count(customerId: number, searchFolded = ''): Promise<number> {
      const row = await db
        .selectFrom('groups')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .where('customer_id', '=', customerId)
        .where(nameHolds(searchFolded))
        .executeTakeFirstOrThrow()
      return Number(row.total)
    },

    /** The new group's id; undefined when its name is taken. */
    async add(
      customerId: number,
      { name, nameFolded, attributes, methods = null }: NewGroup,
      nowMs: number,
    ): Promise<number | undefined> {
      const row = await db
        .insertInto('groups')
        .values({
          customer_id: customerId,
          name,
          name_folded: nameFolded,
          is_default: 0,
          is_built_in: 0,
          attributes: JSON.stringify(attributes),
          methods: methods && JSON.stringify(methods),
          created_at_ms: nowMs,
          updated_at_ms: nowMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst()
      return row?.id
    },

    /** False when the group is gone. A name that is taken breaks the unique constraint: look first, in the same write. */
    async change(customerId: number, id: number, change: GroupChange, nowMs: number): Promise<boolean> {
      // Kysely leaves out what is undefined.
      const { numUpdatedRows } = await db
        .updateTable('groups')
        .set({
          name: change.name,
          name_folded: change.nameFolded,
          attributes: change.attributes && JSON.stringify(change.attributes),
          methods: change.methods && JSON.stringify(change.methods),
          updated_at_ms: nowMs,
        })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /**
     * Makes a group the one that new users join, in place of the one before. False when it is gone; then that one stays.
     * Only after `alone`: of two that did it at once, the unique index would let the second through only from its beginning.
     */
    async makeDefault(customerId: number, id: number, nowMs: number): Promise<boolean> {
      const found = await select(customerId).where('id', '=', id).executeTakeFirst()
      if (!found) return false
      const set = async (from: 0 | 1, where: '=' | '!=') =>
        db
          .updateTable('groups')
          .set({ is_default: 1 - from, updated_at_ms: nowMs })
          .where('customer_id', '=', customerId)
          .where('id', where, id)
          .where('is_default', '=', from)
          .execute()
      await set(1, '!=')
      await set(0, '=')
      return true
    },

    /**
     * Removes a group; its members stay users. False when there is none, when it is the default or built in, or when an app
     * names it. The condition settles a removal against whatever makes it one of these.
     */
    async remove(customerId: number, id: number): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('groups')
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('is_default', '=', 0)
        .where('is_built_in', '=', 0)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('app_groups').select('app_id').whereRef('group_id', '=', 'groups.id'))),
        )
        .executeTakeFirst()
      return numDeletedRows === 1n
    },

    /** The groups that a user is in. */
    async of(customerId: number, userId: string): Promise<Group[]> {
      const rows = await select(customerId)
        .where('id', 'in', (eb) => eb.selectFrom('group_members').select('group_id').where('user_id', '=', userId))
        .orderBy('id')
        .execute()
      return rows.map(opened)
    },

    /** What the user's groups allow together: all that any of them names; null when none of them names methods. */
    async methodsOf(customerId: number, userId: string): Promise<ReadonlySet<MethodId> | null> {
      const rows = await select(customerId)
        .where('methods', 'is not', null)
        .where('id', 'in', (eb) => eb.selectFrom('group_members').select('group_id').where('user_id', '=', userId))
        .execute()
      return rows.length === 0 ? null : new Set(rows.flatMap((row) => opened(row).methods ?? []))
    },

    /** Which groups name methods, at most `limit` of them. */
    async withMethods(customerId: number, limit: number): Promise<Group[]> {
      const rows = await select(customerId).where('methods', 'is not', null).orderBy('id').limit(limit).execute()
      return rows.map(opened)
    },

    ...groupMembers(db),
  }
}

/** Gives a new customer the group that he has from the beginning, for new users to join. */
export async function addBuiltIn(db: Db, customerId: number, nowMs: number): Promise<void> {
  await db
    .insertInto('groups')
    .values({
      customer_id: customerId,
      name: 'DEFAULT',
      name_folded: 'default',
      is_default: 1,
      is_built_in: 1,
      attributes: '{}',
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .execute()
}

function nameHolds(searchFolded: string) {
  const pattern = `%${searchFolded.replaceAll(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`name_folded like ${pattern} escape '\\'`
}

function opened(row: Selectable<GroupRow>): Group {
  return {
    id: row.id,
    customerId: row.customer_id,
    name: row.name,
    isDefault: row.is_default === 1,
    isBuiltIn: row.is_built_in === 1,
    attributes: JSON.parse(row.attributes) as GroupAttributes, // only written by this file
    methods: row.methods === null ? null : (JSON.parse(row.methods) as MethodId[]), // likewise
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  }
}
