import { methods } from '../methods/index.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'

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

/** Refuses an enrolment, and undoes what its write did before, such as to make the user. */
export class TurnedOff extends Error {}

/** What a write came to that may have thrown it. */
export async function orTurnedOff<Outcome>(
  outcome: Promise<Outcome>,
): Promise<Outcome | { readonly ok: false; readonly reason: 'turned-off' }> {
  try {
    return await outcome
  } catch (error) {
    if (error instanceof TurnedOff) return { ok: false, reason: 'turned-off' }
    throw error
  }
}

/**
 * Which of these methods a user may enrol, by what his groups name at this very moment and not a second ago. Every door
 * that enrols asks in the write that keeps it: what is kept after a group was changed is what the group allows then.
 */
export async function enrollable<Method extends MethodId>(
  { groups }: Pick<Records, 'groups'>,
  customer: Customer,
  userId: string,
  wanted: readonly Method[],
): Promise<Method[]> {
  const allowed = await groups.methodsOf(customer.id, userId)
  return wanted.filter((method) => isTurnedOn(customer, method) && (allowed === null || allowed.has(method)))
}

/** Whether a user may enrol a method: see `enrollable`. */
export async function mayEnrol(
  records: Pick<Records, 'groups'>,
  customer: Customer,
  userId: string,
  method: MethodId,
): Promise<boolean> {
  return (await enrollable(records, customer, userId, [method])).length > 0
}

/** Whether the customer lets a method be used. */
export function isTurnedOn({ settings }: Customer, method: MethodId): boolean {
  return method !== 'questions' || settings.questions
}
