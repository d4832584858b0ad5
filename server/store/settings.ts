import { seal, unseal } from '../security/seal.ts'
import { type Keys, place } from './keys.ts'
import type { Db } from './tables.ts'

/** Settings as text, all sealed, because some hold passwords. What they mean: `server/settings.ts`. */
export function settings(db: Db, keys: Keys) {
  return {
    /** Everything that was set in one scope (a customer id, or `serverScope`). */
    async all(customerId: number): Promise<Map<string, string>> {
      const rows = await db
        .selectFrom('settings')
        .select(['name', 'value'])
        .where('customer_id', '=', customerId)
        .execute()
      if (rows.length === 0) return new Map()
      const key = await keys.of(db, customerId)
      return new Map(rows.map((row) => [row.name, unseal(key, row.value, at(customerId, row.name)).toString()]))
    },

    async set(customerId: number, name: string, text: string, nowMs: number): Promise<void> {
      await keys.ensure(db, customerId)
      const value = seal(await keys.of(db, customerId), text, at(customerId, name))
      await db
        .insertInto('settings')
        .values({ customer_id: customerId, name, value, updated_at_ms: nowMs })
        .onConflict((conflict) =>
          conflict.columns(['customer_id', 'name']).doUpdateSet({ value, updated_at_ms: nowMs }),
        )
        .execute()
    },

    async unset(customerId: number, name: string): Promise<void> {
      await db.deleteFrom('settings').where('customer_id', '=', customerId).where('name', '=', name).execute()
    },
  }
}

function at(customerId: number, name: string): string {
  return place(customerId, 'settings', name, 'value')
}
