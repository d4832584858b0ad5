import type { AuditCount, Engine } from './ports.ts'

/** Lines of the audit that are counted at most: of a busier customer, the newest. */
const rowsMax = 200_000

export interface Counts {
  readonly asked: number
  readonly approved: number
  readonly refused: number
  /** Asked, and neither approved nor refused in the end. */
  readonly unanswered: number
}

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
  const of = (kind: string, test: (outcome: string) => boolean) =>
    rows.filter((row) => row.kind === kind && test(row.outcome)).reduce((total, { count }) => total + count, 0)
  const asked = of('challenge', (outcome) => outcome === 'asked')
  const approved = of('answer', (outcome) => outcome === 'accepted')
  const denied = of('answer', (outcome) => outcome === 'denied')
  const refused = of('answer', (outcome) => refusals.has(outcome))
  return { asked, approved, refused, unanswered: Math.max(0, asked - approved - denied) }
}
