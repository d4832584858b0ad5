import { readFileSync, writeFileSync } from 'node:fs'
import { bootSettings } from '../server/config.ts'
import { noticeEvents } from '../server/engine/templates.ts'
import { customerSettings, type Setting, serverSettings } from '../server/settings.ts'
import { retention } from '../server/store/purge.ts'

// `node docs/generate.ts` writes the tables of operating.md anew; test/cli/operating.test.ts fails when they are old.

const file = new URL('operating.md', import.meta.url)

/** Each table stands between `<!-- table: its name -->` and `<!-- end -->`. */
const tables: Readonly<Record<string, () => string>> = {
  'boot settings': () =>
    table(
      ['variable', 'default', 'meaning'],
      Object.entries(bootSettings).map(([name, { fallback, meaning }]) => [
        `\`COUNTERSIGN_${name}\``,
        fallback === null ? 'unset' : `\`${fallback}\``,
        meaning,
      ]),
    ),
  'server settings': () => settingsTable(Object.entries<Setting<unknown>>(serverSettings)),
  'customer settings': () => settingsTable(Object.entries<Setting<unknown>>(customerSettings)),
  events: () =>
    table(
      ['event', 'what the user is told'],
      Object.entries(noticeEvents).map(([name, { en }]) => [`\`${name}\``, en]),
    ),
  retention: () =>
    table(
      ['what', 'kept for'],
      Object.entries(retention).map(([name, ms]) => [kept[name as keyof typeof retention], span(ms)]), // its own names
    ),
}

const kept = {
  challengesMs: 'challenges and what became of their messages, after they expire',
  pendingCredentialsMs: 'authenticators that were offered and never confirmed',
  guardsMs: 'counts of wrong answers, after the last one (a disabled method stays disabled)',
  noticesMs: 'notices to users, and what became of them',
  dailyTriesMs: 'counts of the tries of a day, for methods that allow only so many',
  riskMs:
    'what risk is weighed by: values that were not seen again, remembered devices that were not used, evaluations',
  webhooksMs: 'events for a webhook, whatever became of them',
  inboxMs: 'messages in the development inbox',
} as const satisfies Record<keyof typeof retention, string>

/** The text with every table written anew. */
export function withTables(text: string): string {
  return text.replaceAll(/(<!-- table: ([a-z ]+) -->\n).*?(<!-- end -->)/gs, (_, begin, name, end) => {
    const write = tables[name]
    if (!write) throw new Error(`There is no table of ${name}.`)
    return `${begin}\n${write()}\n\n${end}`
  })
}

function settingsTable(entries: readonly (readonly [string, Setting<unknown>])[]): string {
  const rows = entries.map(([name, { fallback, meaning, risk, isSecret, parts }]) => {
    const more = [
      ...(isSecret ? [parts ? 'Its secrets are never shown again.' : 'A secret: never shown again.'] : []),
      ...(risk ? [`*Mind:* ${risk}`] : []),
    ]
    return [`\`${name}\``, String(fallback) === '' ? 'empty' : `\`${fallback}\``, [meaning, ...more].join(' ')]
  })
  return table(['setting', 'default', 'meaning'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function span(ms: number): string {
  const hours = ms / 3_600_000
  return hours >= 48 ? `${hours / 24} days` : `${hours} hours`
}

if (import.meta.main) writeFileSync(file, withTables(readFileSync(file, 'utf8')))
