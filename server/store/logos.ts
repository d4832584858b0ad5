import type { Db } from './tables.ts'

/** The logos of customers, at most one for each. */
export function logos(db: Db) {
  return {
    /** The picture of this digest; undefined when there is none, or another by now. */
    async find(customerId: number, digest: string): Promise<Uint8Array | undefined> {
      const row = await db
        .selectFrom('logos')
        .select('png')
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .executeTakeFirst()
      return row?.png
    },

    /** Takes the place of the one before. */
    async put(customerId: number, digest: string, png: Uint8Array, nowMs: number): Promise<void> {
      await db
        .insertInto('logos')
        .values({ customer_id: customerId, digest, png, updated_at_ms: nowMs })
        .onConflict((conflict) => conflict.column('customer_id').doUpdateSet({ digest, png, updated_at_ms: nowMs }))
        .execute()
    },

    async remove(customerId: number): Promise<boolean> {
      const { numDeletedRows } = await db.deleteFrom('logos').where('customer_id', '=', customerId).executeTakeFirst()
      return numDeletedRows === 1n
    },
  }
}
