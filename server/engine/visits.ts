import { subscriberOf } from '../risk/addresses.ts'
import { serverScope } from '../vocabulary/customer.ts'
import type { Records } from './records.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** Who asks without being a customer: all that is known of him is where he comes from. */
export interface Visitor {
  /** The address of the connection, or what a trusted proxy says of it. */
  readonly address: string
  readonly requestId: string
}

/** What one address may do (IPv6: its /64 network). */
const perAddress = {
  'account call': { spanMs: 10 * minuteMs, most: 30 },
  'self-service': { spanMs: 10 * minuteMs, most: 20 },
  'console call': { spanMs: 10 * minuteMs, most: 30 },
  'sign-up': { spanMs: dayMs, most: 3 },
  question: { spanMs: dayMs, most: 5 },
} as const satisfies Record<string, { spanMs: number; most: number }>

/** Counts one more of an address and says whether it is still within the limit. */
export async function isWithin(
  tx: Records,
  what: keyof typeof perAddress,
  { address }: Visitor,
  nowMs: number,
): Promise<boolean> {
  const { spanMs, most } = perAddress[what]
  const digest = await tx.accounts.digestOf(subscriberOf(address))
  return (await count(tx, `${what}:${digest.toString('base64url')}`, spanMs, nowMs)) <= most
}

/** Counts one more in the last 24 hours for the whole server, and says whether it is still within the limit. */
export async function isWithinDay(tx: Records, what: string, most: number, nowMs: number): Promise<boolean> {
  return (await count(tx, what, dayMs, nowMs)) <= most
}

async function count(tx: Records, key: string, spanMs: number, nowMs: number): Promise<number> {
  await tx.sendCounts.alone(serverScope, key)
  await tx.sendCounts.add(serverScope, key, nowMs, nowMs + spanMs, 1)
  return tx.sendCounts.since(serverScope, key, nowMs - spanMs)
}
