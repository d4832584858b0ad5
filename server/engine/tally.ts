import type { AuditCount } from '../vocabulary/audit.ts'
import type { Engine } from './ports.ts'

/** Lines of the audit that are counted at most: of a busier customer, the newest. */
const rowsMax = 200_000

/** Questions by how they ended. */
export interface Counts {
  readonly asked: number
  readonly approved: number
  readonly refused: number
  /** Asked, and neither approved nor refused in the end. */
  readonly unanswered: number
}

/** How the questions of some spans of time ended: in all, by method and by span. */
export interface Tally {
  readonly total: Counts & { readonly denied: number; readonly failed: number }
  readonly byMethod: readonly (Counts & { readonly method: string })[]
  /** Every span, those in which nothing happened too; the newest last. */
  readonly bySpan: readonly (Counts & { readonly startMs: number })[]
}

/** How many questions were asked in the last `backMs`, and what became of them. */
export async function tallyOf(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  customerId: number,
  backMs: number,
  spanMs: number,
): Promise<Tally> {
  const nowMs = clock()
  const lastStart = nowMs - (nowMs % spanMs)
  const firstStart = lastStart - backMs + spanMs
  const rows = await store.read.audit.counts(customerId, firstStart, spanMs, rowsMax)
  const spans = Array.from({ length: Math.round(backMs / spanMs) }, (_, index) => firstStart + index * spanMs)
  const methods = [...new Set(rows.flatMap(({ method }) => method ?? []))].sort()
  const sum = (test: (row: AuditCount) => boolean) => rows.filter(test).reduce((total, { count }) => total + count, 0)
  return {
    total: {
      ...countsOf(rows),
      denied: sum(({ outcome }) => outcome === 'denied'),
      failed: sum(({ outcome }) => outcome === 'delivery-failed'),
    },
    byMethod: methods.map((method) => ({ method, ...countsOf(rows.filter((row) => row.method === method)) })),
    bySpan: spans.map((startMs) => ({ startMs, ...countsOf(rows.filter((row) => row.startMs === startMs)) })),
  }
}

/** What an answer came to; `judging` is only its beginning. */
const refusals = new Set(['wrong', 'denied', 'locked', 'disabled', 'used', 'repeated', 'closed'])

function countsOf(rows: readonly AuditCount[]): Counts {
  const asked = sumOf(rows, 'challenge', (outcome) => outcome === 'asked')
  const approved = sumOf(rows, 'answer', (outcome) => outcome === 'accepted')
  const refused = sumOf(rows, 'answer', (outcome) => refusals.has(outcome))
  // Codes of apps and tokens answer no question, so they must not hide those of other methods.
  const methods = [...new Set(rows.map(({ method }) => method))]
  const unanswered = methods
    .map((method) => leftOpen(rows.filter((row) => row.method === method)))
    .reduce((total, count) => total + count, 0)
  return { asked, approved, refused, unanswered }
}

/** Questions of one method that nobody accepted or denied. */
function leftOpen(rows: readonly AuditCount[]): number {
  const asked = sumOf(rows, 'challenge', (outcome) => outcome === 'asked')
  const ended = sumOf(rows, 'answer', (outcome) => outcome === 'accepted' || outcome === 'denied')
  return Math.max(0, asked - ended)
}

function sumOf(rows: readonly AuditCount[], kind: string, test: (outcome: string) => boolean): number {
  return rows.filter((row) => row.kind === kind && test(row.outcome)).reduce((total, { count }) => total + count, 0)
}
