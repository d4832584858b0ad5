import { resolve } from 'node:path'
import { type Config, readConfig } from '../config.ts'
import { isMissing } from '../data-folder.ts'
import type { Store } from '../store/open.ts'
import type { AuditNote } from '../vocabulary/audit.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { whyNotOpen } from '../why-not-started.ts'
import { Refusal } from './report.ts'

/** Opens the database that the server's settings name, and closes it whatever becomes of the job. */
export async function withStore<T>(job: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  if (isMissing(config)) {
    const folder = `There is no database in ${resolve(config.dataDir)}.`
    throw new Refusal(
      `${folder} Start the server once, or name the folder of the server's data in COUNTERSIGN_DATA_DIR.`,
    )
  }
  return withAnyStore(job)
}

/** The same, and makes the database when there is none. */
export async function withAnyStore<T>(job: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  const store = await open(config)
  try {
    return await job(store, config)
  } finally {
    await store.close()
  }
}

async function open(config: Config): Promise<Store> {
  // All that a server is made of; whoever asks for help, or calls another server, does not wait for it.
  const { openStoreOf } = await import('../database.ts')
  try {
    return await openStoreOf(config)
  } catch (error) {
    throw new Refusal(whyNotOpen(config, error))
  }
}

/** The customer that was named, or the only one there is. */
export async function customerOf(store: Store, key: number | undefined): Promise<Customer> {
  const all = await store.read.customers.list()
  const [only] = all
  if (!only) throw new Refusal('There is no customer yet. Add one: npx countersign customers add --name <name>')
  if (key === undefined && all.length > 1) {
    throw new Refusal(
      'There is more than one customer: add --customer <key>. This lists them: npx countersign customers list',
    )
  }
  const customer = await store.read.customers.find(key ?? only.id)
  if (customer) return customer
  throw new Refusal(`There is no customer ${key}. This lists them: npx countersign customers list`)
}

/** What to say of a name that no user has. */
export function noUser(customer: Customer, name: string): string {
  return `Customer ${customer.id} has no user ${name}. This lists them: npx countersign users list`
}

/** The time of a change, by the clock that all nodes share. */
export async function nowOf(store: Store): Promise<number> {
  return Math.round(await store.timeMs())
}

/** A line of the audit about something that was done on the command line. */
export function noteOf(kind: string, subject: string | null, detail: object = {}): AuditNote {
  return {
    kind,
    subject,
    method: null,
    challengeId: null,
    requestId: null,
    detail: JSON.stringify({ by: 'command line', ...detail }),
  }
}
