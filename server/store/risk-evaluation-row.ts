import type { RiskAction } from '../risk/facts.ts'
import type { EvaluationRecord, EvaluationState, KeptEvaluation } from '../risk/kept.ts'
import { packMarks, unpackMarks } from '../risk/marks.ts'
import { type SealingKey, seal, unseal } from '../security/seal.ts'
import type { Dialect } from './dialect.ts'
import { place } from './keys.ts'
import type { RiskEvaluationRow } from './tables/risk.ts'

/** What `is_counted` says. */
const never = 2

const columns = [
  ...['id', 'customer_id', 'user_id', 'at_ms', 'state', 'decision', 'score', 'marks', 'record', 'session_digest'],
  ...['device_id', 'result_digest', 'result_until_ms', 'is_counted'],
]
const statements = new Map<string, string>()

/** Text, because it is written with every weighing: compiling it would take longer than running it. */
export function insertOf(dialect: Dialect, rows: number): string {
  const name = `${dialect} ${rows}`
  const known = statements.get(name)
  if (known) return known
  const value = (row: number, at: number) => (dialect === 'sqlite' ? '?' : `$${row * columns.length + at + 1}`)
  const tuples = Array.from({ length: rows }, (_, row) => `(${columns.map((_, at) => value(row, at)).join(', ')})`)
  const made = `insert into risk_evaluations (${columns.join(', ')}) values ${tuples.join(', ')}`
  statements.set(name, made)
  return made
}

/** With its record as JSON. */
export type PackedEvaluation = Omit<KeptEvaluation, 'record'> & { readonly record: string }

export function pack(evaluation: KeptEvaluation): PackedEvaluation {
  return { ...evaluation, record: JSON.stringify(evaluation.record) }
}

/** What `insertOf` writes of an evaluation. */
export function valuesOf(key: SealingKey, evaluation: PackedEvaluation): (string | number | Uint8Array | null)[] {
  const { customerId, id, record, result } = evaluation
  return [
    ...[id, customerId, evaluation.userId, evaluation.atMs, evaluation.state, evaluation.decision],
    ...[evaluation.score, packMarks(evaluation.marks)],
    seal(key, record, placeOf(customerId, id)),
    ...[evaluation.sessionDigest, evaluation.deviceId, result?.digest ?? null, result?.untilMs ?? null, never],
  ]
}

/** Throws when the key does not open it. */
export function evaluationOf(key: SealingKey, row: RiskEvaluationRow): KeptEvaluation {
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
