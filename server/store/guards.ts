import type { Db } from './tables.ts'

/** Failures and locks. Only a decision counts a failure or clears them after a success. */
export function guards(db: Db) {
  return {
    async find(
      customerId: number,
      subject: string,
      method: string,
    ): Promise<{ failures: number; lockedUntilMs: number }> {
      const row = await db
        .selectFrom('guards')
        .select(['failures', 'locked_until_ms'])
        .where('customer_id', '=', customerId)
        .where('subject', '=', subject)
        .where('method', '=', method)
        .executeTakeFirst()
      return { failures: row?.failures ?? 0, lockedUntilMs: row?.locked_until_ms ?? 0 }
    },

    /** Forgets the failures of a subject with every method: a help desk unlocks. Returns how many locks went. */
    async unlock(customerId: number, subject: string): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('guards')
        .where('customer_id', '=', customerId)
        .where('subject', '=', subject)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
