import type { RiskSnapshot } from '../risk/kept.ts'
import type { SealingKey } from '../security/seal.ts'
import type { MethodId } from '../vocabulary/method.ts'
import { openDevice } from './risk-devices.ts'
import { openRiskUser, type RiskUserColumns } from './risk-users.ts'
import type { RiskDeviceRow } from './tables/risk.ts'

export const userSql = `select u.id as user_id, u.is_enabled, r.profile, r.place, coalesce(r.failures, 0) as failures,
  coalesce(r.failures_at_ms, 0) as failures_at_ms, coalesce(r.prompts, 0) as prompts,
  coalesce(r.prompts_at_ms, 0) as prompts_at_ms, coalesce(r.reported_until_ms, 0) as reported_until_ms,
  case when u.email is null then 0 else 1 end as has_email, case when u.phone is null then 0 else 1 end as has_phone,
  (select max(g.failures) from guards g where g.customer_id = u.customer_id and g.subject = u.id) as wrong_answers,
  (select string_agg(c.method, ',') from credentials c where c.user_id = u.id and c.state = 'active') as methods
  from users u left join risk_users r on r.user_id = u.id`

export const deviceSql = `select d.id, d.token_digest, d.old_token_digest, d.is_token_seen, d.token_at_ms, d.key, d.marks,
  d.version, d.label, d.created_at_ms, d.last_used_at_ms, d.trusted_until_ms from risk_devices d`

export interface UserColumns extends RiskUserColumns {
  readonly is_enabled: number
  readonly has_email: number
  readonly has_phone: number
  readonly wrong_answers: number | null
  /** Separated by commas, each as often as there are credentials. */
  readonly methods: string | null
}
export type DeviceColumns = Omit<RiskDeviceRow, 'customer_id' | 'user_id'>

export function riskOf(
  key: SealingKey,
  customerId: number,
  row: UserColumns,
  devices: readonly DeviceColumns[],
): RiskSnapshot {
  return {
    userId: row.user_id,
    isEnabled: row.is_enabled === 1,
    user: openRiskUser(key, customerId, row),
    devices: devices.map(openDevice),
    hasEmail: row.has_email === 1,
    hasPhone: row.has_phone === 1,
    wrongAnswers: row.wrong_answers ?? 0,
    methods: [...new Set((row.methods ?? '').split(',').filter((method) => method !== ''))] as MethodId[], // of credentials
  }
}
