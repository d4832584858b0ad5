import { typedCodes } from '../methods/typed-codes.ts'
import type { Decision, TypedCode } from '../vocabulary/decision.ts'
import type { UserSnapshot } from '../vocabulary/snapshot.ts'
import { decisionOf, judge } from './judge.ts'
import { strangerSubject, userSubject } from './subject.ts'
import { toolsWith } from './tools.ts'

/**
 * Judges a typed code by what its user enrolled. Runs in the thread that decides, so that it imports only what judging
 * needs. A name that nobody enrolled, or a user without a credential, is judged, counted and locked like any other.
 */
export function judgeCode(
  code: TypedCode,
  user: UserSnapshot | undefined,
  digestKey: Uint8Array,
): Decision | 'disabled-user' {
  if (user && !user.isEnabled) return 'disabled-user'
  const { method } = code
  const subject = user ? userSubject(user.id) : strangerSubject({ digestKey }, code.usernameFolded)
  const credentials = user ? user.credentials.filter((credential) => credential.method === method) : []
  const judgeable = { challengeId: null, pending: null, userId: user?.id ?? null, credentials }
  const given = { kind: 'code', code: code.code } as const
  const judged = judge(typedCodes[method], given, judgeable, toolsWith(digestKey, code.nowMs))
  return decisionOf(code, { method, subject, challengeId: null, judged, isConfirming: false })
}
