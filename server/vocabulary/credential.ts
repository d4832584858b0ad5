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
