import { randomId } from '../security/random.ts'
import type { Customer, RequestMark } from '../vocabulary.ts'
import { foldUsername } from './contacts.ts'
import type { Engine } from './ports.ts'

/** Clients poll for five minutes. */
const offerLifeMs = 300_000

export interface PhoneRequest {
  readonly customer: Customer
  readonly username: string
  readonly request: RequestMark
  readonly requestId: string
}

export type PhoneOutcome =
  | { readonly ok: true; readonly id: string; readonly uri: string }
  | { readonly ok: false; readonly reason: 'unknown-user' | 'disabled-user' | 'repeated' }

/**
 * Offers a user to register a phone. There is no app yet that could take the offer: the QR code leads to a page that says
 * so, and the offer ends by itself.
 */
export async function offerPhone(engine: Engine, request: PhoneRequest): Promise<PhoneOutcome> {
  const { customer, requestId } = request
  const nowMs = engine.clock()
  return engine.store.write(async (tx): Promise<PhoneOutcome> => {
    if (!(await tx.marks.claim(request.request))) return { ok: false, reason: 'repeated' }
    const user = await tx.users.find(customer.id, foldUsername(request.username))
    if (!user) return { ok: false, reason: 'unknown-user' }
    if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }
    const id = randomId()
    await tx.phoneOffers.add({ id, customerId: customer.id, userId: user.id, expiresAtMs: nowMs + offerLifeMs }, nowMs)
    const note = { kind: 'enrolment', subject: user.id, method: null, challengeId: id, requestId, detail: null }
    await tx.audit.append(customer.id, note, 'phone-offered', nowMs)
    return { ok: true, id, uri: `${engine.baseUrl}/phone-app` }
  })
}

/** How an offer stands; `customerId` null: asked without a signature, which the customer may have switched off. */
export async function phoneState(
  engine: Engine,
  id: string,
  customerId: number | null,
): Promise<'pending' | 'expired' | 'unknown'> {
  const offer = await engine.store.read.phoneOffers.find(id)
  if (!offer || (customerId !== null && offer.customerId !== customerId)) return 'unknown'
  if (customerId === null && !(await engine.customer(offer.customerId))?.settings.unsignedStatus) return 'unknown'
  return offer.expiresAtMs <= engine.clock() ? 'expired' : 'pending'
}
