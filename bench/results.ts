import type { Slice } from './drive.ts'

/** All rounds of one target at one number of connections. */
export interface Row {
  readonly name: string
  readonly connections: number
  readonly slices: readonly Slice[]
  /** The yardsticks' slices of the same rounds at the same number of connections. */
  readonly echo: readonly Slice[]
  readonly durable: readonly Slice[]
}

/** What a server costs before anybody asks it anything. */
export interface Footprint {
  readonly name: string
  readonly healthMs: number
  readonly validateMs: number
  readonly idleMb: number
  /** After all rounds. */
  readonly loadedMb?: number
}

/** A promise about speed or size, and how it came out. */
export interface Bar {
  readonly text: string
  readonly value: string
  readonly isMet: boolean
}

export function isVoid(row: Row): boolean {
  return row.slices.some(({ problems }) => problems.length > 0)
}

function ratio(slices: readonly Slice[], yardstick: readonly Slice[]): number {
  const ratios = slices.map((slice, round) => slice.requestsPerSecond / (yardstick[round]?.requestsPerSecond ?? 0))
  return median(ratios)
}

const ratioBars: Readonly<Record<string, number>> = { SQLite: 0.4, PostgreSQL: 0.35 }
const idleMbMax = 120
const firstAnswerMsMax = 1_500
/** The bars are judged where decisions share their commits. */
export const barConnections = 32

export function bars(rows: readonly Row[], footprints: readonly Footprint[]): Bar[] {
  const list: Bar[] = []
  for (const row of rows) {
    const least = ratioBars[row.name]
    if (least === undefined || row.connections !== barConnections) continue
    const value = ratio(row.slices, row.durable)
    const isMet = value >= least && !isVoid(row)
    const text = `${row.name}, ${barConnections} connections: at least ${least.toFixed(2)} of the durable echo`
    list.push({ text, value: isVoid(row) ? 'void' : value.toFixed(2), isMet })
  }
  for (const { name, idleMb, healthMs } of footprints) {
    list.push({
      text: `${name}: idle memory at most ${idleMbMax} MB`,
      value: `${idleMb.toFixed(0)} MB`,
      isMet: idleMb <= idleMbMax,
    })
    list.push({
      text: `${name}: first answer within ${firstAnswerMsMax / 1000} s`,
      value: `${(healthMs / 1000).toFixed(2)} s`,
      isMet: healthMs <= firstAnswerMsMax,
    })
  }
  return list
}

/** The tables, in Markdown. */
export function tables(rows: readonly Row[], footprints: readonly Footprint[]): string {
  const speed = rows.map((row) => {
    const { slices } = row
    const of = (value: (slice: Slice) => number) => slices.map(value)
    const rates = of(({ requestsPerSecond }) => requestsPerSecond)
    if (isVoid(row)) return [row.name, row.connections, '**void**', '', '', '', '', '', '']
    return [
      row.name,
      row.connections,
      `${whole(median(rates))} [${whole(Math.min(...rates))} … ${whole(Math.max(...rates))}]`,
      ratio(slices, row.durable).toFixed(2),
      ratio(slices, row.echo).toFixed(2),
      median(of(({ p50Ms }) => p50Ms)).toFixed(2),
      median(of(({ p99Ms }) => p99Ms)).toFixed(2),
      whole(median(of(({ serverCpuUs }) => serverCpuUs))),
      whole(median(of(({ driverCpuUs }) => driverCpuUs))),
    ]
  })
  const speedHead = [
    'target',
    'connections',
    'requests/s',
    'to durable echo',
    'to echo',
    'p50 ms',
    'p99 ms',
    'server CPU µs',
    'driver CPU µs',
  ]
  const sizes = footprints.map(({ name, healthMs, validateMs, idleMb, loadedMb }) => [
    name,
    (healthMs / 1000).toFixed(2),
    (validateMs / 1000).toFixed(2),
    idleMb.toFixed(0),
    loadedMb?.toFixed(0) ?? '',
  ])
  const sizeHead = ['target', 'first answer s', 'first validate s', 'idle MB', 'MB after the load']
  return `${table(speedHead, speed)}\n\n${table(sizeHead, sizes)}`
}

export function barLines(list: readonly Bar[]): string {
  return list.map(({ text, value, isMet }) => `- ${isMet ? 'pass' : '**fail**'}: ${text} (${value})`).join('\n')
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  const [first = [], ...rest] = cells
  return [line(first), rule, ...rest.map(line)].join('\n')
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
