import type { Db } from './tables.ts'

/** Policies as they were written, by whom they are for. */
export function riskPolicies(db: Db) {
  return {
    async all(customerId: number): Promise<Map<string, string>> {
      const rows = await db
        .selectFrom('risk_policies')
        .select(['scope', 'policy'])
        .where('customer_id', '=', customerId)
        .orderBy('scope')
        .execute()
      return new Map(rows.map(({ scope, policy }) => [scope, policy]))
    },

    async put(customerId: number, scope: string, policy: string, nowMs: number): Promise<void> {
      await db
        .insertInto('risk_policies')
        .values({ customer_id: customerId, scope, policy, updated_at_ms: nowMs })
        .onConflict((conflict) =>
          conflict.columns(['customer_id', 'scope']).doUpdateSet({ policy, updated_at_ms: nowMs }),
        )
        .execute()
    },

    async remove(customerId: number, scope: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('risk_policies')
        .where('customer_id', '=', customerId)
        .where('scope', '=', scope)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },
  }
}
