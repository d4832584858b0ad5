import { methods } from '../methods/index.ts'
import type { Customer, MethodId } from '../vocabulary.ts'
import type { Engine } from './ports.ts'

/** Every method there is. */
export const methodIds = Object.keys(methods) as readonly MethodId[] // the table's own keys

/**
 * The methods that a user's groups allow: those that any of his groups names. Null: none of them names methods, or
 * nobody enrolled him; then every method is allowed. Customers whose groups name none pay no query for it.
 */
export async function allowedMethods(
  { store }: Pick<Engine, 'store'>,
  customer: Customer,
  userId: string | null,
): Promise<ReadonlySet<MethodId> | null> {
  return customer.hasGroupMethods && userId !== null ? store.read.groups.methodsOf(customer.id, userId) : null
}

/** Whether the customer, and the user's groups, let him use a method. */
export async function mayUse(
  engine: Pick<Engine, 'store'>,
  customer: Customer,
  userId: string | null,
  method: MethodId,
): Promise<boolean> {
  if (!isTurnedOn(customer, method)) return false
  const allowed = await allowedMethods(engine, customer, userId)
  return allowed === null || allowed.has(method)
}

/** Whether the customer lets a method be used. */
export function isTurnedOn({ settings }: Customer, method: MethodId): boolean {
  return method !== 'questions' || settings.questions
}
