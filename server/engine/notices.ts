import { keyedDigest } from '../security/digest.ts'
import { randomId } from '../security/random.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Decided } from '../vocabulary/decision.ts'
import type { Delivery, Via } from '../vocabulary/message.ts'
import type { MethodId } from '../vocabulary/method.ts'
import { isWithinBudget } from './admission.ts'
import { prefixOf } from './contacts.ts'
import { triedOutUntil } from './guard.ts'
import type { EngineCore } from './ports.ts'
import type { Records } from './records.ts'
import type { NoticeEvent } from './templates.ts'
import { noticeOf } from './wording.ts'

/** Something that a user should know of his account. */
export interface Notice {
  readonly customer: Customer
  readonly event: NoticeEvent
  readonly userId: string
  readonly username: string
  /** The contacts before the change: whoever changed them does not get the notice. */
  readonly contacts: { readonly email: string | null; readonly phone: string | null }
  readonly nowMs: number
  /** Tells two reports of one thing from two things; absent: each call is one. */
  readonly once?: string
}

/**
 * Tells the user at his old contact and the customer's site, with the change it tells of: the message and the event
 * are kept in the same write and sent after it, by whichever node comes first.
 */
export async function notify(tx: Records, notice: Notice): Promise<void> {
  const { customer, event, userId, username, nowMs } = notice
  const { settings } = customer
  const id = notice.once
    ? keyedDigest(customer.digestKey, 'event', notice.once).toString('hex').slice(0, 32)
    : randomId()
  if (settings.webhookUrl) {
    const body = JSON.stringify({ id, event, userId, username, customerKey: String(customer.id), atMs: nowMs })
    await tx.webhooks.add(customer.id, userId, id, body, nowMs)
  }
  const way = wayTo(notice.contacts)
  if (!settings.notices || !way) return
  const context = {
    customerName: customer.name,
    transactionName: null,
    ttlSeconds: 0,
    language: settings.language,
    templates: customer.templates,
    baseUrl: '',
  }
  const delivery: Delivery = {
    id,
    customerId: customer.id,
    challengeId: null,
    via: way.via,
    contact: way.contact,
    prefix: way.via === 'sms' ? prefixOf(way.contact) : null,
    state: 'sending',
    sentAtMs: null,
    message: noticeOf(event, way.via, nowMs, context),
  }
  if (!(await isWithinBudget(tx, customer, 1, nowMs))) return
  // The lease has ended already: the next sweep sends it.
  await tx.deliveries.add([delivery], nowMs, nowMs - 1)
}

function wayTo({ email, phone }: Notice['contacts']): { readonly via: Via; readonly contact: string } | undefined {
  if (email !== null) return { via: 'email', contact: email }
  return phone === null ? undefined : { via: 'sms', contact: phone }
}

/** Failures in a row after which a success is worth telling. */
const failuresToTell = 3

interface Failing {
  readonly subject: Subject
  readonly method: MethodId
  /** Before this answer. */
  readonly failures: number
  readonly decided: Decided
}

/** Tells a user that he was locked, or that somebody got in after several wrong answers. */
export async function tellOfFailures(engine: EngineCore, customer: Customer, failing: Failing): Promise<void> {
  const { subject, method, failures, decided } = failing
  if (!subject.isUser) return
  if (decided === 'accepted' && failures >= failuresToTell) {
    await tellUser(engine, customer, subject.key, 'success-after-failures', `${subject.key} ${engine.clock()}`)
  }
  if (decided !== 'wrong') return
  const { read } = engine.store
  const guard = await read.guards.find(customer.id, subject.key, method)
  const triedOut = await triedOutUntil(read, customer, subject, method, engine.clock())
  const lockedUntilMs = Math.max(guard.lockedUntilMs, triedOut ?? 0)
  if (lockedUntilMs <= engine.clock()) return
  await tellUser(engine, customer, subject.key, 'locked', `${subject.key} ${method} ${lockedUntilMs}`)
}

/**
 * Tells a user that a passkey of his answered with a signature counter that had been there before: it may have been
 * copied (WebAuthn Level 3 section 6.1.1). Only its step makes an answer to an open question `used`.
 */
export async function tellOfCopy(
  engine: EngineCore,
  customer: Customer,
  { subject, method, challengeId }: Pick<Failing, 'subject' | 'method'> & { readonly challengeId: string },
): Promise<void> {
  if (method === 'passkey' && subject.isUser)
    await tellUser(engine, customer, subject.key, 'passkey-copied', challengeId)
}

/** Tells a user, once for `once`. A notice that cannot be kept is counted, and never undoes an answer that was given. */
export async function tellUser(
  engine: EngineCore,
  customer: Customer,
  userId: string,
  event: NoticeEvent,
  once: string,
): Promise<void> {
  const nowMs = engine.clock()
  try {
    await engine.store.write(async (tx) => {
      const user = await tx.users.byId(customer.id, userId)
      if (!user) return
      const { username } = user
      await notify(tx, { customer, event, userId, username, contacts: user, nowMs, once: `${event} ${once}` })
    })
  } catch {
    engine.observe({ kind: 'notice', method: event, outcome: 'failed' })
  }
}
