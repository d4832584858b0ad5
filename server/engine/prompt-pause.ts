import { methods } from '../methods/index.ts'
import type { RecentChallenge, Subject } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Records } from './records.ts'

const hourMs = 3_600_000

/** Prompts that need only a yes, and so can wear a person out. */
const promptMethods = Object.values(methods)
  .filter(({ isPrompt }) => isPrompt)
  .map(({ id }) => id)

/** The numbers of push fatigue (OWASP ASVS 6.6.4). */
const promptsPerHourMax = 5
const refusalsInRow = 3
const pauseMs = hourMs

/** Who is asked, and by which method. */
export interface Asking {
  readonly customer: Customer
  readonly subject: Subject
  readonly method: MethodId
  /** It waits on the user's phones: whatever it asks there, it is limited as prompts are. */
  readonly isOnPhones?: boolean
  readonly nowMs: number
}

/** Whether the prompt that would be sent now is one too many; never for a question that is none. */
export async function arePromptsPaused(
  tx: Records,
  { customer, subject, method, isOnPhones, nowMs }: Asking,
): Promise<boolean> {
  const isPrompt = promptMethods.includes(method)
  if (!isPrompt && !isOnPhones) return false
  // Whoever counts the same person at the same moment waits here for the other's commit, and then sees his prompt.
  await tx.sendCounts.alone(customer.id, `prompts:${subject.key}`)
  const recent = await tx.challenges.recent(
    customer.id,
    subject.key,
    isPrompt ? promptMethods : [...promptMethods, method],
    nowMs - 2 * hourMs,
    2 * promptsPerHourMax,
  )
  const reports = await tx.sendCounts.since(customer.id, reportKey(subject), nowMs - pauseMs)
  return reports > 0 || isPaused(recent, nowMs)
}

/** Pauses a person's prompts, who said of one that he did not start it. */
export async function pausePrompts(tx: Records, customerId: number, subject: Subject, nowMs: number): Promise<void> {
  await tx.sendCounts.add(customerId, reportKey(subject), nowMs, nowMs + pauseMs, 1)
}

function reportKey(subject: Subject): string {
  return `reported:${subject.key}`
}

/** Five prompts an hour since the last yes; three refused or unanswered in a row pause them. Newest first. */
export function isPaused(recent: readonly RecentChallenge[], nowMs: number): boolean {
  const lastYes = recent.findIndex(({ state }) => state === 'approved')
  const since = lastYes < 0 ? recent : recent.slice(0, lastYes)
  const withinHour = since.filter(({ createdAtMs }) => createdAtMs > nowMs - hourMs)
  if (withinHour.length >= promptsPerHourMax) return true
  const endings = since
    .map(({ state, settledAtMs, expiresAtMs }) => {
      if (state === 'denied') return settledAtMs ?? nowMs
      const isUnanswered = state === 'expired' || (state === 'pending' && expiresAtMs <= nowMs)
      return isUnanswered ? expiresAtMs : undefined
    })
    .slice(0, refusalsInRow)
  const [newest] = endings
  return (
    endings.length === refusalsInRow &&
    endings.every((end) => end !== undefined) &&
    newest !== undefined &&
    newest > nowMs - pauseMs
  )
}
