import { hash } from 'node:crypto'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import { same } from '../security/digest.ts'
import type { SealingKey } from '../security/seal.ts'
import type { AuditNote } from '../vocabulary.ts'
import type { Dialect } from './dialect.ts'
import { auditSeal, type Keys } from './keys.ts'
import type { AuditBlockRow, AuditRow } from './tables/audit.ts'
import type { Db } from './tables.ts'

/** Rows that one block closes at most: so that neither database nor thread is kept for long. */
export const blockRowsMax = 2_000

/** Which rows are wanted; an absent field asks for any. */
export interface AuditWanted {
  readonly before?: number | undefined
  readonly after?: number | undefined
  readonly kind?: string | undefined
  readonly outcome?: string | undefined
  readonly method?: string | undefined
  readonly subjects?: readonly string[] | undefined
  readonly requestId?: string | undefined
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
  readonly limit: number
}

/** A line of the audit as it is read. */
export interface AuditEntry extends AuditNote {
  readonly id: number
  readonly atMs: number
  readonly outcome: string
}

export interface AuditCount {
  readonly kind: string
  readonly outcome: string
  readonly method: string | null
  readonly startMs: number
  readonly count: number
}

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
export function audit(db: Db, keys: Keys, dialect: Dialect) {
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

    /** Adds a block that was just read. Of two nodes that close at once the second fails, and closes nothing. */
    async addBlock(block: AuditBlockRow): Promise<void> {
      await db.insertInto('audit_blocks').values(block).execute()
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

    /** Rows of one customer, newest first: all of them, or those of some subjects. */
    async list(customerId: number, wanted: AuditWanted): Promise<AuditEntry[]> {
      const { subjects, limit } = wanted
      const query = wantedRows(db, customerId, wanted)
      if (subjects === undefined) return (await query.orderBy('id', 'desc').limit(limit).execute()).map(entryOf)
      const found: AuditEntry[] = []
      for (const spans of spansOf(wanted, await lastId(db))) {
        if (found.length >= limit) break
        const rows = await query
          .where('subject', 'in', subjects)
          .where(
            endOf(dialect, sql.ref('subject')),
            'in',
            subjects.map((subject) => endOf(dialect, subject)),
          )
          .where(spanOfRow, 'in', spans)
          // Not by the key itself: a planner would rather walk all rows in its order than look into spans.
          .orderBy(sql`id + 0`, 'desc')
          .limit(limit - found.length)
          .execute()
        found.push(...rows.map(entryOf))
      }
      return found
    },

    /** What users said of themselves since then: that something was not them. Newest first. */
    async reports(
      customerId: number,
      sinceMs: number,
      limit: number,
    ): Promise<{ subject: string | null; atMs: number }[]> {
      const rows = await db
        .selectFrom('audit_rows')
        .select(['subject', 'at_ms as atMs'])
        .where('customer_id', '=', customerId)
        // As the index has it: a bound value would not find it on SQLite.
        .where('kind', '=', sql.lit('report'))
        .where('at_ms', '>=', sinceMs)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows
    },

    /** How often each thing befell a customer in spans of `spanMs` since then, of the newest `rowsMax` rows. */
    async counts(customerId: number, sinceMs: number, spanMs: number, rowsMax: number): Promise<AuditCount[]> {
      const newest = db
        .selectFrom('audit_rows')
        .select(['kind', 'outcome', 'method', 'at_ms'])
        .where('customer_id', '=', customerId)
        .orderBy('id', 'desc')
        .limit(rowsMax)
        .as('newest')
      const rows = await db
        .selectFrom(newest)
        .where('at_ms', '>=', sinceMs)
        .where('kind', 'in', ['challenge', 'answer'])
        .select(['kind', 'outcome', 'method'])
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .select(sql<number>`at_ms - (at_ms % ${sql.lit(spanMs)})`.as('start'))
        .groupBy(['kind', 'outcome', 'method', sql`at_ms - (at_ms % ${sql.lit(spanMs)})`])
        .execute()
      return rows.map((row) => ({
        kind: row.kind,
        outcome: row.outcome,
        method: row.method,
        startMs: Number(row.start),
        count: Number(row.count),
      }))
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

/** Rows of one customer, without regard to whose they are and how many are wanted. */
function wantedRows(db: Db, customerId: number, wanted: AuditWanted) {
  let query = db.selectFrom('audit_rows').selectAll().where('customer_id', '=', customerId)
  const { before, after, sinceMs, untilMs } = wanted
  const equal = { kind: wanted.kind, outcome: wanted.outcome, method: wanted.method, request_id: wanted.requestId }
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) query = query.where(column as keyof typeof equal, '=', value)
  if (before !== undefined) query = query.where('id', '<', before)
  if (after !== undefined) query = query.where('id', '>', after)
  if (sinceMs !== undefined) query = query.where('at_ms', '>=', sinceMs)
  if (untilMs !== undefined) query = query.where('at_ms', '<', untilMs)
  return query
}

function entryOf(row: Selectable<AuditRow>): AuditEntry {
  return {
    id: row.id,
    atMs: row.at_ms,
    kind: row.kind,
    subject: row.subject,
    method: row.method,
    outcome: row.outcome,
    challengeId: row.challenge_id,
    requestId: row.request_id,
    detail: row.detail,
  }
}

/** Rows of one span, as the index by subject has it: it finds a subject span by span. */
const spanRows = 1_024
/** Spans that are looked into at once: a quarter of a million rows in a millisecond or two. */
const spansAtOnce = 256

const spanOfRow = sql<number>`id / ${sql.lit(spanRows)}`

/** The spans between two ids in portions, the newest first. */
function* spansOf({ before, after = 0 }: AuditWanted, lastId: number): Generator<number[]> {
  const oldest = Math.floor(after / spanRows)
  for (let newest = Math.floor(Math.min(before ?? lastId, lastId) / spanRows); newest >= oldest; newest -= spansAtOnce)
    yield Array.from({ length: Math.min(spansAtOnce, newest - oldest + 1) }, (_, index) => newest - index)
}

/** What the index keeps of a subject: enough to tell nearly all of them apart. */
function endOf(dialect: Dialect, subject: RawBuilder<unknown> | string): RawBuilder<string> {
  return dialect === 'postgres' ? sql`right(${subject}, 8)` : sql`substr(${subject}, -8)`
}

async function lastId(db: Db): Promise<number> {
  const row = await db.selectFrom('audit_rows').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return row?.id ?? -1
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
