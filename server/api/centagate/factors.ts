import { allowedMethods } from '../../engine/allowed-methods.ts'
import { foldUsername } from '../../engine/contacts.ts'
import { siteOf } from '../../engine/passkey-site.ts'
import type { Engine } from '../../engine/ports.ts'
import { typedMethods } from '../../engine/typed-codes.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { MethodId } from '../../vocabulary/method.ts'
import type { User } from '../../vocabulary/user.ts'

interface Available {
  readonly user: User
  /** What he enrolled for, as far as it can be used here. */
  readonly enrolled: readonly MethodId[]
  /** Whether the caller says that the browser has passkeys, and we have a domain for them. */
  readonly hasFido: boolean
  /** Whether the user's groups allow a method. */
  readonly isAllowed: (method: MethodId) => boolean
}

interface Factor {
  /** Passing one of them passes it. */
  readonly methods: readonly MethodId[]
  /** Whether it is answered elsewhere, and the caller polls `session/statecheck`. */
  readonly isPolled: boolean
  readonly isOpenTo: (available: Available) => boolean
}

/**
 * `authMethods`: every way to sign in that is served here, in the vendor's word. A new one is a line here and its calls
 * in `index.ts`.
 */
export const factors = {
  SMS: {
    methods: ['message-code'],
    isPolled: false,
    isOpenTo: ({ user, isAllowed }) => user.phone !== null && isAllowed('message-code'),
  },
  OTP: {
    methods: ['time-code', 'hardware-token'],
    isPolled: false,
    isOpenTo: ({ enrolled }) => enrolled.includes('time-code') || enrolled.includes('hardware-token'),
  },
  PUSH: {
    methods: ['push', 'message-link'],
    isPolled: true,
    isOpenTo: ({ user, enrolled, isAllowed }) =>
      enrolled.includes('push') || (isAllowed('message-link') && (user.phone !== null || user.email !== null)),
  },
  FIDO: {
    methods: ['passkey'],
    isPolled: false,
    isOpenTo: ({ enrolled, hasFido }) => hasFido && enrolled.includes('passkey'),
  },
} as const satisfies Record<string, Factor>

/** The digits of an `otp`, whatever shows it. */
export const otpDigits = 6

/** How many different ways were passed: two tokens that show codes are one. */
export function countPassed(passed: readonly MethodId[]): number {
  return Object.values<Factor>(factors).filter((factor) => isPassed(factor, passed)).length
}

export interface Listing {
  readonly customer: Customer
  readonly user: User
  readonly passed: readonly MethodId[]
  readonly supportsFido: boolean
}

/** Ways that are open to a user and that he has not passed, separated by commas. */
export async function authMethodsOf(engine: Engine, listing: Listing): Promise<string> {
  const { customer, user, passed, supportsFido } = listing
  const credentials = (await engine.store.userSnapshot(customer.id, foldUsername(user.username)))?.credentials ?? []
  const others = (['passkey', 'push'] as const).filter((one) => credentials.some(({ method }) => method === one))
  const allowed = await allowedMethods(engine, customer, user.id)
  const isAllowed = (method: MethodId) => allowed === null || allowed.has(method)
  const enrolled: MethodId[] = [...typedMethods(credentials, otpDigits), ...others].filter(isAllowed)
  const hasFido = supportsFido && siteOf(customer, engine.baseUrl) !== undefined
  return Object.entries<Factor>(factors)
    .filter(([, factor]) => !isPassed(factor, passed) && factor.isOpenTo({ user, enrolled, hasFido, isAllowed }))
    .map(([word]) => word)
    .join(',')
}

function isPassed({ methods }: Factor, passed: readonly MethodId[]): boolean {
  return methods.some((method) => passed.includes(method))
}
