import type { ColumnType, Generated, Kysely } from 'kysely'
import type { Sealed } from '../security/seal.ts'

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

/** The key that seals a customer's secrets, itself sealed by a master key. `customer_id` 0: of the whole server. */
export interface DataKeyRow {
  customer_id: number
  key: Sealed
}

export interface CustomerRow {
  id: number
  name: string
  api_key: Sealed
  /** The one before, which counts until `old_api_key_until_ms`. */
  old_api_key: Sealed | null
  old_api_key_until_ms: Generated<number>
  created_at_ms: number
}

export interface LogoRow {
  customer_id: number
  /** SHA-256 of `png` in hex. */
  digest: string
  png: Uint8Array
  updated_at_ms: number
}

/** Who looks after a customer; at most one for each. */
export interface AccountRow {
  customer_id: number
  /** The address, as it is found: a keyed digest. */
  email_digest: Uint8Array
  email: Sealed
  phone: Sealed | null
  password: Sealed
  /** Of what a link to choose a new password holds. */
  reset_digest: Uint8Array | null
  reset_until_ms: number | null
  created_at_ms: number
  updated_at_ms: number
}

/** `customer_id` 0: of the whole server. */
export interface SettingRow {
  customer_id: number
  name: string
  value: Sealed
  updated_at_ms: number
}

export interface UserRow {
  id: string
  customer_id: number
  username: string
  username_folded: string
  email: Sealed | null
  phone: Sealed | null
  first_name: string | null
  last_name: string | null
  preferred_method: string | null
  is_enabled: number
  /** What the user is looked for by: names folded, contacts as keyed digests. */
  first_folded: string | null
  last_folded: string | null
  email_digest: Uint8Array | null
  phone_digest: Uint8Array | null
  /** 0: he was added before there was an index. */
  is_indexed: Generated<number>
  created_at_ms: number
  updated_at_ms: number
}

export interface CredentialRow {
  id: string
  customer_id: number
  user_id: string
  method: string
  state: string
  label: string | null
  secret: Sealed
  last_step: number
  created_at_ms: number
  confirmed_at_ms: number | null
  last_used_at_ms: number | null
  /** The phone that it was enrolled with, and goes with; null: it belongs to none. */
  device_id: Generated<string | null>
}

export interface DeviceRow {
  id: string
  customer_id: number
  user_id: string
  name: string
  key_x: string
  key_y: string
  push: Sealed | null
  created_at_ms: number
  last_used_at_ms: number | null
}

export interface PushMessageRow {
  id: string
  customer_id: number
  device_id: string
  challenge_id: string
  state: string
  tries: number
  next_try_at_ms: number
  expires_at_ms: number
  last_code: number | null
  created_at_ms: number
}

export interface PhoneOfferRow {
  id: string
  customer_id: number
  user_id: string
  secret_digest: Uint8Array | null
  device_id: string | null
  created_at_ms: number
  expires_at_ms: number
}

export interface ChallengeRow {
  id: string
  customer_id: number
  subject: string
  subject_is_user: number
  user_id: string | null
  method: string
  label: string
  state: string
  attempts: number
  attempts_max: number
  /** Attempts that are spent and whose verdict is not in yet. One that a crash cut off stays counted here. */
  judging: Generated<number>
  pending: Sealed | null
  transaction_name: string | null
  origin: string | null
  request_digest: Uint8Array | null
  created_at_ms: number
  expires_at_ms: number
  settled_at_ms: number | null
}

export interface DeliveryRow {
  id: string
  customer_id: number
  /** Null: a notice. */
  challenge_id: string | null
  via: string
  contact: Sealed
  message: Sealed | null
  state: string
  tries: number
  lease_until_ms: number
  sent_at_ms: number | null
  error: string | null
  /** Country code and four digits of a phone number, for noticing messages that nobody answers. */
  prefix: string | null
  created_at_ms: number
}

/** One attempt with one provider, and the receipt that came for it. */
export interface DeliveryTryRow {
  id: string
  delivery_id: string
  provider: string
  reference: string | null
  outcome: string
  detail: string | null
  at_ms: number
  receipt: string | null
  receipt_at_ms: number | null
}

/** Messages sent for a key (a contact, a prefix, an address, the customer) at one moment, or in one day. */
export interface SendCountRow {
  customer_id: number
  key: string
  window_start_ms: number
  window_end_ms: number
  sent: number
}

export interface WebhookEventRow {
  id: string
  customer_id: number
  user_id: string
  body: Sealed
  state: string
  tries: number
  next_try_at_ms: number
  last_code: number | null
  created_at_ms: number
}

/** Failures of one subject with one method since its last success. */
export interface GuardRow {
  customer_id: number
  subject: string
  method: string
  failures: number
  locked_until_ms: number
  updated_at_ms: number
}

/** Tries of one subject with one method in one day (UTC), for methods that allow only so many. */
export interface DailyTryRow {
  customer_id: number
  subject: string
  method: string
  day_start_ms: number
  tries: number
}

export interface RequestMarkRow {
  digest: Uint8Array
  nonce: Uint8Array | null
  expires_at_ms: number
}

/** What a request under a key of its caller's was answered. */
export interface KeptAnswerRow {
  customer_id: number
  /** Of the call and the key. */
  digest: Uint8Array
  /** Of the body, keyed. */
  body_digest: Uint8Array
  /** Null: not answered yet, or never. */
  answer: Sealed | null
  claimed_at_ms: number
  expires_at_ms: number
}

/** Append-only. `txn` orders rows whose transactions overlap (PostgreSQL); 0 on SQLite. */
export interface AuditRow {
  id: Generated<number>
  txn: ColumnType<number, never, never>
  customer_id: number
  at_ms: number
  kind: string
  subject: string | null
  method: string | null
  outcome: string
  challenge_id: string | null
  request_id: string | null
  detail: string | null
}

/** One link of a customer's hash chain: it closes all of the customer's audit rows up to (`upto_txn`, `upto_id`]. */
export interface AuditBlockRow {
  customer_id: number
  number: number
  upto_txn: number
  upto_id: number
  rows: number
  hash: Uint8Array
  seal: Uint8Array
  closed_at_ms: number
}

export interface InboxRow {
  id: Generated<number>
  customer_id: number
  channel: string
  to: string
  subject: string | null
  text: string
  html: string | null
  sent_at_ms: number
}

/** A hardware token. While it is assigned, the credential of the same id knows the newest step. */
export interface TokenRow {
  id: string
  customer_id: number
  serial: string
  /** The identity a YubiKey types; null for every other token. */
  public_id: string | null
  state: string
  user_id: string | null
  seed: Sealed
  /** The newest step that was accepted from whoever had it before; only ever grows. */
  carried_step: number
  carried_at_ms: number | null
  created_at_ms: number
}

export interface AppRow {
  id: string
  customer_id: number
  name: string
  key: string
  secret: Sealed
  old_secret: Sealed | null
  old_secret_until_ms: number
  signature_order: string
  /** Separated by commas. */
  trusted_addresses: string
  factors: number
  created_at_ms: number
}

export interface SignInRow {
  digest: Uint8Array
  customer_id: number
  app_id: string
  user_id: string
  /** Separated by commas. */
  methods: string
  challenge_id: string | null
  expires_at_ms: number
}

/** Who works in the console. `customer_id` 0: for all customers. */
export interface AdminRow {
  id: string
  customer_id: number
  /** What he signs in with, as it is found: a keyed digest. */
  login_digest: Uint8Array
  login: Sealed
  name: string
  role: string
  /** Null: not chosen yet. */
  password: Sealed | null
  is_enabled: number
  /** Of what a one-time link to choose a password holds. */
  link_digest: Uint8Array | null
  link_kind: string | null
  link_until_ms: number | null
  last_sign_in_at_ms: number | null
  created_at_ms: number
}

/** An admin's second factor. */
export interface AdminFactorRow {
  id: string
  admin_id: string
  kind: string
  state: string
  name: string
  secret: Sealed
  used_step: number
  created_at_ms: number
  last_used_at_ms: number | null
}

/** A one-time link to the pages of a user, or the browser that came by one. */
export interface UserSessionRow {
  digest: Uint8Array
  customer_id: number
  user_id: string
  kind: string
  is_proved: number
  used_at_ms: number
  expires_at_ms: number
}

/** A browser in which an admin signed in, or is about to. */
export interface AdminSessionRow {
  digest: Uint8Array
  admin_id: string
  step: string
  /** The passkey question that waits, as JSON. */
  asked: string | null
  confirmed_at_ms: number | null
  created_at_ms: number
  used_at_ms: number
  expires_at_ms: number
}

export interface GroupRow {
  /** Grows with every new group: lists are in this order. */
  id: Generated<number>
  customer_id: number
  name: string
  name_folded: string
  /** 1 in one row of each customer. */
  is_default: number
  is_built_in: number
  /** JSON, by number. */
  attributes: string
  /** JSON list; null: it names none. */
  methods: string | null
  created_at_ms: number
  updated_at_ms: number
}

export interface GroupMemberRow {
  /** Grows with every new membership: lists are in this order. */
  number: Generated<number>
  customer_id: number
  group_id: number
  user_id: string
  created_at_ms: number
}

/** The users of these groups alone may be named by the app; without a row, every user. */
export interface AppGroupRow {
  app_id: string
  customer_id: number
  group_id: number
}

/** What is remembered of a user's sign-ins, and how he fared of late. */
export interface RiskUserRow {
  customer_id: number
  user_id: string
  /** Packed; see `risk/profile.ts`. Null: no sign-in was finished yet. */
  profile: Uint8Array | null
  /** When the value that was not seen for longest was last seen. */
  oldest_ms: number
  /** Where he was last, as JSON. */
  place: Sealed | null
  /** Failed attempts and unanswered questions, faded as of their time. */
  failures: number
  failures_at_ms: number
  prompts: number
  prompts_at_ms: number
  /** Until when it weighs that he said a sign-in was not his. */
  reported_until_ms: number
}

export interface RiskDeviceRow {
  id: string
  customer_id: number
  user_id: string
  token_digest: Uint8Array
  /** Of the token before, which counts until the browser has shown the new one. */
  old_token_digest: Uint8Array | null
  is_token_seen: number
  token_at_ms: number
  /** Digest of the key that the browser must prove; null: none. */
  key: string | null
  marks: Uint8Array
  version: number
  label: string
  created_at_ms: number
  last_used_at_ms: number
  trusted_until_ms: number
}

/** How often a customer's users showed a value, by its keyed hash; grows as `weightAt` says. */
export interface RiskCountRow {
  customer_id: number
  level: number
  mark: number
  count: number
  last_ms: number
}

/** One weighing. `open` waits for a proof, `allowed` to be redeemed; then `finished`, `failed` or `not-me`. */
export interface RiskEvaluationRow {
  id: string
  customer_id: number
  user_id: string | null
  at_ms: number
  state: string
  decision: string
  score: number
  marks: Uint8Array
  /** Evidence, findings and circumstances as JSON. */
  record: Sealed
  session_digest: Uint8Array | null
  device_id: string | null
  challenge_id: string | null
  method: string | null
  result_digest: Uint8Array | null
  /** Null: redeemed, or none was given out. */
  result_until_ms: number | null
  /** Whether its values are in the counts of everybody; only finished ones ever are. 2: never to be. */
  is_counted: number
}

/** What a page may do for five minutes, by the digest of its token. */
export interface RiskSessionRow {
  digest: Uint8Array
  customer_id: number
  /** As JSON. */
  session: Sealed
  /** Weighings that are left. */
  evaluations: number
  expires_at_ms: number
}

/** `scope`: empty for the customer, `app:<id>` or `group:<id>`. */
export interface RiskPolicyRow {
  customer_id: number
  scope: string
  /** As JSON, without what is the default. */
  policy: string
  updated_at_ms: number
}
