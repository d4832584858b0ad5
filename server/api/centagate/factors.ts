import type { Engine } from '../../engine/ports.ts'
import type { MethodId, User } from '../../vocabulary.ts'

interface Available {
  readonly user: User
  readonly enrolled: readonly MethodId[]
}

interface Factor {
  readonly method: MethodId
  /** Whether it is answered elsewhere, and the caller polls `session/statecheck`. */
  readonly isPolled: boolean
  readonly isOpenTo: (available: Available) => boolean
}

/**
 * `authMethods`: every way to sign in that is served here, in the vendor's word. A new one, such as FIDO, is a line here
 * and its calls in `index.ts`.
 */
export const factors = {
  SMS: { method: 'message-code', isPolled: false, isOpenTo: ({ user }) => user.phone !== null },
  OTP: { method: 'time-code', isPolled: false, isOpenTo: ({ enrolled }) => enrolled.includes('time-code') },
  PUSH: { method: 'message-link', isPolled: true, isOpenTo: ({ user }) => user.phone !== null || user.email !== null },
} as const satisfies Record<string, Factor>

/** Ways that are open to a user and that he has not passed, separated by commas. */
export async function authMethodsOf(engine: Engine, user: User, passed: readonly MethodId[]): Promise<string> {
  const enrolled = await enrolledMethods(engine, user)
  return Object.entries<Factor>(factors)
    .filter(([, { method, isOpenTo }]) => !passed.includes(method) && isOpenTo({ user, enrolled }))
    .map(([word]) => word)
    .join(',')
}

async function enrolledMethods(engine: Engine, { customerId, id }: User): Promise<MethodId[]> {
  const credentials = await engine.store.read.credentials.of(customerId, id, 'time-code')
  return credentials.filter(({ state }) => state === 'active').map(({ method }) => method)
}
