import type { SignIn } from '../vocabulary/app.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Db } from './tables.ts'

/** Sign-ins on their way, by the digest of their token. */
export function signIns(db: Db) {
  return {
    async add(digest: Uint8Array, signIn: SignIn): Promise<void> {
      await db
        .insertInto('sign_ins')
        .values({
          digest,
          customer_id: signIn.customerId,
          app_id: signIn.appId,
          user_id: signIn.userId,
          methods: signIn.methods.join(','),
          challenge_id: signIn.challengeId,
          expires_at_ms: signIn.expiresAtMs,
        })
        .execute()
    },

    async find(customerId: number, digest: Uint8Array, nowMs: number): Promise<SignIn | undefined> {
      const row = await db
        .selectFrom('sign_ins')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .where('expires_at_ms', '>', nowMs)
        .executeTakeFirst()
      return (
        row && {
          customerId,
          appId: row.app_id,
          userId: row.user_id,
          methods: row.methods.split(',').filter((one) => one !== '') as MethodId[], // written by `add`
          challengeId: row.challenge_id,
          expiresAtMs: row.expires_at_ms,
        }
      )
    },

    /** Ends every sign-in of a user that has begun; returns how many. */
    async endAll(customerId: number, userId: string): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('sign_ins')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },

    /** Has a sign-in wait for the answer to a question; the latest one counts. False when it is over. */
    async wait(customerId: number, digest: Uint8Array, challengeId: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('sign_ins')
        .set({ challenge_id: challengeId })
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Ends a sign-in. Settles two calls with one token: only one of them deletes the row. */
    async take(customerId: number, digest: Uint8Array, nowMs: number): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('sign_ins')
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .where('expires_at_ms', '>', nowMs)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },
  }
}
