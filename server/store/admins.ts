import { type Selectable, sql } from 'kysely'
import { deriveKey, keyedDigest } from '../security/digest.ts'
import { type SealingKey, seal, unseal } from '../security/seal.ts'
import type { Admin, AdminChange, AdminFactor, AdminLink, AdminLinkKind, AdminRole } from '../vocabulary/admin.ts'
import { serverScope } from '../vocabulary/customer.ts'
import type { Dialect } from './dialect.ts'
import { type Keys, place } from './keys.ts'
import type { AdminFactorRow, AdminRow } from './tables/admins.ts'
import type { Db } from './tables.ts'

/** A one-time link to choose a password, and what for. */
/** Who works in the console. All of it is sealed under the server's own key, because an admin may see many customers. */
export function admins(db: Db, keys: Keys, dialect: Dialect) {
  const opened = async (row: Selectable<AdminRow>): Promise<Admin> => {
    const key = await keys.of(db, serverScope)
    return {
      id: row.id,
      customerId: row.customer_id,
      login: unseal(key, row.login, at(row.id, 'login')).toString(),
      name: row.name,
      role: row.role as AdminRole, // written by this file alone
      password: row.password && unseal(key, row.password, at(row.id, 'password')).toString(),
      isEnabled: row.is_enabled === 1,
      lastSignInAtMs: row.last_sign_in_at_ms,
      createdAtMs: row.created_at_ms,
    }
  }
  const digestOf = async (loginFolded: string) => {
    const key = await keys.of(db, serverScope)
    return keyedDigest(deriveKey(key.bytes, 'admins'), loginFolded)
  }

  return {
    /** What an admin is found and counted by; it does not tell his login. */
    digestOf,

    /** Keys the passkeys and pages of admins. */
    async digestKey(): Promise<Buffer> {
      return deriveKey((await keys.of(db, serverScope)).bytes, 'admin-digests')
    },

    async byId(id: string): Promise<Admin | undefined> {
      const row = await db.selectFrom('admins').selectAll().where('id', '=', id).executeTakeFirst()
      return row && opened(row)
    },

    async byLogin(loginFolded: string): Promise<Admin | undefined> {
      const digest = await digestOf(loginFolded)
      const row = await db.selectFrom('admins').selectAll().where('login_digest', '=', digest).executeTakeFirst()
      return row && opened(row)
    },

    /** The admin whose password may be chosen by what has this digest. */
    async byLink(digest: Uint8Array, nowMs: number): Promise<{ admin: Admin; kind: AdminLinkKind } | undefined> {
      const row = await db
        .selectFrom('admins')
        .selectAll()
        .where('link_digest', '=', digest)
        .where('link_until_ms', '>', nowMs)
        .where('is_enabled', '=', 1)
        .executeTakeFirst()
      return row && { admin: await opened(row), kind: row.link_kind as AdminLinkKind } // written by `offerLink`
    },

    async list(): Promise<Admin[]> {
      const rows = await db.selectFrom('admins').selectAll().orderBy('created_at_ms').orderBy('id').execute()
      return Promise.all(rows.map(opened))
    },

    /** False when the login is taken. */
    async add(admin: Admin, loginFolded: string): Promise<boolean> {
      const key = await keys.of(db, serverScope)
      const { id, password } = admin
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('admins')
        .values({
          id,
          customer_id: admin.customerId,
          login_digest: await digestOf(loginFolded),
          login: seal(key, admin.login, at(id, 'login')),
          name: admin.name,
          role: admin.role,
          password: password === null ? null : seal(key, password, at(id, 'password')),
          is_enabled: admin.isEnabled ? 1 : 0,
          link_digest: null,
          link_kind: null,
          link_until_ms: null,
          last_sign_in_at_ms: null,
          created_at_ms: admin.createdAtMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },

    async change(id: string, change: AdminChange): Promise<boolean> {
      const { password } = change
      const key = await keys.of(db, serverScope)
      const { numUpdatedRows } = await db
        .updateTable('admins')
        .set({
          name: change.name,
          role: change.role,
          is_enabled: change.isEnabled === undefined ? undefined : Number(change.isEnabled),
          password: typeof password === 'string' ? seal(key, password, at(id, 'password')) : password,
          last_sign_in_at_ms: change.lastSignInAtMs,
          // Kysely leaves out what is undefined; a statement that sets nothing would not be one.
          id,
        })
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Renames what he signs in with. False when it is taken. */
    async rename(id: string, login: string, loginFolded: string): Promise<boolean> {
      const digest = await digestOf(loginFolded)
      const holder = await db.selectFrom('admins').select('id').where('login_digest', '=', digest).executeTakeFirst()
      if (holder && holder.id !== id) return false
      const key = await keys.of(db, serverScope)
      await db
        .updateTable('admins')
        .set({ login: seal(key, login, at(id, 'login')), login_digest: digest })
        .where('id', '=', id)
        .execute()
      return true
    },

    /** Lets whoever brings what has this digest choose a password; ends an earlier link. Null: ends it. */
    async offerLink(id: string, link: AdminLink | null): Promise<void> {
      await db
        .updateTable('admins')
        .set({
          link_digest: link?.digest ?? null,
          link_kind: link?.kind ?? null,
          link_until_ms: link?.untilMs ?? null,
        })
        .where('id', '=', id)
        .execute()
    },

    /** With factors and sessions. */
    async remove(id: string): Promise<boolean> {
      const { numDeletedRows } = await db.deleteFrom('admins').where('id', '=', id).executeTakeFirst()
      return numDeletedRows === 1n
    },

    /** Waits until nobody else changes admins, so that two owners cannot both be the last but one to go. */
    async alone(): Promise<void> {
      if (dialect === 'postgres') await sql`lock table admins in share row exclusive mode`.execute(db)
    },
  }
}

/** Second factors of admins. */
export function adminFactors(db: Db, keys: Keys) {
  const opened = (key: SealingKey, row: Selectable<AdminFactorRow>): AdminFactor => ({
    id: row.id,
    kind: row.kind as AdminFactor['kind'], // written by `offer`
    state: row.state === 'active' ? 'active' : 'pending',
    name: row.name,
    secret: unseal(key, row.secret, placeOfSecret(row.id)).toString(),
    lastStep: row.used_step,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  })

  return {
    /** The oldest first, pending ones too. */
    async of(adminId: string): Promise<AdminFactor[]> {
      const key = await keys.of(db, serverScope)
      const rows = await db
        .selectFrom('admin_factors')
        .selectAll()
        .where('admin_id', '=', adminId)
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map((row) => opened(key, row))
    },

    /** Keeps a new factor in place of one that waits for its proof. */
    async offer(adminId: string, factor: AdminFactor): Promise<void> {
      const key = await keys.of(db, serverScope)
      await db
        .deleteFrom('admin_factors')
        .where('admin_id', '=', adminId)
        .where('kind', '=', factor.kind)
        .where('state', '=', 'pending')
        .execute()
      await db
        .insertInto('admin_factors')
        .values({
          id: factor.id,
          admin_id: adminId,
          kind: factor.kind,
          state: factor.state,
          name: factor.name,
          secret: seal(key, factor.secret, placeOfSecret(factor.id)),
          used_step: factor.lastStep,
          created_at_ms: factor.createdAtMs,
          last_used_at_ms: factor.lastUsedAtMs,
        })
        .execute()
    },

    /** Confirms what waits for its proof, once: of two proofs the second changes no row. */
    async confirm(adminId: string, id: string, name: string, step: number, nowMs: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('admin_factors')
        .set({ state: 'active', name, used_step: step, last_used_at_ms: nowMs })
        .where('admin_id', '=', adminId)
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Uses a step up. False when it, or a later one, was used before: one code signs in once. */
    async use(adminId: string, id: string, step: number, nowMs: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('admin_factors')
        .set({ used_step: step, last_used_at_ms: nowMs })
        .where('admin_id', '=', adminId)
        .where('id', '=', id)
        .where('state', '=', 'active')
        .where('used_step', '<', step)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** False when there is none, or when it is the last that he could sign in with. */
    async remove(adminId: string, id: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('admin_factors')
        .where('admin_id', '=', adminId)
        .where('id', '=', id)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('admin_factors as other')
              .select('other.id')
              .where('other.admin_id', '=', adminId)
              .where('other.state', '=', 'active')
              .where('other.id', '<>', id),
          ),
        )
        .executeTakeFirst()
      return numDeletedRows === 1n
    },

    async removeAll(adminId: string): Promise<void> {
      await db.deleteFrom('admin_factors').where('admin_id', '=', adminId).execute()
    },
  }
}

function at(id: string, column: string): string {
  return place(serverScope, 'admins', id, column)
}

function placeOfSecret(id: string): string {
  return place(serverScope, 'admin_factors', id, 'secret')
}
