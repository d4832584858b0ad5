import type { DatabaseSync } from 'node:sqlite'
import type { SealingKey } from '../../security/seal.ts'
import type { Decision, TypedCode, TypedCodeDecided } from '../../vocabulary/decision.ts'
import type { Applied, Judging } from '../database.ts'
import { digestKeyOf } from '../keys.ts'
import { userOf } from '../snapshot.ts'
import { usersByName } from './snapshot.ts'

/**
 * Reads who a typed code is of, has it judged, and applies what was judged: all inside the open transaction, so that
 * nothing it was judged by can have changed.
 */
export function codeDecisions(
  handle: DatabaseSync,
  keyOf: (customerId: number) => SealingKey,
  { judgeCode }: Judging,
  apply: (decision: Decision) => Applied,
): (code: TypedCode) => TypedCodeDecided {
  const byName = usersByName(handle)
  return (code) => {
    const { customerId, usernameFolded } = code
    const key = keyOf(customerId)
    const user = userOf(key, customerId, byName(customerId, usernameFolded))
    const judged = judgeCode(code, user, digestKeyOf(key))
    const userId = user?.id ?? null
    if (judged === 'disabled-user') return { decided: judged, userId, failures: 0 }
    const { outcome, failures } = apply(judged)
    return { decided: outcome, userId, failures: Math.max(failures, user?.failures ?? 0) }
  }
}
