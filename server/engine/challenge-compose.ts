import { methods } from '../methods/index.ts'
import type { Site, ToSend } from '../methods/method.ts'
import { randomId } from '../security/random.ts'
import type { NewChallenge } from '../vocabulary/challenge.ts'
import type { Delivery } from '../vocabulary/message.ts'
import type { ChallengeRequest } from './challenge-request.ts'
import { prefixOf } from './contacts.ts'
import { contactKinds, type Person } from './person.ts'
import type { Engine } from './ports.ts'
import { type Fate, fateOf } from './test-customer.ts'
import { toolsFor } from './tools.ts'
import { messageOf } from './wording.ts'

/** A question as it will be kept, with the messages that ask it. */
export interface Composed {
  readonly question: NewChallenge
  readonly deliveries: readonly Delivery[]
  readonly matchNumber: string | null
  /** The fixed outcome of a test customer's magic contact. */
  readonly fate: Fate | undefined
  readonly send: readonly ToSend[]
}

export function compose(
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
