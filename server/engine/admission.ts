import { subscriberOf } from '../risk/addresses.ts'
import { keyedDigest } from '../security/digest.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Delivery } from '../vocabulary/message.ts'
import { countryOf, foldEmail } from './contacts.ts'
import type { Engine } from './ports.ts'
import { type Asking, arePromptsPaused } from './prompt-pause.ts'
import type { Records } from './records.ts'

/** Why nothing is sent, though the person may be asked. */
export type SendBar = 'too-many' | 'over-budget' | 'country' | 'suspicious-prefix' | 'prompts-paused'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** After so long without a message the limits of ten minutes have room again. */
export const shortSpanMs = 10 * minuteMs

/** Messages to one prefix in ten minutes before their share of right answers counts, and what it must be. */
const prefixSampleMin = 20
const completionMin = 0.1

/** A question whose messages may go out, or may be one too many. `origin`: the address it came from. */
export interface Sending extends Asking {
  readonly origin: string | null
  readonly deliveries: readonly Delivery[]
}

/**
 * Whether messages may go out, counted in the same write that keeps the question: a bar undoes the counting with it.
 * The limits protect the operator's money and the user's patience; wrong answers are limited elsewhere (`guard.ts`), and
 * the budget is counted at the end of the write (`isWithinBudget`).
 */
export async function admit(tx: Records, sending: Sending): Promise<SendBar | undefined> {
  const { customer, deliveries } = sending
  const isForeign = deliveries.some(({ contact, via }) => via !== 'email' && !isAllowedCountry(customer, contact))
  if (isForeign) return 'country'
  if (await arePromptsPaused(tx, sending)) return 'prompts-paused'
  return (await countBar(tx, sending)) ?? (await prefixBar(tx, sending))
}

/**
 * Whether somebody may be asked for by name at all, before anybody looks whether he is there: a name and an address that
 * ask too often learn nothing more. Counted in a write of its own, also when it bars.
 */
export async function admitAsking(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  customer: Customer,
  usernameFolded: string,
  origin: string | null,
): Promise<SendBar | undefined> {
  const { sendsPerContact10Min, sendsPerAddress10Min } = customer.settings
  const limits = [
    ...(origin === null ? [] : [{ key: `asked-from:${subscriberOf(origin)}`, most: sendsPerAddress10Min }]),
    { key: `asked-for:${usernameFolded}`, most: sendsPerContact10Min },
  ]
  const nowMs = clock()
  const counts = await store.write(async (tx) => {
    const list: number[] = []
    for (const limit of limits) {
      const key = contactKey(customer, limit.key)
      await tx.sendCounts.alone(customer.id, key)
      await tx.sendCounts.add(customer.id, key, nowMs, nowMs + shortSpanMs, 1)
      list.push(await tx.sendCounts.since(customer.id, key, nowMs - shortSpanMs))
    }
    return list
  })
  return limits.some(({ most }, index) => (counts[index] ?? 0) > most) ? 'too-many' : undefined
}

function isAllowedCountry({ settings }: Customer, phone: string): boolean {
  const country = countryOf(phone)
  const allowed = settings.allowedCountries.length > 0 ? settings.allowedCountries : [settings.defaultCountry]
  // Some numbers belong to no single country; a shared code counts as each of its countries.
  return allowed.includes('*') || allowed.some((one) => country.includes(one))
}

interface Limit {
  readonly key: string
  /** The most in any span of so many milliseconds, the longest last. */
  readonly spans: readonly (readonly [spanMs: number, most: number])[]
}

async function countBar(tx: Records, sending: Sending): Promise<SendBar | undefined> {
  const { customer, nowMs } = sending
  for (const { key, spans } of limitsOf(sending)) {
    const [longestMs = 0] = spans.at(-1) ?? []
    await tx.sendCounts.alone(customer.id, key)
    await tx.sendCounts.add(customer.id, key, nowMs, nowMs + longestMs, 1)
    for (const [spanMs, most] of spans)
      if ((await tx.sendCounts.since(customer.id, key, nowMs - spanMs)) > most) return 'too-many'
  }
  return undefined
}

/** In one order on every node, so that two writes never wait for each other. */
function limitsOf({ customer, deliveries, origin }: Sending): readonly Limit[] {
  const { sendsPerContact10Min, sendsPerContactDay, sendsPerPrefix10Min, sendsPerAddress10Min } = customer.settings
  const limits: Limit[] = []
  for (const { contact, via, prefix } of deliveries) {
    const key = contactKey(customer, via === 'email' ? foldEmail(contact) : contact)
    limits.push({
      key: `contact:${key}`,
      spans: [
        [shortSpanMs, sendsPerContact10Min],
        [dayMs, sendsPerContactDay],
      ],
    })
    if (prefix) limits.push({ key: `prefix:${prefix}`, spans: [[shortSpanMs, sendsPerPrefix10Min]] })
  }
  if (origin && deliveries.length > 0) {
    const key = `address:${contactKey(customer, subscriberOf(origin))}`
    limits.push({ key, spans: [[shortSpanMs, sendsPerAddress10Min]] })
  }
  return limits.sort((left, right) => (left.key < right.key ? -1 : 1))
}

/**
 * Counts so many more messages of the customer's day in UTC, of any kind, and says whether they may be sent. The last
 * thing of a write: all others of the customer wait here for its commit.
 */
export async function isWithinBudget(tx: Records, customer: Customer, count: number, nowMs: number): Promise<boolean> {
  if (count === 0) return true
  const startMs = nowMs - (nowMs % dayMs)
  const sent = await tx.sendCounts.add(customer.id, 'budget', startMs, startMs + dayMs, count)
  return sent <= customer.settings.messagesPerDay
}

/** Messages that a customer may still send today (UTC). */
export async function messagesLeft({ store, clock }: Engine, { id, settings }: Customer): Promise<number> {
  const nowMs = clock()
  const sent = await store.read.sendCounts.since(id, 'budget', nowMs - (nowMs % dayMs) - 1)
  return Math.max(0, settings.messagesPerDay - sent)
}

/** Codes that nobody types are the mark of pumped messages. */
async function prefixBar(tx: Records, { customer, deliveries, nowMs }: Sending): Promise<SendBar | undefined> {
  for (const { prefix } of deliveries) {
    if (!prefix) continue
    const most = customer.settings.sendsPerPrefix10Min + prefixSampleMin
    const { sent, completed } = await tx.deliveries.completionOf(customer.id, prefix, nowMs - shortSpanMs, most)
    if (sent > prefixSampleMin && completed < sent * completionMin) return 'suspicious-prefix'
  }
  return undefined
}

function contactKey(customer: Customer, contact: string): string {
  return keyedDigest(customer.digestKey, 'sends', contact).toString('base64url')
}
