import { fingerprint } from '../security/digest.ts'
import { randomApiKey, randomSecret, randomWhole } from '../security/random.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import { type Account, type Customer, serverScope } from '../vocabulary/customer.ts'
import type { Decided } from '../vocabulary/decision.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import { accountMails } from './account-words.ts'
import { foldEmail, readEmail } from './contacts.ts'
import { type CustomerSecrets, secretsOf } from './customer-secrets.ts'
import { fillIn } from './fill-in.ts'
import { barOf } from './guard.ts'
import { keepMail, writeWithMail } from './mail.ts'
import { isChoosable, isPassword, keptOf } from './passwords.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import { isWithin, isWithinDay, type Visitor } from './visits.ts'

/** Everything a plugin is given of a customer. */
export interface CustomerKeys extends CustomerSecrets {
  readonly customer: Customer
  readonly account: Account
}

/** `off`: the operator does not allow it. */
export type AccountRefusal = 'off' | 'too-many' | 'bad-email' | 'bad-password' | 'taken' | 'wrong' | 'locked'

interface Refused<Reason extends AccountRefusal> {
  readonly ok: false
  readonly reason: Reason
}

/** Whether an address has an account. It tells strangers, and so is counted and can be switched off. */
export async function hasAccount(
  engine: Engine,
  email: string,
  visitor: Visitor,
): Promise<{ readonly ok: true; readonly isThere: boolean } | Refused<'off' | 'too-many'>> {
  const { maySignUp, maySignIn } = await engine.selfService()
  if (!maySignUp && !maySignIn) return { ok: false, reason: 'off' }
  if (!(await isWelcome(engine, visitor))) return { ok: false, reason: 'too-many' }
  const { accounts } = engine.store.read
  return { ok: true, isThere: (await accounts.find(await accounts.digestOf(foldEmail(email.trim())))) !== undefined }
}

/** What a stranger gives to become a customer. */
export interface SignUp {
  readonly email: string
  readonly password: string
  readonly phone: string | null
  /** The customer's name, as messages and apps show it. */
  readonly name: string
}

/** Nine digits: not to be guessed in order, and within the 32 bits of old PHP. */
const idLeast = 100_000_000
const idEnd = 1_000_000_000
const idTriesMax = 20

/** Makes a customer of its own for whoever asks, with an account to come back to. */
export async function signUp(
  engine: Engine,
  wanted: SignUp,
  visitor: Visitor,
): Promise<
  | { readonly ok: true; readonly keys: CustomerKeys }
  | Refused<'off' | 'too-many' | 'bad-email' | 'bad-password' | 'taken'>
> {
  const { maySignUp, signUpsPerDay } = await engine.selfService()
  if (!maySignUp) return { ok: false, reason: 'off' }
  if (!(await isWelcome(engine, visitor))) return { ok: false, reason: 'too-many' }
  const email = readEmail(wanted.email)
  if (!email) return { ok: false, reason: 'bad-email' }
  if (!isChoosable(wanted.password)) return { ok: false, reason: 'bad-password' }
  const password = await keptOf(wanted.password)
  const nowMs = engine.clock()
  try {
    const customerId = await engine.store.write(async (tx) => {
      const isAllowed =
        (await isWithin(tx, 'sign-up', visitor, nowMs)) && (await isWithinDay(tx, 'sign-ups', signUpsPerDay, nowMs))
      if (!isAllowed) throw new Undone('too-many')
      const id = await addCustomer(tx, wanted.name, nowMs)
      const account = { customerId: id, email, phone: wanted.phone, password }
      if (!(await tx.accounts.put(account, await tx.accounts.digestOf(foldEmail(email)), nowMs)))
        throw new Undone('taken')
      await tx.audit.append(id, noteOf('customer', null, visitor), 'signed-up', nowMs)
      return id
    })
    return { ok: true, keys: await keysOf(engine, customerId) }
  } catch (error) {
    if (error instanceof Undone) return { ok: false, reason: error.reason }
    throw error
  }
}

async function addCustomer(tx: Records, name: string, nowMs: number): Promise<number> {
  for (let tries = 0; tries < idTriesMax; tries++) {
    const id = randomWhole(idLeast, idEnd)
    if (await tx.customers.add(id, name, randomApiKey(), nowMs)) return id
  }
  throw new Error('No free customer key was found by chance.')
}

/** What was written before it goes with it. */
class Undone extends Error {
  readonly reason: 'too-many' | 'taken'

  constructor(reason: 'too-many' | 'taken') {
    super(reason)
    this.reason = reason
  }
}

/**
 * Gives the keys of a customer for the address and the password of his account. An address without an account is judged,
 * counted and locked like every other.
 */
export async function signIn(
  engine: Engine,
  given: { readonly email: string; readonly password: string },
  visitor: Visitor,
): Promise<{ readonly ok: true; readonly keys: CustomerKeys } | Refused<'off' | 'too-many' | 'wrong' | 'locked'>> {
  if (!(await engine.selfService()).maySignIn) return { ok: false, reason: 'off' }
  if (!(await isWelcome(engine, visitor))) return { ok: false, reason: 'too-many' }
  const { accounts, guards } = engine.store.read
  const digest = await accounts.digestOf(foldEmail(given.email.trim()))
  const account = await accounts.find(digest)
  const subject = subjectOf(digest)
  const guard = await guards.find(serverScope, subject.key, 'password')
  if (barOf(guard, subject, engine.clock())) return { ok: false, reason: 'locked' }
  const isRight = await isPassword(account?.password ?? null, given.password)
  const decided = await decide(engine, subject, isRight, visitor)
  engine.observe({ kind: 'answer', method: 'password', outcome: decided })
  if (decided === 'accepted' && account) return { ok: true, keys: await keysOf(engine, account.customerId) }
  return { ok: false, reason: decided === 'locked' ? 'locked' : 'wrong' }
}

/** By the one door of every answer: a right password counts for nothing once the account is locked. */
function decide(engine: Engine, subject: Subject, isRight: boolean, visitor: Visitor): Promise<Decided> {
  return engine.store.decide({
    customerId: serverScope,
    nowMs: engine.clock(),
    verdict: isRight ? 'right' : 'wrong',
    method: 'password',
    subject,
    challengeId: null,
    credential: null,
    isConfirming: false,
    request: null,
    audit: noteOf('sign-in', subject.key, visitor),
  })
}

/** Not a user: an account is only ever locked for a time, or anybody could shut it for good. */
function subjectOf(digest: Uint8Array): Subject {
  return { key: `account:${Buffer.from(digest).toString('base64url')}`, isUser: false }
}

const resetSecretBytes = 32
const resetLifeMs = 30 * 60_000

/** Sends a link to choose a new password, if there is such an account; the answer is the same if there is none. */
export async function requestReset(
  engine: Engine,
  email: string,
  visitor: Visitor,
  request: RequestMark,
): Promise<{ readonly ok: true } | Refused<'off' | 'too-many'>> {
  if (!(await engine.selfService()).maySignIn) return { ok: false, reason: 'off' }
  if (!(await isWelcome(engine, visitor))) return { ok: false, reason: 'too-many' }
  const { accounts } = engine.store.read
  const account = await accounts.find(await accounts.digestOf(foldEmail(email.trim())))
  const customer = account && (await engine.customer(account.customerId))
  if (account && customer) await offerReset(engine, customer, account, visitor, request)
  return { ok: true }
}

async function offerReset(
  engine: Engine,
  customer: Customer,
  account: Account,
  visitor: Visitor,
  request: RequestMark,
): Promise<void> {
  const nowMs = engine.clock()
  const secret = randomSecret(resetSecretBytes).toString('base64url')
  const link = `${engine.baseUrl}/account/reset/${secret}`
  const mail = mailIn(customer, account, 'reset', { link, life: `${resetLifeMs / 60_000} min` })
  // A bar is not told either: whoever asks again and again fills nobody's mailbox.
  await writeWithMail(engine, async (tx) => {
    if (!(await tx.marks.claim(request))) return
    await keepMail(tx, customer, mail, nowMs)
    await tx.accounts.offerReset(customer.id, resetDigest(secret), nowMs + resetLifeMs)
    await tx.audit.append(customer.id, noteOf('account', null, visitor), 'reset-offered', nowMs)
  })
}

/** The customer behind a link to choose a password; undefined when the link is over or was never one. */
export async function readReset(engine: Engine, secret: string): Promise<Customer | undefined> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(secret) || !(await engine.selfService()).maySignIn) return undefined
  const account = await engine.store.read.accounts.byReset(resetDigest(secret), engine.clock())
  return account && engine.customer(account.customerId)
}

/** Takes the new password, once; also opens the lock that wrong ones have closed. */
export async function resetPassword(
  engine: Engine,
  secret: string,
  chosen: string,
  visitor: Visitor,
): Promise<{ readonly ok: true } | Refused<'bad-password' | 'wrong'>> {
  const customer = await readReset(engine, secret)
  if (!customer) return { ok: false, reason: 'wrong' }
  if (!isChoosable(chosen)) return { ok: false, reason: 'bad-password' }
  const kept = await keptOf(chosen)
  const nowMs = engine.clock()
  const isTaken = await engine.store.write(async (tx) => {
    const account = await tx.accounts.of(customer.id)
    if (!account || !(await tx.accounts.resetPassword(customer.id, resetDigest(secret), kept, nowMs))) return false
    const digest = await tx.accounts.digestOf(foldEmail(account.email))
    await tx.guards.unlock(serverScope, subjectOf(digest).key)
    await tx.audit.append(customer.id, noteOf('account', null, visitor), 'password-changed', nowMs)
    return true
  })
  if (!isTaken) return { ok: false, reason: 'wrong' }
  const account = await engine.store.read.accounts.of(customer.id)
  if (account)
    await writeWithMail(engine, (tx) => keepMail(tx, customer, mailIn(customer, account, 'changed', {}), nowMs))
  return { ok: true }
}

function mailIn(
  customer: Customer,
  { email }: Account,
  which: keyof typeof accountMails,
  values: Readonly<Record<string, string>>,
) {
  const { language } = customer.settings
  const { subject, text } = accountMails[which][language]
  const filled = { ...values, customer: customer.name }
  const body = fillIn(text, (name) => (filled as Record<string, string>)[name] ?? '')
  return { to: email, subject, text: body, language }
}

function resetDigest(secret: string): Buffer {
  return fingerprint('reset', secret)
}

/** Counts a call about accounts; undone by nothing, so that asking in vain counts too. */
function isWelcome(engine: Engine, visitor: Visitor): Promise<boolean> {
  return engine.store.write((tx) => isWithin(tx, 'account call', visitor, engine.clock()))
}

async function keysOf(engine: Engine, customerId: number): Promise<CustomerKeys> {
  const customer = await engine.customer(customerId)
  const account = await engine.store.read.accounts.of(customerId)
  if (!customer || !account) throw new Error(`Customer ${customerId} has no account.`) // it was there a moment ago
  return { customer, account, ...secretsOf(customer) }
}

function noteOf(kind: string, subject: string | null, { requestId }: Visitor) {
  return { kind, subject, method: null, challengeId: null, requestId, detail: null }
}
