import { sql } from 'kysely'
import { seal, unseal } from '../security/seal.ts'
import type { Credential, CredentialOverview, ListedCredential } from '../vocabulary/credential.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Dialect } from './dialect.ts'
import { type Keys, place } from './keys.ts'
import type { CredentialRow } from './tables/users.ts'
import type { Db } from './tables.ts'

/** What users enrolled. Only a decision activates what was offered or moves a step. */
export function credentials(db: Db, keys: Keys, dialect: Dialect) {
  /** Throws when the customer has no such user. */
  const theUser = (customerId: number, userId: string) =>
    db
      .selectFrom('users')
      .select('id')
      .where('customer_id', '=', customerId)
      .where('id', '=', userId)
      .executeTakeFirstOrThrow()

  const rowsOf = async (customerId: number, userId: string, list: readonly Credential[], nowMs: number) => {
    const key = await keys.of(db, customerId)
    return list.map((credential) => ({
      id: credential.id,
      customer_id: customerId,
      user_id: userId,
      method: credential.method,
      state: credential.state,
      label: credential.label,
      secret: seal(key, credential.secret, placeOfSecret(customerId, credential.id)),
      last_step: credential.lastStep,
      created_at_ms: nowMs,
      confirmed_at_ms: null,
      last_used_at_ms: credential.lastUsedAtMs,
    }))
  }

  const insert = async (...what: Parameters<typeof rowsOf>) => {
    await db
      .insertInto('credentials')
      .values(await rowsOf(...what))
      .execute()
  }

  return {
    /** Keeps a credential beside all others, a phone's or nobody's; throws when the customer has no such user. */
    async add(
      customerId: number,
      userId: string,
      credential: Credential,
      nowMs: number,
      deviceId: string | null = null,
    ): Promise<void> {
      await theUser(customerId, userId)
      const rows = await rowsOf(customerId, userId, [credential], nowMs)
      await db
        .insertInto('credentials')
        .values(rows.map((row) => ({ ...row, device_id: deviceId })))
        .execute()
    },

    /** All credentials of a user, pending ones too. */
    async of(customerId: number, userId: string, method: MethodId): Promise<Credential[]> {
      const key = await keys.of(db, customerId)
      const rows = await db
        .selectFrom('credentials')
        .select(['id', 'method', 'state', 'label', 'secret', 'last_step', 'last_used_at_ms'])
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('method', '=', method)
        .execute()
      return rows.map((row) => openCredential(key, customerId, row))
    },

    /** A user's confirmed credentials without their secrets, the oldest first. */
    async list(customerId: number, userId: string, method: MethodId): Promise<ListedCredential[]> {
      const rows = await db
        .selectFrom('credentials')
        .select(['id', 'label', 'created_at_ms', 'last_used_at_ms'])
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('method', '=', method)
        .where('state', '=', 'active')
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map((row) => ({
        id: row.id,
        label: row.label,
        createdAtMs: row.created_at_ms,
        lastUsedAtMs: row.last_used_at_ms,
      }))
    },

    /** Which confirmed credentials users have, without their secrets. */
    async overview(customerId: number, userIds: readonly string[]): Promise<CredentialOverview[]> {
      if (userIds.length === 0) return []
      const rows = await db
        .selectFrom('credentials')
        .select(['id', 'user_id', 'method', 'device_id', 'label', 'last_step', 'created_at_ms', 'last_used_at_ms'])
        .where('customer_id', '=', customerId)
        .where('user_id', 'in', userIds)
        .where('state', '=', 'active')
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map((row) => ({
        id: row.id,
        userId: row.user_id,
        method: row.method as MethodId, // only credentials of our methods are ever stored
        deviceId: row.device_id,
        label: row.label,
        isUsed: row.last_step >= 0,
        createdAtMs: row.created_at_ms,
        lastUsedAtMs: row.last_used_at_ms,
      }))
    },

    /** Removes all that a user has of a method, pending ones too; returns how many. */
    async removeAll(customerId: number, userId: string, method: MethodId): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('credentials')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('method', '=', method)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },

    /** How many users have something of these methods, and the first of those who have, or have not. */
    async holders(
      customerId: number,
      methods: readonly MethodId[],
      has: boolean,
      limit: number,
    ): Promise<{ total: number; first: { id: string; username: string }[] }> {
      const query = db
        .selectFrom('users')
        .where('users.customer_id', '=', customerId)
        .where('users.is_enabled', '=', 1)
        .where(({ exists, selectFrom, not }) => {
          const some = exists(
            selectFrom('credentials')
              .select('credentials.id')
              .whereRef('credentials.user_id', '=', 'users.id')
              .where('credentials.state', '=', 'active')
              .where('credentials.method', 'in', methods),
          )
          return has ? some : not(some)
        })
      const { total } = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      const first = await query
        .select(['users.id', 'users.username'])
        .orderBy('users.username_folded')
        .limit(limit)
        .execute()
      return { total: Number(total), first }
    },

    /** Keeps a new pending credential beside all others. False when its id is taken, by whomever. */
    async offerBeside(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<boolean> {
      await theUser(customerId, userId)
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('credentials')
        .values(await rowsOf(customerId, userId, [credential], nowMs))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },

    /** False when the user has no such credential. */
    async remove(customerId: number, userId: string, method: MethodId, id: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('credentials')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('method', '=', method)
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },

    /** How many credentials of a method a user has that were never used; those with a label are none of a set. */
    async unused(customerId: number, userId: string, method: MethodId): Promise<number> {
      const { total } = await db
        .selectFrom('credentials')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('method', '=', method)
        .where('state', '=', 'active')
        .where('last_step', '<', 0)
        .where('label', 'is', null)
        .executeTakeFirstOrThrow()
      return Number(total)
    },

    /** Puts credentials in place of all that the user had by their method; two that do so at once wait for each other. */
    async replace(customerId: number, userId: string, list: readonly Credential[], nowMs: number): Promise<void> {
      await theUser(customerId, userId)
      for (const method of new Set(list.map((credential) => credential.method))) {
        if (dialect === 'postgres')
          await sql`select pg_advisory_xact_lock(hashtextextended(${`${customerId}|${userId}|${method}`}, 1))`.execute(
            db,
          )
        await db
          .deleteFrom('credentials')
          .where('customer_id', '=', customerId)
          .where('user_id', '=', userId)
          .where('method', '=', method)
          .execute()
      }
      await insert(customerId, userId, list, nowMs)
    },

    /** Keeps a new pending credential in place of an older pending one; a confirmed one stays valid beside it. */
    async offer(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<void> {
      await theUser(customerId, userId)
      await db
        .deleteFrom('credentials')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('method', '=', credential.method)
        .where('state', '=', 'pending')
        .execute()
      await insert(customerId, userId, [credential], nowMs)
    },
  }
}

/** A credential row as the engine knows it. */
export function openCredential(
  key: Parameters<typeof unseal>[0],
  customerId: number,
  row: Pick<CredentialRow, 'id' | 'method' | 'state' | 'label' | 'secret' | 'last_step' | 'last_used_at_ms'>,
): Credential {
  return {
    id: row.id,
    method: row.method as MethodId, // only credentials of our methods are ever stored
    state: row.state === 'active' ? 'active' : 'pending',
    label: row.label,
    secret: unseal(key, row.secret, placeOfSecret(customerId, row.id)).toString(),
    lastStep: row.last_step,
    lastUsedAtMs: row.last_used_at_ms,
  }
}

function placeOfSecret(customerId: number, id: string): string {
  return place(customerId, 'credentials', id, 'secret')
}
