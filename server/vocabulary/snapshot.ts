import type { Challenge } from './challenge.ts'
import type { Credential } from './credential.ts'

/** A user and what he enrolled, as one query reads them before anything is judged. */
export interface UserSnapshot {
  readonly id: string
  readonly isEnabled: boolean
  readonly preferredMethod: string | null
  /** Failures in a row, the most of any method he has a credential of. */
  readonly failures: number
  /** Active ones of every method. */
  readonly credentials: readonly Credential[]
}

/** The same for a challenge and what its user enrolled. */
export interface ChallengeSnapshot {
  readonly challenge: Challenge
  /** False when the challenged user has been disabled since. */
  readonly isEnabled: boolean
  /** Failures in a row of the subject with the challenge's method. */
  readonly failures: number
  /** Active ones of every method. */
  readonly credentials: readonly Credential[]
}
