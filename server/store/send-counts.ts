import { alone } from './alone.ts'
import type { Dialect } from './dialect.ts'
import type { Db } from './tables.ts'

/** How much was sent, by key and moment or window; shared by all nodes. */
export function sendCounts(db: Db, dialect: Dialect) {
  return {
    /** Waits until nobody else counts this key, and keeps it to this write until its end. */
    alone: (customerId: number, key: string): Promise<void> => alone(db, dialect, customerId, key),

    /**
     * Counts so many more from `startMs`, to be forgotten after `endMs`, and returns how many began then. The upsert settles
     * two nodes that count at once: each gets its own number.
     */
    async add(customerId: number, key: string, startMs: number, endMs: number, count: number): Promise<number> {
      const row = await db
        .insertInto('send_counts')
        .values({ customer_id: customerId, key, window_start_ms: startMs, window_end_ms: endMs, sent: count })
        .onConflict((conflict) =>
          conflict
            .columns(['customer_id', 'key', 'window_start_ms'])
            .doUpdateSet((eb) => ({ sent: eb('send_counts.sent', '+', count) })),
        )
        .returning('sent')
        .executeTakeFirstOrThrow()
      return row.sent
    },

    /** How many began after this moment. */
    async since(customerId: number, key: string, afterMs: number): Promise<number> {
      const { sent } = await db
        .selectFrom('send_counts')
        .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('sent'), eb.lit(0)).as('sent'))
        .where('customer_id', '=', customerId)
        .where('key', '=', key)
        .where('window_start_ms', '>', afterMs)
        .executeTakeFirstOrThrow()
      return Number(sent)
    },
  }
}
