import { setTimeout as sleep } from 'node:timers/promises'
import { fingerprint } from '../security/digest.ts'
import { randomSecret } from '../security/random.ts'
import type { CredentialOverview } from '../vocabulary/credential.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { User, UserSession } from '../vocabulary/user.ts'
import { raiseByReport } from './adaptive-results.ts'
import { answer } from './answer.ts'
import { foldUsername, maskEmail, readEmail } from './contacts.ts'
import { keepMail, writeWithMail } from './mail.ts'
import { notify } from './notices.ts'
import { pageBase } from './passkey-site.ts'
import { type Helping, noteOf } from './people.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import { selfServiceMails } from './self-service-words.ts'
import type { Language } from './templates.ts'
import { isWithin, type Visitor } from './visits.ts'
import { endWaiting } from './waiting.ts'

/** Users look after their own ways in: by a one-time link, or by a factor that they have. */

const minuteMs = 60_000
const idleMs = 15 * minuteMs
const lifeMs = 60 * minuteMs
/** Of a link that the user asked for, and of one that somebody gave him. */
const linkLifeMs = { asked: 30 * minuteMs, given: 72 * 60 * minuteMs } as const
const touchMs = 30_000
/** By then an answer has left. */
const answeredMs = 100
const secretBytes = 32

/** A user on his own pages. */
export interface Self {
  readonly customer: Customer
  readonly user: User
  readonly session: UserSession
  readonly digest: Uint8Array
  readonly secret: string
  readonly credentials: readonly CredentialOverview[]
}

/**
 * Sends a user a link to his pages, if there is such a user with an address. Neither the answer nor its time tells whether
 * there is: he is looked up when it has left. A mail that is lost with this process is asked for again.
 */
export async function askForLink(
  engine: Engine,
  customer: Customer,
  username: string,
  language: Language,
  visitor: Visitor,
): Promise<'taken' | 'too-many'> {
  if (!(await isWelcome(engine, visitor))) return 'too-many'
  void sleep(answeredMs)
    .then(() => mailLink(engine, customer, username, language))
    .catch(() => engine.observe({ kind: 'notice', method: 'link', outcome: 'failed' }))
  return 'taken'
}

async function mailLink(engine: Engine, customer: Customer, username: string, language: Language): Promise<void> {
  const user = await engine.store.read.users.find(customer.id, foldUsername(username))
  const to = user?.isEnabled ? (user.email ?? readEmail(user.username)) : undefined
  if (!user || to === undefined) return
  const nowMs = engine.clock()
  // A bar is not told either: whoever asks again and again fills nobody's mailbox.
  await writeWithMail(engine, async (tx) => {
    const link = linkOf(engine, await offer(tx, customer, user, 'asked', nowMs))
    await keepMail(tx, customer, mailTo(to, customer, link, language), nowMs)
  })
}

/** A link for a user, made by who helps him; `sentTo` is where it was mailed, masked. */
export async function inviteUser(
  engine: Engine,
  helping: Helping,
  user: User,
  isMailed: boolean,
): Promise<{ readonly link: string; readonly expiresAtMs: number; readonly sentTo: string | null }> {
  const { customer } = helping
  const nowMs = engine.clock()
  const to = isMailed ? (user.email ?? readEmail(user.username)) : undefined
  const make = async (tx: Records): Promise<string> => {
    const link = linkOf(engine, await offer(tx, customer, user, 'given', nowMs))
    await tx.audit.append(customer.id, noteOf(helping, 'invitation', user.id, null), 'made', nowMs)
    return link
  }
  let link = ''
  const bar = await writeWithMail(engine, async (tx) => {
    link = await make(tx)
    if (to) await keepMail(tx, customer, mailTo(to, customer, link, customer.settings.language), nowMs)
  })
  if (bar) link = await engine.store.write(make)
  return { link, expiresAtMs: nowMs + linkLifeMs.given, sentTo: to && !bar ? maskEmail(to) : null }
}

async function offer(
  tx: Records,
  customer: Customer,
  user: User,
  how: keyof typeof linkLifeMs,
  nowMs: number,
): Promise<string> {
  const secret = randomSecret(secretBytes).toString('base64url')
  await tx.userSessions.add(digestOf('link', secret), {
    customerId: customer.id,
    userId: user.id,
    kind: 'link',
    isProved: false,
    usedAtMs: nowMs + linkLifeMs[how], // a link is never idle
    expiresAtMs: nowMs + linkLifeMs[how],
  })
  return secret
}

function linkOf({ baseUrl }: Engine, secret: string): string {
  return `${pageBase(baseUrl)}/me/enter/${secret}`
}

/** Whose link it is, without using it; undefined when it is over. */
export async function readLinkToSelf(engine: Engine, secret: string): Promise<Customer | undefined> {
  const found = await find(engine, 'link', secret)
  return found && engine.customer(found.customerId)
}

/** Uses a link, once. */
export async function enterByLink(engine: Engine, secret: string): Promise<string | undefined> {
  const found = await find(engine, 'link', secret)
  if (!found) return undefined
  const nowMs = engine.clock()
  return engine.store.write(async (tx) => {
    if (!(await tx.userSessions.end(digestOf('link', secret)))) return undefined
    return begin(tx, found, false, nowMs)
  })
}

/** Methods that a user can prove without being asked first. */
export const provable = ['time-code', 'hardware-token', 'recovery-code'] as const satisfies readonly MethodId[]

/** Signs a user in by a code of his own. A name that nobody has is judged, counted and locked like every other. */
export async function enterByCode(
  engine: Engine,
  customer: Customer,
  given: { readonly username: string; readonly method: (typeof provable)[number]; readonly code: string },
  visitor: Visitor,
): Promise<string | 'wrong' | 'too-many'> {
  if (!(await isWelcome(engine, visitor))) return 'too-many'
  if (!(await isRight(engine, customer, given, visitor))) return 'wrong'
  const user = await engine.store.read.users.find(customer.id, foldUsername(given.username))
  if (!user) return 'wrong'
  const whose = { customerId: customer.id, userId: user.id }
  return engine.store.write((tx) => begin(tx, whose, true, engine.clock()))
}

/** Proves a factor in a session that began with a link. */
export async function prove(
  engine: Engine,
  { customer, user, digest }: Self,
  given: { readonly method: (typeof provable)[number]; readonly code: string },
  visitor: Visitor,
): Promise<boolean> {
  if (!(await isRight(engine, customer, { ...given, username: user.username }, visitor))) return false
  const usedAtMs = engine.clock()
  await engine.store.write((tx) => tx.userSessions.change(digest, { isProved: true, usedAtMs }))
  return true
}

async function isRight(
  engine: Engine,
  customer: Customer,
  given: { readonly username: string; readonly method: MethodId; readonly code: string },
  { requestId, address }: Visitor,
): Promise<boolean> {
  const outcome = await answer(engine, {
    customer,
    to: { username: given.username, method: given.method },
    readOwnMethod: () => undefined,
    answer: { kind: 'code', code: given.code.replaceAll(/\s/g, '') },
    facts: { ipAddress: address, page: 'self-service' },
    request: null,
    requestId,
  })
  return outcome.ok
}

async function begin(
  tx: Records,
  { customerId, userId }: Pick<UserSession, 'customerId' | 'userId'>,
  isProved: boolean,
  nowMs: number,
): Promise<string> {
  const secret = randomSecret(secretBytes).toString('base64url')
  const times = { usedAtMs: nowMs, expiresAtMs: nowMs + lifeMs }
  await tx.userSessions.add(digestOf('session', secret), { customerId, userId, kind: 'session', isProved, ...times })
  return secret
}

/** Who holds the cookie, with what he has; undefined when his session is over. */
export async function readSelf(engine: Engine, secret: string | undefined): Promise<Self | undefined> {
  const session = secret === undefined ? undefined : await find(engine, 'session', secret)
  if (!session || secret === undefined) return undefined
  const { customerId, userId } = session
  const [customer, user] = await Promise.all([
    engine.customer(customerId),
    engine.store.read.users.byId(customerId, userId),
  ])
  if (!customer || !user) return undefined
  const digest = digestOf('session', secret)
  const nowMs = engine.clock()
  if (nowMs - session.usedAtMs > touchMs)
    await engine.store.write((tx) => tx.userSessions.change(digest, { usedAtMs: nowMs }))
  const credentials = await engine.store.read.credentials.overview(customerId, [userId])
  return { customer, user, session, digest, secret, credentials }
}

/**
 * Whether ways in may be changed: a link proves a mailbox, which is enough for the first method and for none after it
 * (NIST SP 800-63B-4 section 3.2.2: a new authenticator is bound at the level of the session, and no higher).
 */
export function mayChange({ session, credentials }: Self): boolean {
  return session.isProved || credentials.length === 0
}

/** Methods that can be proved here to go on. */
export function provableOf({ credentials }: Self): (typeof provable)[number][] {
  return provable.filter((method) => credentials.some((one) => one.method === method))
}

/** What a page sends with each form: made of the cookie, which a foreign page can neither read nor guess. */
export function tokenOf({ secret }: Pick<Self, 'secret'>): string {
  return fingerprint('self-csrf', secret).toString('base64url')
}

export async function leave(engine: Engine, { digest }: Self): Promise<void> {
  await engine.store.write((tx) => tx.userSessions.end(digest))
}

/** Removes a passkey or an app of the user's own; the last thing that he set up stays. */
export async function removeOwn(engine: Engine, self: Self, credentialId: string, visitor: Visitor): Promise<boolean> {
  const { customer, user } = self
  const nowMs = engine.clock()
  return engine.store.write(async (tx) => {
    const all = await tx.credentials.overview(customer.id, [user.id])
    const one = all.find(({ id }) => id === credentialId)
    // The codes of a phone go with the phone.
    const isOwn = one?.deviceId === null && (one.method === 'passkey' || one.method === 'time-code')
    if (!one || !isOwn || !(await isOtherLeft(tx, customer.id, user.id, ({ id }) => id === credentialId))) return false
    if (!(await tx.credentials.remove(customer.id, user.id, one.method, one.id))) return false
    const event = one.method === 'passkey' ? 'passkey-removed' : 'method-changed'
    await notify(tx, { customer, event, userId: user.id, username: user.username, contacts: user, nowMs })
    const { requestId } = visitor
    const note = { kind: 'method', subject: user.id, method: one.method, challengeId: null, requestId, detail: null }
    await tx.audit.append(customer.id, note, 'removed', nowMs)
    return true
  })
}

/**
 * Whether something else is left for a user to sign in with; recovery codes are for the worst day. Two that are removed at
 * once wait here for each other, so that they are not both the last but one.
 */
export async function isOtherLeft(
  { sendCounts, credentials }: Pick<Records, 'sendCounts' | 'credentials'>,
  customerId: number,
  userId: string,
  isGoing: (one: CredentialOverview) => boolean,
): Promise<boolean> {
  await sendCounts.alone(customerId, `devices:${userId}`)
  const all = await credentials.overview(customerId, [userId])
  return all.some((one) => !isGoing(one) && one.method !== 'recovery-code')
}

/**
 * The user says that something was not him: all that waits for him ends but this session, and no device is remembered any
 * more; his next sign-ins are riskier; the audit, the customer's site and the user's own contact are told, and the console
 * shows it to admins.
 */
export async function reportNotMe(engine: Engine, self: Self, about: string | null, visitor: Visitor): Promise<void> {
  const { customer, user, digest } = self
  const nowMs = engine.clock()
  await engine.store.write(async (tx) => {
    await endWaiting(tx, { customerId: customer.id, userId: user.id }, nowMs, digest)
    await tx.riskDevices.remove(customer.id, user.id, null)
    await raiseByReport(tx, customer.id, user.id, nowMs)
    await notify(tx, { customer, event: 'not-me', userId: user.id, username: user.username, contacts: user, nowMs })
    const detail = JSON.stringify({ ipAddress: visitor.address, ...(about === null ? {} : { about }) })
    const { requestId } = visitor
    const note = { kind: 'report', subject: user.id, method: null, challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, 'not-me', nowMs)
  })
}

function find({ store, clock }: Engine, kind: UserSession['kind'], secret: string): Promise<UserSession | undefined> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(secret)) return Promise.resolve(undefined)
  const nowMs = clock()
  return store.read.userSessions.find(digestOf(kind, secret), nowMs - idleMs, nowMs)
}

/** A link's secret opens no session, nor the other way. */
function digestOf(kind: UserSession['kind'], secret: string): Buffer {
  return fingerprint(`user-${kind}`, secret)
}

function isWelcome({ store, clock }: Engine, visitor: Visitor): Promise<boolean> {
  return store.write((tx) => isWithin(tx, 'self-service', visitor, clock()))
}

function mailTo(to: string, customer: Customer, link: string, language: Language) {
  const { subject, text } = selfServiceMails[language]
  const fill = (words: string) => words.replace('{customer}', () => customer.name).replace('{link}', () => link)
  return { to, subject: fill(subject), text: fill(text), language }
}
