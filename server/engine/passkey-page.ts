import { methods } from '../methods/index.ts'
import { isRegistration, newPasskeyForBrowser } from '../methods/passkey-registration.ts'
import { same } from '../security/digest.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { mayEnrol } from './allowed-methods.ts'
import type { Engine } from './ports.ts'
import { toolsFor } from './tools.ts'

/** What the bearer of a passkey link sees. Reading it decides nothing. */
export interface PasskeyPage {
  readonly kind: 'sign-in' | 'registration'
  readonly customer: Customer
  readonly challenge: Challenge
  readonly userId: string
  readonly username: string
  /** Of a registration: whether the user's groups let him have passkeys, as they are now. */
  readonly isAllowed: boolean
  /** Options for `navigator.credentials.get` or `.create`, as JSON. */
  readonly publicKey: object
}

/** The question behind a link; undefined for a link that was altered, is of another question, or is over. */
export async function readPasskeyPage(
  engine: Engine,
  challengeId: string,
  secret: string,
): Promise<PasskeyPage | undefined> {
  if (!/^[0-9a-f-]{36}$/.test(challengeId)) return undefined
  const challenge = await engine.store.read.challenges.find(challengeId)
  if (challenge?.state !== 'pending' || challenge.expiresAtMs <= engine.clock()) return undefined
  const { customerId, userId, pending, method } = challenge
  if (method !== 'passkey' || userId === null || pending === null) return undefined
  const customer = await engine.customer(customerId)
  const user = await engine.store.read.users.byId(customerId, userId)
  if (!customer || !user?.isEnabled) return undefined

  const own = await engine.store.read.credentials.of(customerId, userId, method)
  const secrets = own.filter(({ state }) => state === 'active').map((one) => one.secret)
  const tools = toolsFor(customer, engine.clock())
  const { username } = user
  const kind = isRegistration(pending) ? 'registration' : 'sign-in'
  const asked =
    kind === 'registration'
      ? newPasskeyForBrowser({ challengeId, pending, secrets, siteName: customer.name, username }, tools)
      : methods[method].forBrowser?.({ challengeId, pending, secrets }, tools)
  if (!asked || !same(Buffer.from(asked.pageSecret), Buffer.from(secret))) return undefined
  const isAllowed = kind === 'sign-in' || (await mayEnrol(engine.store.read, customer, userId, method))
  return { kind, customer, challenge, userId, username, isAllowed, publicKey: asked.publicKey }
}
