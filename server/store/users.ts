import type { Selectable } from 'kysely'
import { type Sealed, type SealingKey, seal, unseal } from '../security/seal.ts'
import type { User } from '../vocabulary.ts'
import { type Keys, place } from './keys.ts'
import type { Db, UserRow } from './tables.ts'
import { takeBackAll } from './tokens.ts'

/** What can be changed of a user; an absent field stays as it is. */
export interface UserChange {
  readonly username?: string
  readonly usernameFolded?: string
  readonly email?: string | null
  readonly phone?: string | null
  readonly firstName?: string | null
  readonly lastName?: string | null
  readonly preferredMethod?: string | null
  readonly isEnabled?: boolean
}

/** Users of a customer. Contacts are sealed; names are kept folded beside their spelling, for looking up. */
export function users(db: Db, keys: Keys) {
  const opened = async (customerId: number, row: Selectable<UserRow>): Promise<User> => {
    const key = await keys.of(db, customerId)
    return {
      id: row.id,
      customerId,
      username: row.username,
      email: openContact(key, row, 'email'),
      phone: openContact(key, row, 'phone'),
      firstName: row.first_name,
      lastName: row.last_name,
      preferredMethod: row.preferred_method,
      isEnabled: row.is_enabled === 1,
      createdAtMs: row.created_at_ms,
    }
  }

  return {
    async find(customerId: number, usernameFolded: string): Promise<User | undefined> {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('username_folded', '=', usernameFolded)
        .executeTakeFirst()
      return row && opened(customerId, row)
    },

    async byId(customerId: number, id: string): Promise<User | undefined> {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && opened(customerId, row)
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

    async page(customerId: number, offset: number, limit: number): Promise<User[]> {
      const rows = await db
        .selectFrom('users')
        .selectAll()
        .where('customer_id', '=', customerId)
        .orderBy('username_folded')
        .offset(offset)
        .limit(limit)
        .execute()
      return Promise.all(rows.map((row) => opened(customerId, row)))
    },

    async count(customerId: number): Promise<number> {
      const row = await db
        .selectFrom('users')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .where('customer_id', '=', customerId)
        .executeTakeFirstOrThrow()
      return Number(row.total)
    },

    /** False when the name is taken. */
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
          created_at_ms: user.createdAtMs,
          updated_at_ms: user.createdAtMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
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

type Contact = 'email' | 'phone'

function sealContact(
  key: SealingKey,
  customerId: number,
  id: string,
  column: Contact,
  text: string | null,
): Sealed | null {
  return text === null ? null : seal(key, text, place(customerId, 'users', id, column))
}

function openContact(key: SealingKey, row: Selectable<UserRow>, column: Contact): string | null {
  const sealed = row[column]
  return sealed === null ? null : unseal(key, sealed, place(row.customer_id, 'users', row.id, column)).toString()
}
