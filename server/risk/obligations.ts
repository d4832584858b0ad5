import type { Via } from '../vocabulary/message.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Obligation } from './facts.ts'
import type { Policy } from './policy-file.ts'

/**
 * What a method is worth as a second factor. 5: cannot be phished. 4: a thing that the user has. 3: shown or kept by him.
 * 2: sent to him. 1: known to him, and perhaps to others, or a voice, which can be cloned (NIST SP 800-63B-4 counts neither).
 */
const strengths = {
  passkey: 5,
  'hardware-token': 4,
  'time-code': 4,
  push: 4,
  'qr-scan': 4,
  'message-link': 3,
  'recovery-code': 3,
  'message-code': 2,
  questions: 1,
  voice: 1,
} as const satisfies Record<MethodId, number>

/** Of the same strength, a message to the phone goes before one to a mailbox. */
const ways: readonly (Via | null)[] = [null, 'sms', 'call', 'email']

/** What counts at this score of all that a user has, strongest first. */
export function acceptable(score: number, policy: Policy, has: readonly Obligation[]): Obligation[] {
  return has
    .filter(({ method }) => counts(method, score, policy))
    .sort(
      (one, other) =>
        strengths[other.method] - strengths[one.method] || ways.indexOf(one.via) - ways.indexOf(other.via),
    )
}

/** Whether a method counts as a second factor at this score. */
export function counts(method: MethodId, score: number, { methods, refused }: Policy): boolean {
  const least = methods.findLast(({ from }) => score >= from)?.least ?? 1
  return strengths[method] >= least && !refused.includes(method)
}
