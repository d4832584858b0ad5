import { setTimeout as sleep } from 'node:timers/promises'
import { methods } from '../methods/index.ts'
import type { Site, ToSend } from '../methods/method.ts'
import { randomId } from '../security/random.ts'
import type { Challenge, Customer, Delivery, Facts, RequestMark, Via } from '../vocabulary.ts'
import { admit, isWithinBudget, type SendBar } from './admission.ts'
import { appLink } from './app-link.ts'
import { maskEmail, maskPhone, prefixOf } from './contacts.ts'
import { barOf, triedOutUntil } from './guard.ts'
import { pageOf, siteOf } from './passkey-site.ts'
import {
  type ContactKind,
  contactKinds,
  findPerson,
  type Person,
  type PersonRefusal,
  type PersonRequest,
} from './person.ts'
import type { Engine, NewChallenge, Records, Sent } from './ports.ts'
import type { Language } from './templates.ts'
import { type Fate, fateOf } from './test-customer.ts'
import { decideSoon } from './test-decision.ts'
import { toolsFor } from './tools.ts'
import { barOfVoice } from './voice.ts'
import { messageOf } from './wording.ts'

/** Ask a user something. Absent fields are null. */
export interface ChallengeRequest extends PersonRequest {
  readonly transactionName: string | null
  /** The address the user signs in from, as the caller says; shown to him, and counted. */
  readonly origin: string | null
  /** The `User-Agent` of where he signs in, as the caller says; shown to him as a browser's name. */
  readonly userAgent?: string | null | undefined
  readonly language: Language | null
  /** The caller shows a match number where the user signs in. */
  readonly showsMatchNumber: boolean
  /** What a code is asked for, such as a payment; the answer must repeat it to the letter. */
  readonly binding?: string | undefined
  readonly facts?: Facts | undefined
  readonly request: RequestMark | null
  readonly requestId: string
}

export type ChallengeOutcome =
  | {
      readonly ok: true
      readonly challengeId: string
      readonly label: string
      readonly deliveries: readonly Shown[]
      readonly matchNumber: string | null
      /** For methods that ask some: in the words of the user's registration. */
      readonly questions: readonly string[]
      readonly passkey: AskedPasskey | null
      /** What the caller shows as a QR code, to be scanned by the user's phone. */
      readonly scanLink: string | null
    }
  | {
      readonly ok: false
      readonly reason: ChallengeRefusal
      readonly deliveries?: readonly Shown[]
    }

export type ChallengeRefusal =
  | PersonRefusal
  | SendBar
  | 'locked'
  | 'disabled'
  | 'needs-match-number'
  | 'no-domain'
  | 'no-replay-protection'
  | 'repeated'
  | 'delivery-failed'

/** A delivery as the caller sees it. */
export interface Shown {
  readonly via: Via
  readonly contact: string
  readonly isSent: boolean
  readonly atMs: number
}

/** How a browser answers a challenge by passkey: by the options itself, or on our page. */
export interface AskedPasskey {
  /** `PublicKeyCredentialRequestOptionsJSON`, for `navigator.credentials.get`. */
  readonly publicKey: object
  /** Null when the base URL is an address, for which browsers have no passkeys. */
  readonly promptUrl: string | null
}

type Refused = Extract<ChallengeOutcome, { ok: false }>

/** How often a repeated request looks whether the first one's messages are through. */
const lookAgainMs = 100

/** Finds whom to ask and how, keeps the question, hands the messages over, and says what became of each. */
export async function challenge(engine: Engine, request: ChallengeRequest): Promise<ChallengeOutcome> {
  const person = await findPerson(engine, request)
  if ('reason' in person) return refused(engine, request, person)
  const { asked, subject } = person
  const nowMs = engine.clock()
  const guard = await engine.store.read.guards.find(request.customer.id, subject.key, asked.method)
  const bar = barOf(guard, subject, nowMs)
  if (bar) return barred(engine, request, person, bar.reason)
  if (await triedOutUntil(engine.store.read, request.customer, subject, asked.method, nowMs))
    return barred(engine, request, person, 'locked')

  const site = methods[asked.method].answeredBy === 'assertion' ? siteOf(request.customer, engine.baseUrl) : undefined
  const methodBar = barOfMethod(engine, request, person, site)
  if (methodBar) return refused(engine, request, { ok: false, reason: methodBar })

  const composed = compose(engine, request, person, site, nowMs)
  const { question, deliveries, matchNumber, fate, send } = composed
  if (fate === 'locked') return refused(engine, request, { ok: false, reason: fate })
  const kept = await keep(engine, request, composed, nowMs)
  if (kept.bar) return barred(engine, request, person, kept.bar)
  if (kept.earlier) return askedBefore(engine, request, person, kept.earlier)
  engine.observe({ kind: 'challenge', method: asked.method, outcome: 'asked' })
  ring(engine, question)
  const sent = await engine.outbox.send(deliveries)
  const outcome = outcomeOf(engine, request, person, question, deliveries, sent, matchNumber)
  if (outcome.ok && (fate === 'approved' || fate === 'denied'))
    void decideSoon(engine, { ...request, challengeId: question.id, send, isAccepted: fate === 'approved' })
  if (outcome.ok) return outcome
  // Nobody knows whether a failed message arrives after all: its code must not live when the caller asks again.
  await engine.store.write(async (tx) => {
    await tx.challenges.cancel(request.customer.id, question.id, engine.clock())
    await tx.audit.append(request.customer.id, note(request, question), 'delivery-failed', engine.clock())
  })
  return refused(engine, request, outcome)
}

/** Why a method cannot be asked by, as things are here. */
function barOfMethod(
  engine: Engine,
  { customer, showsMatchNumber }: ChallengeRequest,
  { asked, secrets }: Person,
  site: Site | undefined,
): ChallengeRefusal | undefined {
  const { answeredBy, isPrompt } = methods[asked.method]
  if (isPrompt && customer.settings.numberMatching === 'always' && !showsMatchNumber) return 'needs-match-number'
  if (answeredBy === 'assertion' && !site) return 'no-domain'
  return answeredBy === 'recording' ? barOfVoice(engine, customer, secrets) : undefined
}

/** Asked, when at least one message was handed over or none was needed. */
function outcomeOf(
  engine: Engine,
  request: ChallengeRequest,
  { stored, secrets }: Person,
  question: Challenge,
  deliveries: readonly Delivery[],
  sent: readonly Sent[],
  matchNumber: string | null,
): ChallengeOutcome {
  const shown = deliveries.map((delivery) => show(request, stored, delivery, sent))
  const isAsked = shown.length === 0 || shown.some(({ isSent }) => isSent)
  if (!isAsked) return { ok: false, reason: 'delivery-failed', deliveries: shown }
  const { id: challengeId, label, method, pending } = question
  const questions = (pending && methods[method].questions?.(pending)) || []
  const passkey = passkeyOf(engine, request, question, secrets)
  const scanLink = scanLinkOf(engine, request, question)
  return { ok: true, challengeId, label, deliveries: shown, matchNumber, questions, passkey, scanLink }
}

function passkeyOf(
  { baseUrl, clock }: Engine,
  { customer }: ChallengeRequest,
  { id: challengeId, method, pending }: Challenge,
  secrets: readonly string[],
): AskedPasskey | null {
  const asked = methods[method].forBrowser?.({ challengeId, pending, secrets }, toolsFor(customer, clock()))
  if (!asked) return null
  return { publicKey: asked.publicKey, promptUrl: pageOf(baseUrl, challengeId, asked.pageSecret) }
}

function scanLinkOf(
  { baseUrl, clock }: Engine,
  { customer }: ChallengeRequest,
  { id, method, pending }: Challenge,
): string | null {
  const secret = pending && methods[method].scanSecret?.(id, pending, toolsFor(customer, clock()))
  return secret ? appLink(baseUrl, 'scan', id, secret) : null
}

interface Composed {
  readonly question: NewChallenge
  readonly deliveries: readonly Delivery[]
  readonly matchNumber: string | null
  /** The fixed outcome of a test customer's magic contact. */
  readonly fate: Fate | undefined
  readonly send: readonly ToSend[]
}

function compose(
  engine: Engine,
  request: ChallengeRequest,
  person: Person,
  site: Site | undefined,
  nowMs: number,
): Composed {
  const { customer, transactionName, origin } = request
  const { asked, contacts } = person
  const { codeLength, codeTtlSeconds, attemptsMax, numberMatching, language } = customer.settings
  const id = randomId()
  const method = methods[asked.method]
  const isNumberShown = request.showsMatchNumber && numberMatching !== 'never'
  const secret = person.secrets[0] ?? null
  const from = { challengeId: id, via: asked.via, codeLength, binding: request.binding, isNumberShown, secret }
  const begun = method.begin({ ...from, ...(site && { site }) }, toolsFor(customer, nowMs))
  const isByPhone = asked.via.some((via) => contactKinds[via] === 'phone')
  const fate = fateOf(customer, { answeredBy: method.answeredBy, isByPhone, ...contacts })
  const question: NewChallenge = {
    id,
    customerId: customer.id,
    subject: person.subject,
    userId: person.userId,
    method: asked.method,
    label: asked.label,
    state: 'pending',
    pending: begun.pending,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + (fate === 'expired' ? 0 : codeTtlSeconds * 1000),
    attemptsMax: Math.min(attemptsMax, method.attemptsMax ?? attemptsMax),
    transactionName,
    origin,
    userAgent: request.userAgent ?? null,
    requestDigest: request.request?.digest ?? null,
  }
  const context = {
    customerName: customer.name,
    transactionName,
    ttlSeconds: codeTtlSeconds,
    language: request.language ?? language,
    templates: customer.templates,
    baseUrl: engine.baseUrl,
  }
  const deliveries = begun.send.map((what): Delivery => {
    const contact = contacts[contactKinds[what.via]]
    if (contact === null) throw new Error(`There is no contact for ${what.via}.`) // `findPerson` made sure
    const message = messageOf(what, context)
    return {
      id: randomId(),
      customerId: customer.id,
      challengeId: id,
      via: what.via,
      contact,
      prefix: fate || what.via === 'email' ? null : prefixOf(contact),
      state: 'sending',
      sentAtMs: null,
      message,
    }
  })
  return { question, deliveries, matchNumber: begun.matchNumber ?? null, fate, send: begun.send }
}

interface Kept {
  /** What this very request made before. */
  readonly earlier?: Challenge
  readonly bar?: SendBar | 'repeated'
}

/** Keeps the question with its messages, unless it was asked before or nothing may be sent. */
async function keep(
  engine: Engine,
  request: ChallengeRequest,
  { question, deliveries, fate }: Composed,
  nowMs: number,
): Promise<Kept> {
  const { customer, origin } = request
  const { subject, method, customerId } = question
  try {
    return await engine.store.write(async (tx): Promise<Kept> => {
      const copy = question.requestDigest
      const earlier = copy && (await tx.challenges.byRequest(customerId, copy))
      if (earlier) return { earlier }
      if (request.request && !(await tx.marks.claim(request.request))) throw new Repeated()
      const isOnPhones = waitsOnPhones(question, deliveries)
      const sending = { customer, subject, method, origin, deliveries, isOnPhones, nowMs }
      const bar = fate ? undefined : await admit(tx, sending)
      if (bar) throw new Barred(bar)
      await tx.challenges.replace(question, nowMs)
      await tx.deliveries.add(deliveries, nowMs, nowMs + engine.outbox.leaseMs)
      if (isOnPhones) await wakePhones(tx, customer, question, nowMs)
      await tx.audit.append(customerId, note(request, question), 'asked', nowMs)
      if (!fate && !(await isWithinBudget(tx, customer, deliveries.length, nowMs))) throw new Barred('over-budget')
      return {}
    })
  } catch (error) {
    if (error instanceof Barred) return { bar: error.bar }
    if (!(error instanceof Repeated)) throw error
    // Another copy of it may have been committed meanwhile.
    const copy = question.requestDigest
    const earlier = copy && (await engine.store.read.challenges.byRequest(customerId, copy))
    return earlier ? { earlier } : { bar: 'repeated' }
  }
}

/** Whether a question waits on the phones of its user, and nowhere else. */
function waitsOnPhones({ method, userId }: NewChallenge, deliveries: readonly Delivery[]): boolean {
  return methods[method].asksPhones === true && userId !== null && deliveries.length === 0
}

/** What is asked on phones wakes them. */
async function wakePhones(tx: Records, { settings }: Customer, question: NewChallenge, nowMs: number): Promise<void> {
  const { id: challengeId, customerId, userId, expiresAtMs } = question
  if (userId === null || settings.isTest) return
  await tx.pushMessages.addFor({ customerId, userId, challengeId, expiresAtMs }, nowMs)
}

function ring({ doorbell }: Engine, { method, userId }: NewChallenge): void {
  if (methods[method].asksPhones && userId !== null) doorbell.ring(userId)
}

/** What counts once was seen before. */
class Repeated extends Error {}

/** Undoes what was counted: a message that is not sent must not use up the limit for one that could be. */
class Barred extends Error {
  readonly bar: SendBar

  constructor(bar: SendBar) {
    super(bar)
    this.bar = bar
  }
}

/** A byte-identical repeat gets the same transaction and no second message; it waits for the first one's result. */
async function askedBefore(
  engine: Engine,
  request: ChallengeRequest,
  person: Person,
  earlier: Challenge,
): Promise<ChallengeOutcome> {
  const untilMs = performance.now() + engine.outbox.leaseMs
  for (;;) {
    const deliveries = await engine.store.read.deliveries.of(earlier.customerId, earlier.id)
    const isDone = deliveries.every(({ state }) => state !== 'sending')
    if (isDone || performance.now() > untilMs) {
      const sent = deliveries.map(({ id, state, sentAtMs }) => ({ id, isSent: state === 'sent', atMs: sentAtMs ?? 0 }))
      return outcomeOf(engine, request, person, earlier, deliveries, sent, numberOf(earlier))
    }
    await sleep(lookAgainMs)
  }
}

/** The number that was given back the first time, as long as the question is open. */
function numberOf({ method, pending }: Challenge): string | null {
  return (pending && methods[method].matchNumber?.(pending)) ?? null
}

function show(
  request: ChallengeRequest,
  stored: readonly ContactKind[],
  delivery: Delivery,
  sent: readonly Sent[],
): Shown {
  const result = sent.find(({ id }) => id === delivery.id)
  const isMasked = stored.includes(contactKinds[delivery.via]) && request.customer.settings.contactEcho === 'masked'
  const mask = delivery.via === 'email' ? maskEmail : maskPhone
  return {
    via: delivery.via,
    contact: isMasked ? mask(delivery.contact) : delivery.contact,
    isSent: result?.isSent ?? false,
    atMs: result?.atMs ?? 0,
  }
}

/** Refused, and told in the history of the user: he, or whoever helps him, will ask why. */
async function barred(
  engine: Engine,
  request: ChallengeRequest,
  { subject, asked }: Person,
  reason: Refused['reason'] & (SendBar | 'repeated' | 'locked' | 'disabled'),
): Promise<Refused> {
  const { transactionName, requestId, customer } = request
  if (reason !== 'repeated') {
    const detail = JSON.stringify({ reason, ...(transactionName !== null && { transactionName }) })
    const line = { kind: 'challenge', subject: subject.key, method: asked.method, challengeId: null, requestId, detail }
    await engine.store.write((tx) => tx.audit.append(customer.id, line, 'refused', engine.clock()))
  }
  return refused(engine, request, { ok: false, reason } as Refused) // each of these has nothing else to tell
}

function refused(engine: Engine, request: ChallengeRequest, refusal: Refused): Refused {
  engine.observe({ kind: 'challenge', method: request.asked?.method ?? 'none', outcome: refusal.reason })
  return refusal
}

function note(request: ChallengeRequest, question: NewChallenge) {
  const { transactionName, facts } = request
  const detail = { ...(transactionName === null ? {} : { transactionName }), ...facts }
  return {
    kind: 'challenge',
    subject: question.subject.key,
    method: question.method,
    challengeId: question.id,
    requestId: request.requestId,
    detail: Object.keys(detail).length === 0 ? null : JSON.stringify(detail),
  }
}
