import type { AdminSession, AdminSessionChange } from '../vocabulary/admin.ts'
import type { Db } from './tables.ts'

/** What a session becomes; an absent field stays as it is. */
/** Browsers in which admins signed in. Only a digest of what a cookie holds is kept. */
export function adminSessions(db: Db) {
  return {
    async add(digest: Uint8Array, session: AdminSession): Promise<void> {
      await db
        .insertInto('admin_sessions')
        .values({
          digest,
          admin_id: session.adminId,
          step: session.step,
          asked: session.asked,
          confirmed_at_ms: session.confirmedAtMs,
          created_at_ms: session.createdAtMs,
          used_at_ms: session.usedAtMs,
          expires_at_ms: session.expiresAtMs,
        })
        .execute()
    },

    /** Neither over nor idle since before `idleSinceMs`, and of an admin who still may sign in. */
    async find(digest: Uint8Array, idleSinceMs: number, nowMs: number): Promise<AdminSession | undefined> {
      const row = await db
        .selectFrom('admin_sessions')
        .innerJoin('admins', 'admins.id', 'admin_sessions.admin_id')
        .selectAll('admin_sessions')
        .where('admin_sessions.digest', '=', digest)
        .where('admin_sessions.expires_at_ms', '>', nowMs)
        .where('admin_sessions.used_at_ms', '>', idleSinceMs)
        .where('admins.is_enabled', '=', 1)
        .executeTakeFirst()
      return (
        row && {
          adminId: row.admin_id,
          step: row.step as AdminSession['step'], // written by `add`
          asked: row.asked,
          confirmedAtMs: row.confirmed_at_ms,
          createdAtMs: row.created_at_ms,
          usedAtMs: row.used_at_ms,
          expiresAtMs: row.expires_at_ms,
        }
      )
    },

    async change(digest: Uint8Array, { asked, confirmedAtMs, usedAtMs }: AdminSessionChange): Promise<void> {
      await db
        .updateTable('admin_sessions')
        .set({ asked, confirmed_at_ms: confirmedAtMs, used_at_ms: usedAtMs, digest })
        .where('digest', '=', digest)
        .execute()
    },

    /** Takes a question back that was asked, once: of two answers the second finds none. */
    async takeAsked(digest: Uint8Array, asked: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('admin_sessions')
        .set({ asked: null })
        .where('digest', '=', digest)
        .where('asked', '=', asked)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** False when it was ended before: of two that go on from it, one does. */
    async end(digest: Uint8Array): Promise<boolean> {
      const { numDeletedRows } = await db.deleteFrom('admin_sessions').where('digest', '=', digest).executeTakeFirst()
      return numDeletedRows === 1n
    },

    /** Ends all sessions of an admin but one; returns how many. */
    async endOthers(adminId: string, butDigest: Uint8Array | null): Promise<number> {
      let query = db.deleteFrom('admin_sessions').where('admin_id', '=', adminId)
      if (butDigest) query = query.where('digest', '<>', butDigest)
      const { numDeletedRows } = await query.executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
