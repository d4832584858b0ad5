import type { Answer, MethodId, Via } from '../vocabulary.ts'

/** All a method can reach: time, chance and comparing are handed to it, and nothing else exists for it. */
export interface Tools {
  readonly nowMs: number
  randomCode(digits: number): string
  randomSecret(bytes: number): Buffer
  /** Keyed by the customer; bound to the challenge by the parts a method passes. */
  digest(...parts: readonly string[]): Buffer
  same(left: Uint8Array, right: Uint8Array): boolean
}

/** What a method says of an answer. Wrong and malformed look the same. */
export type Verdict =
  | { readonly kind: 'wrong' }
  /** `usedStep`: the counter or time step of the code; the store makes sure it only moves forward. */
  | { readonly kind: 'right'; readonly usedStep?: number }

/** A message to compose and send; the code is the only secret in it. */
export interface CodeToSend {
  readonly via: Via
  readonly code: string
}

export interface Enrolment {
  /** JSON to keep, sealed, as the credential's secret. */
  readonly secret: string
  /** What the user needs to set up the other side. */
  readonly show: { readonly secretText: string; readonly uri: string }
}

/**
 * One way to prove who you are. Pure: it makes a question and judges an answer. Expiry, attempts, locks and one-time
 * use belong to the engine and the store, so a method cannot forget them.
 */
export interface Method {
  readonly id: MethodId
  readonly title: string
  readonly needs: 'contact' | 'credential'
  readonly answeredBy: Answer['kind']
  /** False: the user can answer without having been asked, as with an authenticator app. */
  readonly asksFirst: boolean
  /** Starts a question. `pending` is JSON to keep, sealed, for `judge`. */
  begin(from: BeginFrom, tools: Tools): { readonly pending: string; readonly send: readonly CodeToSend[] }
  /**
   * Judges an answer by what was kept: `pending` of the challenge, `secret` of the credential. Null means that there is
   * none: then it does the same work and says wrong, so that time does not tell who enrolled.
   */
  judge(from: JudgeFrom, tools: Tools): Verdict
  /** Makes a credential, for methods that need one. */
  enrol?(from: EnrolFrom, tools: Tools): Enrolment
  /** The secret as it was shown at enrolment, from what was kept. */
  secretText?(secret: string): string
}

export interface BeginFrom {
  readonly challengeId: string
  readonly via: readonly Via[]
  readonly codeLength: number
}

export interface JudgeFrom {
  readonly challengeId: string | null
  readonly pending: string | null
  readonly secret: string | null
  readonly answer: Answer
}

export interface EnrolFrom {
  readonly issuer: string
  readonly account: string
}
