import type { FirstAdmin, FirstCustomer } from './bootstrap.ts'
import type { Config } from './config.ts'
import { pageBase } from './engine/passkey-site.ts'

export interface BannerFacts {
  readonly config: Config
  readonly baseUrl: string
  /** The customer that this start made. */
  readonly first: FirstCustomer | null
  /** The customer whose key development shows at every start. */
  readonly customer: { readonly id: number; readonly apiKey: string } | null
  /** How the first administrator comes in; null when he has been there. */
  readonly admin: FirstAdmin | null
}

/** The box a start prints: where things are, and a line to copy for the first challenge. */
export function banner({ config, baseUrl, first, customer, admin }: BannerFacts): string {
  const shown = first ?? customer
  const rows: [string, string][] = [
    ['Base URL', baseUrl],
    ['Console', `${pageBase(baseUrl)}/console`],
  ]
  if (admin && 'login' in admin) rows.push(['First sign-in', `${admin.login}, with the password that was set`])
  if (config.inbox) rows.push(['Inbox', `${baseUrl}/dev/inbox`])
  if (config.mode === 'development')
    rows.push(
      ['Demonstration', `${baseUrl}/demo`],
      ['Requests', `${baseUrl}/dev/requests`],
      ['API reference', `${baseUrl}/docs`],
    )
  rows.push(['API description', `${baseUrl}/openapi.json`])
  rows.push(['Database', config.databaseUrl === null ? `SQLite in ${config.dataDir}` : 'PostgreSQL'])
  if (shown) rows.push(['Customer key', String(shown.id)], ['API key', shown.apiKey])
  const label = Math.max(...rows.map(([name]) => name.length))
  const lines = ['Countersign is ready', '', ...rows.map(([name, value]) => `${name.padEnd(label)}  ${value}`)]
  // On a line of its own, to be clicked whole.
  if (admin && 'link' in admin) lines.push('', 'Set up the console (opens once, valid for 24 hours):', admin.link)
  const width = Math.max(...lines.map((line) => line.length))
  const box = [
    `╭${'─'.repeat(width + 4)}╮`,
    ...lines.map((line) => `│  ${line.padEnd(width)}  │`),
    `╰${'─'.repeat(width + 4)}╯`,
  ]
  const first_ = shown ? ['', 'Challenge somebody:', `  ${firstCommand(baseUrl, shown)}`, ''] : ['']
  return `\n${box.join('\n')}\n${first_.join('\n')}\n`
}

/** Complete as it stands: it needs no setting and no database. */
function firstCommand(baseUrl: string, { id, apiKey }: { id: number; apiKey: string }): string {
  return `npx countersign call challenge --url ${baseUrl} --customer-key ${id} --api-key ${apiKey} --auth-type SMS --phone +15551234567`
}
