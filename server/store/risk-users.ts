import { sql } from 'kysely'
import { nobody, type RiskUser } from '../risk/kept.ts'
import { oldestMs, packProfile, unpackProfile } from '../risk/profile.ts'
import type { Place } from '../risk/travel.ts'
import { type Sealed, type SealingKey, seal, unseal } from '../security/seal.ts'
import type { Dialect } from './dialect.ts'
import { type Keys, place } from './keys.ts'
import type { Db } from './tables.ts'

/** What is remembered of each user's sign-ins. */
export function riskUsers(db: Db, keys: Keys, dialect: Dialect) {
  return {
    /** For changing it: nobody else changes it before this write ends. SQLite has one writer anyway. */
    async hold(customerId: number, userId: string): Promise<RiskUser> {
      if (dialect === 'postgres')
        await sql`select pg_advisory_xact_lock(hashtextextended(${`risk|${userId}`}, 0))`.execute(db)
      const row = await db
        .selectFrom('risk_users')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return row ? openRiskUser(await keys.of(db, customerId), customerId, row) : nobody
    },

    /** Nothing happens when the user is gone, or another customer's. */
    async put(customerId: number, userId: string, user: RiskUser): Promise<void> {
      const key = await keys.of(db, customerId)
      const row = {
        profile: user.profile.total === 0 ? null : packProfile(user.profile),
        oldest_ms: oldestMs(user.profile) ?? Math.max(user.failures.atMs, user.prompts.atMs),
        place: user.place && seal(key, JSON.stringify(user.place), placeOf(customerId, userId)),
        failures: user.failures.count,
        failures_at_ms: user.failures.atMs,
        prompts: user.prompts.count,
        prompts_at_ms: user.prompts.atMs,
        reported_until_ms: user.reportedUntilMs,
      }
      const isTheirs = await db
        .selectFrom('users')
        .select('id')
        .where('customer_id', '=', customerId)
        .where('id', '=', userId)
        .executeTakeFirst()
      if (!isTheirs) return
      await db
        .insertInto('risk_users')
        .values({ customer_id: customerId, user_id: userId, ...row })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
        .execute()
    },

    /** Forgets everything; returns whether there was something. */
    async remove(customerId: number, userId: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('risk_users')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}

/** The columns of a row, as a join may give them. */
export interface RiskUserColumns {
  readonly user_id: string
  readonly profile: Uint8Array | null
  readonly place: Sealed | null
  readonly failures: number
  readonly failures_at_ms: number
  readonly prompts: number
  readonly prompts_at_ms: number
  readonly reported_until_ms: number
}

export function openRiskUser(key: SealingKey, customerId: number, row: RiskUserColumns): RiskUser {
  return {
    profile: unpackProfile(row.profile),
    place: row.place && (JSON.parse(unseal(key, row.place, placeOf(customerId, row.user_id)).toString()) as Place), // as `put` wrote it
    failures: { count: row.failures, atMs: row.failures_at_ms },
    prompts: { count: row.prompts, atMs: row.prompts_at_ms },
    reportedUntilMs: row.reported_until_ms,
  }
}

function placeOf(customerId: number, userId: string): string {
  return place(customerId, 'risk_users', userId, 'place')
}
