import { fileLimits } from './rows.ts'

/** One line of values; `row` counts every line of the file from 1. Undefined cells: a quotation mark is not closed. */
export interface CsvLine {
  readonly row: number
  readonly cells: readonly string[] | undefined
}

const linesMax = 2 * fileLimits.rowsMax

/** Lines with their values trimmed, separated by comma, semicolon or tab; empty ones and comments (`#`) are left out. */
export function readCsv(text: string): CsvLine[] {
  const filled: { readonly row: number; readonly line: string }[] = []
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim()
    if (line !== '' && !line.startsWith('#')) filled.push({ row: index + 1, line })
    if (filled.length > linesMax) break // far too large already
  }
  const separator = [',', ';', '\t'].find((one) => filled[0]?.line.includes(one)) ?? ','
  return filled.map(({ row, line }) => ({ row, cells: cellsOf(line, separator) }))
}

/** A value in quotation marks may hold the separator, and `""` for one mark (RFC 4180). */
function cellsOf(line: string, separator: string): string[] | undefined {
  const cells: string[] = []
  let rest = line
  for (;;) {
    const quoted = rest.startsWith('"')
    const end = quoted ? closingMark(rest) + 1 : rest.indexOf(separator)
    if (quoted && end === 0) return undefined
    const cell = end < 0 ? rest : rest.slice(0, end)
    cells.push((quoted ? cell.slice(1, -1).replaceAll('""', '"') : cell).trim())
    if (end < 0 || end === rest.length) return cells
    if (!rest.startsWith(separator, end)) return undefined
    rest = rest.slice(end + 1).trimStart()
  }
}

function closingMark(text: string): number {
  let at = text.indexOf('"', 1)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}
