import type { Credential, CredentialOverview, ListedCredential } from '../../vocabulary/credential.ts'
import type { MethodId } from '../../vocabulary/method.ts'

export interface CredentialRecords {
  add(
    customerId: number,
    userId: string,
    credential: Credential,
    nowMs: number,
    deviceId?: string | null,
  ): Promise<void>
  of(customerId: number, userId: string, method: MethodId): Promise<Credential[]>
  list(customerId: number, userId: string, method: MethodId): Promise<ListedCredential[]>
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
