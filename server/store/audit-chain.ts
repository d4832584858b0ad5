import { hash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { same } from '../security/digest.ts'
import type { SealingKey } from '../security/seal.ts'
import type { Dialect } from './dialect.ts'
import { auditSeal, type Keys } from './keys.ts'
import type { AuditBlockRow } from './tables/audit.ts'
import type { Db } from './tables.ts'

/** Rows that one block closes at most: so that neither database nor thread is kept for long. */
export const blockRowsMax = 2_000

/** What `verify` found out about one customer's chain. `brokenAt` is the first block that does not hold. */
export interface ChainState {
  readonly customerId: number
  readonly rows: number
  readonly blocks: number
  readonly openRows: number
  readonly brokenAt: number | null
  readonly problem: string | null
}

/** The hash chain of each customer: blocks that close the audit's rows, each over the one before. */
export function auditChain(db: Db, keys: Keys, dialect: Dialect) {
  return {
    /**
     * The next block of one customer: rows that no running transaction can still come before, those below `horizonTxn`.
     * Undefined when there is nothing to close. It is read and hashed outside the transaction that adds it, so that
     * closing holds up nobody's writes: closed rows never change, and two that read the same have the same number.
     */
    async nextBlock(customerId: number, horizonTxn: number, nowMs: number): Promise<AuditBlockRow | undefined> {
      const last = await lastBlock(db, customerId)
      const end = await lastOfNext(db, dialect, customerId, last, horizonTxn)
      if (!end) return undefined
      const number = (last?.number ?? 0) + 1
      const lines = await linesBetween(db, dialect, customerId, last, end)
      const digest = blockHash(last?.hash ?? null, number, lines.text)
      const key = await keys.of(db, customerId)
      return {
        customer_id: customerId,
        number,
        ...end,
        rows: lines.rows,
        hash: digest,
        seal: auditSeal(key, String(customerId), String(number), digest.toString('hex')),
        closed_at_ms: nowMs,
      }
    },

    /** Adds a block that was just read. Of two nodes that close at once the second closes nothing, and need not. */
    async addBlock(block: AuditBlockRow): Promise<void> {
      await db
        .insertInto('audit_blocks')
        .values(block)
        .onConflict((at) => at.columns(['customer_id', 'number']).doNothing())
        .execute()
    },

    /** The newest block of one customer's chain; `hash` in hex. */
    async last(customerId: number): Promise<{ number: number; hash: string } | undefined> {
      const block = await lastBlock(db, customerId)
      return block && { number: block.number, hash: hexOf(block.hash) }
    },

    /** The hashes of those of these blocks that are there, by number, in hex. */
    async hashes(customerId: number, numbers: readonly number[]): Promise<Map<number, string>> {
      const blocks = await db
        .selectFrom('audit_blocks')
        .select(['number', 'hash'])
        .where('customer_id', '=', customerId)
        .where('number', 'in', numbers)
        .execute()
      return new Map(blocks.map((block) => [block.number, hexOf(block.hash)]))
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
        const lines = await linesBetween(db, dialect, customerId, previous, block)
        const problem = problemOf(key, previous, block, lines)
        if (problem)
          return { customerId, rows: total, blocks: blocks.length, openRows: 0, brokenAt: block.number, problem }
        total += lines.rows
        previous = block
      }
      const openRows = await countAfter(db, dialect, customerId, previous)
      return { customerId, rows: total, blocks: blocks.length, openRows, brokenAt: null, problem: null }
    },
  }
}

function problemOf(
  key: SealingKey,
  previous: AuditBlockRow | undefined,
  block: AuditBlockRow,
  lines: Lines,
): string | undefined {
  if (block.number !== (previous?.number ?? 0) + 1) return 'a block before it is missing'
  if (lines.rows !== block.rows) return `it closed ${block.rows} rows and there are ${lines.rows}`
  const digest = blockHash(previous?.hash ?? null, block.number, lines.text)
  if (!same(digest, block.hash)) return 'a row was changed'
  const isOurs = same(
    auditSeal(key, String(block.customer_id), String(block.number), digest.toString('hex')),
    block.seal,
  )
  return isOurs ? undefined : 'its seal is not of this server'
}

function blockHash(previous: Uint8Array | null, number: number, text: string): Buffer {
  return hash('sha256', `${previous ? hexOf(previous) : ''}\n${number}\n${text}`, 'buffer')
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
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

/** Where a block ends. */
type End = Pick<AuditBlockRow, 'upto_txn' | 'upto_id'>

/** The last of the rows that the next block closes. */
function lastOfNext(
  db: Db,
  dialect: Dialect,
  customerId: number,
  last: End | undefined,
  horizonTxn: number,
): Promise<End | undefined> {
  return db
    .selectFrom(
      rowsBetween(db, dialect, customerId, last)
        .select(['txn', 'id'])
        .where('txn', '<', horizonTxn)
        .orderBy('txn')
        .orderBy('id')
        .limit(blockRowsMax)
        .as('next'),
    )
    .select(['txn as upto_txn', 'id as upto_id'])
    .orderBy('txn', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

interface Lines {
  readonly rows: number
  /** One line a row: its columns as JSON, without blanks. */
  readonly text: string
}

/** The rows of one block as text, made by the database: a tenth of the price of fetching and writing out each row. */
async function linesBetween(
  db: Db,
  dialect: Dialect,
  customerId: number,
  last: End | undefined,
  end: End,
): Promise<Lines> {
  const { rows, text } = await rowsBetween(db, dialect, customerId, last, end)
    .select([
      sql<number>`count(*)`.as('rows'),
      sql<string | null>`string_agg(${lineOf(dialect)}, ${'\n'} order by txn, id)`.as('text'),
    ])
    .executeTakeFirstOrThrow()
  return { rows: Number(rows), text: text ?? '' }
}

/** The same text in both databases. */
function lineOf(dialect: Dialect): RawBuilder<string> {
  if (dialect === 'sqlite')
    return sql`json_array(id, customer_id, at_ms, ${sql.join(texts.map((text) => sql.ref(text)))})`
  const quoted = texts.map((text) => sql`coalesce(to_json(${sql.ref(text)})::text, 'null')`)
  return sql`'[' || ${sql.join([sql.ref('id'), sql.ref('customer_id'), sql.ref('at_ms'), ...quoted], sql` || ',' || `)} || ']'`
}

const texts = ['kind', 'subject', 'method', 'outcome', 'challenge_id', 'request_id', 'detail'] as const

async function countAfter(db: Db, dialect: Dialect, customerId: number, last: End | undefined): Promise<number> {
  const { rows } = await rowsBetween(db, dialect, customerId, last)
    .select(sql<number>`count(*)`.as('rows'))
    .executeTakeFirstOrThrow()
  return Number(rows)
}

/** The rows of one customer after one end and up to another. */
function rowsBetween(db: Db, dialect: Dialect, customerId: number, after: End | undefined, upto?: End) {
  let query = db.selectFrom('audit_rows').where('customer_id', '=', customerId)
  if (dialect === 'sqlite') {
    // All rows of SQLite have one transaction number, and of a pair it would look up the first half alone.
    query = query.where('txn', '=', 0)
    if (after) query = query.where('id', '>', after.upto_id)
    return upto ? query.where('id', '<=', upto.upto_id) : query
  }
  const pair = (end: End) => sql`(${sql.lit(end.upto_txn)}, ${sql.lit(end.upto_id)})`
  if (after) query = query.where(sql<boolean>`(txn, id) > ${pair(after)}`)
  return upto ? query.where(sql<boolean>`(txn, id) <= ${pair(upto)}`) : query
}
