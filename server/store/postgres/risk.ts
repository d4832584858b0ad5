import type pg from 'pg'
import type { CountKey, RiskSnapshot } from '../../risk/kept.ts'
import type { Keys } from '../keys.ts'
import { type DeviceColumns, deviceSql, riskOf, type UserColumns, userSql } from '../risk-snapshot.ts'
import type { Db } from '../tables.ts'

/** The reads before every weighing, as prepared statements. */
export function riskReads(pool: pg.Pool, reader: Db, keys: Keys) {
  return {
    async riskSnapshot(customerId: number, usernameFolded: string): Promise<RiskSnapshot | undefined> {
      const { rows } = await pool.query<UserColumns & { devices: PackedDevice[] | null }>({
        name: 'risk-by-name',
        text: `select s.*, (select json_agg(row_to_json(k)) from (${deviceSql} where d.customer_id = $1 and d.user_id = s.user_id
          order by d.last_used_at_ms desc) k) as devices
          from (${userSql} where u.customer_id = $1 and u.username_folded = $2) s`,
        values: [customerId, usernameFolded],
      })
      const [row] = rows
      if (!row) return undefined
      return riskOf(await keys.of(reader, customerId), customerId, row, (row.devices ?? []).map(unpacked))
    },

    async riskCounts(customerId: number, wanted: readonly CountKey[]): Promise<number[]> {
      if (wanted.length === 0) return []
      const { rows } = await pool.query<{ count: number | null }>({
        name: 'risk-counts',
        text: `select c.count from unnest($2::int[], $3::bigint[]) with ordinality as k (level, mark, n)
          left join risk_counts c on c.customer_id = $1 and c.level = k.level and c.mark = k.mark order by k.n`,
        values: [customerId, wanted.map(({ level }) => level), wanted.map(({ mark }) => mark)],
      })
      return rows.map(({ count }) => count ?? 0)
    },
  }
}

/** JSON has no bytes: PostgreSQL writes them as `\x…`. */
type PackedDevice = { readonly [Name in keyof DeviceColumns]: DeviceColumns[Name] | string }

function unpacked(device: PackedDevice): DeviceColumns {
  const bytes = (text: unknown) => (typeof text === 'string' ? Buffer.from(text.slice(2), 'hex') : null)
  return {
    ...(device as DeviceColumns), // but for its bytes
    token_digest: bytes(device.token_digest) ?? Buffer.alloc(0),
    old_token_digest: bytes(device.old_token_digest),
    marks: bytes(device.marks) ?? Buffer.alloc(0),
  }
}
