import type { Membership } from '../vocabulary/group.ts'
import type { Db } from './tables.ts'

/** Who is in the groups of a customer. What is new comes last in every list, so that the pages before it stay. */
export function groupMembers(db: Db) {
  const memberships = (customerId: number) =>
    db
      .selectFrom('group_members')
      .innerJoin('groups', 'groups.id', 'group_members.group_id')
      .innerJoin('users', 'users.id', 'group_members.user_id')
      .select([
        'users.id as userId',
        'users.username',
        'groups.id as groupId',
        'groups.name as groupName',
        'group_members.created_at_ms as createdAtMs',
      ])
      .where('group_members.customer_id', '=', customerId)
      .orderBy('group_members.number')

  return {
    /** Who is in a group. */
    async members(customerId: number, id: number, offset: number, limit: number): Promise<Membership[]> {
      return memberships(customerId).where('group_members.group_id', '=', id).offset(offset).limit(limit).execute()
    },

    async countMembers(customerId: number, id: number): Promise<number> {
      const row = await db
        .selectFrom('group_members')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .where('customer_id', '=', customerId)
        .where('group_id', '=', id)
        .executeTakeFirstOrThrow()
      return Number(row.total)
    },

    /** Who is in which of the groups that the customer made himself. */
    async ownMemberships(customerId: number, offset: number, limit: number): Promise<Membership[]> {
      return memberships(customerId).where('groups.is_built_in', '=', 0).offset(offset).limit(limit).execute()
    },

    /** Whether somebody of this name is in one of these groups. */
    async holdUser(customerId: number, ids: readonly number[], usernameFolded: string): Promise<boolean> {
      if (ids.length === 0) return false
      const row = await db
        .selectFrom('users')
        .innerJoin('group_members', 'group_members.user_id', 'users.id')
        .select('users.id')
        .where('users.customer_id', '=', customerId)
        .where('users.username_folded', '=', usernameFolded)
        .where('group_members.group_id', 'in', ids)
        .executeTakeFirst()
      return row !== undefined
    },

    /** False when the user is in the group already, or one of them is not the customer's. */
    async addMember(customerId: number, id: number, userId: string, nowMs: number): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('group_members')
        .columns(['customer_id', 'group_id', 'user_id', 'created_at_ms'])
        .expression((eb) =>
          eb
            .selectFrom('groups')
            .innerJoin('users', 'users.customer_id', 'groups.customer_id')
            .select(['groups.customer_id', 'groups.id as group_id', 'users.id as user_id', eb.lit(nowMs).as('at')])
            .where('groups.customer_id', '=', customerId)
            .where('groups.id', '=', id)
            .where('users.id', '=', userId),
        )
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },

    /** False when the user was not in the group. */
    async removeMember(customerId: number, id: number, userId: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('group_members')
        .where('customer_id', '=', customerId)
        .where('group_id', '=', id)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },
  }
}

/** Puts a new user into the group that new users join at this moment. */
export async function joinDefault(db: Db, customerId: number, userId: string, nowMs: number): Promise<void> {
  await db
    .insertInto('group_members')
    .columns(['customer_id', 'group_id', 'user_id', 'created_at_ms'])
    .expression((eb) =>
      eb
        .selectFrom('groups')
        .select(['customer_id', 'id', eb.val(userId).as('user_id'), eb.lit(nowMs).as('at')])
        .where('customer_id', '=', customerId)
        .where('is_default', '=', 1),
    )
    .execute()
}
