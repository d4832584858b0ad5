import type { SignIn } from '../../vocabulary/app.ts'
import type { Challenge, NewChallenge, RecentChallenge } from '../../vocabulary/challenge.ts'
import type { AnswerClaim, KeptAnswer } from '../../vocabulary/kept-answer.ts'
import type { MethodId } from '../../vocabulary/method.ts'
import type { RequestMark } from '../../vocabulary/request-mark.ts'

export interface ChallengeRecords {
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

export interface GuardRecords {
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

export interface KeptAnswerRecords {
  claim(customerId: number, claim: AnswerClaim): Promise<boolean>
  find(customerId: number, digest: Uint8Array): Promise<KeptAnswer | undefined>
  keep(customerId: number, digest: Uint8Array, answer: string): Promise<void>
  giveUp(customerId: number, digest: Uint8Array): Promise<void>
  giveBack(customerId: number, digest: Uint8Array): Promise<void>
}

export interface MarkRecords {
  claim(mark: RequestMark): Promise<boolean>
}

export interface SignInRecords {
  endAll(customerId: number, userId: string): Promise<number>
  add(digest: Uint8Array, signIn: SignIn): Promise<void>
  find(customerId: number, digest: Uint8Array, nowMs: number): Promise<SignIn | undefined>
  wait(customerId: number, digest: Uint8Array, challengeId: string): Promise<boolean>
  take(customerId: number, digest: Uint8Array, nowMs: number): Promise<boolean>
}
