import { randomId } from '../security/random.ts'
import type { NewChallenge, Subject } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Delivery, Message } from '../vocabulary/message.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { User } from '../vocabulary/user.ts'
import { admit, type SendBar } from './admission.ts'
import { mayEnrol } from './allowed-methods.ts'
import type { Shown } from './challenge-outcome.ts'
import { foldUsername, maskEmail, readEmail } from './contacts.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import type { Language } from './templates.ts'
import type { Context } from './wording.ts'

/** A link is for setting something up in peace; it opens nothing but that. */
const linkTtlSeconds = 3_600

/** A one-time link by which a user sets something up on a page of ours. */
export interface LinkRequest {
  readonly customer: Customer
  readonly username: string
  /** Send the link to the user's stored address, too. */
  readonly isMailed: boolean
  /** Of the mail. */
  readonly language: Language | null
  /** It sets up a first method, and none beside another: see `first-method.ts`. */
  readonly isFirst?: boolean
  /** Null: nobody signed, as on the command line. */
  readonly request: RequestMark | null
  readonly requestId: string | null
}

/** A link to a page where a user sets something up, and where it went. */
export interface OfferedLink {
  readonly ok: true
  readonly challengeId: string
  /** Opens the page: once, and for an hour. */
  readonly link: string
  readonly expiresAtMs: number
  readonly deliveries: readonly Shown[]
}

export type LinkRefusal = 'unknown-user' | 'disabled-user' | 'turned-off' | 'no-email' | 'repeated' | SendBar

type Refused<Reason> = { readonly ok: false; readonly reason: Reason }

/** What such a link is made of. `pending` is JSON whose shape the method owns. */
export interface LinkOffer<Bar extends string> {
  readonly id: string
  readonly user: User
  readonly subject: Subject
  readonly method: MethodId
  readonly label: string
  readonly pending: string
  readonly link: string
  readonly mailOf: (link: string, context: Context) => Message
  /** Why this user may not set up any more, looked at in the same write. */
  readonly barOf?: (tx: Records) => Promise<Bar | undefined>
}

/** The user that a link is for. */
export async function findEnrollee(
  { store }: Pick<Engine, 'store'>,
  { customer, username }: Pick<LinkRequest, 'customer' | 'username'>,
): Promise<User | Refused<'unknown-user' | 'disabled-user'>> {
  const user = await store.read.users.find(customer.id, foldUsername(username))
  if (!user) return { ok: false, reason: 'unknown-user' }
  return user.isEnabled ? user : { ok: false, reason: 'disabled-user' }
}

/** Keeps the question behind a link, and mails it when that was asked. A newer link ends an older one. */
export async function offerLink<Bar extends string = never>(
  engine: Engine,
  request: LinkRequest,
  offer: LinkOffer<Bar>,
): Promise<OfferedLink | Refused<LinkRefusal | Bar>> {
  const nowMs = engine.clock()
  const delivery = request.isMailed ? deliveryOf(engine, request, offer) : null
  if (delivery === undefined) return { ok: false, reason: 'no-email' }
  const deliveries = delivery ? [delivery] : []
  const bar = await keep(engine, request, offer, deliveries, nowMs)
  if (bar) return { ok: false, reason: bar as LinkRefusal | Bar } // what `keep` itself or `barOf` said
  const sent = await engine.outbox.send(deliveries)
  const { contactEcho } = request.customer.settings
  const shown = deliveries.map(({ id, via, contact }): Shown => {
    const { isSent = false, atMs = 0 } = sent.find((one) => one.id === id) ?? {}
    return { via, contact: contactEcho === 'masked' ? maskEmail(contact) : contact, isSent, atMs }
  })
  const { id: challengeId, link } = offer
  return { ok: true, challengeId, link, expiresAtMs: nowMs + linkTtlSeconds * 1000, deliveries: shown }
}

/** Undefined when the user has no address. */
function deliveryOf(
  { baseUrl }: Engine,
  { customer, language }: LinkRequest,
  { id: challengeId, user, link, mailOf }: LinkOffer<string>,
): Delivery | undefined {
  const contact = user.email ?? readEmail(user.username)
  if (contact === undefined) return undefined
  const message = mailOf(link, {
    customerName: customer.name,
    transactionName: null,
    ttlSeconds: linkTtlSeconds,
    language: language ?? customer.settings.language,
    templates: customer.templates,
    baseUrl,
  })
  const { id: customerId } = customer
  const rest = { prefix: null, state: 'sending', sentAtMs: null } as const
  return { id: randomId(), customerId, challengeId, via: 'email', contact, message, ...rest }
}

/** Keeps the question and its mail, or says why not; then nothing of it stays. */
async function keep(
  engine: Engine,
  { customer, request, requestId }: LinkRequest,
  { id, user, subject, method, label, pending, barOf }: LinkOffer<string>,
  deliveries: readonly Delivery[],
  nowMs: number,
): Promise<string | undefined> {
  const question: NewChallenge = {
    id,
    customerId: customer.id,
    subject,
    userId: user.id,
    method,
    label,
    state: 'pending',
    pending,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + linkTtlSeconds * 1000,
    attemptsMax: customer.settings.attemptsMax,
    transactionName: null,
    origin: null,
    userAgent: null,
    requestDigest: null,
  }
  const job = async (tx: Records) => {
    if (request && !(await tx.marks.claim(request))) throw new Barred('repeated')
    if (!(await mayEnrol(tx, customer, user.id, method))) throw new Barred('turned-off')
    const bar = (await barOf?.(tx)) ?? (await admit(tx, { customer, subject, method, origin: null, deliveries, nowMs }))
    if (bar) throw new Barred(bar)
    await tx.challenges.replace(question, nowMs)
    await tx.deliveries.add(deliveries, nowMs, nowMs + engine.outbox.leaseMs)
    const note = { kind: 'enrolment', subject: user.id, method, challengeId: id, requestId, detail: null }
    await tx.audit.append(customer.id, note, 'offered', nowMs)
  }
  try {
    await engine.store.write(job)
    return undefined
  } catch (error) {
    if (error instanceof Barred) return error.bar
    throw error
  }
}

/** Undoes what was counted and kept. */
class Barred extends Error {
  readonly bar: string

  constructor(bar: string) {
    super(bar)
    this.bar = bar
  }
}
