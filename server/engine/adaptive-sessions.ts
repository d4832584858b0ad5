import { fingerprint } from '../security/digest.ts'
import { randomSecret } from '../security/random.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { RiskCore } from './ports.ts'

/** How long a page may work with what its backend was given. */
const sessionTtlMs = 5 * 60_000
/** Weighings of one session: a page may be tried again, and not as a way to learn what passes. */
const evaluationsMax = 5

export interface SessionRequest {
  readonly customer: Customer
  /** As the site names the user; he need not be enrolled. */
  readonly username: string
  /** Of the page, as browsers write it: `https://login.example.com`. */
  readonly origin: string
  /** What the sign-in is for, the site's own word of 1–64 letters; comes back with the result. */
  readonly action: string
  /** Whether this page may enrol: only then does the SDK's `registerUser` do anything. */
  readonly mayRegister: boolean
  /** Contacts that the site itself has verified and the user may be asked by; null: none. */
  readonly phone: string | null
  readonly email: string | null
}

/** What a session's token stands for. */
export interface Session extends Omit<SessionRequest, 'customer'> {
  readonly expiresAtMs: number
}

/** Bound to one user, one origin and one action; 256 random bits in base64url, kept as a digest. */
export async function openSession(
  { store, clock }: RiskCore,
  { customer, ...session }: SessionRequest,
): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
  const token = randomSecret(32).toString('base64url')
  const expiresAtMs = clock() + sessionTtlMs
  await store.write((tx) =>
    tx.riskSessions.add(customer.id, fingerprint('risk session', token), session, evaluationsMax, expiresAtMs),
  )
  return { token, expiresAtMs }
}

/** The session of a token while it lives, for calls beside `evaluate`; undefined also for another origin or customer. */
export async function findSession(
  { store, clock }: RiskCore,
  customer: Customer,
  token: string,
  origin: string | null,
): Promise<Session | undefined> {
  const session = await store.read.riskSessions.find(customer.id, fingerprint('risk session', token), clock())
  return session?.origin === origin ? session : undefined
}
