import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ChallengeSnapshot, UserSnapshot } from '../database.ts'
import type { Keys } from '../keys.ts'
import { type ChallengeJoined, challengeOf, credentialColumns, type UserJoined, userOf } from '../snapshot.ts'
import type { Db } from '../tables.ts'
import type { ReadTurn } from './read-turn.ts'

/** The two reads before every decision, as prepared statements on a connection of their own. */
export function snapshots(handle: DatabaseSync, turn: ReadTurn, reader: Db, keys: Keys) {
  let byName: StatementSync | undefined
  let byChallenge: StatementSync | undefined

  return {
    async userSnapshot(customerId: number, usernameFolded: string): Promise<UserSnapshot | undefined> {
      byName ??= handle.prepare(
        `select u.id as user_id, u.is_enabled, u.preferred_method, ${credentialColumns}
         from users u left join credentials c on c.user_id = u.id and c.state = 'active'
         left join guards g on g.customer_id = u.customer_id and g.subject = u.id and g.method = c.method
         where u.customer_id = ? and u.username_folded = ?`,
      )
      turn.enter()
      const rows = byName.all(customerId, usernameFolded) as unknown as UserJoined[]
      return rows.length === 0 ? undefined : userOf(await keys.of(reader, customerId), customerId, rows)
    },

    async challengeSnapshot(customerId: number, challengeId: string): Promise<ChallengeSnapshot | undefined> {
      byChallenge ??= handle.prepare(
        `select q.*, coalesce(u.is_enabled, 1) as is_enabled, ${credentialColumns}
         from challenges q
         left join users u on u.id = q.user_id
         left join credentials c on c.user_id = q.user_id and c.state = 'active'
         left join guards g on g.customer_id = q.customer_id and g.subject = q.subject and g.method = q.method
         where q.customer_id = ? and q.id = ?`,
      )
      turn.enter()
      const rows = byChallenge.all(customerId, challengeId) as unknown as ChallengeJoined[]
      return rows.length === 0 ? undefined : challengeOf(await keys.of(reader, customerId), customerId, rows)
    },
  }
}
