// A reader that has seen enough, such as `head`, is no reason to complain.
process.stdout.on('error', () => undefined)

/** The only ways out: text and JSON on stdout, complaints on stderr. */
export function print(text: string): void {
  process.stdout.write(`${harmless(text)}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function complain(text: string): void {
  process.stderr.write(`${harmless(text)}\n`)
}

/** Without the characters by which a name or an answer could command the terminal. */
function harmless(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, '')
}

/** Rows in columns as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return lines.map((line) => line.trimEnd()).join('\n')
}

export function shownTime(ms: number): string {
  return new Date(ms).toISOString()
}
