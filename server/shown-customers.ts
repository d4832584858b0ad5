import type { Store } from './store/open.ts'
import type { Customer } from './vocabulary/customer.ts'

/**
 * All customers, the one first whose key development shows and the command line signs with: the oldest, but those to test
 * with come last, so that a demo does not take the place of the customer that was there.
 */
export async function shownCustomers({ read }: Pick<Store, 'read'>): Promise<Customer[]> {
  const byAge = (await read.customers.list()).sort((left, right) => left.createdAtMs - right.createdAtMs)
  const all = (await Promise.all(byAge.map(({ id }) => read.customers.find(id)))).flatMap((found) => found ?? [])
  return all.sort((left, right) => Number(left.settings.isTest) - Number(right.settings.isTest))
}
