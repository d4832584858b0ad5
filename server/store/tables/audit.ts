import type { ColumnType, Generated } from 'kysely'

/** Append-only. `txn` orders rows whose transactions overlap (PostgreSQL); 0 on SQLite. */
export interface AuditRow {
  id: Generated<number>
  txn: ColumnType<number, never, never>
  customer_id: number
  at_ms: number
  kind: string
  subject: string | null
  method: string | null
  outcome: string
  challenge_id: string | null
  request_id: string | null
  detail: string | null
}

/** One link of a customer's hash chain: it closes all of the customer's audit rows up to (`upto_txn`, `upto_id`]. */
export interface AuditBlockRow {
  customer_id: number
  number: number
  upto_txn: number
  upto_id: number
  rows: number
  hash: Uint8Array
  seal: Uint8Array
  closed_at_ms: number
}
