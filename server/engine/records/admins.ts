import type {
  Admin,
  AdminChange,
  AdminFactor,
  AdminLink,
  AdminLinkKind,
  AdminSession,
  AdminSessionChange,
} from '../../vocabulary/admin.ts'

export interface AdminRecords {
  digestOf(loginFolded: string): Promise<Buffer>
  digestKey(): Promise<Buffer>
  byId(id: string): Promise<Admin | undefined>
  byLogin(loginFolded: string): Promise<Admin | undefined>
  byLink(digest: Uint8Array, nowMs: number): Promise<{ admin: Admin; kind: AdminLinkKind } | undefined>
  list(): Promise<Admin[]>
  add(admin: Admin, loginFolded: string): Promise<boolean>
  change(id: string, change: AdminChange): Promise<boolean>
  rename(id: string, login: string, loginFolded: string): Promise<boolean>
  offerLink(id: string, link: AdminLink | null): Promise<void>
  remove(id: string): Promise<boolean>
  alone(): Promise<void>
}

export interface AdminFactorRecords {
  of(adminId: string): Promise<AdminFactor[]>
  offer(adminId: string, factor: AdminFactor): Promise<void>
  confirm(adminId: string, id: string, name: string, step: number, nowMs: number): Promise<boolean>
  use(adminId: string, id: string, step: number, nowMs: number): Promise<boolean>
  remove(adminId: string, id: string): Promise<boolean>
  removeAll(adminId: string): Promise<void>
}

export interface AdminSessionRecords {
  add(digest: Uint8Array, session: AdminSession): Promise<void>
  find(digest: Uint8Array, idleSinceMs: number, nowMs: number): Promise<AdminSession | undefined>
  change(digest: Uint8Array, change: AdminSessionChange): Promise<void>
  takeAsked(digest: Uint8Array, asked: string): Promise<boolean>
  end(digest: Uint8Array): Promise<boolean>
  endOthers(adminId: string, butDigest: Uint8Array | null): Promise<number>
}
