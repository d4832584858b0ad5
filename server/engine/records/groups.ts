import type { CountedGroup, Group, GroupChange, GroupPage, Membership, NewGroup } from '../../vocabulary/group.ts'
import type { MethodId } from '../../vocabulary/method.ts'

export interface GroupRecords {
  alone(customerId: number): Promise<void>
  find(customerId: number, nameFolded: string): Promise<Group | undefined>
  byId(customerId: number, id: number): Promise<Group | undefined>
  defaultOf(customerId: number): Promise<Group | undefined>
  builtInOf(customerId: number): Promise<Group | undefined>
  page(customerId: number, page: GroupPage): Promise<CountedGroup[]>
  count(customerId: number, searchFolded?: string): Promise<number>
  add(customerId: number, group: NewGroup, nowMs: number): Promise<number | undefined>
  change(customerId: number, id: number, change: GroupChange, nowMs: number): Promise<boolean>
  makeDefault(customerId: number, id: number, nowMs: number): Promise<boolean>
  remove(customerId: number, id: number): Promise<boolean>
  members(customerId: number, id: number, offset: number, limit: number): Promise<Membership[]>
  countMembers(customerId: number, id: number): Promise<number>
  ownMemberships(customerId: number, offset: number, limit: number): Promise<Membership[]>
  of(customerId: number, userId: string): Promise<Group[]>
  methodsOf(customerId: number, userId: string): Promise<ReadonlySet<MethodId> | null>
  withMethods(customerId: number, limit: number): Promise<Group[]>
  holdUser(customerId: number, ids: readonly number[], usernameFolded: string): Promise<boolean>
  addMember(customerId: number, id: number, userId: string, nowMs: number): Promise<boolean>
  removeMember(customerId: number, id: number, userId: string): Promise<boolean>
}
