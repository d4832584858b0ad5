import type { Config } from './config.ts'
import { inviteAdmin, linkOf, offerLink } from './engine/admin-links.ts'
import { keptOf } from './engine/passwords.ts'
import { randomApiKey, randomWhole } from './security/random.ts'
import type { Store } from './store/open.ts'
import { serverScope } from './vocabulary/customer.ts'

/** The customer that a new database begins with. */
export interface FirstCustomer {
  readonly id: number
  readonly name: string
  readonly apiKey: string
}

/** Makes the first customer on an empty database. Null when there is one already. */
export async function bootstrap(store: Store, config: Config, nowMs: number): Promise<FirstCustomer | null> {
  const { customerKey, apiKey } = config.bootstrap
  const first = { id: customerKey ?? randomCustomerKey(), name: 'Default', apiKey: apiKey ?? randomApiKey() }
  return store.write(async (tx) => {
    await tx.customers.alone()
    if ((await tx.customers.list()).length > 0) return null
    const isAdded = await tx.customers.add(first.id, first.name, first.apiKey, nowMs)
    if (!isAdded) return null
    const note = { kind: 'customer', subject: null, method: null, challengeId: null, requestId: null, detail: null }
    await tx.audit.append(first.id, note, 'created', nowMs)
    return first
  })
}

/** Six digits, as callers know them. */
export function randomCustomerKey(): number {
  return randomWhole(100_000, 1_000_000)
}

/** How the first administrator comes in: by a one-time link, or with the password that the environment gave. */
export type FirstAdmin = { readonly link: string } | { readonly login: string }

/**
 * Makes the first admin of the console, an owner of all customers. Until somebody has set up his second factor, each start
 * offers him the way in anew; after that, null.
 */
export async function bootstrapAdmin(
  store: Store,
  config: Config,
  baseUrl: string,
  nowMs: number,
): Promise<FirstAdmin | null> {
  const engine = { store, clock: () => nowMs }
  const all = await store.read.admins.list()
  const factors = await Promise.all(all.map(({ id }) => store.read.adminFactors.of(id)))
  if (factors.flat().some(({ state }) => state === 'active')) return null
  const [first] = all
  const { adminPassword } = config.bootstrap
  const wanted = { login: 'admin', name: 'Administrator', role: 'owner', customerId: serverScope } as const
  const actor = { adminId: null, name: 'first start', requestId: null }
  if (first === undefined) {
    const made = await inviteAdmin(engine, wanted, 'first', actor)
    // Another node was first: its box has the link.
    if (!made) return null
    if (adminPassword === null) return { link: linkOf(baseUrl, made.secret) }
    const password = await keptOf(adminPassword)
    await store.write(async (tx) => {
      await tx.admins.change(made.admin.id, { password })
      await tx.admins.offerLink(made.admin.id, null)
    })
    return { login: wanted.login }
  }
  if (first.password !== null && adminPassword !== null) return { login: first.login }
  return { link: linkOf(baseUrl, await store.write((tx) => offerLink(tx, first.id, 'first', nowMs))) }
}
