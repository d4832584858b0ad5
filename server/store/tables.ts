import type { Kysely } from 'kysely'
import type { AdminFactorRow, AdminRow, AdminSessionRow } from './tables/admins.ts'
import type { AuditBlockRow, AuditRow } from './tables/audit.ts'
import type { ChallengeRow, DailyTryRow, GuardRow, KeptAnswerRow, RequestMarkRow } from './tables/challenges.ts'
import type {
  AccountRow,
  AppRow,
  CustomerRow,
  DataKeyRow,
  LogoRow,
  SettingRow,
  WebhookEventRow,
} from './tables/customers.ts'
import type { DeliveryRow, DeliveryTryRow, InboxRow, SendCountRow } from './tables/deliveries.ts'
import type { DeviceRow, PhoneOfferRow, PushMessageRow } from './tables/devices.ts'
import type {
  RiskCountRow,
  RiskDeviceRow,
  RiskEvaluationRow,
  RiskPolicyRow,
  RiskSessionRow,
  RiskUserRow,
} from './tables/risk.ts'
import type {
  AppGroupRow,
  CredentialRow,
  GroupMemberRow,
  GroupRow,
  SignInRow,
  TokenRow,
  UserRow,
  UserSessionRow,
} from './tables/users.ts'

/** The tables as types. Times are integer milliseconds in UTC, booleans 0 or 1, the same in both databases. */
export interface Tables {
  data_keys: DataKeyRow
  customers: CustomerRow
  logos: LogoRow
  accounts: AccountRow
  settings: SettingRow
  users: UserRow
  credentials: CredentialRow
  devices: DeviceRow
  push_messages: PushMessageRow
  phone_offers: PhoneOfferRow
  challenges: ChallengeRow
  deliveries: DeliveryRow
  delivery_tries: DeliveryTryRow
  send_counts: SendCountRow
  webhook_events: WebhookEventRow
  guards: GuardRow
  daily_tries: DailyTryRow
  request_marks: RequestMarkRow
  kept_answers: KeptAnswerRow
  audit_rows: AuditRow
  audit_blocks: AuditBlockRow
  inbox_messages: InboxRow
  tokens: TokenRow
  apps: AppRow
  sign_ins: SignInRow
  admins: AdminRow
  admin_factors: AdminFactorRow
  admin_sessions: AdminSessionRow
  user_sessions: UserSessionRow
  groups: GroupRow
  group_members: GroupMemberRow
  app_groups: AppGroupRow
  risk_users: RiskUserRow
  risk_devices: RiskDeviceRow
  risk_counts: RiskCountRow
  risk_evaluations: RiskEvaluationRow
  risk_sessions: RiskSessionRow
  risk_policies: RiskPolicyRow
}

/** A database handle: the reader, or the transaction that a write was given. */
export type Db = Kysely<Tables>
