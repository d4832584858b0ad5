import { sql } from 'kysely'
import type { Db } from './tables.ts'

/** Failures, tries and locks. Only a decision counts one, or takes it back after a success. */
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

    /** Locks that are closed now, of these subjects. */
    async closed(
      customerId: number,
      subjects: readonly string[],
      nowMs: number,
      failuresMax: number,
    ): Promise<{ subject: string; method: string; failures: number; lockedUntilMs: number }[]> {
      if (subjects.length === 0) return []
      const rows = await lockedOf(db, customerId, nowMs, failuresMax)
        .select(['subject', 'method', 'failures', 'locked_until_ms'])
        .where('subject', 'in', subjects)
        .execute()
      return rows.map(({ locked_until_ms: lockedUntilMs, ...rest }) => ({ ...rest, lockedUntilMs }))
    },

    /** How many subjects are locked now. */
    async countClosed(customerId: number, nowMs: number, failuresMax: number): Promise<number> {
      const { total } = await lockedOf(db, customerId, nowMs, failuresMax)
        .select(({ fn }) => fn.count<number>('subject').distinct().as('total'))
        .executeTakeFirstOrThrow()
      return Number(total)
    },

    /** Tries of a subject with a method in the day that began then. */
    async triesOf(customerId: number, subject: string, method: string, dayStartMs: number): Promise<number> {
      const row = await db
        .selectFrom('daily_tries')
        .select('tries')
        .where('customer_id', '=', customerId)
        .where('subject', '=', subject)
        .where('method', '=', method)
        .where('day_start_ms', '=', dayStartMs)
        .executeTakeFirst()
      return row?.tries ?? 0
    },

    /** Forgets the failures and tries of a subject: a help desk unlocks. Returns of how many methods there were some. */
    async unlock(customerId: number, subject: string): Promise<number> {
      const wrong = await db
        .deleteFrom('guards')
        .where('customer_id', '=', customerId)
        .where('subject', '=', subject)
        .returning(['method', 'failures as count'])
        .execute()
      const tries = await db
        .deleteFrom('daily_tries')
        .where('customer_id', '=', customerId)
        .where('subject', '=', subject)
        .returning(['method', 'tries as count'])
        .execute()
      const counted = [...wrong, ...tries].filter(({ count }) => count > 0)
      return new Set(counted.map(({ method }) => method)).size
    },
  }
}

/** Locks of a customer: for a time that has not passed, or for good. */
export function lockedOf(db: Db, customerId: number, nowMs: number, failuresMax: number) {
  return (
    db
      .selectFrom('guards')
      .where('guards.customer_id', '=', customerId)
      // As the index `guards_locked` says it: with a parameter no database would know that it may use it.
      .where(sql<boolean>`guards.locked_until_ms > 0`)
      .where((eb) => eb.or([eb('guards.locked_until_ms', '>', nowMs), eb('guards.failures', '>=', failuresMax)]))
  )
}
