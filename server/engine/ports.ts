import type { Clip, ClipProblem } from '../methods/voice/clip.ts'
import type { Template } from '../methods/voice/speaker.ts'
import type { Network } from '../risk/facts.ts'
import type { CountKey, KeptEvaluation, RiskSnapshot } from '../risk/kept.ts'
import type { Policy } from '../risk/policy-file.ts'
import type { App } from '../vocabulary/app.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Decided, Decision, TypedCode, TypedCodeDecided } from '../vocabulary/decision.ts'
import type { Delivery } from '../vocabulary/message.ts'
import type { ChallengeSnapshot, UserSnapshot } from '../vocabulary/snapshot.ts'
import type { Records } from './records.ts'

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

/** What strangers, and customers themselves, may do without the operator. */
export interface SelfService {
  readonly maySignUp: boolean
  readonly maySignIn: boolean
  /** Whoever reaches this server may be one of its customers, also in production: none learns anything of another. */
  readonly isForStrangers: boolean
  readonly signUpsPerDay: number
  /** Where questions to the operator go. */
  readonly supportEmail: string | null
}

/** What is needed where nothing is sent; the command line has no more. */
export type EngineCore = Pick<Engine, 'store' | 'clock' | 'observe'>

/** What is kept: for reading, and for writing all or nothing. Only `decide` and `decideCode` accept an answer. */
export interface Store {
  readonly read: Records
  /** All of `job` or nothing of it; resolves after the commit. Inside, only the functions it is given are used. */
  write<T>(job: (tx: Records) => Promise<T>): Promise<T>
  /** The only way an answer is ever accepted: see `Decision`. Resolves after the commit. */
  decide(decision: Decision): Promise<Decided>
  /** The same for a code that is judged where it is decided, by `judgeCode`. */
  decideCode(code: TypedCode): Promise<TypedCodeDecided>
  userSnapshot(customerId: number, usernameFolded: string): Promise<UserSnapshot | undefined>
  challengeSnapshot(customerId: number, challengeId: string): Promise<ChallengeSnapshot | undefined>
  /** A key of the whole server for one purpose: the same on every node, and as long as the database lasts. */
  serverKey(purpose: string): Promise<Buffer>
  riskSnapshot(customerId: number, usernameFolded: string): Promise<RiskSnapshot | undefined>
  riskCounts(customerId: number, wanted: readonly CountKey[]): Promise<number[]>
  /** Keeps an evaluation together with all others of the moment; resolves after the commit. */
  addEvaluation(evaluation: KeptEvaluation): Promise<void>
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

/** Hands messages to the channels. */
export interface Outbox {
  /** How long a sender may hold messages before another node takes them over. */
  readonly leaseMs: number
  /** Hands messages over, all at once, within the deadline; records each result and never throws. */
  send(deliveries: readonly Delivery[]): Promise<readonly Sent[]>
}

/** What became of a message that was handed over. */
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
