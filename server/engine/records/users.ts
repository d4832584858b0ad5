import type { User, UserChange, UserSession, UsersFound, UsersWanted } from '../../vocabulary/user.ts'

export interface UserSessionRecords {
  add(digest: Uint8Array, session: UserSession): Promise<void>
  find(digest: Uint8Array, idleSinceMs: number, nowMs: number): Promise<UserSession | undefined>
  change(digest: Uint8Array, change: { readonly isProved?: true; readonly usedAtMs: number }): Promise<void>
  end(digest: Uint8Array): Promise<boolean>
  endAll(customerId: number, userId: string, butDigest: Uint8Array | null): Promise<number>
}

export interface UserRecords {
  find(customerId: number, usernameFolded: string): Promise<User | undefined>
  byId(customerId: number, id: string): Promise<User | undefined>
  existsElsewhere(customerId: number, usernameFolded: string): Promise<boolean>
  page(customerId: number, offset: number, limit: number): Promise<User[]>
  withPhoneAlone(
    customerId: number,
    limit: number,
  ): Promise<{ total: number; first: { id: string; username: string }[] }>
  search(customerId: number, wanted: UsersWanted): Promise<UsersFound>
  count(customerId: number): Promise<number>
  countAfter(
    customerId: number,
    folded: string,
    limit: number,
  ): Promise<{ readonly count: number; readonly last: string | null }>
  add(user: User, usernameFolded: string): Promise<boolean>
  change(customerId: number, id: string, change: UserChange, nowMs: number): Promise<boolean>
  remove(customerId: number, id: string): Promise<boolean>
}
