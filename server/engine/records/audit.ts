import type { AuditNote } from '../../vocabulary/audit.ts'

/** Which lines of the audit are wanted; an absent field asks for any. */
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

export interface AuditRecords {
  append(customerId: number, note: AuditNote, outcome: string, nowMs: number): Promise<void>
  list(customerId: number, wanted: AuditWanted): Promise<AuditEntry[]>
  reports(customerId: number, sinceMs: number, limit: number): Promise<{ subject: string | null; atMs: number }[]>
  counts(customerId: number, sinceMs: number, spanMs: number, rowsMax: number): Promise<AuditCount[]>
  verify(customerId: number): Promise<{
    readonly rows: number
    readonly blocks: number
    readonly openRows: number
    readonly problem: string | null
  }>
}
