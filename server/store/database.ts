import type { CountKey, KeptEvaluation, RiskSnapshot } from '../risk/kept.ts'
import type { Decided, Decision, TypedCode, TypedCodeDecided } from '../vocabulary/decision.ts'
import type { ChallengeSnapshot, UserSnapshot } from '../vocabulary/snapshot.ts'
import type { Dialect } from './dialect.ts'
import type { Keys } from './keys.ts'
import type { Db } from './tables.ts'

/**
 * What SQLite and PostgreSQL each provide; everything else in this folder is written once for both.
 * A write is answered only after its commit has reached the disk.
 */
export interface Database {
  readonly dialect: Dialect
  /** For reading what is committed. Never used inside a write. */
  readonly reader: Db
  /** Runs `job` in a transaction of its own effect: it applies whole or not at all. */
  write<T>(job: (db: Db) => Promise<T>): Promise<T>
  /** Applies one judged answer, together with all others of the moment; a bad one never fails its neighbours. */
  decide(decision: Decision): Promise<Decided>
  /** The same for a code that is judged by what is enrolled when it is decided. */
  decideCode(code: TypedCode): Promise<TypedCodeDecided>
  /** Keeps an evaluation, together with everything else of the moment; a bad one never fails its neighbours. */
  addEvaluation(evaluation: KeptEvaluation): Promise<void>
  /** A user and what he enrolled, in one read; `undefined` when there is no such user. */
  userSnapshot(customerId: number, usernameFolded: string): Promise<UserSnapshot | undefined>
  /** A challenge and what its user enrolled, in one read, inside one customer. */
  challengeSnapshot(customerId: number, challengeId: string): Promise<ChallengeSnapshot | undefined>
  /** What is remembered of a user's sign-ins, in one read; `undefined` when there is no such user. */
  riskSnapshot(customerId: number, usernameFolded: string): Promise<RiskSnapshot | undefined>
  /** How often a customer's users showed each of these values, in their order; grows as `weightAt` says. */
  riskCounts(customerId: number, wanted: readonly CountKey[]): Promise<number[]>
  /** Every audit row of a transaction below this number is visible; none can appear later. */
  auditHorizon(): Promise<number>
  /** The clock that all nodes share, in milliseconds since 1970. */
  timeMs(): Promise<number>
  migrate(): Promise<string[]>
  close(): Promise<void>
}

/** When failures lock and disable. The numbers are the engine's; the databases apply them. */
export interface GuardLimits {
  readonly failuresPerLock: number
  readonly lockMs: number
  readonly lockMsMax: number
  readonly failuresMax: number
}

export interface DatabaseOptions {
  readonly keys: Keys
  readonly limits: GuardLimits
  /** The URL of a module that is `Judging`: the thread that decides imports it by itself. */
  readonly judging: string
}

/** What became of a decision, and how many failures in a row its subject had with its method before. */
export interface Applied {
  readonly outcome: Decided
  readonly failures: number
}

/** What judges is the engine's; the databases hand it what they read, and apply what it says. */
export interface Judging {
  judgeCode(code: TypedCode, user: UserSnapshot | undefined, digestKey: Uint8Array): Decision | 'disabled-user'
}

/** Imports what judges. */
export function importJudging(url: string): Promise<Judging> {
  return import(url)
}

/** Operations that wait for their commit at most; more are refused instead of making everybody wait. */
export const waitingMax = 10_000

/** Other writes are refused earlier, so that a flood of challenges leaves room for answers. */
export const writesWaitingMax = 5_000

/** Operations that share one commit at most. */
export const batchMax = 256
