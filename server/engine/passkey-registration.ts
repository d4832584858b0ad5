import type { Site } from '../methods/method.ts'
import {
  askForPasskey,
  judgeNewPasskey,
  type NewPasskey,
  newPasskeyForBrowser,
} from '../methods/passkey-registration.ts'
import { randomId } from '../security/random.ts'
import type { Attestation, Customer, Decided, Delivery, RequestMark, Subject, User } from '../vocabulary.ts'
import { admit, type SendBar } from './admission.ts'
import type { Shown } from './challenge.ts'
import { foldUsername, maskEmail, readEmail } from './contacts.ts'
import { tellUser } from './notices.ts'
import type { PasskeyPage } from './passkey-page.ts'
import { pageOf, siteOf } from './passkey-site.ts'
import type { Engine, NewChallenge, Records } from './ports.ts'
import type { Language } from './templates.ts'
import { toolsFor } from './tools.ts'
import { passkeyMail } from './wording.ts'

/** A link is for setting something up in peace; it opens nothing but that. */
const linkTtlSeconds = 3_600
/** 128 bits in hex. */
const idLetters = 32
/** Passkeys of one user. */
export const passkeysMax = 20

export interface RegistrationRequest {
  readonly customer: Customer
  readonly username: string
  /** Send the link to the user's stored address, too. */
  readonly isMailed: boolean
  /** Of the mail. */
  readonly language: Language | null
  /** Null: an admin of the console asks. */
  readonly request: RequestMark | null
  readonly requestId: string
}

export type RegistrationOutcome =
  | {
      readonly ok: true
      readonly challengeId: string
      /** Opens the page where the user makes his passkey: once, and for an hour. */
      readonly link: string
      readonly expiresAtMs: number
      readonly deliveries: readonly Shown[]
    }
  | { readonly ok: false; readonly reason: RegistrationRefusal }

export type RegistrationRefusal =
  | 'unknown-user'
  | 'disabled-user'
  | 'no-email'
  | 'no-domain'
  | 'too-many-passkeys'
  | 'repeated'
  | SendBar

/** Makes a one-time link by which a user registers a passkey. A newer link ends an older one. */
export async function beginRegistration(engine: Engine, request: RegistrationRequest): Promise<RegistrationOutcome> {
  const { customer } = request
  const nowMs = engine.clock()
  const site = siteOf(customer, engine.baseUrl)
  if (!site) return { ok: false, reason: 'no-domain' }
  const user = await engine.store.read.users.find(customer.id, foldUsername(request.username))
  if (!user) return { ok: false, reason: 'unknown-user' }
  if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }

  const question = questionOf(user, site, request, nowMs)
  const tools = toolsFor(customer, nowMs)
  const { id: challengeId, pending } = question
  const from = { challengeId, pending, secrets: [], siteName: '', username: '' }
  const link = pageOf(engine.baseUrl, challengeId, newPasskeyForBrowser(from, tools).pageSecret)
  if (link === null) return { ok: false, reason: 'no-domain' }
  const delivery = request.isMailed ? deliveryOf(engine, request, user, challengeId, link) : null
  if (delivery === undefined) return { ok: false, reason: 'no-email' }

  const deliveries = delivery ? [delivery] : []
  const bar = await keep(engine, request, question, deliveries, nowMs)
  if (bar) return { ok: false, reason: bar }
  const sent = await engine.outbox.send(deliveries)
  const { contactEcho } = customer.settings
  const shown = deliveries.map(({ id, via, contact }): Shown => {
    const { isSent = false, atMs = 0 } = sent.find((one) => one.id === id) ?? {}
    return { via, contact: contactEcho === 'masked' ? maskEmail(contact) : contact, isSent, atMs }
  })
  return { ok: true, challengeId, link, expiresAtMs: question.expiresAtMs, deliveries: shown }
}

/** Whom wrong registrations are counted against: they must not lock the user's sign-in, nor end its question. */
function registrationSubject(userId: string): Subject {
  return { key: `passkey-registration:${userId}`, isUser: false }
}

type Question = NewChallenge & { readonly userId: string; readonly pending: string }

function questionOf(user: User, site: Site, { customer }: RegistrationRequest, nowMs: number): Question {
  const id = randomId()
  return {
    id,
    customerId: customer.id,
    subject: registrationSubject(user.id),
    userId: user.id,
    method: 'passkey',
    label: 'PASSKEY REGISTRATION',
    state: 'pending',
    pending: askForPasskey(id, user.id, site, toolsFor(customer, nowMs)),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + linkTtlSeconds * 1000,
    attemptsMax: customer.settings.attemptsMax,
    transactionName: null,
    origin: null,
    requestDigest: null,
  }
}

/** Undefined when the user has no address. */
function deliveryOf(
  { baseUrl }: Engine,
  { customer, language }: RegistrationRequest,
  user: User,
  challengeId: string,
  link: string,
): Delivery | undefined {
  const contact = user.email ?? readEmail(user.username)
  if (contact === undefined) return undefined
  const message = passkeyMail(link, {
    customerName: customer.name,
    transactionName: null,
    ttlSeconds: linkTtlSeconds,
    language: language ?? customer.settings.language,
    templates: customer.templates,
    baseUrl,
  })
  const { id: customerId } = customer
  const rest = { prefix: null, state: 'sending', sentAtMs: null } as const
  return { id: randomId(), customerId, challengeId, via: 'email', contact, message, ...rest }
}

/** Keeps the question and its mail, or says why not; then nothing of it stays. */
async function keep(
  engine: Engine,
  { customer, request, requestId }: RegistrationRequest,
  question: Question,
  deliveries: readonly Delivery[],
  nowMs: number,
): Promise<Barred['bar'] | undefined> {
  const { id: challengeId, subject, userId, method } = question
  const job = async (tx: Records) => {
    if (request && !(await tx.marks.claim(request))) throw new Barred('repeated')
    if ((await tx.credentials.list(customer.id, userId, method)).length >= passkeysMax)
      throw new Barred('too-many-passkeys')
    const bar = await admit(tx, { customer, subject, method, origin: null, deliveries, nowMs })
    if (bar) throw new Barred(bar)
    await tx.challenges.replace(question, nowMs)
    await tx.deliveries.add(deliveries, nowMs, nowMs + engine.outbox.leaseMs)
    const note = { kind: 'enrolment', subject: userId, method, challengeId, requestId, detail: null }
    await tx.audit.append(customer.id, note, 'offered', nowMs)
  }
  try {
    await engine.store.write(job)
    return undefined
  } catch (error) {
    if (error instanceof Barred) return error.bar
    throw error
  }
}

/** Undoes what was counted and kept. */
class Barred extends Error {
  readonly bar: SendBar | 'repeated' | 'too-many-passkeys'

  constructor(bar: Barred['bar']) {
    super(bar)
    this.bar = bar
  }
}

/**
 * What became of what a browser made. `wrong`: not what was asked for, and it may be tried again; `known`: registered
 * already; `over`: the link was used, replaced or has expired.
 */
export type Registered = 'registered' | 'wrong' | 'known' | 'over'

/** Registers what a browser made on the page of a link. The link settles with it, in one operation: it works once. */
export async function finishRegistration(
  engine: Engine,
  { customer, challenge, userId }: PasskeyPage,
  { attestation, name }: { readonly attestation: Attestation; readonly name: string },
  requestId: string,
): Promise<Registered> {
  if (challenge.pending === null) return 'over'
  const made = await judgeNewPasskey(challenge.pending, attestation)
  const id = made && (await offer(engine, customer, { userId, made, name }))
  if (made && id === undefined) return 'known'
  const decided = await engine.store.decide({
    customerId: customer.id,
    nowMs: engine.clock(),
    verdict: made ? 'right' : 'wrong',
    method: 'passkey',
    subject: registrationSubject(userId),
    challengeId: challenge.id,
    credential: made && id !== undefined ? { id, userId, step: made.step } : null,
    isConfirming: false, // it stands beside those he has
    request: null,
    audit: {
      kind: 'enrolment',
      subject: userId,
      method: 'passkey',
      challengeId: challenge.id,
      requestId,
      detail: null,
    },
  })
  engine.observe({ kind: 'answer', method: 'passkey', outcome: decided })
  if (decided === 'accepted' && id !== undefined) {
    await tellUser(engine, customer, userId, 'passkey-added', id)
    return 'registered'
  }
  if (id !== undefined) await engine.store.write((tx) => tx.credentials.remove(customer.id, userId, 'passkey', id))
  return ended[decided] ?? 'over'
}

const ended: Readonly<Partial<Record<Decided, Registered>>> = { wrong: 'wrong' }

/** Keeps the passkey as offered, for the decision to confirm; undefined when anybody registered it before. */
async function offer(
  { store, clock }: Engine,
  customer: Customer,
  { userId, made, name }: { readonly userId: string; readonly made: NewPasskey; readonly name: string },
): Promise<string | undefined> {
  const nowMs = clock()
  // One authenticator's id is one row, whoever of the customer's users it claims to belong to (section 7.1 step 26).
  const id = toolsFor(customer, nowMs).digest('passkey', made.authenticatorsId).toString('hex').slice(0, idLetters)
  const credential = {
    id,
    method: 'passkey',
    state: 'pending',
    label: name,
    secret: made.secret,
    lastStep: made.step - 1,
    lastUsedAtMs: null,
  } as const
  const isKept = await store.write((tx) => tx.credentials.offerBeside(customer.id, userId, credential, nowMs))
  return isKept ? id : undefined
}
