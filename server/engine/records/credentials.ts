import type { Credential } from '../../vocabulary/credential.ts'
import type { MethodId } from '../../vocabulary/method.ts'

/** What is told of a confirmed credential. */
export interface CredentialOverview extends PasskeyEntry {
  readonly userId: string
  readonly method: MethodId
  /** The phone that it belongs to, and goes with; null for all others. */
  readonly deviceId: string | null
  readonly isUsed: boolean
}

/** What a list shows of a passkey. */
export interface PasskeyEntry {
  readonly id: string
  /** As the user named it. */
  readonly label: string | null
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

export interface CredentialRecords {
  add(
    customerId: number,
    userId: string,
    credential: Credential,
    nowMs: number,
    deviceId?: string | null,
  ): Promise<void>
  of(customerId: number, userId: string, method: MethodId): Promise<Credential[]>
  list(customerId: number, userId: string, method: MethodId): Promise<PasskeyEntry[]>
  offer(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<void>
  replace(customerId: number, userId: string, list: readonly Credential[], nowMs: number): Promise<void>
  unused(customerId: number, userId: string, method: MethodId): Promise<number>
  offerBeside(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<boolean>
  remove(customerId: number, userId: string, method: MethodId, id: string): Promise<boolean>
  removeAll(customerId: number, userId: string, method: MethodId): Promise<number>
  overview(customerId: number, userIds: readonly string[]): Promise<CredentialOverview[]>
  holders(
    customerId: number,
    methods: readonly MethodId[],
    has: boolean,
    limit: number,
  ): Promise<{ total: number; first: { id: string; username: string }[] }>
}
