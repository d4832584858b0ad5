import { setTimeout as sleep } from 'node:timers/promises'
import { methods } from '../methods/index.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Delivery, Via } from '../vocabulary/message.ts'
import type { SendBar } from './admission.ts'
import { appLink } from './app-link.ts'
import type { ChallengeRequest } from './challenge-request.ts'
import { maskEmail, maskPhone } from './contacts.ts'
import { pageOf } from './passkey-site.ts'
import { type ContactKind, contactKinds, type Person, type PersonRefusal } from './person.ts'
import type { Engine, Sent } from './ports.ts'
import { toolsFor } from './tools.ts'

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

export type Refused = Extract<ChallengeOutcome, { ok: false }>

/** How often a repeated request looks whether the first one's messages are through. */
const lookAgainMs = 100

/** A question with the messages that ask it, as it was kept. */
interface AskedQuestion {
  readonly question: Challenge
  readonly deliveries: readonly Delivery[]
  readonly matchNumber: string | null
}

/** Asked, when at least one message was handed over or none was needed. */
export function outcomeOf(
  engine: Engine,
  request: ChallengeRequest,
  { stored, secrets }: Person,
  { question, deliveries, matchNumber }: AskedQuestion,
  sent: readonly Sent[],
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

/** A byte-identical repeat gets the same transaction and no second message; it waits for the first one's result. */
export async function askedBefore(
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
      return outcomeOf(engine, request, person, { question: earlier, deliveries, matchNumber: numberOf(earlier) }, sent)
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
