import { setImmediate as turn } from 'node:timers/promises'
import type { Customer } from '../vocabulary/customer.ts'
import type { RiskCore } from './ports.ts'

/** How old a number of users may be in use: the odds move with it by as much as it changed in between. */
const freshMs = 600_000
/** Users that one step counts at most: a few milliseconds, so that nobody waits longer than that for the database. */
const stepMax = 10_000

interface Counted {
  users: Promise<number>
  untilMs: number
}

/** One for each database in use and customer. */
const counted = new WeakMap<RiskCore['store'], Map<number, Counted>>()

/**
 * How many users a customer has. A weighing costs the same however many there are: only the first ones of a process wait for
 * the number. Every other takes the last one; beside it the users are counted anew, at most every ten minutes.
 */
export async function usersOf({ store }: RiskCore, { id }: Customer): Promise<number> {
  const all = counted.get(store) ?? new Map<number, Counted>()
  counted.set(store, all)
  const nowMs = performance.now()
  const known = all.get(id)
  if (known && known.untilMs > nowMs) return known.users
  const counting = countAll(store, id)
  if (!known) {
    all.set(id, { users: counting, untilMs: nowMs + freshMs })
    counting.catch(() => all.delete(id))
    return counting
  }
  known.untilMs = nowMs + freshMs // nobody else begins meanwhile
  counting.then(
    () => {
      known.users = counting
    },
    () => {
      known.untilMs = 0
    },
  )
  return known.users
}

async function countAll(store: RiskCore['store'], customerId: number): Promise<number> {
  let users = 0
  let from: string | null = ''
  while (from !== null) {
    const step: Step = await store.read.users.countAfter(customerId, from, stepMax)
    users += step.count
    from = step.last
    if (from !== null) await turn() // SQLite answers at once: whatever waits has its turn between two steps
  }
  return users
}

type Step = Awaited<ReturnType<RiskCore['store']['read']['users']['countAfter']>>
