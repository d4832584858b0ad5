import type { UserSession } from '../vocabulary/user.ts'
import type { Db } from './tables.ts'

/** One-time links to the pages of users, and the browsers that came by one. Only digests of their secrets are kept. */
export function userSessions(db: Db) {
  return {
    async add(digest: Uint8Array, session: UserSession): Promise<void> {
      await db
        .insertInto('user_sessions')
        .values({
          digest,
          customer_id: session.customerId,
          user_id: session.userId,
          kind: session.kind,
          is_proved: session.isProved ? 1 : 0,
          used_at_ms: session.usedAtMs,
          expires_at_ms: session.expiresAtMs,
        })
        .execute()
    },

    /** Neither over nor idle since before `idleSinceMs`, and of a user who is not disabled. */
    async find(digest: Uint8Array, idleSinceMs: number, nowMs: number): Promise<UserSession | undefined> {
      const row = await db
        .selectFrom('user_sessions')
        .innerJoin('users', 'users.id', 'user_sessions.user_id')
        .selectAll('user_sessions')
        .where('user_sessions.digest', '=', digest)
        .where('user_sessions.expires_at_ms', '>', nowMs)
        .where('user_sessions.used_at_ms', '>', idleSinceMs)
        .where('users.is_enabled', '=', 1)
        .executeTakeFirst()
      return (
        row && {
          customerId: row.customer_id,
          userId: row.user_id,
          kind: row.kind as UserSession['kind'], // written by `add`
          isProved: row.is_proved === 1,
          usedAtMs: row.used_at_ms,
          expiresAtMs: row.expires_at_ms,
        }
      )
    },

    async change(digest: Uint8Array, change: { readonly isProved?: true; readonly usedAtMs: number }): Promise<void> {
      await db
        .updateTable('user_sessions')
        .set({ used_at_ms: change.usedAtMs, ...(change.isProved ? { is_proved: 1 } : {}) })
        .where('digest', '=', digest)
        .execute()
    },

    /** False when it was ended before: of two that bring one link, one goes on. */
    async end(digest: Uint8Array): Promise<boolean> {
      const { numDeletedRows } = await db.deleteFrom('user_sessions').where('digest', '=', digest).executeTakeFirst()
      return numDeletedRows === 1n
    },

    /** Ends every link and session of a user but one; returns how many. */
    async endAll(customerId: number, userId: string, butDigest: Uint8Array | null): Promise<number> {
      let query = db.deleteFrom('user_sessions').where('customer_id', '=', customerId).where('user_id', '=', userId)
      if (butDigest) query = query.where('digest', '<>', butDigest)
      const { numDeletedRows } = await query.executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
