import { CompiledQuery } from 'kysely'
import type { EvaluationState, Finish, KeptEvaluation, Uncounted } from '../risk/kept.ts'
import { unpackMarks } from '../risk/marks.ts'
import type { Dialect } from './dialect.ts'
import type { Keys } from './keys.ts'
import { evaluationOf, insertOf, pack, valuesOf } from './risk-evaluation-row.ts'
import type { Db } from './tables.ts'

const waits: readonly EvaluationState[] = ['open']

/** Every weighing, for its answer, for its result, and to try policies on. */
export function riskEvaluations(db: Db, keys: Keys, dialect: Dialect) {
  return {
    /** Several of any customers, as few statements as there can be. */
    async add(list: readonly KeptEvaluation[]): Promise<void> {
      for (let at = 0; at < list.length; ) {
        const size = chunks.find((one) => one <= list.length - at) ?? 1
        const rows = list
          .slice(at, at + size)
          .map(async (one) => valuesOf(await keys.of(db, one.customerId), pack(one)))
        await db.executeQuery(CompiledQuery.raw(insertOf(dialect, size), (await Promise.all(rows)).flat()))
        at += size
      }
    },

    async find(customerId: number, id: string): Promise<KeptEvaluation | undefined> {
      const row = await db
        .selectFrom('risk_evaluations')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && evaluationOf(await keys.of(db, customerId), row)
    },

    /** Has an evaluation wait for a challenge; the latest one counts. False when it does not wait for a proof. */
    async ask(customerId: number, id: string, challengeId: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('risk_evaluations')
        .set({ challenge_id: challengeId })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('state', 'in', waits)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Ends an evaluation with a result. Settles two answers at once: only one finds it waiting. */
    async finish(customerId: number, id: string, { method, deviceId, result }: Finish): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('risk_evaluations')
        .set({
          state: 'finished',
          method,
          device_id: deviceId,
          result_digest: result.digest,
          result_until_ms: result.untilMs,
        })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('state', 'in', waits)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Takes a result, on whichever node is first: nobody finds it a second time. */
    async redeem(customerId: number, digest: Uint8Array, nowMs: number): Promise<KeptEvaluation | undefined> {
      const row = await db
        .updateTable('risk_evaluations')
        .set({ result_until_ms: null })
        .where('customer_id', '=', customerId)
        .where('result_digest', '=', digest)
        .where('result_until_ms', '>', nowMs)
        .where('state', 'in', ['allowed', 'finished'] satisfies EvaluationState[])
        .returningAll()
        .executeTakeFirst()
      return row && evaluationOf(await keys.of(db, customerId), row)
    },

    /** What became of it in the end. */
    async settle(customerId: number, id: string, state: EvaluationState): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('risk_evaluations')
        .set({ state })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Ends those of a user that wait for a proof, or whose result waits to be redeemed; returns how many. */
    async endAll(customerId: number, userId: string): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable('risk_evaluations')
        .set((eb) => ({
          state: eb.case().when('state', 'in', waits).then('failed').else(eb.ref('state')).end(),
          result_until_ms: null,
        }))
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where((eb) => eb.or([eb('state', 'in', waits), eb('result_until_ms', 'is not', null)]))
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },

    /** Has its values counted for everybody, a moment later. */
    async count(customerId: number, id: string): Promise<void> {
      await db
        .updateTable('risk_evaluations')
        .set({ is_counted: 0 })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .execute()
    },

    /** Takes what waits to be counted; two nodes never take the same. */
    async takeUncounted(limit: number): Promise<Uncounted[]> {
      const rows = await db
        .updateTable('risk_evaluations')
        .set({ is_counted: 1 })
        .where('id', 'in', (eb) => {
          const waiting = eb.selectFrom('risk_evaluations').select('id').where('is_counted', '=', 0).limit(limit)
          return dialect === 'postgres' ? waiting.forUpdate().skipLocked() : waiting
        })
        .returning(['customer_id', 'at_ms', 'marks'])
        .execute()
      return rows.map(({ customer_id, at_ms, marks }) => ({
        customerId: customer_id,
        atMs: at_ms,
        marks: unpackMarks(marks),
      }))
    },

    /** Newest first; of one user, or of all with null. */
    async recent(customerId: number, userId: string | null, limit: number): Promise<KeptEvaluation[]> {
      const rows = await db
        .selectFrom('risk_evaluations')
        .selectAll()
        .where('customer_id', '=', customerId)
        .$if(userId !== null, (query) => query.where('user_id', '=', userId ?? ''))
        .orderBy('at_ms', 'desc')
        .limit(limit)
        .execute()
      const key = await keys.of(db, customerId)
      return rows.map((row) => evaluationOf(key, row))
    },

    async removeOf(customerId: number, userId: string): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('risk_evaluations')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

/** Rows of one statement; few sizes, so that each is prepared once. */
const chunks = [64, 16, 4, 1] as const
