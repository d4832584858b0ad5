import type { GroupName } from './group.ts'
import type { MethodId } from './method.ts'

/** A program of a customer that signs its calls with a key of its own. */
export interface App {
  readonly id: string
  readonly customerId: number
  readonly name: string
  /** By which its calls name it: 64 hex digits, unique on the server, and no secret. */
  readonly key: string
  /** What it signs with. */
  readonly secret: string
  /** What it signed with before, which counts until `oldSecretUntilMs`. Null: it never changed. */
  readonly oldSecret: string | null
  readonly oldSecretUntilMs: number
  readonly signatureOrder: SignatureOrder
  /** Addresses and CIDR ranges it may call from; empty: any. */
  readonly trustedAddresses: readonly string[]
  /** Different methods that sign a user in, 1 or 2. */
  readonly factors: number
  /** Whose users alone it may name; empty: every user. */
  readonly allowedGroups: readonly GroupName[]
  readonly createdAtMs: number
}

/** What can be changed of an app; an absent field stays as it is. */
export interface AppChange {
  readonly signatureOrder?: SignatureOrder
  readonly trustedAddresses?: readonly string[]
  readonly factors?: number
  /** Ids of groups of the customer; empty: every user. */
  readonly allowedGroups?: readonly number[]
}

/**
 * The order of the signed fields, by the sample of a vendor's page that it is taken from where they disagree. `framed` is
 * ours: as `node`, each field with its length in front.
 */
export type SignatureOrder = 'node' | 'java' | 'php' | 'table' | 'framed'

/** A sign-in that takes several calls of one app; its token is kept as a digest and counts once. */
export interface SignIn {
  readonly customerId: number
  readonly appId: string
  readonly userId: string
  /** What the user proved so far. */
  readonly methods: readonly MethodId[]
  /** The question that waits for its answer; null when none was asked. */
  readonly challengeId: string | null
  readonly expiresAtMs: number
}
