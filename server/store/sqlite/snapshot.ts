import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { ChallengeSnapshot, UserSnapshot } from '../../vocabulary/snapshot.ts'
import type { Keys } from '../keys.ts'
import { type ChallengeJoined, challengeOf, credentialColumns, type UserJoined, userOf } from '../snapshot.ts'
import type { Db } from '../tables.ts'
import type { ReadTurn } from './read-turn.ts'

/** The two reads before every decision, as prepared statements on a connection of their own. */
export function snapshots(handle: DatabaseSync, turn: ReadTurn, reader: Db, keys: Keys) {
  const byName = usersByName(handle)
  const byChallenge = prepared<ChallengeJoined>(
    handle,
    `select q.*, coalesce(u.is_enabled, 1) as is_enabled, ${credentialColumns}
     from challenges q
     left join users u on u.id = q.user_id
     left join credentials c on c.user_id = q.user_id and c.state = 'active'
     left join guards g on g.customer_id = q.customer_id and g.subject = q.subject and g.method = q.method
     where q.customer_id = ? and q.id = ?`,
  )

  return {
    async userSnapshot(customerId: number, usernameFolded: string): Promise<UserSnapshot | undefined> {
      turn.enter()
      const rows = byName(customerId, usernameFolded)
      return rows.length === 0 ? undefined : userOf(await keys.of(reader, customerId), customerId, rows)
    },

    async challengeSnapshot(customerId: number, challengeId: string): Promise<ChallengeSnapshot | undefined> {
      turn.enter()
      const rows = byChallenge(customerId, challengeId)
      return rows.length === 0 ? undefined : challengeOf(await keys.of(reader, customerId), customerId, rows)
    },
  }
}

/** Reads a user by his name, with his active credentials: a row for each, or one without any. */
export function usersByName(handle: DatabaseSync): (customerId: number, usernameFolded: string) => UserJoined[] {
  return prepared(
    handle,
    `select u.id as user_id, u.is_enabled, u.preferred_method, ${credentialColumns}
     from users u left join credentials c on c.user_id = u.id and c.state = 'active'
     left join guards g on g.customer_id = u.customer_id and g.subject = u.id and g.method = c.method
     where u.customer_id = ? and u.username_folded = ?`,
  )
}

/** Prepared at its first use, when the tables are there. */
function prepared<Row>(handle: DatabaseSync, text: string): (...values: SQLInputValue[]) => Row[] {
  let statement: StatementSync | undefined
  return (...values) => {
    statement ??= handle.prepare(text)
    return statement.all(...values) as Row[]
  }
}
