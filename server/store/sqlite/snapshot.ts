import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Selectable } from 'kysely'
import { openChallenge } from '../challenges.ts'
import type { ChallengeSnapshot, UserSnapshot } from '../database.ts'
import type { Keys } from '../keys.ts'
import { credentialColumns, type JoinedRow, joinedCredentials } from '../snapshot.ts'
import type { ChallengeRow, Db } from '../tables.ts'

type UserJoined = JoinedRow & { user_id: string; is_enabled: number; preferred_method: string | null }
type ChallengeJoined = JoinedRow & Selectable<ChallengeRow> & { is_enabled: number }

/** The two reads before every decision, as prepared statements on the reading connection. */
export function snapshots(handle: DatabaseSync, reader: Db, keys: Keys) {
  let byName: StatementSync | undefined
  let byChallenge: StatementSync | undefined

  return {
    async userSnapshot(customerId: number, usernameFolded: string): Promise<UserSnapshot | undefined> {
      byName ??= handle.prepare(
        `select u.id as user_id, u.is_enabled, u.preferred_method, ${credentialColumns}
         from users u left join credentials c on c.user_id = u.id and c.state = 'active'
         where u.customer_id = ? and u.username_folded = ?`,
      )
      const rows = byName.all(customerId, usernameFolded) as unknown as UserJoined[]
      const [first] = rows
      if (!first) return undefined
      return {
        id: first.user_id,
        isEnabled: first.is_enabled === 1,
        preferredMethod: first.preferred_method,
        credentials: joinedCredentials(await keys.of(reader, customerId), customerId, rows),
      }
    },

    async challengeSnapshot(customerId: number, challengeId: string): Promise<ChallengeSnapshot | undefined> {
      byChallenge ??= handle.prepare(
        `select q.*, coalesce(u.is_enabled, 1) as is_enabled, ${credentialColumns}
         from challenges q
         left join users u on u.id = q.user_id
         left join credentials c on c.user_id = q.user_id and c.state = 'active'
         where q.customer_id = ? and q.id = ?`,
      )
      const rows = byChallenge.all(customerId, challengeId) as unknown as ChallengeJoined[]
      const [first] = rows
      if (!first) return undefined
      const key = await keys.of(reader, customerId)
      return {
        challenge: openChallenge(key, first),
        isEnabled: first.is_enabled === 1,
        credentials: joinedCredentials(key, customerId, rows),
      }
    },
  }
}
