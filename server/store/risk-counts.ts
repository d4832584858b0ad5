import { sql } from 'kysely'
import type { CountKey, Uncounted } from '../risk/kept.ts'
import { allLevel, levels } from '../risk/levels.ts'
import { markAt } from '../risk/marks.ts'
import { weightAt } from '../risk/profile.ts'
import type { Db } from './tables.ts'

/** How often a customer's users showed each value. */
export function riskCounts(db: Db) {
  return {
    /** Counts sign-ins in; in a fixed order, so that two nodes never wait for each other in a circle. */
    async add(list: readonly Uncounted[]): Promise<void> {
      const sums = new Map<
        string,
        { customer_id: number; level: number; mark: number; count: number; last_ms: number }
      >()
      const count = (customer_id: number, level: number, mark: number, at_ms: number) => {
        const key = `${customer_id} ${level} ${mark}`
        const before = sums.get(key)
        const sum = (before?.count ?? 0) + weightAt(at_ms)
        sums.set(key, { customer_id, level, mark, count: sum, last_ms: Math.max(before?.last_ms ?? 0, at_ms) })
      }
      for (const { customerId, marks, atMs } of list) {
        count(customerId, allLevel, 0, atMs)
        for (const level of levels.keys()) {
          const mark = markAt(marks, level)
          if (mark !== 0) count(customerId, level, mark, atMs)
        }
      }
      const rows = [...sums.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
      for (let at = 0; at < rows.length; at += rowsMax)
        await db
          .insertInto('risk_counts')
          .values(rows.slice(at, at + rowsMax))
          .onConflict((conflict) =>
            conflict.columns(['customer_id', 'level', 'mark']).doUpdateSet((eb) => ({
              count: eb('risk_counts.count', '+', eb.ref('excluded.count')),
              last_ms: sql<number>`excluded.last_ms`,
            })),
          )
          .execute()
    },

    /** Counts one thing alone, by one. */
    async bump(customerId: number, { level, mark }: CountKey, nowMs: number): Promise<void> {
      await db
        .insertInto('risk_counts')
        .values({ customer_id: customerId, level, mark, count: 1, last_ms: nowMs })
        .onConflict((conflict) =>
          conflict
            .columns(['customer_id', 'level', 'mark'])
            .doUpdateSet((eb) => ({ count: eb('risk_counts.count', '+', 1), last_ms: nowMs })),
        )
        .execute()
    },
  }
}

/** Of one statement; five values each, and PostgreSQL takes 65,535. */
const rowsMax = 500
