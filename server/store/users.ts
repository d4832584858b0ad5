import type { User, UserChange } from '../vocabulary/user.ts'
import type { Dialect } from './dialect.ts'
import { joinDefault } from './group-members.ts'
import type { Keys } from './keys.ts'
import type { Db } from './tables.ts'
import { takeBackAll } from './tokens.ts'
import { type Contact, indexed, indexOf, openUser, sealContact } from './user-row.ts'
import { userSearch } from './user-search.ts'

/** Users of a customer. Contacts are sealed; names are kept folded beside their spelling, for looking up. */
export function users(db: Db, keys: Keys, dialect: Dialect) {
  return {
    ...userSearch(db, keys, dialect),

    async find(customerId: number, usernameFolded: string): Promise<User | undefined> {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('username_folded', '=', usernameFolded)
        .executeTakeFirst()
      return row && openUser(db, keys, row)
    },

    async byId(customerId: number, id: string): Promise<User | undefined> {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && openUser(db, keys, row)
    },

    /** Whether another customer has a user of this name: the one look that may leave the customer. */
    async existsElsewhere(customerId: number, usernameFolded: string): Promise<boolean> {
      const row = await db
        .selectFrom('users')
        .select('id')
        .where('customer_id', '!=', customerId)
        .where('username_folded', '=', usernameFolded)
        .executeTakeFirst()
      return row !== undefined
    },

    /** Makes users of before there was an index findable; returns how many. */
    async index(limit: number): Promise<number> {
      const rows = await db.selectFrom('users').selectAll().where('is_indexed', '=', 0).limit(limit).execute()
      for (const row of rows) {
        const key = await keys.of(db, row.customer_id)
        await db
          .updateTable('users')
          .set({ ...indexOf(key, await openUser(db, keys, row)), is_indexed: 1 })
          .where('id', '=', row.id)
          .execute()
      }
      return rows.length
    },

    async count(customerId: number): Promise<number> {
      const row = await db
        .selectFrom('users')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .where('customer_id', '=', customerId)
        .executeTakeFirstOrThrow()
      return Number(row.total)
    },

    /** Adds a user to the customer's default group. False when the name is taken. */
    async add(user: User, usernameFolded: string): Promise<boolean> {
      const key = await keys.of(db, user.customerId)
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values({
          id: user.id,
          customer_id: user.customerId,
          username: user.username,
          username_folded: usernameFolded,
          email: sealContact(key, user.customerId, user.id, 'email', user.email),
          phone: sealContact(key, user.customerId, user.id, 'phone', user.phone),
          first_name: user.firstName,
          last_name: user.lastName,
          preferred_method: user.preferredMethod,
          is_enabled: user.isEnabled ? 1 : 0,
          ...indexed(indexOf(key, user)),
          is_indexed: 1,
          created_at_ms: user.createdAtMs,
          updated_at_ms: user.createdAtMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      if (numInsertedOrUpdatedRows !== 1n) return false
      await joinDefault(db, user.customerId, user.id, user.createdAtMs)
      return true
    },

    /** False when the user is gone. A name that is taken breaks the unique constraint: look first, in the same write. */
    async change(customerId: number, id: string, change: UserChange, nowMs: number): Promise<boolean> {
      const key = await keys.of(db, customerId)
      const sealed = (column: Contact, text: string | null | undefined) =>
        text === undefined ? undefined : sealContact(key, customerId, id, column, text)
      // Kysely leaves out what is undefined.
      const { numUpdatedRows } = await db
        .updateTable('users')
        .set({
          username: change.username,
          username_folded: change.usernameFolded,
          email: sealed('email', change.email),
          phone: sealed('phone', change.phone),
          first_name: change.firstName,
          last_name: change.lastName,
          preferred_method: change.preferredMethod,
          ...indexOf(key, change),
          is_enabled: change.isEnabled === undefined ? undefined : Number(change.isEnabled),
          updated_at_ms: nowMs,
        })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Removes a user with credentials, challenges and messages; tokens come back. False when there was none. */
    async remove(customerId: number, id: string): Promise<boolean> {
      await takeBackAll(db, customerId, id)
      const { numDeletedRows } = await db
        .deleteFrom('users')
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },
  }
}
