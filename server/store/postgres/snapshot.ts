import type pg from 'pg'
import type { ChallengeSnapshot, UserSnapshot } from '../../vocabulary/snapshot.ts'
import type { Keys } from '../keys.ts'
import { type ChallengeJoined, challengeOf, credentialColumns, type UserJoined, userOf } from '../snapshot.ts'
import type { Db } from '../tables.ts'
import { gather } from './gather.ts'

type Numbered = { n: number }
type Key = readonly [customerId: number, text: string]

/** The two reads before every decision; those of one moment share a query. */
export function snapshots(pool: pg.Pool, reader: Db, keys: Keys) {
  const query = async <R extends Numbered>(name: string, text: string, wanted: readonly Key[]): Promise<R[][]> => {
    const values = [wanted.map(([customerId]) => customerId), wanted.map(([, word]) => word)]
    const { rows } = await pool.query<R>({ name, text, values })
    const found: R[][] = wanted.map(() => [])
    for (const row of rows) found[row.n - 1]?.push(row)
    return found
  }

  const byName = gather((wanted: readonly Key[]) =>
    query<UserJoined & Numbered>(
      'users-by-name',
      `select k.n::int as n, u.id as user_id, u.is_enabled, u.preferred_method, ${credentialColumns}
       from unnest($1::bigint[], $2::text[]) with ordinality as k (customer_id, name, n)
       join users u on u.customer_id = k.customer_id and u.username_folded = k.name
       left join credentials c on c.user_id = u.id and c.state = 'active'
       left join lateral (
         select failures from guards where customer_id = u.customer_id and subject = u.id and method = c.method limit 1
       ) g on true`,
      wanted,
    ),
  )

  const byChallenge = gather((wanted: readonly Key[]) =>
    query<ChallengeJoined & Numbered>(
      'challenges-by-id',
      `select k.n::int as n, q.*, coalesce(u.is_enabled, 1) as is_enabled, ${credentialColumns}
       from unnest($1::bigint[], $2::text[]) with ordinality as k (customer_id, id, n)
       join challenges q on q.customer_id = k.customer_id and q.id = k.id
       left join users u on u.id = q.user_id
       left join credentials c on c.user_id = q.user_id and c.state = 'active'
       left join lateral (
         select failures from guards where customer_id = q.customer_id and subject = q.subject and method = q.method limit 1
       ) g on true`,
      wanted,
    ),
  )

  return {
    async userSnapshot(customerId: number, usernameFolded: string): Promise<UserSnapshot | undefined> {
      const rows = await byName([customerId, usernameFolded])
      return rows.length === 0 ? undefined : userOf(await keys.of(reader, customerId), customerId, rows)
    },

    async challengeSnapshot(customerId: number, challengeId: string): Promise<ChallengeSnapshot | undefined> {
      const rows = await byChallenge([customerId, challengeId])
      return rows.length === 0 ? undefined : challengeOf(await keys.of(reader, customerId), customerId, rows)
    },
  }
}
