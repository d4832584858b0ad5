import { fingerprint } from '../security/digest.ts'
import { randomId, randomSecret } from '../security/random.ts'
import type { Admin, AdminLinkKind, AdminRole } from '../vocabulary/admin.ts'
import { foldUsername } from './contacts.ts'
import { pageBase } from './passkey-site.ts'
import type { EngineCore } from './ports.ts'
import type { Records } from './records.ts'

const hourMs = 3_600_000
/** How long a one-time link lives; what it opens is a password and a second factor. */
const lifeMs: Readonly<Record<AdminLinkKind, number>> = { first: 24 * hourMs, invited: 72 * hourMs, reset: hourMs }

const secretBytes = 32

/** Who asks for a change of admins: another admin, or whoever has the host. */
export interface Actor {
  /** Null: the command line, or the start itself. */
  readonly adminId: string | null
  readonly name: string
  readonly requestId: string | null
}

/** Makes a one-time link for an admin, in the same write; an earlier one ends. */
export async function offerLink(tx: Records, adminId: string, kind: AdminLinkKind, nowMs: number): Promise<string> {
  const secret = randomSecret(secretBytes).toString('base64url')
  await tx.admins.offerLink(adminId, { digest: linkDigest(secret), kind, untilMs: nowMs + lifeMs[kind] })
  return secret
}

export function linkDigest(secret: string): Buffer {
  return fingerprint('admin-link', secret)
}

/** What a person opens. The secret stands in the fragment, which browsers send nowhere. */
export function linkOf(baseUrl: string, secret: string): string {
  return `${pageBase(baseUrl)}/console/setup#${secret}`
}

/** Whom an admin invites; he chooses a password by the link he is sent. */
export interface NewAdmin {
  readonly login: string
  readonly name: string
  readonly role: AdminRole
  /** `serverScope`: of all customers. */
  readonly customerId: number
}

/** Adds an admin who is given a link to choose his password; undefined when the login is taken. */
export async function inviteAdmin(
  { store, clock }: Pick<EngineCore, 'store' | 'clock'>,
  wanted: NewAdmin,
  kind: 'first' | 'invited',
  actor: Actor,
): Promise<{ readonly admin: Admin; readonly secret: string } | undefined> {
  const nowMs = clock()
  return store.write(async (tx) => {
    const admin: Admin = {
      ...wanted,
      id: randomId(),
      password: null,
      isEnabled: true,
      lastSignInAtMs: null,
      createdAtMs: nowMs,
    }
    if (!(await tx.admins.add(admin, foldUsername(admin.login)))) return undefined
    const { name, role, customerId } = wanted
    await tellAudit(tx, actor, admin, { after: { name, role, customerId } }, 'added', nowMs)
    return { admin, secret: await offerLink(tx, admin.id, kind, nowMs) }
  })
}

/** Takes password, factors and sessions from an admin and gives him a link to begin anew. */
export async function resetAdmin(
  { store, clock }: Pick<EngineCore, 'store' | 'clock'>,
  admin: Admin,
  actor: Actor,
): Promise<string> {
  const nowMs = clock()
  return store.write(async (tx) => {
    await tx.admins.change(admin.id, { password: null })
    await tx.adminFactors.removeAll(admin.id)
    await tx.adminSessions.endOthers(admin.id, null)
    await unlockAdmin(tx, admin)
    await tellAudit(tx, actor, admin, {}, 'reset', nowMs)
    return offerLink(tx, admin.id, 'reset', nowMs)
  })
}

/** Opens the locks that wrong passwords and codes have closed. */
export async function unlockAdmin(tx: Records, admin: Admin): Promise<void> {
  await tx.guards.unlock(0, passwordSubject(await tx.admins.digestOf(foldUsername(admin.login))))
  await tx.guards.unlock(0, factorSubject(admin.id))
}

export type AdminRefusal = 'last-owner' | 'unknown' | 'self'

/** Changes or removes (`null`) an admin; the last owner of the whole server stays one. */
export async function changeAdmin(
  { store, clock }: Pick<EngineCore, 'store' | 'clock'>,
  adminId: string,
  change: { readonly role?: AdminRole; readonly name?: string; readonly isEnabled?: boolean } | null,
  actor: Actor,
): Promise<{ readonly ok: true; readonly admin: Admin } | { readonly ok: false; readonly reason: AdminRefusal }> {
  const nowMs = clock()
  return store.write(async (tx) => {
    await tx.admins.alone()
    const admin = await tx.admins.byId(adminId)
    if (!admin) return { ok: false, reason: 'unknown' }
    const isLess = change === null || change.isEnabled === false || (change.role ?? admin.role) !== 'owner'
    if (isLess && actor.adminId === adminId) return { ok: false, reason: 'self' }
    if (isLess && isOwner(admin) && !(await tx.admins.list()).some((one) => one.id !== adminId && isOwner(one)))
      return { ok: false, reason: 'last-owner' }
    const before = { name: admin.name, role: admin.role, isEnabled: admin.isEnabled }
    if (change === null) await tx.admins.remove(adminId)
    else await tx.admins.change(adminId, change)
    // What he may do is looked up with each call; what he may no longer do at all ends now.
    if (isLess) await tx.adminSessions.endOthers(adminId, null)
    await tellAudit(tx, actor, admin, { before, after: change }, change === null ? 'removed' : 'changed', nowMs)
    return { ok: true, admin: { ...admin, ...change } }
  })
}

function isOwner({ role, customerId, isEnabled, password }: Admin): boolean {
  return role === 'owner' && customerId === 0 && isEnabled && password !== null
}

export async function tellAudit(
  tx: Records,
  actor: Actor,
  admin: Admin,
  detail: object,
  what: string,
  nowMs: number,
): Promise<void> {
  const note = {
    kind: 'admin',
    subject: `admin:${admin.id}`,
    method: null,
    challengeId: null,
    requestId: actor.requestId,
    detail: JSON.stringify({ by: actor.name, byId: actor.adminId, of: admin.name, ...detail }),
  }
  await tx.audit.append(admin.customerId, note, what, nowMs)
}

/** Whom wrong passwords are counted against, known or not. */
export function passwordSubject(loginDigest: Uint8Array): string {
  return `admin-login:${Buffer.from(loginDigest).toString('base64url')}`
}

/** Whom wrong second factors are counted against. */
export function factorSubject(adminId: string): string {
  return `admin:${adminId}`
}
