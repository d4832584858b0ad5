import { hash } from 'node:crypto'
import { sql } from 'kysely'
import { same } from '../security/digest.ts'
import type { SealingKey } from '../security/seal.ts'
import type { AuditNote } from '../vocabulary.ts'
import { auditSeal, type Keys } from './keys.ts'
import type { AuditBlockRow, AuditRow, Db } from './tables.ts'

/** Rows that one block closes at most: hashing them keeps everything else in this thread waiting for a few milliseconds. */
export const blockRowsMax = 500

/** What `verify` found out about one customer's chain. `brokenAt` is the first block that does not hold. */
export interface ChainState {
  readonly customerId: number
  readonly rows: number
  readonly blocks: number
  readonly openRows: number
  readonly brokenAt: number | null
  readonly problem: string | null
}

/**
 * The audit: append-only rows, written with the change they tell of, and a hash chain for each customer that is closed
 * in blocks a moment later, so that it never makes two decisions wait for each other.
 */
export function audit(db: Db, keys: Keys) {
  return {
    async append(customerId: number, note: AuditNote, outcome: string, nowMs: number): Promise<void> {
      await db
        .insertInto('audit_rows')
        .values({
          customer_id: customerId,
          at_ms: nowMs,
          kind: note.kind,
          subject: note.subject,
          method: note.method,
          outcome,
          challenge_id: note.challengeId,
          request_id: note.requestId,
          detail: note.detail,
        })
        .execute()
    },

    /**
     * The next block of one customer: rows that no running transaction can still come before, those below `horizonTxn`.
     * Undefined when there is nothing to close. It is read and hashed outside the transaction that adds it, so that
     * closing holds up nobody's writes: closed rows never change, and two that read the same have the same number.
     */
    async nextBlock(customerId: number, horizonTxn: number, nowMs: number): Promise<AuditBlockRow | undefined> {
      const last = await lastBlock(db, customerId)
      const rows = await rowsAfter(db, customerId, last, horizonTxn)
      const end = rows.at(-1)
      if (!end) return undefined
      const number = (last?.number ?? 0) + 1
      const digest = blockHash(last?.hash ?? null, number, rows)
      const key = await keys.of(db, customerId)
      return {
        customer_id: customerId,
        number,
        upto_txn: end.txn,
        upto_id: end.id,
        rows: rows.length,
        hash: digest,
        seal: auditSeal(key, String(customerId), String(number), digest.toString('hex')),
        closed_at_ms: nowMs,
      }
    },

    /** Adds a block that was just read. Of two nodes that close at once the second fails, and closes nothing. */
    async addBlock(block: AuditBlockRow): Promise<void> {
      await db.insertInto('audit_blocks').values(block).execute()
    },

    /** Walks one customer's chain from its beginning and checks every hash, every seal and every count. */
    async verify(customerId: number): Promise<ChainState> {
      const blocks = await db
        .selectFrom('audit_blocks')
        .selectAll()
        .where('customer_id', '=', customerId)
        .orderBy('number')
        .execute()
      const key = await keys.of(db, customerId)
      let previous: AuditBlockRow | undefined
      let total = 0
      for (const block of blocks) {
        const rows = await rowsBetween(db, customerId, previous, block)
        const problem = problemOf(key, previous, block, rows)
        if (problem)
          return { customerId, rows: total, blocks: blocks.length, openRows: 0, brokenAt: block.number, problem }
        total += rows.length
        previous = block
      }
      const open = await rowsAfter(db, customerId, previous, Number.MAX_SAFE_INTEGER)
      return { customerId, rows: total, blocks: blocks.length, openRows: open.length, brokenAt: null, problem: null }
    },
  }
}

function problemOf(
  key: SealingKey,
  previous: AuditBlockRow | undefined,
  block: AuditBlockRow,
  rows: readonly Row[],
): string | undefined {
  if (block.number !== (previous?.number ?? 0) + 1) return 'a block before it is missing'
  if (rows.length !== block.rows) return `it closed ${block.rows} rows and there are ${rows.length}`
  const digest = blockHash(previous?.hash ?? null, block.number, rows)
  if (!same(digest, block.hash)) return 'a row was changed'
  const isOurs = same(
    auditSeal(key, String(block.customer_id), String(block.number), digest.toString('hex')),
    block.seal,
  )
  return isOurs ? undefined : 'its seal is not of this server'
}

type Row = Omit<AuditRow, 'id' | 'txn'> & { id: number; txn: number }

function blockHash(previous: Uint8Array | null, number: number, rows: readonly Row[]): Buffer {
  const text = rows.map((row) =>
    JSON.stringify([
      row.id,
      row.customer_id,
      row.at_ms,
      row.kind,
      row.subject,
      row.method,
      row.outcome,
      row.challenge_id,
      row.request_id,
      row.detail,
    ]),
  )
  const head = `${previous ? Buffer.from(previous).toString('hex') : ''}\n${number}\n`
  return hash('sha256', head + text.join('\n'), 'buffer')
}

function lastBlock(db: Db, customerId: number): Promise<AuditBlockRow | undefined> {
  return db
    .selectFrom('audit_blocks')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
}

function rowsAfter(db: Db, customerId: number, last: AuditBlockRow | undefined, horizonTxn: number): Promise<Row[]> {
  return ordered(db, customerId, last).where('txn', '<', horizonTxn).limit(blockRowsMax).execute()
}

function rowsBetween(
  db: Db,
  customerId: number,
  last: AuditBlockRow | undefined,
  block: AuditBlockRow,
): Promise<Row[]> {
  return ordered(db, customerId, last)
    .where(sql<boolean>`(txn, id) <= (${sql.lit(block.upto_txn)}, ${sql.lit(block.upto_id)})`)
    .execute()
}

function ordered(db: Db, customerId: number, last: AuditBlockRow | undefined) {
  const query = db
    .selectFrom('audit_rows')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('txn')
    .orderBy('id')
  if (!last) return query
  return query.where(sql<boolean>`(txn, id) > (${sql.lit(last.upto_txn)}, ${sql.lit(last.upto_id)})`)
}
