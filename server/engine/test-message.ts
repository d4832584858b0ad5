import { randomId } from '../security/random.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Delivery, Via } from '../vocabulary/message.ts'
import { admit, isWithinBudget } from './admission.ts'
import { prefixOf, readEmail, readPhone } from './contacts.ts'
import type { Engine } from './ports.ts'
import { contactSubject } from './subject.ts'

const texts = {
  en: 'This is a test of the messages of {customer}. There is nothing to do.',
  es: 'Esta es una prueba de los mensajes de {customer}. No hay nada que hacer.',
} as const

export interface TestSent {
  readonly isSent: boolean
  /** Why not, in the gateway's words. */
  readonly detail: string | null
  readonly provider: string | null
}

/** Sends a message to try the set-up out, within the limits of every other message. A sentence: it cannot be sent there. */
export async function sendTest(
  engine: Engine,
  customer: Customer,
  via: Extract<Via, 'sms' | 'email' | 'call'>,
  to: string,
): Promise<TestSent | string> {
  const contact = via === 'email' ? readEmail(to) : readPhone(to, customer.settings.defaultCountry)
  if (contact === undefined)
    return via === 'email' ? 'This is no e-mail address.' : 'This is no phone number. Write it as +15551234567.'
  const nowMs = engine.clock()
  const { language } = customer.settings
  const text = texts[language].replace('{customer}', () => customer.name)
  const subject = via === 'email' ? `${customer.name}: test` : null
  const delivery: Delivery = {
    ...{ id: randomId(), customerId: customer.id, challengeId: null, via, contact, state: 'sending', sentAtMs: null },
    prefix: via === 'email' ? null : prefixOf(contact),
    message: { subject, text, html: null, language },
  }
  const about = { customer, subject: contactSubject(customer, contact), method: 'message-code', origin: null } as const
  const bar = await engine.store.write(async (tx) => {
    const barred = await admit(tx, { ...about, deliveries: [delivery], nowMs })
    if (barred) return barred
    if (!(await isWithinBudget(tx, customer, 1, nowMs))) return 'over-budget'
    await tx.deliveries.add([delivery], nowMs, nowMs + engine.outbox.leaseMs)
    return undefined
  })
  if (bar) return `The limits do not allow it: ${bar.replaceAll('-', ' ')}.`
  const [sent] = await engine.outbox.send([delivery])
  const record = (await engine.store.read.deliveries.log(customer.id, null, 20)).find(({ id }) => id === delivery.id)
  const provider = record?.tries.at(-1)?.provider ?? null
  return { isSent: sent?.isSent ?? false, detail: record?.reason ?? null, provider }
}
