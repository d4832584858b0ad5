import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CountKey, RiskSnapshot } from '../../risk/kept.ts'
import type { Keys } from '../keys.ts'
import { type DeviceColumns, deviceSql, riskOf, type UserColumns, userSql } from '../risk-snapshot.ts'
import type { Db } from '../tables.ts'
import type { ReadTurn } from './read-turn.ts'

/** The reads before every weighing, as prepared statements. */
export function riskReads(handle: DatabaseSync, turn: ReadTurn, reader: Db, keys: Keys) {
  let user: StatementSync | undefined
  let devices: StatementSync | undefined
  let count: StatementSync | undefined

  return {
    async riskSnapshot(customerId: number, usernameFolded: string): Promise<RiskSnapshot | undefined> {
      user ??= handle.prepare(`${userSql} where u.customer_id = ? and u.username_folded = ?`)
      devices ??= handle.prepare(
        `${deviceSql} where d.customer_id = ? and d.user_id = ? order by d.last_used_at_ms desc`,
      )
      turn.enter()
      const row = user.get(customerId, usernameFolded) as unknown as UserColumns | undefined
      if (!row) return undefined
      const known = devices.all(customerId, row.user_id) as unknown as DeviceColumns[]
      return riskOf(await keys.of(reader, customerId), customerId, row, known)
    },

    async riskCounts(customerId: number, wanted: readonly CountKey[]): Promise<number[]> {
      count ??= handle.prepare('select count from risk_counts where customer_id = ? and level = ? and mark = ?')
      turn.enter()
      const statement = count
      return wanted.map(({ level, mark }) => Number(statement.get(customerId, level, mark)?.['count'] ?? 0))
    },
  }
}
