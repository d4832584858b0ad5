import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { AuditCount, AuditEntry, AuditNote, AuditWanted } from '../vocabulary/audit.ts'
import { auditChain } from './audit-chain.ts'
import type { Dialect } from './dialect.ts'
import type { Keys } from './keys.ts'
import type { AuditRow } from './tables/audit.ts'
import type { Db } from './tables.ts'

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

    ...auditChain(db, keys, dialect),
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
