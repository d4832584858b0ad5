import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { Db } from './tables.ts'

/** Signed requests that were seen, so that a captured copy does nothing. Shared by all nodes. */
export function marks(db: Db) {
  return {
    /** False when this very request was seen before, or another one with its nonce. */
    async claim(mark: RequestMark): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('request_marks')
        .values({ digest: mark.digest, nonce: mark.nonce, expires_at_ms: mark.expiresAtMs })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },
  }
}
