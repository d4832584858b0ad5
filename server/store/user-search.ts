import { sql } from 'kysely'
import type { User, UsersFound, UsersWanted } from '../vocabulary/user.ts'
import type { Dialect } from './dialect.ts'
import { lockedOf } from './guards.ts'
import type { Keys } from './keys.ts'
import type { Db } from './tables.ts'
import { contactDigest, fold, openUser } from './user-row.ts'

/** Of more than these only the first are shown and counted: whoever looks for somebody types another letter. */
const foundMax = 1_000
/** Users of a customer are counted up to here. */
const countedMax = 10_000

/** How users of a customer are looked for, without reading all of them. */
export function userSearch(db: Db, keys: Keys, dialect: Dialect) {
  const bytewise = (column: string) =>
    dialect === 'postgres' ? sql<string>`${sql.ref(column)} collate "C"` : sql<string>`${sql.ref(column)}`

  /** Users in the order of their names, as far as they count: nobody looks further than `foundMax`. */
  const some = (customerId: number) =>
    db
      .selectFrom('users')
      .select(['id', 'username_folded as folded'])
      .where('customer_id', '=', customerId)
      .limit(foundMax + 1)

  /** Those whom a text can mean: each way by its own index, because databases read everything to join them. */
  const meantBy = async (customerId: number, { folded, email, phone }: NonNullable<UsersWanted['text']>) => {
    const key = await keys.of(db, customerId)
    const named = (column: 'username_folded' | 'first_folded' | 'last_folded') =>
      some(customerId)
        .where(bytewise(column), '>=', folded)
        .where(bytewise(column), '<', `${folded}\u{10ffff}`)
        .orderBy(bytewise(column))
        .execute()
    const found = await Promise.all([
      named('username_folded'),
      named('first_folded'),
      named('last_folded'),
      email === null
        ? []
        : some(customerId)
            .where('email_digest', '=', contactDigest(key, fold(email)))
            .execute(),
      phone === null ? [] : some(customerId).where('phone_digest', '=', contactDigest(key, phone)).execute(),
    ])
    return found.flat()
  }

  /** Users of these ids. The sign keeps SQLite from reading all of the customer's users to find a few. */
  const among = (customerId: number, ids: readonly string[]) =>
    db
      .selectFrom('users')
      .where('id', 'in', ids.length === 0 ? [''] : ids)
      .where(sql`+customer_id`, '=', customerId)

  /** Those of a state. A bound value would not find the index of those who are disabled. */
  const inState = async (customerId: number, { state, nowMs, failuresMax }: UsersWanted): Promise<Candidate[]> => {
    if (state === 'disabled') return some(customerId).where('is_enabled', '=', sql.lit(0)).execute()
    const locked = await lockedOf(db, customerId, nowMs, failuresMax)
      .select('subject')
      .distinct()
      .limit(foundMax + 1)
      .execute()
    const ids = locked.map(({ subject }) => subject)
    return among(customerId, ids).select(['id', 'username_folded as folded']).execute()
  }

  /** How many users there are, counted as far as `countedMax` and one more. */
  const most = async (customerId: number): Promise<number> => {
    const counted = db
      .selectFrom('users')
      .select('customer_id')
      .where('customer_id', '=', customerId)
      .limit(countedMax + 1)
      .as('counted')
    const { total } = await db
      .selectFrom(counted)
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow()
    return Number(total)
  }

  const page = async (customerId: number, offset: number, limit: number): Promise<User[]> => {
    const rows = await db
      .selectFrom('users')
      .selectAll()
      .where('customer_id', '=', customerId)
      .orderBy(bytewise('username_folded'))
      .offset(offset)
      .limit(limit)
      .execute()
    return Promise.all(rows.map((row) => openUser(db, keys, row)))
  }

  return {
    page,

    /**
     * Counts users in steps, by name: as many as there are after one, `limit` at most. `last` is where to go on; null: that
     * was all. Each step reads an index and costs the same, however many users there are.
     */
    async countAfter(
      customerId: number,
      folded: string,
      limit: number,
    ): Promise<{ readonly count: number; readonly last: string | null }> {
      const name = bytewise('username_folded')
      const step = db
        .selectFrom('users')
        .select(name.as('name'))
        .where('customer_id', '=', customerId)
        .where(name, '>', folded)
        .orderBy(name)
        .limit(limit)
        .as('step')
      const row = await db
        .selectFrom(step)
        .select(({ fn }) => [fn.countAll<number>().as('count'), fn.max<string>('step.name').as('last')])
        .executeTakeFirstOrThrow()
      const count = Number(row.count)
      return { count, last: count < limit ? null : row.last }
    },

    /** Users by name, a page of those that are meant; see `UsersWanted`. */
    async search(customerId: number, wanted: UsersWanted): Promise<UsersFound> {
      const { text, state, offset, limit } = wanted
      if (!text && state === 'all')
        return { users: await page(customerId, offset, limit), total: await most(customerId) }
      const meant = text && (await meantBy(customerId, text))
      const stated = state === 'all' ? undefined : await inState(customerId, wanted)
      const found = chosen(meant ?? stated ?? [], meant && stated ? stated : undefined)
      const ids = found.slice(offset, offset + limit).map(({ id }) => id)
      const rows = await among(customerId, ids).selectAll().execute()
      const ordered = rows.sort((left, right) => ids.indexOf(left.id) - ids.indexOf(right.id))
      return { users: await Promise.all(ordered.map((row) => openUser(db, keys, row))), total: found.length }
    },

    /** Users who may sign in and have a phone number and nothing that they set up: they depend on messages. */
    async withPhoneAlone(
      customerId: number,
      limit: number,
    ): Promise<{ total: number; first: { id: string; username: string }[] }> {
      const query = db
        .selectFrom('users')
        .where('users.customer_id', '=', customerId)
        .where('users.is_enabled', '=', 1)
        .where('users.phone', 'is not', null)
        .where(({ exists, not, selectFrom }) =>
          not(
            exists(
              selectFrom('credentials')
                .select('credentials.id')
                .whereRef('credentials.user_id', '=', 'users.id')
                .where('credentials.state', '=', 'active'),
            ),
          ),
        )
      const { total } = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      const first = await query
        .select(['users.id', 'users.username'])
        .orderBy('users.username_folded')
        .limit(limit)
        .execute()
      return { total: Number(total), first }
    },
  }
}

interface Candidate {
  readonly id: string
  readonly folded: string
}

/** Each once, by name; with `also`, those alone who are in both. */
function chosen(list: readonly Candidate[], also: readonly Candidate[] | undefined): Candidate[] {
  const allowed = also && new Set(also.map(({ id }) => id))
  const each = new Map(list.filter(({ id }) => !allowed || allowed.has(id)).map((one) => [one.id, one]))
  return [...each.values()].sort((left, right) =>
    left.folded < right.folded ? -1 : left.folded > right.folded ? 1 : 0,
  )
}
