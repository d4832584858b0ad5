import type { Challenge, Subject } from '../vocabulary/challenge.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Records } from './records.ts'

/**
 * What a session that proved a mailbox alone begins is for a first method: it may be finished by a link or a code an hour
 * later, and must then not stand beside a method that was set up meanwhile.
 */

/** Whom wrong enrolments are counted against: they must not lock the user's sign-in, nor end its question. */
export function enrolmentSubject(method: MethodId, userId: string, isFirst = false): Subject {
  return { key: `${isFirst ? first : ''}${method}-registration:${userId}`, isUser: false }
}

const first = 'first-'

/** Whether an enrolment by link may still be finished. */
export async function mayFinish(
  records: Pick<Records, 'credentials'>,
  { customerId, subject }: Challenge,
  userId: string,
): Promise<boolean> {
  return !subject.key.startsWith(first) || (await hasNothing(records, customerId, userId))
}

/** Whether a user has no method yet, but for what a phone brought. */
export async function hasNothing(
  { credentials }: Pick<Records, 'credentials'>,
  customerId: number,
  userId: string,
  exceptDevice: string | null = null,
): Promise<boolean> {
  const all = await credentials.overview(customerId, [userId])
  return all.every(({ deviceId }) => deviceId !== null && deviceId === exceptDevice)
}
