import { randomId } from '../security/random.ts'
import { type FileProblem, fileProblems, rowProblems } from '../tokens/problems.ts'
import { type Protection, writePskc } from '../tokens/pskc-write.ts'
import { readTokens, type TokenFileRead, type TokenFormat, type ToRead } from '../tokens/read.ts'
import { isWeak, type RowError } from '../tokens/rows.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { EngineCore } from './ports.ts'
import type { Records } from './records.ts'

/** Hardware tokens come and go as files of seeds. */

interface FileRequest {
  readonly customer: Customer
  /** Null on the command line, as its id. */
  readonly request: RequestMark | null
  readonly requestId: string | null
  /** Who did it, for the audit. */
  readonly by?: object
}

export interface ImportRequest extends FileRequest {
  readonly file: ToRead
  /** Says what would come of it, and keeps nothing. */
  readonly isDryRun: boolean
}

export type ImportOutcome =
  | {
      readonly ok: true
      readonly format: TokenFormat
      readonly added: number
      /** Serial numbers of those with fewer than 128 bits. */
      readonly weak: readonly string[]
      /** By row. */
      readonly errors: readonly (RowError & { readonly message: string })[]
    }
  | { readonly ok: false; readonly reason: 'repeated' }
  | { readonly ok: false; readonly reason: 'unreadable'; readonly problem: FileProblem; readonly message: string }

/** Takes the tokens of a vendor's file: the good rows in one write, the others told one by one. */
export async function importTokens(
  { store, clock }: EngineCore,
  { customer, file, isDryRun, request, requestId, by }: ImportRequest,
): Promise<ImportOutcome> {
  const read = await readTokens(file)
  if (typeof read === 'string') return { ok: false, reason: 'unreadable', problem: read, message: fileProblems[read] }
  try {
    return await store.write(async (tx): Promise<ImportOutcome> => {
      if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
      const outcome = await add(tx, customer, read, clock())
      if (isDryRun) throw new DryRun(outcome)
      const { format, added, errors } = outcome
      const detail = JSON.stringify({ format, added, refused: errors.length, ...by })
      const note = { kind: 'token', subject: null, method: 'hardware-token', challengeId: null, requestId, detail }
      await tx.audit.append(customer.id, note, 'imported', clock())
      return outcome
    })
  } catch (error) {
    if (error instanceof DryRun) return error.outcome
    throw error
  }
}

type Imported = Extract<ImportOutcome, { ok: true }>

/** Undoes what a dry run wrote, so that it tells exactly what the real one would. */
class DryRun extends Error {
  readonly outcome: Imported

  constructor(outcome: Imported) {
    super('a dry run')
    this.outcome = outcome
  }
}

async function add(
  tx: Records,
  customer: Customer,
  { rows, errors, format }: TokenFileRead,
  nowMs: number,
): Promise<Imported> {
  const list = rows.map(({ row, serial, seed, lastStep }) => ({
    row,
    token: {
      id: randomId(),
      customerId: customer.id,
      serial,
      state: 'unassigned',
      userId: null,
      seed,
      lastStep,
      lastUsedAtMs: null,
      createdAtMs: nowMs,
    } as const,
  }))
  const added = await tx.tokens.add(
    customer.id,
    list.map(({ token }) => token),
  )
  const taken = list.filter(({ token }) => !added.has(token.id))
  const refused = taken.map(({ row, token }) => ({ row, serial: token.serial, problem: 'exists' }) as const)
  const weak = list.filter(({ token }) => added.has(token.id) && isWeak(token.seed)).map(({ token }) => token.serial)
  const all = [...errors, ...refused].sort((one, other) => one.row - other.row)
  const told = all.map((error) => ({ ...error, message: rowProblems[error.problem] }))
  return { ok: true, format, added: added.size, weak, errors: told }
}

export interface ExportRequest extends FileRequest {
  readonly protection: Protection
  readonly offset: number
  readonly limit: number
}

export type ExportOutcome =
  | { readonly ok: true; readonly file: string; readonly exported: number; readonly total: number }
  | { readonly ok: false; readonly reason: 'repeated' }

/** Tokens by serial number as PSKC, with where their counters are. That it was done is in the audit. */
export async function exportTokens(
  { store, clock }: EngineCore,
  { customer, protection, offset, limit, request, requestId }: ExportRequest,
): Promise<ExportOutcome> {
  const found = await store.write(async (tx) => {
    // Also against a captured request: the answer holds every seed.
    if (request && !(await tx.marks.claim(request))) return undefined
    const tokens = await tx.tokens.page(customer.id, offset, limit)
    const detail = JSON.stringify({ exported: tokens.length, isPlain: protection === null })
    const note = { kind: 'token', subject: null, method: 'hardware-token', challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, 'exported', clock())
    return { tokens, total: await tx.tokens.count(customer.id) }
  })
  if (!found) return { ok: false, reason: 'repeated' }
  const { tokens, total } = found
  return { ok: true, file: await writePskc(tokens, protection), exported: tokens.length, total }
}
