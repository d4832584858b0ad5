import { randomId } from '../security/random.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { User, UserChange } from '../vocabulary/user.ts'
import { methodIds } from './allowed-methods.ts'
import { foldEmail, foldUsername, readEmail, readPhone } from './contacts.ts'
import { notify } from './notices.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import type { NoticeEvent } from './templates.ts'
import { endWaiting } from './waiting.ts'

/** What callers give of a user; an absent field is null and leaves things as they are. */
export interface UserFields {
  readonly email: string | null
  readonly phone: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly preferredMethod: string | null
}

/** One signed call about one user. */
export interface UserRequest {
  readonly customer: Customer
  readonly username: string
  /** Null: an admin of the console asks, who is counted by nobody. */
  readonly request: RequestMark | null
  readonly requestId: string
  /** Who did it and why, for the audit. */
  readonly by?: object
}

export type UserOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unknown-user' | 'taken' | 'bad-phone' | 'bad-email' | 'repeated' }

/** Adds a user. */
export async function createUser(engine: Engine, request: UserRequest, fields: UserFields): Promise<UserOutcome> {
  const contacts = readContacts(request.customer, fields)
  if ('reason' in contacts) return contacts
  return change(engine, request, 'created', async (tx, nowMs) => {
    const user = newUser(request.customer, request.username, nowMs)
    const { firstName, lastName, preferredMethod } = fields
    const given = { phone: contacts.phone, email: contacts.email ?? user.email, firstName, lastName, preferredMethod }
    const added = await tx.users.add({ ...user, ...given }, foldUsername(request.username))
    return added ? { user } : { ok: false, reason: 'taken' }
  })
}

/** Changes a user. An e-mail other than the user's name also becomes his name: callers then address him by it. */
export async function updateUser(engine: Engine, request: UserRequest, fields: UserFields): Promise<UserOutcome> {
  const contacts = readContacts(request.customer, fields)
  if ('reason' in contacts) return contacts
  return change(engine, request, 'updated', async (tx, nowMs) => {
    const { customer } = request
    const user = await tx.users.find(customer.id, foldUsername(request.username))
    if (!user) return { ok: false, reason: 'unknown-user' }
    const renamed = contacts.email === null ? {} : rename(user, contacts.email)
    if (renamed.usernameFolded && (await tx.users.find(customer.id, renamed.usernameFolded)))
      return { ok: false, reason: 'taken' }
    const given = Object.entries({
      ...contacts,
      firstName: fields.firstName,
      lastName: fields.lastName,
      preferredMethod: fields.preferredMethod,
    })
    const set: UserChange = { ...Object.fromEntries(given.filter(([, value]) => value !== null)), ...renamed }
    return changeAndSay(tx, customer, user, set, nowMs)
  })
}

/** What an admin changes; an absent field stays, null removes what was there. */
export type Correction = Partial<UserFields>

/** Changes a user without renaming him: what his site calls him by stays. */
export async function correctUser(engine: Engine, request: UserRequest, correction: Correction): Promise<UserOutcome> {
  const contacts = readContacts(request.customer, { email: null, phone: null, ...correction })
  if ('reason' in contacts) return contacts
  const read = Object.entries(contacts).filter(([name]) => name in correction)
  const set: UserChange = { ...correction, ...Object.fromEntries(read) }
  return change(engine, request, 'updated', async (tx, nowMs) => {
    const user = await tx.users.find(request.customer.id, foldUsername(request.username))
    return user ? changeAndSay(tx, request.customer, user, set, nowMs) : { ok: false, reason: 'unknown-user' }
  })
}

export async function setEnabled(engine: Engine, request: UserRequest, isEnabled: boolean): Promise<UserOutcome> {
  return change(engine, request, isEnabled ? 'enabled' : 'disabled', async (tx, nowMs) => {
    const user = await tx.users.find(request.customer.id, foldUsername(request.username))
    if (!user) return { ok: false, reason: 'unknown-user' }
    const { customer } = request
    await tx.users.change(customer.id, user.id, { isEnabled }, nowMs)
    const { id: userId, username } = user
    // So that nothing of before goes on when he is let in again, nor what he passed a moment ago until then.
    if (!isEnabled) await endWaiting(tx, { customerId: customer.id, userId: user.id }, nowMs)
    if (!isEnabled && user.isEnabled)
      await notify(tx, { customer, event: 'user-disabled', userId, username, contacts: user, nowMs })
    return { user }
  })
}

/** Removes a user with his credentials, challenges, messages and failures. The audit keeps only his random id. */
export async function deleteUser(engine: Engine, request: UserRequest): Promise<UserOutcome> {
  return change(engine, request, 'deleted', async (tx) => {
    const user = await tx.users.find(request.customer.id, foldUsername(request.username))
    if (!user) return { ok: false, reason: 'unknown-user' }
    await tx.users.remove(request.customer.id, user.id)
    await tx.guards.unlock(request.customer.id, user.id)
    return { user }
  })
}

/** The user of that name, made on the spot when there is none. */
export async function ensureUser(tx: Records, customer: Customer, username: string, nowMs: number): Promise<User> {
  const folded = foldUsername(username)
  const known = await tx.users.find(customer.id, folded)
  if (known) return known
  const user = newUser(customer, username, nowMs)
  await tx.users.add(user, folded)
  return (await tx.users.find(customer.id, folded)) ?? user
}

async function changeAndSay(
  tx: Records,
  customer: Customer,
  user: User,
  set: UserChange,
  nowMs: number,
): Promise<Changed> {
  await changeKept(tx, customer, user, set, nowMs)
  return { user, detail: { changed: Object.keys(set) } }
}

/** Changes what is kept of a user, tells him, and ends what is on its way to a contact that is no longer his. */
export async function changeKept(
  tx: Records,
  customer: Customer,
  user: User,
  set: UserChange,
  nowMs: number,
): Promise<void> {
  await tx.users.change(customer.id, user.id, set, nowMs)
  const event = eventOf(user, set)
  if (event) await notify(tx, { customer, event, userId: user.id, username: user.username, contacts: user, nowMs })
  const kept = contactsOf({ ...user, ...set })
  const lost = contactsOf(user).filter((one) => !kept.includes(one))
  if (lost.length === 0) return
  await tx.userSessions.endAll(customer.id, user.id, null)
  for (const { id } of await tx.challenges.waiting([user.id], methodIds, nowMs)) {
    const sent = await tx.deliveries.of(customer.id, id)
    if (sent.some(({ contact }) => lost.includes(contact))) await tx.challenges.cancel(customer.id, id, nowMs)
  }
}

/** Where a user's messages go. */
function contactsOf({ phone, email, username }: User): string[] {
  return [phone, email ?? readEmail(username)].filter((one) => typeof one === 'string')
}

/** What of a change the user should hear: only what he had before and has no longer. */
function eventOf(user: User, set: UserChange): NoticeEvent | undefined {
  const isOther = (field: 'email' | 'phone' | 'preferredMethod') =>
    set[field] !== undefined && user[field] !== null && foldEmail(user[field]) !== foldEmail(set[field] ?? '')
  if (isOther('email') || isOther('phone')) return 'contact-changed'
  return isOther('preferredMethod') ? 'method-changed' : undefined
}

type Changed = { readonly user: User; readonly detail?: object } | Extract<UserOutcome, { ok: false }>

/** One write: the request counts once, the change is made, and the audit tells of it. */
function change(
  engine: Engine,
  { customer, request, requestId, by }: UserRequest,
  what: string,
  job: (tx: Records, nowMs: number) => Promise<Changed>,
): Promise<UserOutcome> {
  const nowMs = engine.clock()
  return engine.store.write(async (tx): Promise<UserOutcome> => {
    if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    const changed = await job(tx, nowMs)
    if ('ok' in changed) return changed
    const detail = changed.detail || by ? JSON.stringify({ ...changed.detail, ...by }) : null
    const note = { kind: 'user', subject: changed.user.id, method: null, challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, what, nowMs)
    return { ok: true }
  })
}

/** A user of that name, not kept yet. */
export function newUser(customer: Customer, username: string, nowMs: number): User {
  return {
    id: randomId(),
    customerId: customer.id,
    username: username.trim(),
    email: readEmail(username) ?? null,
    phone: null,
    firstName: null,
    lastName: null,
    preferredMethod: null,
    isEnabled: true,
    createdAtMs: nowMs,
  }
}

type Contacts = { readonly email: string | null; readonly phone: string | null }

function readContacts(
  customer: Customer,
  fields: Pick<UserFields, 'email' | 'phone'>,
): Contacts | Extract<UserOutcome, { ok: false }> {
  const phone = fields.phone === null ? null : readPhone(fields.phone, customer.settings.defaultCountry)
  if (phone === undefined) return { ok: false, reason: 'bad-phone' }
  const email = fields.email === null ? null : readEmail(fields.email)
  if (email === undefined) return { ok: false, reason: 'bad-email' }
  return { email, phone }
}

function rename(user: User, email: string): { username?: string; usernameFolded?: string } {
  const usernameFolded = foldUsername(email)
  return usernameFolded === foldUsername(user.username) ? {} : { username: email, usernameFolded }
}
