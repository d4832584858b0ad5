import type { Clip, ClipProblem } from '../methods/voice/clip.ts'
import type { Template } from '../methods/voice/speaker.ts'
import type { Network } from '../risk/facts.ts'
import type {
  CountKey,
  EvaluationState,
  Finish,
  KeptEvaluation,
  KeptSession,
  RememberedDevice,
  RiskSnapshot,
  RiskUser,
} from '../risk/kept.ts'
import type { Marks } from '../risk/marks.ts'
import type { Policy } from '../risk/policy-file.ts'
import type {
  Account,
  Admin,
  AdminFactor,
  AdminRole,
  AdminSession,
  App,
  AuditNote,
  Challenge,
  ChallengeState,
  Credential,
  Customer,
  Decided,
  Decision,
  Delivery,
  DeliveryRecord,
  Device,
  Group,
  GroupAttributes,
  Membership,
  MethodId,
  PushSubscription,
  RequestMark,
  SignIn,
  Token,
  User,
  UserSession,
} from '../vocabulary.ts'

/** What the engine needs from outside. `store/` and `channels/` provide it; `assemble.ts` joins them. */
export interface Engine {
  readonly store: Store
  /** A customer as it is now, give or take a second. */
  customer(id: number): Promise<Customer | undefined>
  /** The app of a key, as it is now, give or take a second. */
  app(key: string): Promise<App | undefined>
  readonly outbox: Outbox
  readonly doorbell: Doorbell
  readonly clock: () => number
  /** Where people reach this server; links in messages begin with it. */
  readonly baseUrl: string
  readonly observe: Observer
  /** What people may do without the operator; as it is now, give or take a second. */
  readonly selfService: () => Promise<SelfService>
  /** What the operator's files know of an address. */
  readonly networkOf: (address: string) => Network
  /** A customer's policies for risk by their scope, as they are now, give or take a second. */
  readonly policies: (customerId: number) => Promise<ReadonlyMap<string, Policy>>
  readonly voices: Voices
}

/** Listens to voices: beside the event loop, and a few at a time. */
export interface Voices {
  /** The engine in use, with its model; what another one kept of a voice cannot be judged. */
  readonly engine: string
  /** Whether the digits that are said are checked, so that a recording made earlier does not get in. */
  readonly isReplayChecked: boolean
  /** Takes a place for a job, or throws `OverloadError` at once: then nothing was done, and no attempt was spent. */
  hold<T>(job: (listener: Listener) => Promise<T>): Promise<T>
}

/** Never throws for anything that a recording may hold. */
export interface Listener {
  /** Reads a WAV file. */
  examine(file: Uint8Array): Promise<Clip | ClipProblem>
  /** How much better these digits fit than any others, for each frame; null where nobody checks it. */
  digitsIn(clip: Clip, digits: string): Promise<number | null>
  /** How like a voice: see `VoiceEngine.compare`. */
  compare(template: Template, clip: Clip): Promise<number>
  /** A voice from several recordings. */
  enrol(clips: readonly Clip[]): Promise<Template>
}

/** What weighing needs where nothing is sent. */
export type RiskCore = Pick<Engine, 'store' | 'clock' | 'observe' | 'networkOf' | 'policies'>

export interface SelfService {
  readonly maySignUp: boolean
  readonly maySignIn: boolean
  readonly signUpsPerDay: number
  /** Where questions to the operator go. */
  readonly supportEmail: string | null
}

/** What is needed where nothing is sent; the command line has no more. */
export type EngineCore = Pick<Engine, 'store' | 'clock' | 'observe'>

export interface Store {
  readonly read: Records
  /** All of `job` or nothing of it; resolves after the commit. Inside, only the functions it is given are used. */
  write<T>(job: (tx: Records) => Promise<T>): Promise<T>
  /** The only way an answer is ever accepted: see `Decision`. Resolves after the commit. */
  decide(decision: Decision): Promise<Decided>
  userSnapshot(customerId: number, usernameFolded: string): Promise<UserSnapshot | undefined>
  challengeSnapshot(customerId: number, challengeId: string): Promise<ChallengeSnapshot | undefined>
  /** A key of the whole server for one purpose: the same on every node, and as long as the database lasts. */
  serverKey(purpose: string): Promise<Buffer>
  riskSnapshot(customerId: number, usernameFolded: string): Promise<RiskSnapshot | undefined>
  riskCounts(customerId: number, wanted: readonly CountKey[]): Promise<number[]>
  /** Keeps an evaluation together with all others of the moment; resolves after the commit. */
  addEvaluation(evaluation: KeptEvaluation): Promise<void>
}

export interface UserSnapshot {
  readonly id: string
  readonly isEnabled: boolean
  /** Failures in a row, the most of any method he has a credential of. */
  readonly failures: number
  readonly preferredMethod: string | null
  readonly credentials: readonly Credential[]
}

export interface ChallengeSnapshot {
  readonly challenge: Challenge
  readonly isEnabled: boolean
  readonly failures: number
  readonly credentials: readonly Credential[]
}

export interface Records {
  readonly admins: {
    digestOf(loginFolded: string): Promise<Buffer>
    digestKey(): Promise<Buffer>
    byId(id: string): Promise<Admin | undefined>
    byLogin(loginFolded: string): Promise<Admin | undefined>
    byLink(digest: Uint8Array, nowMs: number): Promise<{ admin: Admin; kind: AdminLinkKind } | undefined>
    list(): Promise<Admin[]>
    add(admin: Admin, loginFolded: string): Promise<boolean>
    change(id: string, change: AdminChange): Promise<boolean>
    rename(id: string, login: string, loginFolded: string): Promise<boolean>
    offerLink(
      id: string,
      link: { readonly digest: Uint8Array; readonly kind: AdminLinkKind; readonly untilMs: number } | null,
    ): Promise<void>
    remove(id: string): Promise<boolean>
    alone(): Promise<void>
  }
  readonly adminFactors: {
    of(adminId: string): Promise<AdminFactor[]>
    offer(adminId: string, factor: AdminFactor): Promise<void>
    confirm(adminId: string, id: string, name: string, step: number, nowMs: number): Promise<boolean>
    use(adminId: string, id: string, step: number, nowMs: number): Promise<boolean>
    remove(adminId: string, id: string): Promise<boolean>
    removeAll(adminId: string): Promise<void>
  }
  readonly adminSessions: {
    add(digest: Uint8Array, session: AdminSession): Promise<void>
    find(digest: Uint8Array, idleSinceMs: number, nowMs: number): Promise<AdminSession | undefined>
    change(
      digest: Uint8Array,
      change: { readonly asked?: string | null; readonly confirmedAtMs?: number; readonly usedAtMs?: number },
    ): Promise<void>
    takeAsked(digest: Uint8Array, asked: string): Promise<boolean>
    end(digest: Uint8Array): Promise<boolean>
    endOthers(adminId: string, butDigest: Uint8Array | null): Promise<number>
  }
  readonly accounts: {
    digestOf(address: string): Promise<Buffer>
    find(digest: Uint8Array): Promise<Account | undefined>
    of(customerId: number): Promise<Account | undefined>
    put(account: Account, digest: Uint8Array, nowMs: number): Promise<boolean>
    offerReset(customerId: number, resetDigest: Uint8Array, untilMs: number): Promise<void>
    byReset(resetDigest: Uint8Array, nowMs: number): Promise<Account | undefined>
    resetPassword(customerId: number, resetDigest: Uint8Array, password: string, nowMs: number): Promise<boolean>
  }
  readonly audit: {
    append(customerId: number, note: AuditNote, outcome: string, nowMs: number): Promise<void>
    list(customerId: number, wanted: AuditWanted): Promise<AuditEntry[]>
    reports(customerId: number, sinceMs: number, limit: number): Promise<{ subject: string | null; atMs: number }[]>
    counts(customerId: number, sinceMs: number, spanMs: number, rowsMax: number): Promise<AuditCount[]>
    verify(customerId: number): Promise<{
      readonly rows: number
      readonly blocks: number
      readonly openRows: number
      readonly problem: string | null
    }>
  }
  readonly challenges: {
    find(id: string): Promise<Challenge | undefined>
    byRequest(customerId: number, digest: Uint8Array): Promise<Challenge | undefined>
    latest(customerId: number, subject: string, method: MethodId): Promise<string | undefined>
    replace(challenge: NewChallenge, nowMs: number): Promise<void>
    waiting(userIds: readonly string[], methods: readonly MethodId[], nowMs: number): Promise<Challenge[]>
    amend(challenge: Challenge, pending: string): Promise<boolean>
    cancel(customerId: number, id: string, nowMs: number): Promise<void>
    cancelAll(customerId: number, userId: string, nowMs: number): Promise<number>
    recent(
      customerId: number,
      subject: string,
      methods: readonly MethodId[],
      sinceMs: number,
      limit: number,
    ): Promise<RecentChallenge[]>
  }
  readonly credentials: {
    add(
      customerId: number,
      userId: string,
      credential: Credential,
      nowMs: number,
      deviceId?: string | null,
    ): Promise<void>
    of(customerId: number, userId: string, method: MethodId): Promise<Credential[]>
    list(customerId: number, userId: string, method: MethodId): Promise<PasskeyEntry[]>
    offer(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<void>
    replace(customerId: number, userId: string, list: readonly Credential[], nowMs: number): Promise<void>
    unused(customerId: number, userId: string, method: MethodId): Promise<number>
    offerBeside(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<boolean>
    remove(customerId: number, userId: string, method: MethodId, id: string): Promise<boolean>
    removeAll(customerId: number, userId: string, method: MethodId): Promise<number>
    overview(customerId: number, userIds: readonly string[]): Promise<CredentialOverview[]>
    holders(
      customerId: number,
      methods: readonly MethodId[],
      has: boolean,
      limit: number,
    ): Promise<{ total: number; first: { id: string; username: string }[] }>
  }
  readonly customers: {
    find(id: number): Promise<Customer | undefined>
    list(): Promise<{ id: number; name: string; createdAtMs: number }[]>
    add(id: number, name: string, apiKey: string, nowMs: number): Promise<boolean>
    rename(id: number, name: string): Promise<boolean>
    setApiKey(id: number, apiKey: string, oldUntilMs?: number): Promise<boolean>
    saltSecrets(id: number, salt: string, oldUntilMs: number, nowMs: number): Promise<void>
  }
  readonly apps: {
    list(customerId: number): Promise<App[]>
    add(app: App): Promise<boolean>
    rotate(customerId: number, id: string, secret: string, oldUntilMs: number): Promise<boolean>
    change(
      customerId: number,
      id: string,
      change: {
        readonly signatureOrder?: App['signatureOrder']
        readonly trustedAddresses?: readonly string[]
        readonly factors?: number
      },
    ): Promise<boolean>
    remove(customerId: number, id: string): Promise<boolean>
  }
  readonly deliveries: {
    add(list: readonly Delivery[], nowMs: number, leaseUntilMs: number): Promise<void>
    log(customerId: number, challengeId: string | null, limit: number): Promise<DeliveryRecord[]>
    completionOf(
      customerId: number,
      prefix: string,
      sinceMs: number,
      limit: number,
    ): Promise<{ sent: number; completed: number }>
    of(customerId: number, challengeId: string): Promise<Delivery[]>
    byDay(
      customerId: number,
      sinceMs: number,
    ): Promise<{ dayMs: number; via: Delivery['via']; sent: number; failed: number }[]>
    health(customerId: number, sinceMs: number): Promise<ProviderCount[]>
  }
  readonly groups: {
    alone(customerId: number): Promise<void>
    find(customerId: number, nameFolded: string): Promise<Group | undefined>
    byId(customerId: number, id: number): Promise<Group | undefined>
    defaultOf(customerId: number): Promise<Group | undefined>
    builtInOf(customerId: number): Promise<Group | undefined>
    page(customerId: number, page: GroupPage): Promise<CountedGroup[]>
    count(customerId: number, searchFolded?: string): Promise<number>
    add(customerId: number, group: NewGroup, nowMs: number): Promise<number | undefined>
    change(customerId: number, id: number, change: GroupChange, nowMs: number): Promise<boolean>
    makeDefault(customerId: number, id: number, nowMs: number): Promise<boolean>
    remove(customerId: number, id: number): Promise<boolean>
    members(customerId: number, id: number, offset: number, limit: number): Promise<Membership[]>
    countMembers(customerId: number, id: number): Promise<number>
    ownMemberships(customerId: number, offset: number, limit: number): Promise<Membership[]>
    of(customerId: number, userId: string): Promise<Group[]>
    methodsOf(customerId: number, userId: string): Promise<ReadonlySet<MethodId> | null>
    withMethods(customerId: number, limit: number): Promise<Group[]>
    holdUser(customerId: number, ids: readonly number[], usernameFolded: string): Promise<boolean>
    addMember(customerId: number, id: number, userId: string, nowMs: number): Promise<boolean>
    removeMember(customerId: number, id: number, userId: string): Promise<boolean>
  }
  readonly devices: {
    byId(id: string): Promise<Device | undefined>
    list(customerId: number, userId: string): Promise<Device[]>
    add(device: Device): Promise<void>
    rename(customerId: number, id: string, name: string): Promise<boolean>
    setPush(customerId: number, id: string, push: PushSubscription | null): Promise<boolean>
    touch(customerId: number, id: string, nowMs: number): Promise<void>
    remove(customerId: number, userId: string, id: string): Promise<boolean>
    present(ids: readonly string[]): Promise<Set<string>>
  }
  readonly guards: {
    find(customerId: number, subject: string, method: string): Promise<{ failures: number; lockedUntilMs: number }>
    triesOf(customerId: number, subject: string, method: string, dayStartMs: number): Promise<number>
    unlock(customerId: number, subject: string): Promise<number>
    closed(
      customerId: number,
      subjects: readonly string[],
      nowMs: number,
      failuresMax: number,
    ): Promise<{ subject: string; method: string; failures: number; lockedUntilMs: number }[]>
    countClosed(customerId: number, nowMs: number, failuresMax: number): Promise<number>
  }
  readonly keptAnswers: {
    claim(customerId: number, claim: AnswerClaim): Promise<boolean>
    find(customerId: number, digest: Uint8Array): Promise<KeptAnswer | undefined>
    keep(customerId: number, digest: Uint8Array, answer: string): Promise<void>
    giveUp(customerId: number, digest: Uint8Array): Promise<void>
    giveBack(customerId: number, digest: Uint8Array): Promise<void>
  }
  readonly logos: {
    find(customerId: number, digest: string): Promise<Uint8Array | undefined>
    put(customerId: number, digest: string, png: Uint8Array, nowMs: number): Promise<void>
    remove(customerId: number): Promise<boolean>
  }
  readonly marks: {
    claim(mark: RequestMark): Promise<boolean>
  }
  readonly phoneOffers: {
    add(offer: PhoneOffer, nowMs: number): Promise<void>
    find(id: string): Promise<PhoneOffer | undefined>
    take(customerId: number, id: string, deviceId: string, before: string | null, nowMs: number): Promise<boolean>
  }
  readonly pushMessages: {
    addFor(target: PushTarget, nowMs: number): Promise<number>
  }
  readonly riskCounts: {
    add(list: readonly Uncounted[]): Promise<void>
    bump(customerId: number, key: CountKey, nowMs: number): Promise<void>
  }
  readonly riskDevices: {
    of(customerId: number, userId: string): Promise<RememberedDevice[]>
    add(customerId: number, userId: string, device: RememberedDevice): Promise<void>
    renew(customerId: number, device: RememberedDevice, from: Uint8Array): Promise<boolean>
    remove(customerId: number, userId: string, id: string | null): Promise<number>
  }
  readonly riskEvaluations: {
    add(list: readonly KeptEvaluation[]): Promise<void>
    find(customerId: number, id: string): Promise<KeptEvaluation | undefined>
    ask(customerId: number, id: string, challengeId: string): Promise<boolean>
    finish(customerId: number, id: string, finish: Finish): Promise<boolean>
    redeem(customerId: number, digest: Uint8Array, nowMs: number): Promise<KeptEvaluation | undefined>
    settle(customerId: number, id: string, state: EvaluationState): Promise<boolean>
    count(customerId: number, id: string): Promise<void>
    takeUncounted(limit: number): Promise<Uncounted[]>
    recent(customerId: number, userId: string | null, limit: number): Promise<KeptEvaluation[]>
    removeOf(customerId: number, userId: string): Promise<number>
  }
  readonly riskPolicies: {
    all(customerId: number): Promise<Map<string, string>>
    put(customerId: number, scope: string, policy: string, nowMs: number): Promise<void>
    remove(customerId: number, scope: string): Promise<boolean>
  }
  readonly riskSessions: {
    add(
      customerId: number,
      digest: Uint8Array,
      session: KeptSession,
      evaluations: number,
      expiresAtMs: number,
    ): Promise<void>
    find(
      customerId: number,
      digest: Uint8Array,
      nowMs: number,
    ): Promise<(KeptSession & { readonly expiresAtMs: number }) | undefined>
    step(customerId: number, digest: Uint8Array, nowMs: number): Promise<boolean>
    end(customerId: number, digest: Uint8Array): Promise<boolean>
  }
  readonly riskUsers: {
    hold(customerId: number, userId: string): Promise<RiskUser>
    put(customerId: number, userId: string, user: RiskUser): Promise<void>
    remove(customerId: number, userId: string): Promise<boolean>
  }
  readonly sendCounts: {
    alone(customerId: number, key: string): Promise<void>
    add(customerId: number, key: string, startMs: number, endMs: number, count: number): Promise<number>
    since(customerId: number, key: string, afterMs: number): Promise<number>
  }
  readonly tokens: {
    find(customerId: number, serial: string): Promise<Token | undefined>
    byPublicId(customerId: number, publicId: string): Promise<Token | undefined>
    page(customerId: number, offset: number, limit: number, wanted?: TokensWanted): Promise<Token[]>
    count(customerId: number, wanted?: TokensWanted): Promise<number>
    add(customerId: number, list: readonly Omit<Token, 'username'>[]): Promise<Set<string>>
    move(token: Token, to: TokenMove, nowMs: number): Promise<boolean>
  }
  readonly userSessions: {
    add(digest: Uint8Array, session: UserSession): Promise<void>
    find(digest: Uint8Array, idleSinceMs: number, nowMs: number): Promise<UserSession | undefined>
    change(digest: Uint8Array, change: { readonly isProved?: true; readonly usedAtMs: number }): Promise<void>
    end(digest: Uint8Array): Promise<boolean>
    endAll(customerId: number, userId: string, butDigest: Uint8Array | null): Promise<number>
  }
  readonly signIns: {
    endAll(customerId: number, userId: string): Promise<number>
    add(digest: Uint8Array, signIn: SignIn): Promise<void>
    find(customerId: number, digest: Uint8Array, nowMs: number): Promise<SignIn | undefined>
    wait(customerId: number, digest: Uint8Array, challengeId: string): Promise<boolean>
    take(customerId: number, digest: Uint8Array, nowMs: number): Promise<boolean>
  }
  readonly webhooks: {
    add(customerId: number, userId: string, id: string, body: string, nowMs: number): Promise<void>
    list(customerId: number, limit: number): Promise<WebhookEvent[]>
    resend(customerId: number, id: string, nowMs: number): Promise<boolean>
  }
  readonly users: {
    find(customerId: number, usernameFolded: string): Promise<User | undefined>
    byId(customerId: number, id: string): Promise<User | undefined>
    existsElsewhere(customerId: number, usernameFolded: string): Promise<boolean>
    page(customerId: number, offset: number, limit: number): Promise<User[]>
    withPhoneAlone(
      customerId: number,
      limit: number,
    ): Promise<{ total: number; first: { id: string; username: string }[] }>
    search(
      customerId: number,
      wanted: UsersWanted,
    ): Promise<{ readonly users: readonly User[]; readonly total: number }>
    count(customerId: number): Promise<number>
    add(user: User, usernameFolded: string): Promise<boolean>
    change(customerId: number, id: string, change: UserChange, nowMs: number): Promise<boolean>
    remove(customerId: number, id: string): Promise<boolean>
  }
}

/** Which lines of the audit are wanted; an absent field asks for any. */
export interface AuditWanted {
  readonly before?: number | undefined
  readonly after?: number | undefined
  readonly kind?: string | undefined
  readonly outcome?: string | undefined
  readonly method?: string | undefined
  readonly subjects?: readonly string[] | undefined
  readonly requestId?: string | undefined
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
  readonly limit: number
}

export interface AuditEntry extends AuditNote {
  readonly id: number
  readonly atMs: number
  readonly outcome: string
}

export interface AuditCount {
  readonly kind: string
  readonly outcome: string
  readonly method: string | null
  readonly startMs: number
  readonly count: number
}

/** What is told of a confirmed credential. */
export interface CredentialOverview extends PasskeyEntry {
  readonly userId: string
  readonly method: MethodId
  /** The phone that it belongs to, and goes with; null for all others. */
  readonly deviceId: string | null
  readonly isUsed: boolean
}

/** Tries of one kind with one provider. */
export interface ProviderCount {
  readonly provider: string
  readonly isTaken: boolean
  readonly receipt: 'delivered' | 'failed' | null
  readonly count: number
  readonly lastAtMs: number
  readonly detail: string | null
}

export interface TokensWanted {
  readonly state?: Token['state'] | undefined
  readonly serial?: string | undefined
}

export interface UsersWanted {
  /** The beginning of a name; or a whole address or phone number. */
  readonly text?: { readonly folded: string; readonly email: string | null; readonly phone: string | null } | undefined
  readonly state: 'all' | 'disabled' | 'locked'
  readonly failuresMax: number
  readonly nowMs: number
  readonly offset: number
  readonly limit: number
}

export interface NewGroup extends Pick<Group, 'name' | 'attributes'> {
  readonly nameFolded: string
}

export interface GroupChange {
  readonly name?: string
  readonly nameFolded?: string
  readonly attributes?: GroupAttributes
}

/** A group as lists show it. */
export interface CountedGroup extends Group {
  readonly members: number
}

/** A part of a list. With `searchFolded`: of those whose folded name holds it. */
export interface GroupPage {
  readonly searchFolded?: string
  readonly offset: number
  readonly limit: number
}

export interface WebhookEvent {
  readonly id: string
  readonly body: string
  readonly state: 'waiting' | 'delivered' | 'given-up'
  readonly tries: number
  readonly nextTryAtMs: number
  readonly lastCode: number | null
  readonly createdAtMs: number
}

/** What a one-time link to choose an admin's password is for. */
export type AdminLinkKind = 'first' | 'invited' | 'reset'

export interface AdminChange {
  readonly name?: string
  readonly role?: AdminRole
  readonly isEnabled?: boolean
  readonly password?: string | null
  readonly lastSignInAtMs?: number
}

/** Values of a finished sign-in that everybody's counts do not hold yet. */
export interface Uncounted {
  readonly customerId: number
  readonly atMs: number
  readonly marks: Marks
}

/** A key that a request took, under which it is done once; see `kept-answers.ts`. */
export interface AnswerClaim {
  readonly digest: Uint8Array
  readonly bodyDigest: Uint8Array
  readonly claimedAtMs: number
  readonly expiresAtMs: number
}

export interface KeptAnswer extends AnswerClaim {
  /** Null: the request is under way, or nobody knows how it ended. */
  readonly answer: string | null
}

/** A phone that a user was offered to pair. */
export interface PhoneOffer {
  readonly id: string
  readonly customerId: number
  readonly userId: string
  /** Of what the code to scan holds besides the id; null: it was made before there was an app. */
  readonly secretDigest: Uint8Array | null
  /** The phone that took it; null: none yet. */
  readonly deviceId: string | null
  readonly expiresAtMs: number
}

/** Whose phones are woken, for which question. */
export interface PushTarget {
  readonly customerId: number
  readonly userId: string
  readonly challengeId: string
  readonly expiresAtMs: number
}

/**
 * Told when what a user's phones show has changed, after the commit: apps that are connected to this node look at once,
 * those of other nodes within a second, and push messages leave without waiting for their turn.
 */
export interface Doorbell {
  ring(userId: string): void
  /** Returns what ends it. */
  listen(listener: (userId: string) => void): () => void
}

/** What a list shows of a passkey. */
export interface PasskeyEntry {
  readonly id: string
  /** As the user named it. */
  readonly label: string | null
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

/** How an earlier question went. */
export interface RecentChallenge {
  readonly state: ChallengeState
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly settledAtMs: number | null
}

/** Where a token goes. `usedStep`: with this step used up already, which must be newer than every other. */
export interface TokenMove {
  readonly state: Token['state']
  readonly userId: string | null
  readonly usedStep?: number
}

export interface NewChallenge extends Challenge {
  readonly attemptsMax: number
  readonly requestDigest: Uint8Array | null
}

export interface UserChange {
  readonly username?: string
  readonly usernameFolded?: string
  readonly email?: string | null
  readonly phone?: string | null
  readonly firstName?: string | null
  readonly lastName?: string | null
  readonly preferredMethod?: string | null
  readonly isEnabled?: boolean
}

export interface Outbox {
  /** How long a sender may hold messages before another node takes them over. */
  readonly leaseMs: number
  /** Hands messages over, all at once, within the deadline; records each result and never throws. */
  send(deliveries: readonly Delivery[]): Promise<readonly Sent[]>
}

export interface Sent {
  readonly id: string
  readonly isSent: boolean
  readonly atMs: number
}

/** Told of everything that is counted; see `/metrics`. */
export type Observer = (event: Observed) => void

export type Observed =
  | { readonly kind: 'challenge'; readonly method: string; readonly outcome: string }
  | { readonly kind: 'answer'; readonly method: string; readonly outcome: string }
  | { readonly kind: 'notice'; readonly method: string; readonly outcome: string }
  /** `method`: `enforce` or `report`. */
  | { readonly kind: 'risk'; readonly method: string; readonly outcome: string }
