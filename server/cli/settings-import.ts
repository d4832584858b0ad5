import type { Repositories } from '../store/repositories.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { nowOf, withStore } from './database.ts'
import { readInput } from './input.ts'
import { applyChange, lineOf } from './known-settings.ts'
import { Refusal, type Report } from './report.ts'
import { type Plan, planOf, type Stored, type Wanted } from './settings-file.ts'
import { columns } from './terminal.ts'

/** Makes every change that a file asks for, or, when anything in it is wrong, none. */
export async function importSettings(file: string, { dryRun = false }: { dryRun?: boolean }): Promise<Report> {
  const wanted = await readInput(file)
  return withStore(async (store) => {
    const nowMs = await nowOf(store)
    // Compared and changed in one write: a file never meets a half of somebody else's changes.
    const plan = await (dryRun ? planIn(store.read, wanted) : store.write((tx) => change(tx, wanted, nowMs)))
    if (plan.problems.length > 0) throw new Refusal(['Nothing was changed.', ...plan.problems].join('\n'))
    return reportOf(plan, dryRun)
  })
}

async function change(tx: Repositories, wanted: unknown, nowMs: number): Promise<Plan> {
  const plan = await planIn(tx, wanted)
  if (plan.problems.length > 0) return plan
  for (const one of plan.changes) await applyChange(tx, one, nowMs)
  return plan
}

async function planIn(read: Repositories, wanted: unknown): Promise<Plan> {
  return planOf(wanted, await storedIn(read))
}

/** Everything that was set, of the server and of every customer. */
export async function storedIn(read: Repositories): Promise<Stored> {
  const stored = new Map<number, ReadonlyMap<string, string>>()
  for (const id of [serverScope, ...(await read.customers.list()).map((customer) => customer.id)]) {
    stored.set(id, await read.settings.all(id))
  }
  return stored
}

function reportOf({ changes, unchanged }: Plan, isDryRun: boolean): Report {
  const count = `${changes.length} ${changes.length === 1 ? 'setting' : 'settings'}`
  const head = isDryRun ? `Nothing was changed. Without --dry-run, ${count} would be.` : `${count} changed.`
  const rest = unchanged === 0 ? '' : ` ${unchanged} ${unchanged === 1 ? 'is' : 'are'} so already.`
  const follow = isDryRun || changes.length === 0 ? '' : ' Servers follow within about a second.'
  const rows = changes.map((one) => [one.path, lineOf(one.from), '→', afterOf(one)])
  const risks = changes.flatMap(({ path, risk }) => (risk === undefined ? [] : `Mind ${path}: ${risk}`))
  const text = [head + rest + follow, ...(rows.length > 0 ? ['', columns(rows)] : []), ...risks].join('\n')
  const json = changes.map(({ path, from, to }) => ({ path, from, to }))
  return { text, json: { isDryRun, changes: json, unchanged } }
}

/** A secret shows only that it is another one. */
function afterOf({ from, to }: Wanted): string {
  const [before, after] = [lineOf(from), lineOf(to)]
  return before === after && after !== '' ? `${after}, other than before` : after
}
