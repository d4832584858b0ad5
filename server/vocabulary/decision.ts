import type { AuditNote } from './audit.ts'
import type { Subject } from './challenge.ts'
import type { Guarded, TypedMethod } from './method.ts'
import type { RequestMark } from './request-mark.ts'

/**
 * A judged answer on its way to becoming final. The store applies it in one conditional operation: the attempt is
 * spent, the challenge settled, the step advanced, the failure counted and the audit row written, or none of it.
 */
export interface Decision {
  readonly customerId: number
  readonly nowMs: number
  readonly verdict: 'right' | 'wrong' | 'denied'
  /**
   * Of a method that takes long to judge. `spend`, before it is judged: the answer counts as wrong from now on, whatever
   * happens. `settle`, when it is judged: a right verdict takes that back, accepted or not; a wrong one counts nothing
   * more. Absent: both at once.
   */
  readonly stage?: 'spend' | 'settle'
  /** The tries that the subject has with the method in the day (UTC) that began then. Absent: as many as he likes. */
  readonly daily?: { readonly startMs: number; readonly max: number }
  readonly method: Guarded
  readonly subject: Subject
  readonly challengeId: string | null
  readonly credential: { readonly id: string; readonly userId: string; readonly step: number } | null
  /** The credential is a pending enrolment: acceptance makes it active and removes those it replaces. */
  readonly isConfirming: boolean
  readonly request: RequestMark | null
  readonly audit: AuditNote
}

/**
 * What became of a decision.
 * `repeated`: this very request was seen before; `locked`: too many failures, for a time; `disabled`: for good;
 * `closed`: the challenge no longer waits for an answer; `used`: the code was right but had been accepted before;
 * `judging`: the attempt is spent, and the answer may be judged.
 */
export type Decided = FinallyDecided | 'judging'

export type FinallyDecided = 'accepted' | 'denied' | 'wrong' | 'repeated' | 'locked' | 'disabled' | 'closed' | 'used'

/** A typed code before it is judged, which is done where it is decided: by what is enrolled at that very moment. */
export interface TypedCode {
  readonly customerId: number
  /** What the user is found by. */
  readonly usernameFolded: string
  readonly method: TypedMethod
  readonly code: string
  readonly nowMs: number
  readonly request: RequestMark | null
  readonly requestId: string
  /** For the audit, as JSON. */
  readonly detail: string | null
}

/** What became of a typed code. `disabled-user`: it was not judged, because the user is switched off. */
export interface TypedCodeDecided {
  readonly decided: Decided | 'disabled-user'
  /** Null for a name that nobody enrolled. */
  readonly userId: string | null
  /** In a row, before this code: the most of its method, and of any that the user has a credential of. */
  readonly failures: number
}
