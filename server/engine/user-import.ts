import type { Customer } from '../vocabulary/customer.ts'
import type { User } from '../vocabulary/user.ts'
import type { Actor } from './admin-links.ts'
import { foldUsername, readEmail, readPhone } from './contacts.ts'
import type { EngineCore } from './ports.ts'
import type { Records } from './records.ts'
import { newUser } from './users.ts'

/** A list of users as a file: the heading names the fields, each further line is a user. */

const fields = ['username', 'email', 'phone', 'firstName', 'lastName'] as const
type Field = (typeof fields)[number]
type Row = Readonly<Partial<Record<Field, string>>>

const rowsMax = 20_000
/** Rows that a report tells one by one. */
const toldMax = 500
const nameLengthMax = 254

export interface ImportedRow {
  readonly row: number
  readonly username: string
  readonly state: 'new' | 'changed' | 'same' | 'wrong'
  readonly problem: string | null
}

/** What became of a file, or would: how many rows of each kind, and what is said of each. */
export interface ImportReport {
  readonly isDryRun: boolean
  readonly added: number
  readonly changed: number
  readonly same: number
  readonly wrong: number
  readonly rows: readonly ImportedRow[]
}

/** A CSV file of users to add or to change; with `isDryRun` it is only looked at. */
export interface UserImport {
  readonly customer: Customer
  readonly csv: string
  readonly isDryRun: boolean
  readonly actor: Actor
}

/** Adds and changes users: the good rows in one write, the others told one by one. A sentence: the file cannot be read. */
export async function importUsers(
  { store, clock }: Pick<EngineCore, 'store' | 'clock'>,
  { customer, csv, isDryRun, actor }: UserImport,
): Promise<ImportReport | string> {
  const read = readCsv(csv)
  if (typeof read === 'string') return read
  const nowMs = clock()
  try {
    return await store.write(async (tx) => {
      const rows: ImportedRow[] = []
      const seen = new Set<string>()
      for (const [index, row] of read.entries()) {
        const username = row.username?.trim() ?? ''
        const outcome = await one(tx, customer, row, seen, nowMs)
        rows.push({ row: index + 2, username, ...outcome })
      }
      const report = reportOf(rows, isDryRun)
      if (isDryRun) throw new DryRun(report)
      const { added, changed, wrong } = report
      const detail = JSON.stringify({ by: actor.name, byId: actor.adminId, added, changed, refused: wrong })
      const note = { kind: 'user', subject: null, method: null, challengeId: null, requestId: actor.requestId, detail }
      await tx.audit.append(customer.id, note, 'imported', nowMs)
      return report
    })
  } catch (error) {
    if (error instanceof DryRun) return error.report
    throw error
  }
}

/** Undoes what a dry run wrote, so that it tells exactly what the real one would. */
class DryRun extends Error {
  readonly report: ImportReport

  constructor(report: ImportReport) {
    super('a dry run')
    this.report = report
  }
}

async function one(
  tx: Records,
  customer: Customer,
  row: Row,
  seen: Set<string>,
  nowMs: number,
): Promise<Pick<ImportedRow, 'state' | 'problem'>> {
  const username = row.username?.trim() ?? ''
  const wrong = (problem: string) => ({ state: 'wrong', problem }) as const
  if (username === '' || username.length > nameLengthMax) return wrong(`A username has 1–${nameLengthMax} characters.`)
  if (/\p{C}/u.test(username)) return wrong('The username has invisible characters.')
  const folded = foldUsername(username)
  if (seen.has(folded)) return wrong('This user is in the file twice.')
  seen.add(folded)
  const email = row.email?.trim() ? readEmail(row.email) : null
  if (email === undefined) return wrong('This is no e-mail address.')
  const phone = row.phone?.trim() ? readPhone(row.phone, customer.settings.defaultCountry) : null
  if (phone === undefined) return wrong('This is no phone number. Write it as +15551234567.')
  const given = { email, phone, firstName: row.firstName?.trim() || null, lastName: row.lastName?.trim() || null }
  const known = await tx.users.find(customer.id, folded)
  if (!known) {
    const user = newUser(customer, username, nowMs)
    await tx.users.add({ ...user, ...given, email: given.email ?? user.email }, folded)
    return { state: 'new', problem: null }
  }
  // An empty cell leaves things as they are.
  const change = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== null && value !== known[name as keyof User]),
  )
  if (Object.keys(change).length === 0) return { state: 'same', problem: null }
  await tx.users.change(customer.id, known.id, change, nowMs)
  return { state: 'changed', problem: null }
}

function reportOf(rows: readonly ImportedRow[], isDryRun: boolean): ImportReport {
  const count = (state: ImportedRow['state']) => rows.filter((row) => row.state === state).length
  const ordered = [...rows].sort((left, right) => Number(right.state === 'wrong') - Number(left.state === 'wrong'))
  return {
    isDryRun,
    added: count('new'),
    changed: count('changed'),
    same: count('same'),
    wrong: count('wrong'),
    rows: ordered.slice(0, toldMax),
  }
}

/** RFC 4180, with commas or, as spreadsheets of some countries write it, semicolons. */
function readCsv(csv: string): Row[] | string {
  const lines = cellsOf(csv.replace(/^\uFEFF/, ''))
  if (typeof lines === 'string') return lines
  const [heading, ...rest] = lines.filter((cells) => cells.some((cell) => cell.trim() !== ''))
  const names = (heading ?? []).map((cell) => fields.find((field) => field.toLowerCase() === cell.trim().toLowerCase()))
  if (!names.includes('username'))
    return `The first line names the fields: ${fields.join(',')}. username must be there.`
  if (rest.length > rowsMax) return `A file has at most ${rowsMax} users.`
  return rest.map((cells) =>
    Object.fromEntries(names.flatMap((name, index) => (name ? [[name, cells[index] ?? '']] : []))),
  )
}

function cellsOf(csv: string): string[][] | string {
  const separator = /^[^\n",]*;/.test(csv) ? ';' : ','
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`, 'y')
  const lines: string[][] = [[]]
  while (cell.lastIndex < csv.length) {
    const from = cell.lastIndex
    const match = cell.exec(csv)
    if (!match) return `The file cannot be read after line ${csv.slice(0, from).split('\n').length}: a quote is open.`
    lines.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] !== separator) lines.push([])
  }
  return lines
}
