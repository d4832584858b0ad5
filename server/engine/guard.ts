import { methods } from '../methods/index.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Decision } from '../vocabulary/decision.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Records } from './records.ts'

/**
 * When failures lock and disable (NIST SP 800-63B-4 section 3.2.2, PCI DSS 8.3.4): every tenth failure in a row locks
 * the subject's method, 30 minutes and doubling up to 24 hours; fifty in a row disable an enrolled user's method.
 */
export const guardLimits = {
  failuresPerLock: 10,
  lockMs: 30 * 60_000,
  lockMsMax: 24 * 3_600_000,
  failuresMax: 50,
} as const

export type Bar = { readonly reason: 'locked'; readonly untilMs: number } | { readonly reason: 'disabled' }

/** Whether a subject may be asked at all. The store checks the same again when an answer is decided. */
export function barOf(
  guard: { failures: number; lockedUntilMs: number },
  subject: Subject,
  nowMs: number,
): Bar | undefined {
  if (guard.lockedUntilMs > nowMs) return { reason: 'locked', untilMs: guard.lockedUntilMs }
  if (subject.isUser && guard.failures >= guardLimits.failuresMax) return { reason: 'disabled' }
  return undefined
}

const dayMs = 24 * 3_600_000

/** The tries of today (UTC) that a method allows; undefined when it allows any number. */
export function dailyOf(method: MethodId, nowMs: number): Decision['daily'] {
  const { triesPerDay } = methods[method]
  return triesPerDay === undefined ? undefined : { startMs: nowMs - (nowMs % dayMs), max: triesPerDay }
}

/** When a subject that has no more tries today may try again; undefined while he has some. */
export async function triedOutUntil(
  { guards }: Pick<Records, 'guards'>,
  { id: customerId }: Customer,
  subject: Subject,
  method: MethodId,
  nowMs: number,
): Promise<number | undefined> {
  const daily = dailyOf(method, nowMs)
  if (!daily) return undefined
  const tries = await guards.triesOf(customerId, subject.key, method, daily.startMs)
  return tries >= daily.max ? daily.startMs + dayMs : undefined
}
