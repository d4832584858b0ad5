import { type Selectable, sql } from 'kysely'
import { deriveKey, keyedDigest } from '../security/digest.ts'
import { type Sealed, type SealingKey, seal, unseal } from '../security/seal.ts'
import type { User, UserChange, UsersWanted } from '../vocabulary/user.ts'
import type { Dialect } from './dialect.ts'
import { joinDefault } from './groups.ts'
import { type Keys, place } from './keys.ts'
import type { UserRow } from './tables/users.ts'
import type { Db } from './tables.ts'
import { takeBackAll } from './tokens.ts'

export interface UsersFound {
  readonly users: readonly User[]
  /** Of all that were found, `foundMax` at most. */
  readonly total: number
}

/** Of more than these only the first are shown and counted: whoever looks for somebody types another letter. */
export const foundMax = 1_000
/** Users of a customer are counted up to here. */
export const countedMax = 10_000

/** Users of a customer. Contacts are sealed; names are kept folded beside their spelling, for looking up. */
export function users(db: Db, keys: Keys, dialect: Dialect) {
  const bytewise = (column: string) =>
    dialect === 'postgres' ? sql<string>`${sql.ref(column)} collate "C"` : sql<string>`${sql.ref(column)}`

  /** What a user is looked for by. */
  const indexOf = (key: SealingKey, { email, phone, firstName, lastName }: UserChange) => ({
    first_folded: firstName === undefined ? undefined : fold(firstName),
    last_folded: lastName === undefined ? undefined : fold(lastName),
    email_digest: email === undefined ? undefined : contactDigest(key, email && fold(email)),
    phone_digest: phone === undefined ? undefined : contactDigest(key, phone),
  })

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

  /** Users in the order of their names, as far as they count: nobody looks further than `foundMax`. */
  const some = (customerId: number) =>
    db
      .selectFrom('users')
      .select(['id', 'username_folded as folded'])
      .where('customer_id', '=', customerId)
      .limit(foundMax + 1)

  /** Those whom a text can mean: each way by its own index, because databases read everything to join them. */
  const meantBy = async (customerId: number, { folded, email, phone }: NonNullable<UsersWanted['text']>) => {
    const key = await keys.of(db, customerId)
    const named = (column: 'username_folded' | 'first_folded' | 'last_folded') =>
      some(customerId)
        .where(bytewise(column), '>=', folded)
        .where(bytewise(column), '<', `${folded}\u{10ffff}`)
        .orderBy(bytewise(column))
        .execute()
    const found = await Promise.all([
      named('username_folded'),
      named('first_folded'),
      named('last_folded'),
      email === null
        ? []
        : some(customerId)
            .where('email_digest', '=', contactDigest(key, fold(email)))
            .execute(),
      phone === null ? [] : some(customerId).where('phone_digest', '=', contactDigest(key, phone)).execute(),
    ])
    return found.flat()
  }

  /** Users of these ids. The sign keeps SQLite from reading all of the customer's users to find a few. */
  const among = (customerId: number, ids: readonly string[]) =>
    db
      .selectFrom('users')
      .where('id', 'in', ids.length === 0 ? [''] : ids)
      .where(sql`+customer_id`, '=', customerId)

  /** Those of a state. A bound value would not find the index of those who are disabled. */
  const inState = async (customerId: number, { state, nowMs, failuresMax }: UsersWanted): Promise<Candidate[]> => {
    if (state === 'disabled') return some(customerId).where('is_enabled', '=', sql.lit(0)).execute()
    const locked = await lockedOf(db, customerId, nowMs, failuresMax)
      .select('subject')
      .distinct()
      .limit(foundMax + 1)
      .execute()
    const ids = locked.map(({ subject }) => subject)
    return among(customerId, ids).select(['id', 'username_folded as folded']).execute()
  }

  /** How many users there are, counted as far as `countedMax` and one more. */
  const most = async (customerId: number): Promise<number> => {
    const counted = db
      .selectFrom('users')
      .select('customer_id')
      .where('customer_id', '=', customerId)
      .limit(countedMax + 1)
      .as('counted')
    const { total } = await db
      .selectFrom(counted)
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow()
    return Number(total)
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

    /** Users by name, a page of those that are meant; see `UsersWanted`. */
    async search(customerId: number, wanted: UsersWanted): Promise<UsersFound> {
      const { text, state, offset, limit } = wanted
      if (!text && state === 'all')
        return { users: await this.page(customerId, offset, limit), total: await most(customerId) }
      const meant = text && (await meantBy(customerId, text))
      const stated = state === 'all' ? undefined : await inState(customerId, wanted)
      const found = chosen(meant ?? stated ?? [], meant && stated ? stated : undefined)
      const ids = found.slice(offset, offset + limit).map(({ id }) => id)
      const rows = await among(customerId, ids).selectAll().execute()
      const ordered = rows.sort((left, right) => ids.indexOf(left.id) - ids.indexOf(right.id))
      return { users: await Promise.all(ordered.map((row) => opened(customerId, row))), total: found.length }
    },

    /** Users who may sign in and have a phone number and nothing that they set up: they depend on messages. */
    async withPhoneAlone(
      customerId: number,
      limit: number,
    ): Promise<{ total: number; first: { id: string; username: string }[] }> {
      const query = db
        .selectFrom('users')
        .where('users.customer_id', '=', customerId)
        .where('users.is_enabled', '=', 1)
        .where('users.phone', 'is not', null)
        .where(({ exists, not, selectFrom }) =>
          not(
            exists(
              selectFrom('credentials')
                .select('credentials.id')
                .whereRef('credentials.user_id', '=', 'users.id')
                .where('credentials.state', '=', 'active'),
            ),
          ),
        )
      const { total } = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      const first = await query
        .select(['users.id', 'users.username'])
        .orderBy('users.username_folded')
        .limit(limit)
        .execute()
      return { total: Number(total), first }
    },

    /** Makes users of before there was an index findable; returns how many. */
    async index(limit: number): Promise<number> {
      const rows = await db.selectFrom('users').selectAll().where('is_indexed', '=', 0).limit(limit).execute()
      for (const row of rows) {
        const key = await keys.of(db, row.customer_id)
        await db
          .updateTable('users')
          .set({ ...indexOf(key, await opened(row.customer_id, row)), is_indexed: 1 })
          .where('id', '=', row.id)
          .execute()
      }
      return rows.length
    },

    async page(customerId: number, offset: number, limit: number): Promise<User[]> {
      const rows = await db
        .selectFrom('users')
        .selectAll()
        .where('customer_id', '=', customerId)
        .orderBy(bytewise('username_folded'))
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

interface Candidate {
  readonly id: string
  readonly folded: string
}

/** Each once, by name; with `also`, those alone who are in both. */
function chosen(list: readonly Candidate[], also: readonly Candidate[] | undefined): Candidate[] {
  const allowed = also && new Set(also.map(({ id }) => id))
  const each = new Map(list.filter(({ id }) => !allowed || allowed.has(id)).map((one) => [one.id, one]))
  return [...each.values()].sort((left, right) =>
    left.folded < right.folded ? -1 : left.folded > right.folded ? 1 : 0,
  )
}

/** Locks of a customer: for a time that has not passed, or for good. */
export function lockedOf(db: Db, customerId: number, nowMs: number, failuresMax: number) {
  return (
    db
      .selectFrom('guards')
      .where('guards.customer_id', '=', customerId)
      // As the index `guards_locked` says it: with a parameter no database would know that it may use it.
      .where(sql<boolean>`guards.locked_until_ms > 0`)
      .where((eb) => eb.or([eb('guards.locked_until_ms', '>', nowMs), eb('guards.failures', '>=', failuresMax)]))
  )
}

/** One key for all spellings of a name. */
function fold(text: string): string
function fold(text: string | null): string | null
function fold(text: string | null): string | null {
  return text === null ? null : text.normalize('NFKC').trim().toLowerCase()
}

/** What a contact is found by; it does not tell the contact. */
function contactDigest(key: SealingKey, folded: string): Buffer
function contactDigest(key: SealingKey, folded: string | null): Buffer | null
function contactDigest(key: SealingKey, folded: string | null): Buffer | null {
  return folded === null ? null : keyedDigest(deriveKey(key.bytes, 'contacts'), folded)
}

/** A user who is added has all of it. */
function indexed<T extends object>(index: T): { [Key in keyof T]: Exclude<T[Key], undefined> | null } {
  return Object.fromEntries(Object.entries(index).map(([name, value]) => [name, value ?? null])) as {
    [Key in keyof T]: Exclude<T[Key], undefined> | null
  } // each of its fields, with null for what is absent
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
