import type { MethodId } from './method.ts'

/** What a user enrolled for a method; `secret` is JSON whose shape the method owns. */
export interface Credential {
  readonly id: string
  readonly method: MethodId
  readonly state: 'pending' | 'active'
  readonly label: string | null
  readonly secret: string
  /** The newest counter or time step that was accepted; only ever grows. −1 before the first. */
  readonly lastStep: number
  /** When that was; null before the first. */
  readonly lastUsedAtMs: number | null
}

/** A credential as a list shows it. */
export interface ListedCredential {
  readonly id: string
  /** As the user named it. */
  readonly label: string | null
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

/** What is told of a confirmed credential. */
export interface CredentialOverview extends ListedCredential {
  readonly userId: string
  readonly method: MethodId
  /** The phone that it belongs to, and goes with; null for all others. */
  readonly deviceId: string | null
  readonly isUsed: boolean
}
