import type { Place } from './databases.ts'
import { openRaw } from './raw.ts'

/** Adds as many users as a whole country has in a moment: bare rows `user-0000001` and on, without contacts. */
export async function addManyUsers(place: Place, customerId: number, count: number): Promise<void> {
  const raw = await openRaw(place)
  const isPostgres = place.databaseUrl !== null
  const numbers = isPostgres
    ? `select n from generate_series(1, ${count}) as n`
    : `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count}) select n from numbers`
  const id = isPostgres ? "lpad(n::text, 7, '0')" : "printf('%07d', n)"
  await raw.run(`insert into users (id, customer_id, username, username_folded, first_folded, last_folded,
      is_enabled, is_indexed, created_at_ms, updated_at_ms)
    select 'id-' || ${id}, ${customerId}, 'user-' || ${id}, 'user-' || ${id}, 'first' || ${id}, 'last' || ${id}, 1, 1, 0, 0
    from (${numbers}) as them`)
  if (isPostgres) await raw.run('analyze users')
  await raw.close()
}
