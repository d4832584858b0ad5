import { readCsv } from './csv.ts'
import type { RowProblem } from './problems.ts'
import { type RowError, readOath, readSecret, readSerial, rowError, type TokenFile, type TokenRow } from './rows.ts'

type Heading = 'serial' | 'secret' | 'type' | 'digits' | 'algorithm' | 'counter' | 'period' | 'counter or period'

/** Without a header. What stands last is the counter of a HOTP token and the period of a TOTP token. */
const usual: readonly Heading[] = ['serial', 'secret', 'type', 'digits', 'algorithm', 'counter or period']

/** How vendors (and Microsoft Entra's upload) head their columns, in lower case and without blanks. */
const headings: ReadonlyMap<string, Heading> = new Map([
  ['serial', 'serial'],
  ['serialnumber', 'serial'],
  ['serialno', 'serial'],
  ['secret', 'secret'],
  ['secretkey', 'secret'],
  ['seed', 'secret'],
  ['key', 'secret'],
  ['type', 'type'],
  ['digits', 'digits'],
  ['otplength', 'digits'],
  ['algorithm', 'algorithm'],
  ['hashfunction', 'algorithm'],
  ['counter', 'counter'],
  ['period', 'period'],
  ['timeinterval', 'period'],
  ['timestep', 'period'],
  ['counter/period', 'counter or period'],
])

type Cells = Readonly<Partial<Record<Heading, string>>>

/** OATH tokens as CSV: serial, secret[, type, digits, algorithm, counter or period], or by a line of headings. */
export function readOathCsv(text: string): TokenFile {
  const lines = readCsv(text)
  const head = headOf(lines[0]?.cells ?? [])
  const rows: TokenRow[] = []
  const errors: RowError[] = []
  for (const { row, cells } of head ? lines.slice(1) : lines) {
    const named = cells && name(cells, head ?? usual)
    const read = named ? readRow(named) : 'bad-columns'
    if (typeof read === 'string') errors.push(rowError(row, named?.serial, read))
    else rows.push({ row, ...read })
  }
  return { rows, errors }
}

/** The columns in the order of the headings; undefined when the first line is a token already. */
function headOf(cells: readonly string[]): (Heading | undefined)[] | undefined {
  const head = cells.map((cell) => headings.get(cell.toLowerCase().replaceAll(/[\s_-]/g, '')))
  return head.includes('serial') && head.includes('secret') ? head : undefined
}

function name(cells: readonly string[], columns: readonly (Heading | undefined)[]): Cells {
  return Object.fromEntries(cells.flatMap((cell, at) => (columns[at] ? [[columns[at], cell]] : [])))
}

function readRow(cells: Cells): Omit<TokenRow, 'row'> | RowProblem {
  const serial = readSerial(cells.serial ?? '')
  if (typeof serial === 'string') return serial
  if (cells.secret === undefined) return 'bad-columns'
  const key = readSecret(cells.secret)
  if (!key) return 'bad-secret'
  const last = cells['counter or period'] ?? ''
  const oath = readOath(key, {
    // A heading of counters speaks of counting tokens.
    type: cells.type ?? (cells.counter === undefined ? '' : 'HOTP'),
    digits: cells.digits ?? '',
    algorithm: cells.algorithm ?? '',
    counter: cells.counter ?? last,
    period: cells.period ?? last,
  })
  return typeof oath === 'string' ? oath : { ...serial, ...oath }
}
