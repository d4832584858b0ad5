import type { DatabaseSync } from 'node:sqlite'
import type { Sealed, SealingKey } from '../../security/seal.ts'
import { openDataKey } from '../keys.ts'

/** The data key of each customer, opened once. */
export function dataKeys(handle: DatabaseSync, masters: readonly SealingKey[]): (customerId: number) => SealingKey {
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
