import { seal, unseal } from '../security/seal.ts'
import type { AnswerClaim, KeptAnswer } from '../vocabulary/kept-answer.ts'
import { type Keys, place } from './keys.ts'
import type { Db } from './tables.ts'

/** Answers of requests that may be repeated under a key, by the digest of that key. */
export function keptAnswers(db: Db, keys: Keys) {
  return {
    /**
     * Takes a key before anything is done under it; false when it is taken. Settles repeats that come at once, on any
     * node: one of them adds the row, or takes over one that is past its time.
     */
    async claim(customerId: number, { digest, bodyDigest, claimedAtMs, expiresAtMs }: AnswerClaim): Promise<boolean> {
      const fresh = {
        body_digest: bodyDigest,
        answer: null,
        claimed_at_ms: claimedAtMs,
        expires_at_ms: expiresAtMs,
      }
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('kept_answers')
        .values({ customer_id: customerId, digest, ...fresh })
        .onConflict((at) =>
          at
            .columns(['customer_id', 'digest'])
            .doUpdateSet(fresh)
            .where('kept_answers.expires_at_ms', '<=', claimedAtMs),
        )
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },

    async find(customerId: number, digest: Uint8Array): Promise<KeptAnswer | undefined> {
      const row = await db
        .selectFrom('kept_answers')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .executeTakeFirst()
      if (!row) return undefined
      const key = await keys.of(db, customerId)
      return {
        digest,
        bodyDigest: row.body_digest,
        answer: row.answer && unseal(key, row.answer, placeOf(customerId, digest)).toString(),
        claimedAtMs: row.claimed_at_ms,
        expiresAtMs: row.expires_at_ms,
      }
    },

    /** Keeps the answer for repeats. The first one stands. */
    async keep(customerId: number, digest: Uint8Array, answer: string): Promise<void> {
      const sealed = seal(await keys.of(db, customerId), answer, placeOf(customerId, digest))
      await db
        .updateTable('kept_answers')
        .set({ answer: sealed })
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .where('answer', 'is', null)
        .execute()
    },

    /** Nobody works under this key any more, and its answer is not known. */
    async giveUp(customerId: number, digest: Uint8Array): Promise<void> {
      await db
        .updateTable('kept_answers')
        .set({ claimed_at_ms: 0 })
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .where('answer', 'is', null)
        .execute()
    },

    /** Gives a key back under which nothing was done. */
    async giveBack(customerId: number, digest: Uint8Array): Promise<void> {
      await db
        .deleteFrom('kept_answers')
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .where('answer', 'is', null)
        .execute()
    },
  }
}

function placeOf(customerId: number, digest: Uint8Array): string {
  return place(customerId, 'kept_answers', Buffer.from(digest).toString('base64url'), 'answer')
}
