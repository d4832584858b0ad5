import type { Helping } from '../../engine/people.ts'
import type { UserOutcome } from '../../engine/users.ts'
import type { Asked } from './asked.ts'
import { invalid, notFound, Problem } from './problem.ts'

/** What the calls about one user share. */

export function userOf({ engine, customer, params }: Pick<Asked<'users.look'>, 'engine' | 'customer' | 'params'>) {
  return engine.store.read.users.byId(customer.id, params.id)
}

/** Nobody signed it: the session says who it is. */
export function asHimself({ visitor }: Pick<Asked<'users.add'>, 'visitor'>) {
  return { request: null, requestId: visitor.requestId }
}

/** Who helps, and why. */
export function helping({
  customer,
  actor,
  body,
}: {
  customer: Helping['customer']
  actor: Helping['actor']
  body: { reason: string }
}): Helping {
  return { customer, actor, reason: body.reason }
}

export const refusals = {
  'unknown-user': notFound('user'),
  taken: new Problem('conflict', 'Another user has this name.', { field: 'username' }),
  'bad-phone': invalid('This is no phone number. Write it as +15551234567.', 'phone'),
  'bad-email': invalid('This is no e-mail address.', 'email'),
  repeated: new Problem('conflict', 'This was done before.'),
} as const satisfies Record<Extract<UserOutcome, { ok: false }>['reason'], Problem>
