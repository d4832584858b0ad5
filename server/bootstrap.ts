import type { Config } from './config.ts'
import { randomApiKey, randomWhole } from './security/random.ts'
import type { Store } from './store/open.ts'

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
