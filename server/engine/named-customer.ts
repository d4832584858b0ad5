import type { Customer } from '../vocabulary/customer.ts'
import type { Engine } from './ports.ts'

/** The customer whose number somebody wrote into an address or a form, or without one the only customer there is. */
export async function namedCustomer(engine: Engine, named: unknown): Promise<Customer | undefined> {
  if (typeof named === 'string' && /^[1-9][0-9]{0,11}$/.test(named)) return engine.customer(Number(named))
  const [only, second] = await engine.store.read.customers.list()
  return only && !second ? engine.customer(only.id) : undefined
}
