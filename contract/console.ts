/**
 * What the console and the server say to each other: the types, and the table of every call. Imports nothing.
 *
 * How a call is made. JSON both ways (`content-type: application/json`), cookies of the same site. Every call but those
 * that `needs` nobody carries `x-csrf-token` with the token of `session.look`, reading ones too. An admin of the whole
 * server names the customer in `x-console-customer`; absent: the oldest one. Times are milliseconds since 1970 (UTC).
 * An answer is 200 with the call's `answer`; everything else is a `ConsoleProblem` with its status.
 */

/** What an admin is; each may do what `mayDo` says. */
export type Role = 'owner' | 'admin' | 'helpdesk' | 'auditor'

/** What a call needs of its admin. */
export type Permission =
  /** Look at people and what befell them. */
  | 'look'
  /** Help people: unlock, reset, invite, hand out tokens. */
  | 'help'
  /** Look at how everything is set up, at the whole log and at reports. */
  | 'inspect'
  /** Change how everything is set up. */
  | 'manage'
  /** Keys and admins. */
  | 'own'

export const mayDo = {
  owner: ['look', 'help', 'inspect', 'manage', 'own'],
  admin: ['look', 'help', 'inspect', 'manage'],
  helpdesk: ['look', 'help'],
  auditor: ['look', 'inspect'],
} as const satisfies Record<Role, readonly Permission[]>

export interface ConsoleRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `:name` is one of the call's `params`. */
  readonly path: string
  /**
   * `nobody`: before anybody signed in; `begun`: any session, half signed in too; `enrolling`: signed in, or setting up
   * the first factor; `self`: any admin who is signed in.
   */
  readonly needs: Permission | 'nobody' | 'begun' | 'enrolling' | 'self'
  /** Refused with `confirm-needed` when signed in, unless the admin proved his second factor in the last ten minutes (`session.confirm`). */
  readonly isDangerous?: true
  /** The largest body in bytes, where 64 KiB are not enough. */
  readonly bodyBytesMax?: number
}

/** Every refusal. `message` is a whole sentence for people. */
export interface ConsoleProblem {
  readonly code: ProblemCode
  readonly message: string
  /** The field of the body that it is about, such as `email`. */
  readonly field?: string
  /** Further sentences, such as one a row. */
  readonly details?: readonly string[]
}

export type ProblemCode =
  /** 401: not signed in, or no longer. */
  | 'signed-out'
  /** 401: wrong password, code, passkey or link. */
  | 'wrong'
  /** 403: the role does not allow it. */
  | 'not-allowed'
  /** 403: prove the second factor again (`session.confirm`), then repeat the call. */
  | 'confirm-needed'
  /** 403: another site sent it, or its token is missing. */
  | 'cross-site'
  /** 404 */
  | 'not-found'
  /** 409: the name is taken, or somebody else changed it first. */
  | 'conflict'
  /** 422: see `field` and `message`. */
  | 'invalid'
  /** 423: too many wrong answers. */
  | 'locked'
  /** 429 */
  | 'too-many'
  /** 503: too busy; try again. */
  | 'busy'
  /** 500 */
  | 'broken'

/** A part of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Of the whole list, or of what was looked for. */
  readonly total: number
  /** False: there are more than `total`, and counting them all would take too long. */
  readonly isTotalExact: boolean
}

/** `limit` 1–200, 50 when absent. */
export interface Paging {
  readonly offset?: number
  readonly limit?: number
}

export type MethodWord =
  | 'message-code'
  | 'message-link'
  | 'time-code'
  | 'hardware-token'
  | 'questions'
  | 'recovery-code'
  | 'passkey'
  | (string & {}) // methods that came after this list
export type Via = 'sms' | 'email' | 'call' | 'push'
export type Language = 'en' | 'es'

// Session and sign-in

export interface Admin {
  readonly id: string
  /** What he signs in with: an e-mail address, or `admin`. */
  readonly login: string
  readonly name: string
  readonly role: Role
  /** Null: of the whole server, all customers. */
  readonly customerId: number | null
}

export interface SessionState {
  /** `out`: nobody; `factor`: password was right, the second factor is next; `enrol`: he has none yet and sets one up now. */
  readonly step: 'out' | 'factor' | 'enrol' | 'in'
  /** Goes into `x-csrf-token`; null while `out`. */
  readonly csrfToken: string | null
  readonly admin: Admin | null
  /** The factors that he can prove now. */
  readonly factors: readonly FactorKind[]
  /** Those he may look at; one of them, unless he is of the whole server. Empty before `in`. */
  readonly customers: readonly { readonly id: number; readonly name: string; readonly isTest: boolean }[]
  /** The customer of this call. */
  readonly customerId: number | null
  /** Until then dangerous calls pass without `session.confirm`. */
  readonly confirmedUntilMs: number | null
  readonly expiresAtMs: number | null
  readonly mode: 'development' | 'production'
  readonly version: string
  readonly baseUrl: string
}

export type FactorKind = 'totp' | 'passkey'

export interface Factor {
  readonly id: string
  readonly kind: FactorKind
  readonly name: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

/** What `navigator.credentials.get` and `create` are given and give, as @simplewebauthn/browser reads and writes it. */
export type WebAuthnJson = Readonly<Record<string, unknown>>

export type FactorProof =
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'passkey'; readonly assertion: WebAuthnJson }

export interface NewTotp {
  readonly id: string
  readonly secretText: string
  readonly uri: string
  /** A QR code as an SVG document. */
  readonly qrSvg: string
}

// Home

export interface Home {
  readonly checklist: readonly {
    readonly id: 'base-url' | 'email' | 'sms' | 'first-user' | 'second-admin' | 'backup' | 'first-challenge'
    readonly isDone: boolean
    readonly title: string
    /** What to do, in a sentence. */
    readonly advice: string
    /** Where in the console, such as `/console/delivery`; null: on the host. */
    readonly href: string | null
  }[]
  /** Of the last 24 hours, newest hour last. */
  readonly today: {
    readonly asked: number
    readonly approved: number
    readonly denied: number
    readonly failed: number
    readonly waiting: number
    readonly byMethod: readonly MethodCount[]
    readonly byHour: readonly { readonly atMs: number; readonly approved: number; readonly refused: number }[]
  }
  readonly gateways: readonly GatewayHealth[]
  readonly attention: readonly Attention[]
  readonly users: { readonly total: number; readonly isTotalExact: boolean; readonly locked: number }
  readonly spend: Spend
}

export interface MethodCount {
  readonly method: MethodWord
  readonly asked: number
  readonly approved: number
  readonly refused: number
  readonly unanswered: number
}

export interface GatewayHealth {
  readonly id: string
  readonly type: string
  readonly via: readonly Via[]
  /** Of the last 24 hours. */
  readonly taken: number
  readonly failed: number
  readonly delivered: number
  readonly lastProblem: string | null
  readonly lastProblemAtMs: number | null
  readonly state: 'idle' | 'well' | 'troubled' | 'failing'
}

export interface Attention {
  readonly level: 'bad' | 'warn' | 'note'
  readonly text: string
  readonly href: string | null
  readonly atMs: number | null
}

export interface Spend {
  /** Messages in the last 24 hours, of `budget`. */
  readonly used: number
  readonly budget: number
}

// Users

export interface UserRow {
  readonly id: string
  readonly username: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly isEnabled: boolean
  readonly isLocked: boolean
  readonly methods: readonly MethodWord[]
  readonly createdAtMs: number
}

export interface UserDetail extends Omit<UserRow, 'methods'> {
  /** The customer's own word, such as `SMS`. */
  readonly preferredMethod: string | null
  readonly methods: readonly UserMethod[]
  readonly locks: readonly {
    readonly method: string
    readonly failures: number
    readonly untilMs: number | null
    readonly isForGood: boolean
    readonly text: string
  }[]
  readonly groups: readonly { readonly id: string; readonly name: string }[]
  /** Paired phones and remembered browsers. */
  readonly devices: readonly UserDevice[]
}

export interface UserMethod {
  /** Of the credential; null: the method needs none (codes by message). */
  readonly id: string | null
  readonly method: MethodWord
  /** As it is called: an app's name, a serial number, a passkey's name, a masked contact. */
  readonly label: string | null
  readonly isActive: boolean
  readonly createdAtMs: number | null
  readonly lastUsedAtMs: number | null
  /** Of recovery codes: how many are left. */
  readonly left: number | null
  readonly strength: 'strong' | 'fair' | 'weak'
}

export interface UserDevice {
  readonly id: string
  readonly name: string
  readonly kind: 'browser' | 'phone'
  /** Of a browser: it may still pass without a second factor, until then. */
  readonly isTrusted: boolean
  readonly trustedUntilMs: number | null
  readonly lastSeenAtMs: number | null
  readonly createdAtMs: number
}

/** One thing that befell a user, in words; `details` are the facts behind it. */
export interface TimelineEntry {
  readonly id: string
  readonly atMs: number
  readonly kind: 'asked' | 'approved' | 'refused' | 'delivery' | 'change' | 'lock' | 'notice' | 'admin'
  readonly tone: 'good' | 'bad' | 'warn' | 'plain'
  /** A sentence: "Asked for a code by SMS to •••4567." */
  readonly text: string
  /** A sentence more: why. "The code was wrong; 4 tries were left." */
  readonly why: string | null
  readonly method: MethodWord | null
  readonly challengeId: string | null
  readonly requestId: string | null
  readonly details: readonly { readonly name: string; readonly value: string }[]
}

/** Every act on a user says why; kept in the audit. 3–200 characters. */
export interface Reasoned {
  readonly reason: string
}

export type UserAct =
  | { readonly act: 'unlock' }
  | { readonly act: 'disable' }
  | { readonly act: 'enable' }
  /** Removes every credential of a method, or one of them. */
  | { readonly act: 'reset-method'; readonly method: MethodWord; readonly credentialId?: string }
  /** Makes a code that signs in once, for `hours` (1–24, 1 when absent), beside recovery codes; shown once. */
  | { readonly act: 'temporary-code'; readonly hours?: number }
  /** Forgets a remembered browser, or all of them. */
  | { readonly act: 'end-trust'; readonly deviceId: string | null }
  /** Removes a paired phone with all that it proves. */
  | { readonly act: 'remove-phone'; readonly deviceId: string }

export interface ImportRow {
  readonly row: number
  readonly username: string
  readonly state: 'new' | 'changed' | 'same' | 'wrong'
  readonly problem: string | null
}

export interface ImportReport {
  readonly isDryRun: boolean
  readonly added: number
  readonly changed: number
  readonly same: number
  readonly wrong: number
  /** The first 500, those with a problem before all others. */
  readonly rows: readonly ImportRow[]
}

export interface Invitation {
  readonly link: string
  readonly expiresAtMs: number
  readonly sentTo: string | null
}

// Groups

export interface Group {
  readonly id: string
  readonly name: string
  readonly isDefault: boolean
  /** The group that every customer has from the beginning and keeps. */
  readonly isBuiltIn: boolean
  readonly members: number
  readonly attributes: readonly { readonly number: number; readonly value: string }[]
  /** The methods that members may use, with those of their other groups that name some; null: it names none. */
  readonly methods: readonly MethodWord[] | null
  readonly createdAtMs: number | null
  readonly updatedAtMs: number | null
}

// Tokens

export interface TokenRow {
  readonly serial: string
  readonly kind: 'hotp' | 'totp' | 'yubikey'
  readonly state: 'unassigned' | 'assigned' | 'disabled'
  readonly username: string | null
  readonly digits: number | null
  readonly algorithm: string | null
  readonly periodSeconds: number | null
  readonly isWeak: boolean
  readonly lastUsedAtMs: number | null
  readonly createdAtMs: number
}

export interface TokenFile {
  readonly text: string
  /** Of a protected PSKC file. */
  readonly key?: string
  readonly password?: string
}

export interface TokenImport {
  readonly format: string
  readonly added: number
  readonly weak: readonly string[]
  readonly errors: readonly { readonly row: number; readonly serial: string | null; readonly message: string }[]
}

// Apps and keys

export interface AppRow {
  readonly id: string
  readonly name: string
  /** The integration key: no secret. */
  readonly key: string
  readonly signatureOrder: 'node' | 'java' | 'php' | 'table' | 'framed'
  readonly trustedAddresses: readonly string[]
  readonly factors: number
  /** The secret before this one still counts until then. */
  readonly oldSecretUntilMs: number | null
  readonly createdAtMs: number
}

export interface ApiKeyState {
  readonly customerId: number
  readonly customerName: string
  /** Its last four letters. */
  readonly hint: string
  /** The key before this one still counts until then. */
  readonly oldKeyUntilMs: number | null
  /** The `appSecret` before this one still counts until then. */
  readonly oldSecretUntilMs: number | null
}

/** What plugins of miniOrange ask for beside the API key; they get both when they sign in to the customer. */
export interface PluginSecrets {
  readonly token: string
  readonly appSecret: string
}

// Delivery

export interface ProviderRow {
  readonly id: string
  readonly type: 'smpp' | 'twilio' | 'http' | 'smtp'
  readonly via: readonly Via[]
  /** ISO 3166; empty: all countries. */
  readonly countries: readonly string[]
  /** All but its secrets. */
  readonly shown: Readonly<Record<string, unknown>>
  readonly health: GatewayHealth
}

export interface DeliverySetup {
  /** In the order they are tried. */
  readonly providers: readonly ProviderRow[]
  readonly hasInbox: boolean
  readonly smtpFrom: string
  readonly hasSmtp: boolean
  /** For a number of each country: which providers, in order. */
  readonly routes: readonly {
    readonly country: string
    readonly sms: readonly string[]
    readonly call: readonly string[]
  }[]
  readonly allowedCountries: readonly string[]
  readonly spend: Spend
  readonly limits: readonly { readonly name: string; readonly value: string; readonly meaning: string }[]
  readonly spendByDay: readonly {
    readonly dayMs: number
    readonly via: Via
    readonly sent: number
    readonly failed: number
  }[]
}

export interface TemplateRow {
  readonly id: string
  readonly language: Language
  readonly text: string
  readonly isOwn: boolean
  /** Why our text is used instead of the own one. */
  readonly problem: string | null
  readonly allowed: readonly string[]
  readonly needed: readonly string[]
}

export interface PreviewedMessage {
  readonly message: 'code' | 'links' | 'voice' | 'notice'
  readonly via: Via
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
  readonly smsParts: number | null
}

export interface DeliveryRow {
  readonly id: string
  readonly challengeId: string | null
  readonly via: Via
  /** Masked. */
  readonly contact: string
  readonly state: 'sending' | 'sent' | 'failed'
  readonly reason: string | null
  readonly createdAtMs: number
  readonly settledAtMs: number | null
  readonly tries: readonly {
    readonly provider: string
    readonly isTaken: boolean
    readonly detail: string | null
    readonly atMs: number
    readonly receipt: 'delivered' | 'failed' | null
    readonly receiptAtMs: number | null
  }[]
}

// Policy and settings

export interface Policy {
  /** The rules in force, each with the setting that changes it. */
  readonly sentences: readonly {
    readonly id: string
    readonly text: string
    readonly setting: string | null
    readonly tone: 'good' | 'warn'
  }[]
  readonly methods: readonly {
    readonly method: MethodWord
    readonly name: string
    readonly strength: 'strong' | 'fair' | 'weak'
    readonly isOn: boolean
    /** The setting that turns it on and off; null: always there. */
    readonly setting: string | null
    /** Who has set it up; null where nothing needs to be: everybody with a number or an address. */
    readonly users: number | null
    readonly why: string
  }[]
}

// Risk

export type RiskDecision = 'allow' | 'challenge' | 'deny'
/** `allow`: only told; `notify`: the user and the site are told. */
export type RiskStep = RiskDecision | 'notify'

interface RiskLists {
  /** Empty: all that are not blocked. */
  readonly allowed: readonly string[]
  readonly blocked: readonly string[]
  readonly otherwise: RiskStep
}

/** How risk is decided; docs/adaptive.md explains each part. */
export interface RiskPolicy {
  /** `report`: everybody is asked, and it is told what would have been decided. */
  readonly mode: 'enforce' | 'report'
  /** What the score is told by: all that is known, or address and browser alone (Freeman et al. 2016). */
  readonly model: 'own' | 'freeman'
  /** Scores (0–100) from which a second factor is asked, and from which nothing helps; 101: never. */
  readonly challengeAt: number
  readonly denyAt: number
  /** ISO 3166, two letters. */
  readonly countries: RiskLists
  /** Addresses and CIDR ranges. */
  readonly networks: RiskLists
  /** `days`: 1 (Monday) – 7; times as `HH:MM`. */
  readonly hours: {
    readonly zone: string
    readonly days: readonly number[]
    readonly from: string
    readonly until: string
    readonly otherwise: RiskStep
  } | null
  readonly devices: {
    readonly max: number
    readonly otherwise: RiskStep
    readonly rememberDays: number
    readonly proof: 'token' | 'fingerprint'
  }
  /** Points 0–100, instead of a rule's own, where it speaks against the user; and what it asks for at least. */
  readonly rules: Readonly<Record<string, { readonly points?: number; readonly action?: RiskStep }>>
  /** From a score on, what a second factor must be worth: 1 (known to the user) – 5 (cannot be phished). */
  readonly methods: readonly { readonly from: number; readonly least: number }[]
  /** Methods that never count. */
  readonly refused: readonly MethodWord[]
}

/** Whose policy: `''` the customer's, `group:<id>`, `app:<id>`. */
export interface RiskScope {
  readonly scope: string
  readonly kind: 'customer' | 'group' | 'app'
  readonly name: string
  /** False: it has none of its own, and the next wider one counts. */
  readonly isSet: boolean
  /** With its defaults; where there is none, the defaults. */
  readonly policy: RiskPolicy
}

/** A rule of which a policy may say what it is worth. */
export interface RiskRule {
  readonly rule: string
  /** Where the policy says nothing; null: as the score weighs what it notices. */
  readonly points: number | null
}

/** What came of a draft, on sign-ins as they were. */
export interface RiskReplay {
  readonly total: number
  /** False: there were more than were tried. */
  readonly isWhole: boolean
  /** How many have a score (rounded down) and are decided at least so by all but the thresholds. */
  readonly cells: readonly { readonly score: number; readonly least: RiskDecision; readonly count: number }[]
  /** Decided otherwise than they were; the newest 20. */
  readonly changed: readonly {
    readonly username: string
    readonly atMs: number
    readonly was: RiskDecision
    readonly would: RiskDecision
    readonly score: number
  }[]
  readonly changedTotal: number
}

export interface RiskSimulation {
  readonly decision: RiskDecision
  readonly score: number
  readonly findings: readonly { readonly points: number; readonly because: string }[]
  /** What would be asked for, strongest first; empty unless a second factor is. */
  readonly methods: readonly { readonly method: MethodWord; readonly via: Via | null }[]
  readonly devices: readonly { readonly id: string; readonly name: string }[]
}

export interface SettingRow {
  readonly name: string
  readonly scope: 'customer' | 'server'
  /** The kind of input: `parse` of the server decides. */
  readonly kind: 'boolean' | 'number' | 'choice' | 'text' | 'list' | 'secret' | 'json'
  readonly choices: readonly string[]
  /** As text, as it is set; empty for a secret. */
  readonly value: string
  readonly fallback: string
  readonly isDefault: boolean
  /** Of a secret: whether there is one. */
  readonly isSet: boolean
  readonly meaning: string
  /** What is given up by changing it. */
  readonly risk: string | null
  /** Where on the page it belongs. */
  readonly section: 'name' | 'messages' | 'limits' | 'sign-in' | 'passkeys' | 'compatibility' | 'webhooks' | 'server'
}

export interface AdminRow extends Admin {
  readonly state: 'active' | 'invited' | 'disabled'
  readonly factors: readonly FactorKind[]
  readonly lastSignInAtMs: number | null
  readonly createdAtMs: number
}

// Activity

export interface ActivityRow {
  readonly id: number
  readonly atMs: number
  readonly kind: string
  readonly outcome: string
  readonly method: MethodWord | null
  /** A sentence. */
  readonly text: string
  readonly tone: 'good' | 'bad' | 'warn' | 'plain'
  /** Null: nobody we know, or erased. */
  readonly user: { readonly id: string; readonly username: string } | null
  /** Who did it, when an admin did. */
  readonly by: string | null
  readonly challengeId: string | null
  readonly requestId: string | null
  readonly details: readonly { readonly name: string; readonly value: string }[]
}

export interface ActivityQuery {
  /** Rows older than this id; absent: the newest. */
  readonly before?: number
  /** Rows newer than this id, for following live; absent: no bound. */
  readonly after?: number
  readonly limit?: number
  readonly kind?: string
  readonly outcome?: string
  readonly method?: string
  readonly userId?: string
  readonly requestId?: string
  readonly sinceMs?: number
  readonly untilMs?: number
}

export interface Reports {
  readonly days: number
  readonly methodMix: readonly MethodCount[]
  readonly byDay: readonly {
    readonly dayMs: number
    readonly asked: number
    readonly approved: number
    readonly refused: number
    readonly unanswered: number
  }[]
  /** Of those that were answered at all, 0–1; null: none was. */
  readonly successRate: number | null
  /** Of those that were asked, 0–1. */
  readonly completionRate: number | null
  readonly noStrongMethod: {
    readonly total: number
    readonly first: readonly { readonly id: string; readonly username: string }[]
  }
  readonly usesSms: {
    readonly total: number
    readonly first: readonly { readonly id: string; readonly username: string }[]
  }
}

export interface AuditState {
  readonly rows: number
  readonly blocks: number
  readonly openRows: number
  readonly isWhole: boolean
  readonly problem: string | null
  readonly checkedAtMs: number
}

// Developers

export interface InspectedCall {
  readonly id: string
  readonly atMs: number
  readonly path: string
  readonly code: number
  readonly ms: number
  readonly outcome: string | null
  readonly reason: string | null
  readonly request: string
  readonly answer: string
  readonly curl: string | null
}

export interface WebhookRow {
  readonly id: string
  readonly event: string
  readonly username: string
  readonly state: 'waiting' | 'delivered' | 'given-up'
  readonly tries: number
  readonly lastCode: number | null
  readonly createdAtMs: number
  readonly nextTryAtMs: number | null
  readonly body: string
}

// The calls

interface Call {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: object
  readonly body?: unknown
  readonly answer: unknown
}

/** What each call is given and answers. */
export interface ConsoleCalls {
  // Sign-in. Every step answers the state it led to, with a new token.
  'session.look': { answer: SessionState }
  'session.password': { body: { login: string; password: string }; answer: SessionState }
  'session.passkeyOptions': { answer: { options: WebAuthnJson } }
  'session.factor': { body: FactorProof; answer: SessionState }
  'session.confirm': { body: FactorProof; answer: SessionState }
  'session.end': { answer: SessionState }
  /** The secret of a one-time link, `/console/setup#<secret>`: whose it is. */
  'setup.look': {
    body: { secret: string }
    answer: { login: string; name: string; kind: 'first' | 'invited' | 'reset' }
  }
  /** Chooses the password (at least 12 characters); then the second factor is set up (`enrol`), and only then does the link end. */
  'setup.begin': { body: { secret: string; login?: string; name?: string; password: string }; answer: SessionState }
  // While `enrol`, or signed in (then dangerous): a factor more.
  'factors.list': { answer: { factors: readonly Factor[] } }
  'factors.newTotp': { answer: NewTotp }
  'factors.confirmTotp': { body: { id: string; code: string; name: string }; answer: SessionState }
  'factors.newPasskey': { answer: { options: WebAuthnJson } }
  'factors.confirmPasskey': { body: { attestation: WebAuthnJson; name: string }; answer: SessionState }
  'factors.remove': { params: { id: string }; answer: { factors: readonly Factor[] } }
  'account.password': { body: { current: string; next: string }; answer: SessionState }
  /** Ends every other session of this admin. */
  'account.endOthers': { answer: { ended: number } }

  'home.look': { answer: Home }
  /** Sends a message to try the set-up out; `via` by the providers in use. */
  'home.test': {
    body: { via: 'sms' | 'email' | 'call'; to: string }
    answer: { isSent: boolean; detail: string | null; provider: string | null }
  }

  'users.list': { query: Paging & { q?: string; state?: 'all' | 'disabled' | 'locked' }; answer: Page<UserRow> }
  'users.look': { params: { id: string }; answer: UserDetail }
  'users.timeline': { params: { id: string }; query: { before?: number; limit?: number }; answer: Page<TimelineEntry> }
  'users.add': {
    body: { username: string; email?: string; phone?: string; firstName?: string; lastName?: string }
    answer: UserDetail
  }
  'users.change': {
    params: { id: string }
    body: Reasoned & { email?: string; phone?: string; firstName?: string; lastName?: string; preferredMethod?: string }
    answer: UserDetail
  }
  /** `code` is the temporary code, shown once. */
  'users.act': {
    params: { id: string }
    body: UserAct & Reasoned
    answer: { user: UserDetail | null; code: string | null; text: string }
  }
  /** Removes the user with everything but the audit; `username` is typed again. */
  'users.erase': { params: { id: string }; body: Reasoned & { username: string }; answer: { text: string } }
  /** CSV with a heading: username,email,phone,firstName,lastName. */
  'users.import': { body: { csv: string; isDryRun: boolean }; answer: ImportReport }
  /** A one-time link to `/me`; `send`: also mailed. */
  'users.invite': { params: { id: string }; body: Reasoned & { send: boolean }; answer: Invitation }
  /** A one-time link to make a passkey. */
  'users.invitePasskey': { params: { id: string }; body: Reasoned & { send: boolean }; answer: Invitation }

  'groups.list': { query: Paging & { q?: string }; answer: Page<Group> }
  'groups.look': { params: { id: string }; answer: Group }
  'groups.members': { params: { id: string }; query: Paging; answer: Page<{ id: string; username: string }> }
  'groups.save': {
    body: {
      name: string
      isDefault?: boolean
      attributes?: Readonly<Record<string, string | null>>
      methods?: readonly MethodWord[] | null
    }
    answer: Group
  }
  'groups.changeMembers': {
    params: { id: string }
    body: { add: readonly string[]; remove: readonly string[] }
    answer: Group
  }

  'groups.remove': { params: { id: string }; answer: { removed: true } }

  'tokens.list': { query: Paging & { q?: string; state?: TokenRow['state'] }; answer: Page<TokenRow> }
  'tokens.import': { body: TokenFile & { isDryRun: boolean }; answer: TokenImport }
  'tokens.assign': { params: { serial: string }; body: Reasoned & { username: string }; answer: TokenRow }
  'tokens.act': {
    params: { serial: string }
    body: Reasoned & { act: 'unassign' | 'disable' | 'enable' }
    answer: TokenRow
  }
  'tokens.resync': { params: { serial: string }; body: { codes: readonly [string, string] }; answer: TokenRow }

  'apps.list': { answer: Page<AppRow> }
  /** `secret` is shown once. */
  'apps.add': {
    body: {
      name: string
      signatureOrder: AppRow['signatureOrder']
      trustedAddresses: readonly string[]
      factors: number
    }
    answer: { app: AppRow; secret: string }
  }
  'apps.change': {
    params: { id: string }
    body: { signatureOrder: AppRow['signatureOrder']; trustedAddresses: readonly string[]; factors: number }
    answer: AppRow
  }
  'apps.rotate': { params: { id: string }; body: { graceMinutes: number }; answer: { app: AppRow; secret: string } }
  'apps.remove': { params: { id: string }; answer: { removed: true } }

  'keys.look': { answer: ApiKeyState }
  /** Shows the key in full. */
  'keys.show': { answer: { apiKey: string } }
  /** Makes another one; the old one counts for `graceMinutes` more (0–10080). Shown once. */
  'keys.rotate': { body: { graceMinutes: number }; answer: { apiKey: string; state: ApiKeyState } }
  'keys.showSecrets': { answer: PluginSecrets }
  /** Makes others; the old `appSecret` counts for `graceMinutes` more (0–10080). */
  'keys.rotateSecrets': { body: { graceMinutes: number }; answer: PluginSecrets }

  'delivery.look': { answer: DeliverySetup }
  /** The whole list in order; secrets that are left out stay as they are. Server-wide admins alone. */
  'delivery.setProviders': { body: { providers: readonly Readonly<Record<string, unknown>>[] }; answer: DeliverySetup }
  'delivery.log': { query: { limit?: number; challengeId?: string }; answer: Page<DeliveryRow> }
  'templates.list': { answer: Page<TemplateRow> }
  /** Messages as they would arrive; `text` absent: as it is set. */
  'templates.preview': {
    body: { id: string; language: Language; text?: string }
    answer: { problem: string | null; messages: readonly PreviewedMessage[] }
  }
  /** `text` null: back to ours. */
  'templates.set': { params: { id: string; language: string }; body: { text: string | null }; answer: TemplateRow }

  'policy.look': { answer: Policy }

  /** The customer's, then groups and apps by name. */
  'risk.look': { answer: { scopes: readonly RiskScope[]; rules: readonly RiskRule[] } }
  /** `policy` null: takes it away. */
  'risk.set': { body: { scope: string; policy: RiskPolicy | null }; answer: RiskScope }
  /** Tries a draft on the last sign-ins; changes nothing. `days` 1–90, 7 when absent. */
  'risk.replay': { body: { scope: string; policy: RiskPolicy; days?: number }; answer: RiskReplay }
  /** "This user, from this address, on this device"; keeps nothing. `policy` absent: the one that counts for him. */
  'risk.simulate': {
    body: { username: string; address?: string; userAgent?: string; deviceId?: string; policy?: RiskPolicy }
    answer: RiskSimulation
  }

  'activity.list': { query: ActivityQuery; answer: Page<ActivityRow> }
  /** At most 10,000 rows, as a file; `text/csv` or `application/json`, not wrapped. */
  'activity.export': { query: ActivityQuery & { format: 'csv' | 'json' }; answer: string }
  'activity.reports': { query: { days?: 7 | 30 | 90 }; answer: Reports }
  /** Walks the customer's whole chain. */
  'activity.audit': { answer: AuditState }

  /** Null in production: there is no inspector. */
  'developers.calls': { answer: { calls: readonly InspectedCall[] | null } }
  'developers.webhooks': { query: { limit?: number }; answer: Page<WebhookRow> & { url: string | null } }
  'developers.resend': { params: { id: string }; answer: { queued: true } }

  'settings.list': {
    answer: { settings: readonly SettingRow[]; customer: { id: number; name: string; logo: string | null } }
  }
  /** `value` null: back to the default. Server-wide ones are for server-wide admins alone. */
  'settings.set': { params: { name: string }; body: { value: string | null }; answer: SettingRow }
  'settings.rename': { body: { name: string }; answer: { id: number; name: string } }
  /** `image`: a PNG, JPEG or WebP of at most `logoBytesMax`, in base64. `logo` is the path of what was made of it. */
  'settings.setLogo': { body: { image: string }; answer: { logo: string } }
  'settings.removeLogo': { answer: { logo: null } }

  'admins.list': { answer: Page<AdminRow> }
  /** `link` is shown once and lives 72 hours; mailed too when `send`. */
  'admins.invite': {
    body: { login: string; name: string; role: Role; isServerWide?: boolean; send: boolean }
    answer: { admin: AdminRow; link: string }
  }
  'admins.change': {
    params: { id: string }
    body: { role?: Role; name?: string; isEnabled?: boolean }
    answer: AdminRow
  }
  'admins.reset': { params: { id: string }; answer: { admin: AdminRow; link: string } }
  'admins.remove': { params: { id: string }; answer: { removed: true } }
}

export type CallName = keyof ConsoleCalls

/** What a call's caller gives. */
export type Given<Name extends CallName> = Omit<ConsoleCalls[Name], 'answer'>
export type Answered<Name extends CallName> = ConsoleCalls[Name]['answer']

/** Of the file that is uploaded. */
export const logoBytesMax = 64 * 1024

const at = '/api/console'
const megabyte = 1024 * 1024

/** Every call: who may make it and where. The server serves nothing else under `/api/console/`. */
export const consoleRoutes = {
  'session.look': { method: 'GET', path: `${at}/session`, needs: 'nobody' },
  'session.password': { method: 'POST', path: `${at}/session/password`, needs: 'nobody' },
  'session.passkeyOptions': { method: 'POST', path: `${at}/session/passkey-options`, needs: 'begun' },
  'session.factor': { method: 'POST', path: `${at}/session/factor`, needs: 'begun' },
  'session.confirm': { method: 'POST', path: `${at}/session/confirm`, needs: 'self' },
  'session.end': { method: 'POST', path: `${at}/session/end`, needs: 'begun' },
  'setup.look': { method: 'POST', path: `${at}/setup/look`, needs: 'nobody' },
  'setup.begin': { method: 'POST', path: `${at}/setup`, needs: 'nobody' },
  'factors.list': { method: 'GET', path: `${at}/factors`, needs: 'self' },
  'factors.newTotp': { method: 'POST', path: `${at}/factors/totp`, needs: 'enrolling', isDangerous: true },
  'factors.confirmTotp': { method: 'POST', path: `${at}/factors/totp/confirm`, needs: 'enrolling', isDangerous: true },
  'factors.newPasskey': { method: 'POST', path: `${at}/factors/passkey`, needs: 'enrolling', isDangerous: true },
  'factors.confirmPasskey': {
    method: 'POST',
    path: `${at}/factors/passkey/confirm`,
    needs: 'enrolling',
    isDangerous: true,
  },
  'factors.remove': { method: 'DELETE', path: `${at}/factors/:id`, needs: 'self', isDangerous: true },
  'account.password': { method: 'POST', path: `${at}/account/password`, needs: 'self', isDangerous: true },
  'account.endOthers': { method: 'POST', path: `${at}/account/end-others`, needs: 'self' },

  'home.look': { method: 'GET', path: `${at}/home`, needs: 'look' },
  'home.test': { method: 'POST', path: `${at}/home/test`, needs: 'manage' },

  'users.list': { method: 'GET', path: `${at}/users`, needs: 'look' },
  'users.look': { method: 'GET', path: `${at}/users/:id`, needs: 'look' },
  'users.timeline': { method: 'GET', path: `${at}/users/:id/timeline`, needs: 'look' },
  'users.add': { method: 'POST', path: `${at}/users`, needs: 'help' },
  'users.change': { method: 'PUT', path: `${at}/users/:id`, needs: 'help' },
  'users.act': { method: 'POST', path: `${at}/users/:id/act`, needs: 'help' },
  'users.erase': { method: 'POST', path: `${at}/users/:id/erase`, needs: 'manage', isDangerous: true },
  'users.import': { method: 'POST', path: `${at}/users/import`, needs: 'manage', bodyBytesMax: 4 * megabyte },
  'users.invite': { method: 'POST', path: `${at}/users/:id/invite`, needs: 'help' },
  'users.invitePasskey': { method: 'POST', path: `${at}/users/:id/invite-passkey`, needs: 'help' },

  'groups.list': { method: 'GET', path: `${at}/groups`, needs: 'look' },
  'groups.look': { method: 'GET', path: `${at}/groups/:id`, needs: 'look' },
  'groups.members': { method: 'GET', path: `${at}/groups/:id/members`, needs: 'look' },
  'groups.save': { method: 'POST', path: `${at}/groups`, needs: 'manage' },
  'groups.changeMembers': { method: 'POST', path: `${at}/groups/:id/members`, needs: 'manage' },

  'groups.remove': { method: 'DELETE', path: `${at}/groups/:id`, needs: 'manage' },

  'tokens.list': { method: 'GET', path: `${at}/tokens`, needs: 'look' },
  'tokens.import': { method: 'POST', path: `${at}/tokens/import`, needs: 'manage', bodyBytesMax: 2 * megabyte },
  'tokens.assign': { method: 'POST', path: `${at}/tokens/:serial/assign`, needs: 'help' },
  'tokens.act': { method: 'POST', path: `${at}/tokens/:serial/act`, needs: 'help' },
  'tokens.resync': { method: 'POST', path: `${at}/tokens/:serial/resync`, needs: 'help' },

  'apps.list': { method: 'GET', path: `${at}/apps`, needs: 'inspect' },
  'apps.add': { method: 'POST', path: `${at}/apps`, needs: 'manage', isDangerous: true },
  'apps.change': { method: 'PUT', path: `${at}/apps/:id`, needs: 'manage' },
  'apps.rotate': { method: 'POST', path: `${at}/apps/:id/rotate`, needs: 'manage', isDangerous: true },
  'apps.remove': { method: 'DELETE', path: `${at}/apps/:id`, needs: 'manage', isDangerous: true },

  'keys.look': { method: 'GET', path: `${at}/keys`, needs: 'inspect' },
  'keys.show': { method: 'POST', path: `${at}/keys/show`, needs: 'own', isDangerous: true },
  'keys.rotate': { method: 'POST', path: `${at}/keys/rotate`, needs: 'own', isDangerous: true },
  'keys.showSecrets': { method: 'POST', path: `${at}/keys/secrets/show`, needs: 'own', isDangerous: true },
  'keys.rotateSecrets': { method: 'POST', path: `${at}/keys/secrets/rotate`, needs: 'own', isDangerous: true },

  'delivery.look': { method: 'GET', path: `${at}/delivery`, needs: 'inspect' },
  'delivery.setProviders': { method: 'PUT', path: `${at}/delivery/providers`, needs: 'manage', isDangerous: true },
  'delivery.log': { method: 'GET', path: `${at}/delivery/log`, needs: 'look' },
  'templates.list': { method: 'GET', path: `${at}/templates`, needs: 'inspect' },
  'templates.preview': { method: 'POST', path: `${at}/templates/preview`, needs: 'inspect' },
  'templates.set': { method: 'PUT', path: `${at}/templates/:id/:language`, needs: 'manage' },

  'policy.look': { method: 'GET', path: `${at}/policy`, needs: 'inspect' },

  'risk.look': { method: 'GET', path: `${at}/risk`, needs: 'inspect' },
  'risk.set': { method: 'PUT', path: `${at}/risk`, needs: 'manage' },
  'risk.replay': { method: 'POST', path: `${at}/risk/replay`, needs: 'inspect' },
  'risk.simulate': { method: 'POST', path: `${at}/risk/simulate`, needs: 'inspect' },

  'activity.list': { method: 'GET', path: `${at}/activity`, needs: 'inspect' },
  'activity.export': { method: 'GET', path: `${at}/activity/export`, needs: 'inspect' },
  'activity.reports': { method: 'GET', path: `${at}/activity/reports`, needs: 'inspect' },
  'activity.audit': { method: 'GET', path: `${at}/activity/audit`, needs: 'inspect' },

  'developers.calls': { method: 'GET', path: `${at}/developers/calls`, needs: 'inspect' },
  'developers.webhooks': { method: 'GET', path: `${at}/developers/webhooks`, needs: 'inspect' },
  'developers.resend': { method: 'POST', path: `${at}/developers/webhooks/:id/resend`, needs: 'manage' },

  'settings.list': { method: 'GET', path: `${at}/settings`, needs: 'inspect' },
  'settings.set': { method: 'PUT', path: `${at}/settings/:name`, needs: 'manage' },
  'settings.rename': { method: 'POST', path: `${at}/settings/rename`, needs: 'manage' },
  'settings.setLogo': { method: 'POST', path: `${at}/settings/logo`, needs: 'manage', bodyBytesMax: megabyte / 4 },
  'settings.removeLogo': { method: 'DELETE', path: `${at}/settings/logo`, needs: 'manage' },

  'admins.list': { method: 'GET', path: `${at}/admins`, needs: 'inspect' },
  'admins.invite': { method: 'POST', path: `${at}/admins`, needs: 'own', isDangerous: true },
  'admins.change': { method: 'PUT', path: `${at}/admins/:id`, needs: 'own', isDangerous: true },
  'admins.reset': { method: 'POST', path: `${at}/admins/:id/reset`, needs: 'own', isDangerous: true },
  'admins.remove': { method: 'DELETE', path: `${at}/admins/:id`, needs: 'own', isDangerous: true },
} as const satisfies Record<CallName, ConsoleRoute>

/** Fails to compile when a call is not one. */
type AllCalls = { [Name in CallName]: ConsoleCalls[Name] extends Call ? true : never }
export type EveryCallIsOne = AllCalls[CallName]
