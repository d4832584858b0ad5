import type { Selectable } from 'kysely'
import type { Sealed, SealingKey } from '../security/seal.ts'
import type { Credential } from '../vocabulary/credential.ts'
import type { ChallengeSnapshot, UserSnapshot } from '../vocabulary/snapshot.ts'
import { openChallenge } from './challenges.ts'
import { openCredential } from './credentials.ts'
import type { ChallengeRow } from './tables/challenges.ts'

/** The credential side of a joined row; all null when the user enrolled nothing. */
export interface JoinedRow {
  readonly c_id: string | null
  readonly c_method: string
  readonly c_label: string | null
  readonly c_secret: Sealed
  readonly c_last_step: number
  readonly c_last_used_at_ms: number | null
  /** Failures in a row of this subject with this method. */
  readonly failures: number | null
}

export type UserJoined = JoinedRow & { user_id: string; is_enabled: number; preferred_method: string | null }
export type ChallengeJoined = JoinedRow & Selectable<ChallengeRow> & { is_enabled: number }

export const credentialColumns =
  'c.id as c_id, c.method as c_method, c.label as c_label, c.secret as c_secret, c.last_step as c_last_step, c.last_used_at_ms as c_last_used_at_ms, g.failures as failures'

/** A user and his active credentials, from the rows that one join gave; undefined for none. */
export function userOf(key: SealingKey, customerId: number, rows: readonly UserJoined[]): UserSnapshot | undefined {
  const [first] = rows
  return (
    first && {
      id: first.user_id,
      isEnabled: first.is_enabled === 1,
      failures: joinedFailures(rows),
      preferredMethod: first.preferred_method,
      credentials: joinedCredentials(key, customerId, rows),
    }
  )
}

/** A challenge and its user's active credentials, from the rows that one join gave; undefined for none. */
export function challengeOf(
  key: SealingKey,
  customerId: number,
  rows: readonly ChallengeJoined[],
): ChallengeSnapshot | undefined {
  const [first] = rows
  return (
    first && {
      challenge: openChallenge(key, first),
      isEnabled: first.is_enabled === 1,
      failures: joinedFailures(rows),
      credentials: joinedCredentials(key, customerId, rows),
    }
  )
}

/** The active credentials of joined rows. */
function joinedCredentials(key: SealingKey, customerId: number, rows: readonly JoinedRow[]): Credential[] {
  const enrolled = rows.filter((row): row is JoinedRow & { c_id: string } => row.c_id !== null)
  return enrolled.map((row) =>
    openCredential(key, customerId, {
      id: row.c_id,
      method: row.c_method,
      state: 'active',
      label: row.c_label,
      secret: row.c_secret,
      last_step: row.c_last_step,
      last_used_at_ms: row.c_last_used_at_ms,
    }),
  )
}

/** The most failures that joined rows tell of. */
function joinedFailures(rows: readonly JoinedRow[]): number {
  return Math.max(0, ...rows.map(({ failures }) => failures ?? 0))
}
