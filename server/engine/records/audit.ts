import type { AuditCount, AuditEntry, AuditNote, AuditWanted } from '../../vocabulary/audit.ts'

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
