import { setImmediate as turn } from 'node:timers/promises'
import type { Customer } from '../vocabulary/customer.ts'
import type { User } from '../vocabulary/user.ts'
import type { Actor } from './admin-links.ts'
import { foldUsername, readEmail, readPhone } from './contacts.ts'
import type { EngineCore } from './ports.ts'
import type { Records } from './records.ts'
import { changeKept, newUser } from './users.ts'

/** A list of users as a file: the heading names the fields, each further line is a user. */

const fields = ['username', 'email', 'phone', 'firstName', 'lastName'] as const
type Field = (typeof fields)[number]
type Row = Readonly<Partial<Record<Field, string>>>

const rowsMax = 20_000
/** Rows that are taken in one go: sign-ins wait for no more than these. */
const rowsAtOnce = 100
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

/** Adds and changes users, the wrong rows told one by one. A sentence: the file cannot be read. */
export async function importUsers(
  { store, clock }: Pick<EngineCore, 'store' | 'clock'>,
  { customer, csv, isDryRun, actor }: UserImport,
): Promise<ImportReport | string> {
  const read = readCsv(csv)
  if (typeof read === 'string') return read
  const seen = new Set<string>()
  const given = read.map((row, index) => ({ row: index + 2, ...readRow(customer, row, seen) }))
  const rows: ImportedRow[] = []
  for (let from = 0; from < given.length; from += rowsAtOnce) {
    const part = given.slice(from, from + rowsAtOnce)
    const done = isDryRun
      ? await take(store.read, customer, part, null)
      : await store.write((tx) => takeAndTell(tx, customer, part, actor, clock()))
    rows.push(...done)
    await turn()
  }
  return reportOf(rows, isDryRun)
}

/** A row that was read, or the sentence that says why it cannot be. */
interface Given {
  readonly row: number
  readonly username: string
  readonly folded: string
  readonly fields: Pick<User, 'email' | 'phone' | 'firstName' | 'lastName'> | string
}

/** One write of an import, and the line of the audit that tells of it. */
async function takeAndTell(tx: Records, customer: Customer, part: readonly Given[], actor: Actor, nowMs: number) {
  const rows = await take(tx, customer, part, nowMs)
  const { added, changed, wrong } = reportOf(rows, false)
  const detail = JSON.stringify({ by: actor.name, byId: actor.adminId, added, changed, refused: wrong })
  const note = { kind: 'user', subject: null, method: null, challengeId: null, requestId: actor.requestId, detail }
  await tx.audit.append(customer.id, note, 'imported', nowMs)
  return rows
}

/** `nowMs` null: only tells what would be done. */
async function take(records: Records, customer: Customer, part: readonly Given[], nowMs: number | null) {
  const rows: ImportedRow[] = []
  for (const { row, username, folded, fields } of part) {
    const outcome =
      typeof fields === 'string'
        ? ({ state: 'wrong', problem: fields } as const)
        : ({ state: await takeOne(records, customer, { username, folded, fields }, nowMs), problem: null } as const)
    rows.push({ row, username, ...outcome })
  }
  return rows
}

async function takeOne(
  records: Records,
  customer: Customer,
  { username, folded, fields }: Pick<Given, 'username' | 'folded'> & { fields: Exclude<Given['fields'], string> },
  nowMs: number | null,
): Promise<ImportedRow['state']> {
  const known = await records.users.find(customer.id, folded)
  if (!known) {
    if (nowMs === null) return 'new'
    const user = newUser(customer, username, nowMs)
    await records.users.add({ ...user, ...fields, email: fields.email ?? user.email }, folded)
    return 'new'
  }
  // An empty cell leaves things as they are.
  const change = Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== null && value !== known[name as keyof User]),
  )
  if (Object.keys(change).length === 0) return 'same'
  if (nowMs !== null) await changeKept(records, customer, known, change, nowMs)
  return 'changed'
}

function readRow(customer: Customer, row: Row, seen: Set<string>): Omit<Given, 'row'> {
  const username = row.username?.trim() ?? ''
  const folded = foldUsername(username)
  const fields = fieldsOf(customer, row, username, seen.has(folded))
  seen.add(folded)
  return { username, folded, fields }
}

function fieldsOf(customer: Customer, row: Row, username: string, isRepeated: boolean): Given['fields'] {
  if (username === '' || username.length > nameLengthMax) return `A username has 1–${nameLengthMax} characters.`
  if (/\p{C}/u.test(username)) return 'The username has invisible characters.'
  if (isRepeated) return 'This user is in the file twice.'
  const email = row.email?.trim() ? readEmail(row.email) : null
  if (email === undefined) return 'This is no e-mail address.'
  const phone = row.phone?.trim() ? readPhone(row.phone, customer.settings.defaultCountry) : null
  if (phone === undefined) return 'This is no phone number. Write it as +15551234567.'
  return { email, phone, firstName: row.firstName?.trim() || null, lastName: row.lastName?.trim() || null }
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
