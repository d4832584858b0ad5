import type { Sealed, SealingKey } from '../security/seal.ts'
import type { Credential } from '../vocabulary.ts'
import { openCredential } from './credentials.ts'

/** The credential side of a joined row; all null when the user enrolled nothing. */
export interface JoinedRow {
  readonly c_id: string | null
  readonly c_method: string
  readonly c_label: string | null
  readonly c_secret: Sealed
  readonly c_last_step: number
}

export const credentialColumns =
  'c.id as c_id, c.method as c_method, c.label as c_label, c.secret as c_secret, c.last_step as c_last_step'

/** The active credentials of joined rows. */
export function joinedCredentials(key: SealingKey, customerId: number, rows: readonly JoinedRow[]): Credential[] {
  const enrolled = rows.filter((row): row is JoinedRow & { c_id: string } => row.c_id !== null)
  return enrolled.map((row) =>
    openCredential(key, customerId, {
      id: row.c_id,
      method: row.c_method,
      state: 'active',
      label: row.c_label,
      secret: row.c_secret,
      last_step: row.c_last_step,
    }),
  )
}
