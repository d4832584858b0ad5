import { CompiledQuery } from 'kysely'
import type { RiskAction } from '../risk/facts.ts'
import type { EvaluationRecord, EvaluationState, Finish, KeptEvaluation } from '../risk/kept.ts'
import { type Marks, packMarks, unpackMarks } from '../risk/marks.ts'
import { type SealingKey, seal, unseal } from '../security/seal.ts'
import type { Dialect } from './dialect.ts'
import { type Keys, place } from './keys.ts'
import type { RiskEvaluationRow } from './tables/risk.ts'
import type { Db } from './tables.ts'

/** Values of a finished sign-in that everybody's counts do not hold yet. */
export interface Uncounted {
  readonly customerId: number
  readonly atMs: number
  readonly marks: Marks
}

const waits: readonly EvaluationState[] = ['open']
/** What `is_counted` says. */
const never = 2

/** Every weighing, for its answer, for its result, and to try policies on. */
export function riskEvaluations(db: Db, keys: Keys, dialect: Dialect) {
  const valuesOf = async (evaluation: KeptEvaluation): Promise<unknown[]> => {
    const { customerId, id, result } = evaluation
    const key = await keys.of(db, customerId)
    return [
      ...[id, customerId, evaluation.userId, evaluation.atMs, evaluation.state, evaluation.decision],
      ...[evaluation.score, packMarks(evaluation.marks)],
      seal(key, JSON.stringify(evaluation.record), placeOf(customerId, id)),
      ...[evaluation.sessionDigest, evaluation.deviceId, result?.digest ?? null, result?.untilMs ?? null, never],
    ]
  }

  return {
    /** Several of any customers, as few statements as there can be. */
    async add(list: readonly KeptEvaluation[]): Promise<void> {
      for (let at = 0; at < list.length; ) {
        const size = chunks.find((one) => one <= list.length - at) ?? 1
        const rows = await Promise.all(list.slice(at, at + size).map((one) => valuesOf(one)))
        await db.executeQuery(CompiledQuery.raw(insertOf(dialect, size), rows.flat()))
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
      return row && open(await keys.of(db, customerId), row)
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
      return row && open(await keys.of(db, customerId), row)
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
      return rows.map((row) => open(key, row))
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

/** Written with every weighing: as text, because compiling it takes longer than running it. */
const columns = [
  ...['id', 'customer_id', 'user_id', 'at_ms', 'state', 'decision', 'score', 'marks', 'record', 'session_digest'],
  ...['device_id', 'result_digest', 'result_until_ms', 'is_counted'],
]
/** Rows of one statement; few sizes, so that each is prepared once. */
const chunks = [64, 16, 4, 1] as const
const statements = new Map<string, string>()

function insertOf(dialect: Dialect, rows: number): string {
  const name = `${dialect} ${rows}`
  const known = statements.get(name)
  if (known) return known
  const value = (row: number, at: number) => (dialect === 'sqlite' ? '?' : `$${row * columns.length + at + 1}`)
  const tuples = Array.from({ length: rows }, (_, row) => `(${columns.map((_, at) => value(row, at)).join(', ')})`)
  const made = `insert into risk_evaluations (${columns.join(', ')}) values ${tuples.join(', ')}`
  statements.set(name, made)
  return made
}

function open(key: SealingKey, row: RiskEvaluationRow): KeptEvaluation {
  const text = unseal(key, row.record, placeOf(row.customer_id, row.id)).toString()
  return {
    id: row.id,
    customerId: row.customer_id,
    userId: row.user_id,
    atMs: row.at_ms,
    state: row.state as EvaluationState, // written by `add`, `finish` and `settle`
    decision: row.decision as RiskAction,
    score: row.score,
    marks: unpackMarks(row.marks),
    record: JSON.parse(text) as EvaluationRecord,
    sessionDigest: row.session_digest,
    deviceId: row.device_id,
    challengeId: row.challenge_id,
    method: row.method,
    result:
      row.result_digest === null || row.result_until_ms === null
        ? null
        : { digest: row.result_digest, untilMs: row.result_until_ms },
  }
}

function placeOf(customerId: number, id: string): string {
  return place(customerId, 'risk_evaluations', id, 'record')
}
