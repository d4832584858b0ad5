import type {
  Account,
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
  MethodId,
  RequestMark,
  SignIn,
  Token,
  User,
} from '../vocabulary.ts'

/** What the engine needs from outside. `store/` and `channels/` provide it; `assemble.ts` joins them. */
export interface Engine {
  readonly store: Store
  /** A customer as it is now, give or take a second. */
  customer(id: number): Promise<Customer | undefined>
  /** The app of a key, as it is now, give or take a second. */
  app(key: string): Promise<App | undefined>
  readonly outbox: Outbox
  readonly clock: () => number
  /** Where people reach this server; links in messages begin with it. */
  readonly baseUrl: string
  readonly observe: Observer
  /** What people may do without the operator; as it is now, give or take a second. */
  readonly selfService: () => Promise<SelfService>
}

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
  }
  readonly challenges: {
    find(id: string): Promise<Challenge | undefined>
    byRequest(customerId: number, digest: Uint8Array): Promise<Challenge | undefined>
    latest(customerId: number, subject: string, method: MethodId): Promise<string | undefined>
    replace(challenge: NewChallenge, nowMs: number): Promise<void>
    cancel(customerId: number, id: string, nowMs: number): Promise<void>
    recent(
      customerId: number,
      subject: string,
      methods: readonly MethodId[],
      sinceMs: number,
      limit: number,
    ): Promise<RecentChallenge[]>
  }
  readonly credentials: {
    of(customerId: number, userId: string, method: MethodId): Promise<Credential[]>
    list(customerId: number, userId: string, method: MethodId): Promise<PasskeyEntry[]>
    offer(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<void>
    replace(customerId: number, userId: string, list: readonly Credential[], nowMs: number): Promise<void>
    unused(customerId: number, userId: string, method: MethodId): Promise<number>
    offerBeside(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<boolean>
    remove(customerId: number, userId: string, method: MethodId, id: string): Promise<boolean>
  }
  readonly customers: {
    add(id: number, name: string, apiKey: string, nowMs: number): Promise<boolean>
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
  }
  readonly guards: {
    find(customerId: number, subject: string, method: string): Promise<{ failures: number; lockedUntilMs: number }>
    triesOf(customerId: number, subject: string, method: string, dayStartMs: number): Promise<number>
    unlock(customerId: number, subject: string): Promise<number>
  }
  readonly marks: {
    claim(mark: RequestMark): Promise<boolean>
  }
  readonly phoneOffers: {
    add(offer: PhoneOffer, nowMs: number): Promise<void>
    find(id: string): Promise<PhoneOffer | undefined>
  }
  readonly sendCounts: {
    alone(customerId: number, key: string): Promise<void>
    add(customerId: number, key: string, startMs: number, endMs: number, count: number): Promise<number>
    since(customerId: number, key: string, afterMs: number): Promise<number>
  }
  readonly tokens: {
    find(customerId: number, serial: string): Promise<Token | undefined>
    byPublicId(customerId: number, publicId: string): Promise<Token | undefined>
    page(customerId: number, offset: number, limit: number): Promise<Token[]>
    count(customerId: number): Promise<number>
    add(customerId: number, list: readonly Omit<Token, 'username'>[]): Promise<Set<string>>
    move(token: Token, to: TokenMove, nowMs: number): Promise<boolean>
  }
  readonly signIns: {
    add(digest: Uint8Array, signIn: SignIn): Promise<void>
    find(customerId: number, digest: Uint8Array, nowMs: number): Promise<SignIn | undefined>
    wait(customerId: number, digest: Uint8Array, challengeId: string): Promise<boolean>
    take(customerId: number, digest: Uint8Array, nowMs: number): Promise<boolean>
  }
  readonly webhooks: {
    add(customerId: number, userId: string, id: string, body: string, nowMs: number): Promise<void>
  }
  readonly users: {
    find(customerId: number, usernameFolded: string): Promise<User | undefined>
    byId(customerId: number, id: string): Promise<User | undefined>
    existsElsewhere(customerId: number, usernameFolded: string): Promise<boolean>
    page(customerId: number, offset: number, limit: number): Promise<User[]>
    count(customerId: number): Promise<number>
    add(user: User, usernameFolded: string): Promise<boolean>
    change(customerId: number, id: string, change: UserChange, nowMs: number): Promise<boolean>
    remove(customerId: number, id: string): Promise<boolean>
  }
}

/** A phone that was offered to be registered. */
export interface PhoneOffer {
  readonly id: string
  readonly customerId: number
  readonly userId: string
  readonly expiresAtMs: number
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
