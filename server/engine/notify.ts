import type { Customer } from '../vocabulary/customer.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { SendBar } from './admission.ts'
import { foldEmail, foldUsername, readEmail } from './contacts.ts'
import { keepMail, keepServerMail, writeWithMail } from './mail.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import { isWithin, isWithinDay, type Visitor } from './visits.ts'

/** Questions to the operator that are mailed in a day, from everybody together. */
const questionsPerDay = 100

/** A mail in the words of the caller. */
export interface Note {
  readonly to: string
  readonly subject: string
  readonly text: string
}

export type NotifyOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'bad-email' | 'foreign-address' | 'repeated' | SendBar }

/**
 * Mails a note of a customer to one of his own users, or to who looks after him, and to nobody else: a signed call must
 * not make this server a relay for mail to the world.
 */
export async function notifyOwn(
  engine: Engine,
  customer: Customer,
  { to, subject, text }: Note,
  { request, requestId }: { readonly request: RequestMark; readonly requestId: string },
): Promise<NotifyOutcome> {
  const address = readEmail(to)
  if (!address) return { ok: false, reason: 'bad-email' }
  if (!(await isOwn(engine.store.read, customer, address))) return { ok: false, reason: 'foreign-address' }
  const nowMs = engine.clock()
  let isRepeated = false
  const bar = await writeWithMail(engine, async (tx) => {
    isRepeated = !(await tx.marks.claim(request))
    if (isRepeated) return
    await keepMail(tx, customer, { to: address, subject, text, language: customer.settings.language }, nowMs)
    const note = { kind: 'notify', subject: null, method: null, challengeId: null, requestId, detail: null }
    await tx.audit.append(customer.id, note, 'kept', nowMs)
  })
  if (isRepeated) return { ok: false, reason: 'repeated' }
  return bar ? { ok: false, reason: bar } : { ok: true }
}

async function isOwn({ accounts, users }: Records, { id }: Customer, address: string): Promise<boolean> {
  if (await users.find(id, foldUsername(address))) return true
  const account = await accounts.of(id)
  return account !== undefined && foldEmail(account.email) === foldEmail(address)
}

export type QuestionOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'off' | 'too-many' | 'repeated' }

/** Mails a question from a plugin's support form to the operator, if he wants them; `request`: of a signed call. */
export async function askOperator(
  engine: Engine,
  { subject, text }: Omit<Note, 'to'>,
  visitor: Visitor,
  request: RequestMark | null,
): Promise<QuestionOutcome> {
  const { supportEmail } = await engine.selfService()
  if (supportEmail === null) return { ok: false, reason: 'off' }
  const nowMs = engine.clock()
  return engine.store.write(async (tx): Promise<QuestionOutcome> => {
    if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    const isAllowed =
      (await isWithin(tx, 'question', visitor, nowMs)) && (await isWithinDay(tx, 'questions', questionsPerDay, nowMs))
    if (!isAllowed) return { ok: false, reason: 'too-many' }
    await keepServerMail(tx, { to: supportEmail, subject, text, language: 'en' }, nowMs)
    return { ok: true }
  })
}
