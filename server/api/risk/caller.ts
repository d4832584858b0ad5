import { type Recalled, recall } from '../../engine/adaptive.ts'
import { findSession, type Session } from '../../engine/adaptive-sessions.ts'
import { foldUsername } from '../../engine/contacts.ts'
import { isPasskeyPage } from '../../engine/passkey-site.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Customer } from '../../vocabulary/customer.ts'

/** A page that may call, and so may read the answer. */
export interface Page {
  readonly customer: Customer
  readonly origin: string
  readonly username: string
}

/** One whose backend opened a session. */
export interface SessionPage extends Page {
  readonly session: Session
  readonly token: string
}

/** What every call of a page has. */
export interface PageFields {
  readonly customerKey: string
  readonly userKey: string
  readonly session?: string
}

/** The page of a session, or one of the customer's open origins (`session` null); undefined: some other page. */
export async function pageOf(
  engine: Engine,
  body: PageFields,
  origin: string | undefined,
): Promise<SessionPage | (Page & { readonly session: null }) | undefined> {
  const customer = await engine.customer(Number(body.customerKey))
  if (!customer || origin === undefined) return undefined
  const page = { customer, origin, username: body.userKey }
  if (body.session === undefined) return isOpen(customer, origin) ? { ...page, session: null } : undefined
  const session = await findSession(engine, customer, body.session, origin)
  return session && isSameUser(session, body.userKey) ? { ...page, session, token: body.session } : undefined
}

/** The page that an evaluation was made on: it alone may go on with it. The session itself may be over meanwhile. */
export async function evaluatedPageOf(
  engine: Engine,
  body: PageFields & { readonly evaluation: string },
  origin: string | undefined,
): Promise<(Page & { readonly evaluation: Recalled }) | undefined> {
  const customer = await engine.customer(Number(body.customerKey))
  if (!customer || origin === undefined) return undefined
  const evaluation = await recall(engine, customer, body.evaluation)
  if (!evaluation || !isSameUser(evaluation, body.userKey)) return undefined
  const isItsPage = evaluation.isUntrusted ? isOpen(customer, origin) : evaluation.origin === origin
  return isItsPage ? { customer, origin, username: body.userKey, evaluation } : undefined
}

/** What a page may be offered besides what any page can do. */
export function offered(
  { baseUrl }: Engine,
  customer: Customer,
  { origin, isUntrusted }: { readonly origin: string | null; readonly isUntrusted: boolean },
): { readonly isUntrusted: boolean; readonly hasPasskeys: boolean } {
  return { isUntrusted, hasPasskeys: origin !== null && isPasskeyPage(customer, baseUrl, origin) }
}

function isOpen({ settings }: Customer, origin: string): boolean {
  return settings.riskOpenOrigins.includes(origin)
}

function isSameUser({ username }: { readonly username: string }, userKey: string): boolean {
  return foldUsername(username) === foldUsername(userKey)
}
