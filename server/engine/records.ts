import type { AdminFactorRecords, AdminRecords, AdminSessionRecords } from './records/admins.ts'
import type { AuditRecords } from './records/audit.ts'
import type {
  ChallengeRecords,
  GuardRecords,
  KeptAnswerRecords,
  MarkRecords,
  SignInRecords,
} from './records/challenges.ts'
import type { CredentialRecords } from './records/credentials.ts'
import type { AccountRecords, AppRecords, CustomerRecords, LogoRecords, WebhookRecords } from './records/customers.ts'
import type { DeliveryRecords, SendCountRecords } from './records/deliveries.ts'
import type { DeviceRecords, PhoneOfferRecords, PushMessageRecords } from './records/devices.ts'
import type { GroupRecords } from './records/groups.ts'
import type {
  RiskCountRecords,
  RiskDeviceRecords,
  RiskEvaluationRecords,
  RiskPolicyRecords,
  RiskSessionRecords,
  RiskUserRecords,
} from './records/risk.ts'
import type { TokenRecords } from './records/tokens.ts'
import type { UserRecords, UserSessionRecords } from './records/users.ts'

/** What is kept, for whoever reads, and for a job that writes: each part on both databases alike. */
export interface Records {
  readonly admins: AdminRecords
  readonly adminFactors: AdminFactorRecords
  readonly adminSessions: AdminSessionRecords
  readonly accounts: AccountRecords
  readonly audit: AuditRecords
  readonly challenges: ChallengeRecords
  readonly credentials: CredentialRecords
  readonly customers: CustomerRecords
  readonly apps: AppRecords
  readonly deliveries: DeliveryRecords
  readonly groups: GroupRecords
  readonly devices: DeviceRecords
  readonly guards: GuardRecords
  readonly keptAnswers: KeptAnswerRecords
  readonly logos: LogoRecords
  readonly marks: MarkRecords
  readonly phoneOffers: PhoneOfferRecords
  readonly pushMessages: PushMessageRecords
  readonly riskCounts: RiskCountRecords
  readonly riskDevices: RiskDeviceRecords
  readonly riskEvaluations: RiskEvaluationRecords
  readonly riskPolicies: RiskPolicyRecords
  readonly riskSessions: RiskSessionRecords
  readonly riskUsers: RiskUserRecords
  readonly sendCounts: SendCountRecords
  readonly tokens: TokenRecords
  readonly userSessions: UserSessionRecords
  readonly signIns: SignInRecords
  readonly webhooks: WebhookRecords
  readonly users: UserRecords
}
