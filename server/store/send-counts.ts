import type { Db } from './tables.ts'

/** How much was sent, by key and window; shared by all nodes. */
export function sendCounts(db: Db) {
  return {
    /** Counts one more and returns the new number. The upsert settles two nodes that count at once: each gets its own. */
    async add(customerId: number, key: string, windowStartMs: number, windowEndMs: number): Promise<number> {
      const row = await db
        .insertInto('send_counts')
        .values({ customer_id: customerId, key, window_start_ms: windowStartMs, window_end_ms: windowEndMs, sent: 1 })
        .onConflict((conflict) =>
          conflict
            .columns(['customer_id', 'key', 'window_start_ms'])
            .doUpdateSet((eb) => ({ sent: eb('send_counts.sent', '+', 1) })),
        )
        .returning('sent')
        .executeTakeFirstOrThrow()
      return row.sent
    },

    /** What was counted for a key in the window that began then. */
    async read(customerId: number, key: string, windowStartMs: number): Promise<number> {
      const row = await db
        .selectFrom('send_counts')
        .select('sent')
        .where('customer_id', '=', customerId)
        .where('key', '=', key)
        .where('window_start_ms', '=', windowStartMs)
        .executeTakeFirst()
      return row?.sent ?? 0
    },
  }
}
