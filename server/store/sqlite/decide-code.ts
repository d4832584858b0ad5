import type { DatabaseSync } from 'node:sqlite'
import type { Sealed, SealingKey } from '../../security/seal.ts'
import type { Decision, TypedCode, TypedCodeDecided } from '../../vocabulary.ts'
import type { Applied, Judging } from '../database.ts'
import { digestKeyOf, openDataKey } from '../keys.ts'
import { userOf } from '../snapshot.ts'
import { usersByName } from './snapshot.ts'

/**
 * Reads who a typed code is of, has it judged, and applies what was judged: all inside the open transaction, so that
 * nothing it was judged by can have changed.
 */
export function codeDecisions(
  handle: DatabaseSync,
  masters: readonly SealingKey[],
  { judgeCode }: Judging,
  apply: (decision: Decision) => Applied,
): (code: TypedCode) => TypedCodeDecided {
  const byName = usersByName(handle)
  const keyOf = dataKeys(handle, masters)
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

/** The data key of each customer, opened once. */
function dataKeys(handle: DatabaseSync, masters: readonly SealingKey[]): (customerId: number) => SealingKey {
  const known = new Map<number, SealingKey>()
  return (customerId) => {
    const kept = known.get(customerId)
    if (kept) return kept
    const row = handle.prepare('select key from data_keys where customer_id = ?').get(customerId)
    if (!row) throw new Error(`There is no data key of customer ${customerId}.`)
    const key = openDataKey(masters, customerId, row['key'] as unknown as Sealed) // the column's type in `tables/`
    known.set(customerId, key)
    return key
  }
}
