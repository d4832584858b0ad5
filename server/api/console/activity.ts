import type { ActivityQuery, ActivityRow, Reports } from '../../../contract/console/activity.ts'
import type { MethodCount } from '../../../contract/console/home.ts'
import type { Engine } from '../../engine/ports.ts'
import { tallyOf } from '../../engine/tally.ts'
import { actorOf, factsOf, tell } from '../../engine/timeline.ts'
import type { AuditEntry } from '../../vocabulary/audit.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { Handlers } from './asked.ts'

type Names = 'activity.list' | 'activity.export' | 'activity.reports' | 'activity.audit'

const dayMs = 24 * 3_600_000
const exportedMax = 10_000
/** Rows that are looked at to say how much there is. */
const countedMax = 1_000

/** What happened, for everybody and all the time. */
export const activity = {
  'activity.list': async ({ engine, customer, query }) => {
    const { limit = 50 } = query
    const entries = await engine.store.read.audit.list(customer.id, { ...wantedOf(query), limit: countedMax + 1 })
    const items = await rowsOf(engine, customer, entries.slice(0, limit))
    return { items, total: Math.min(entries.length, countedMax), isTotalExact: entries.length <= countedMax }
  },

  'activity.export': async ({ engine, customer, query, asFile }) => {
    const { limit = exportedMax, format } = query
    const entries = await engine.store.read.audit.list(customer.id, { ...wantedOf(query), limit })
    const rows = await rowsOf(engine, customer, entries)
    asFile(
      format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
      `activity-${customer.id}.${format}`,
    )
    return format === 'csv' ? csvOf(rows) : JSON.stringify(rows, null, 2)
  },

  'activity.reports': async ({ engine, customer, query }) => reportsOf(engine, customer, query.days ?? 30),

  'activity.audit': async ({ engine, customer }) => {
    const { rows, blocks, openRows, problem } = await engine.store.read.audit.verify(customer.id)
    return { rows, blocks, openRows, isWhole: problem === null, problem, checkedAtMs: engine.clock() }
  },
} satisfies Handlers<Names>

function wantedOf({ userId, ...query }: ActivityQuery) {
  const { before, after, kind, outcome, method, requestId, sinceMs, untilMs } = query
  const subjects = userId === undefined ? undefined : [userId]
  return { before, after, kind, outcome, method, requestId, sinceMs, untilMs, subjects }
}

async function rowsOf(engine: Engine, customer: Customer, entries: readonly AuditEntry[]): Promise<ActivityRow[]> {
  const names = new Map<string, string | null>()
  for (const { subject } of entries) {
    if (subject === null || subject.includes(':') || names.has(subject)) continue
    names.set(subject, (await engine.store.read.users.byId(customer.id, subject))?.username ?? null)
  }
  return entries.map((entry) => {
    const { id, atMs, kind, outcome, method, challengeId, requestId, subject } = entry
    const { text, tone, why } = tell(entry, undefined)
    const username = subject === null ? null : (names.get(subject) ?? null)
    const user = subject !== null && username !== null ? { id: subject, username } : null
    const details = [...(why === null ? [] : [{ name: 'why', value: why }]), ...factsOf(entry)]
    return { id, atMs, kind, outcome, method, text, tone, user, by: actorOf(entry), challengeId, requestId, details }
  })
}

/** RFC 4180. A cell that a spreadsheet would take for a formula is shown as text. */
function csvOf(rows: readonly ActivityRow[]): string {
  const heading = ['id', 'time', 'kind', 'outcome', 'method', 'user', 'by', 'text', 'challenge', 'request', 'details']
  const lines = rows.map(({ id, atMs, kind, outcome, method, user, by, text, challengeId, requestId, details }) => [
    ...[String(id), new Date(atMs).toISOString(), kind, outcome, method ?? '', user?.username ?? '', by ?? '', text],
    ...[challengeId ?? '', requestId ?? '', details.map(({ name, value }) => `${name}=${value}`).join('; ')],
  ])
  return [heading, ...lines].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')
}

function cellOf(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const strong = ['passkey', 'hardware-token', 'time-code'] as const
const firstMax = 50

async function reportsOf(engine: Engine, customer: Customer, days: 7 | 30 | 90): Promise<Reports> {
  const { credentials } = engine.store.read
  const tally = await tallyOf(engine, customer.id, days * dayMs, dayMs)
  const { asked, approved, refused, unanswered } = tally.total
  const [noStrongMethod, usesSms] = await Promise.all([
    credentials.holders(customer.id, strong, false, firstMax),
    engine.store.read.users.withPhoneAlone(customer.id, firstMax),
  ])
  return {
    days,
    methodMix: tally.byMethod satisfies readonly MethodCount[],
    byDay: tally.bySpan.map(({ startMs, ...counts }) => ({ dayMs: startMs, ...counts })),
    successRate: approved + refused === 0 ? null : approved / (approved + refused),
    completionRate: asked === 0 ? null : (asked - unanswered) / asked,
    noStrongMethod,
    usesSms,
  }
}
