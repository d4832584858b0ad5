import { randomId } from '../security/random.ts'
import { type Customer, serverScope } from '../vocabulary/customer.ts'
import type { Delivery } from '../vocabulary/message.ts'
import { admit, isWithinBudget, type SendBar } from './admission.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import { contactSubject } from './subject.ts'

/** Text alone: there is no HTML of it, so nothing in it can be more than text. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly language: string
}

/** Keeps a customer's mail, which the next sweep sends, within the limits of all his messages. Throws `MailBarred`. */
export async function keepMail(tx: Records, customer: Customer, mail: Mail, nowMs: number): Promise<void> {
  const delivery = deliveryOf(customer.id, mail)
  const subject = contactSubject(customer, mail.to)
  const sending = { customer, subject, method: 'message-code', origin: null, deliveries: [delivery], nowMs } as const
  const bar = await admit(tx, sending)
  if (bar) throw new MailBarred(bar)
  await tx.deliveries.add([delivery], nowMs, nowMs - 1)
  if (!(await isWithinBudget(tx, customer, 1, nowMs))) throw new MailBarred('over-budget')
}

/** Undoes the write, and so what was counted for a mail that is not sent. */
class MailBarred extends Error {
  readonly bar: SendBar

  constructor(bar: SendBar) {
    super(bar)
    this.bar = bar
  }
}

/** One write with a mail in it; says what bars the mail, and then nothing of the write was done. */
export async function writeWithMail(
  engine: Engine,
  job: (tx: Records) => Promise<unknown>,
): Promise<SendBar | undefined> {
  try {
    await engine.store.write(job)
    return undefined
  } catch (error) {
    if (error instanceof MailBarred) return error.bar
    throw error
  }
}

/** Keeps a mail of the server itself; whoever calls this has counted it. */
export function keepServerMail(tx: Records, mail: Mail, nowMs: number): Promise<void> {
  return tx.deliveries.add([deliveryOf(serverScope, mail)], nowMs, nowMs - 1)
}

function deliveryOf(customerId: number, { to, subject, text, language }: Mail): Delivery {
  return {
    id: randomId(),
    customerId,
    challengeId: null,
    via: 'email',
    contact: to,
    prefix: null,
    state: 'sending',
    sentAtMs: null,
    message: { subject, text, html: null, language },
  }
}
