import { untilOfLabel } from '../methods/recovery-code.ts'
import type { AuditEntry, AuditNote } from '../vocabulary/audit.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { CredentialOverview } from '../vocabulary/credential.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { User } from '../vocabulary/user.ts'
import type { Actor } from './admin-links.ts'
import { foldUsername, maskEmail, maskPhone, readEmail, readPhone } from './contacts.ts'
import { guardLimits } from './guard.ts'
import { notify } from './notices.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'

/** Users as those see them who help them. */

export interface SearchRequest {
  readonly customer: Customer
  readonly text: string
  readonly state: 'all' | 'disabled' | 'locked'
  readonly offset: number
  readonly limit: number
}

/** A user with all that is told of him at once. */
export interface Person {
  readonly user: User
  /** `untilMs`: of a temporary code, when it ends. */
  readonly credentials: readonly (CredentialOverview & { readonly untilMs: number | null })[]
  readonly locks: readonly { readonly method: string; readonly failures: number; readonly lockedUntilMs: number }[]
}

/** Users whose name begins like this, or whose whole address or number it is. */
export async function searchPeople(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  { customer, text, state, offset, limit }: SearchRequest,
): Promise<{ readonly people: readonly Person[]; readonly total: number }> {
  const folded = foldUsername(text)
  const wanted = {
    folded,
    email: readEmail(text) ?? null,
    phone: readPhone(text, customer.settings.defaultCountry) ?? null,
  }
  const nowMs = clock()
  const { failuresMax } = guardLimits
  const found = await store.read.users.search(customer.id, {
    text: folded === '' ? undefined : wanted,
    ...{ state, failuresMax, nowMs, offset, limit },
  })
  return { people: await peopleOf(store.read, customer.id, found.users, nowMs), total: found.total }
}

export async function findPerson(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  customerId: number,
  userId: string,
): Promise<Person | undefined> {
  const user = await store.read.users.byId(customerId, userId)
  return user && (await peopleOf(store.read, customerId, [user], clock()))[0]
}

async function peopleOf(
  { credentials, guards }: Records,
  customerId: number,
  users: readonly User[],
  nowMs: number,
): Promise<Person[]> {
  const ids = users.map(({ id }) => id)
  const [all, closed] = await Promise.all([
    credentials.overview(customerId, ids),
    guards.closed(customerId, ids, nowMs, guardLimits.failuresMax),
  ])
  return users.map((user) => ({
    user,
    credentials: all
      .filter(({ userId }) => userId === user.id)
      .map((one) => ({ ...one, untilMs: one.method === 'recovery-code' ? untilOfLabel(one.label) : null })),
    locks: closed.filter(({ subject }) => subject === user.id),
  }))
}

/** What befell a user, newest first, with the questions that are still kept. */
export async function historyOf(
  { store }: Pick<Engine, 'store'>,
  customerId: number,
  userId: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly { readonly entry: AuditEntry; readonly challenge: Challenge | undefined }[]> {
  const entries = await store.read.audit.list(customerId, { subjects: [userId], before, limit })
  const ids = new Set(entries.flatMap(({ challengeId }) => challengeId ?? []))
  const known = new Map<string, Challenge>()
  for (const id of ids) {
    const challenge = await store.read.challenges.find(id)
    if (challenge?.customerId === customerId) known.set(id, challenge)
  }
  return entries.map((entry) => ({ entry, challenge: known.get(entry.challengeId ?? '') }))
}

/** Who does something for a user, and why. */
export interface Helping {
  readonly customer: Customer
  readonly actor: Actor
  readonly reason: string
}

/** What the audit keeps of it. */
export function byOf({ actor, reason }: Helping): object {
  return { by: actor.name, byId: actor.adminId, reason }
}

/** Opens a user's locks; says of how many methods. */
export async function unlockPerson(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  helping: Helping,
  userId: string,
): Promise<number> {
  const { customer } = helping
  return store.write(async (tx) => {
    const count = await tx.guards.unlock(customer.id, userId)
    await tx.audit.append(customer.id, noteOf(helping, 'unlock', userId, null), 'unlocked', clock())
    return count
  })
}

/** Takes a method from a user, or one credential of it, and tells him. Tokens go back to the shelf: `unassignToken`. */
export async function resetMethod(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  helping: Helping,
  user: User,
  method: MethodId,
  credentialId: string | undefined,
): Promise<number> {
  const { customer } = helping
  const nowMs = clock()
  return store.write(async (tx) => {
    const removed =
      credentialId === undefined
        ? await tx.credentials.removeAll(customer.id, user.id, method)
        : Number(await tx.credentials.remove(customer.id, user.id, method, credentialId))
    if (removed === 0) return 0
    const { id: userId, username } = user
    const event = method === 'passkey' ? 'passkey-removed' : 'method-changed'
    await notify(tx, { customer, event, userId, username, contacts: user, nowMs })
    await tx.audit.append(customer.id, noteOf(helping, 'method', user.id, method), 'removed', nowMs)
    return removed
  })
}

export function noteOf(helping: Helping, kind: string, subject: string | null, method: string | null): AuditNote {
  return {
    kind,
    subject,
    method,
    challengeId: null,
    requestId: helping.actor.requestId,
    detail: JSON.stringify(byOf(helping)),
  }
}

/** A user's contacts as the audit may keep them: it stays when he goes. */
export function maskedContacts({ email, phone }: Pick<User, 'email' | 'phone'>) {
  return { email: email && maskEmail(email), phone: phone && maskPhone(phone) }
}
