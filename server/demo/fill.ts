import { randomCustomerKey } from '../bootstrap.ts'
import { guardLimits } from '../engine/guard.ts'
import { makeRecoveryCodes } from '../engine/recovery-codes.ts'
import { timeCode } from '../methods/time-code.ts'
import { keyedDigest, same } from '../security/digest.ts'
import { randomApiKey, randomCode, randomId, randomSecret } from '../security/random.ts'
import type { Store } from '../store/open.ts'
import type { Repositories } from '../store/repositories.ts'
import type { Credential } from '../vocabulary/credential.ts'
import { type Customer, serverScope } from '../vocabulary/customer.ts'
import type { Delivery } from '../vocabulary/message.ts'
import type { Token } from '../vocabulary/token.ts'
import { type DemoEvent, daysBack, historyOf, type Known } from './history.ts'
import { demoCustomer, noted } from './noted.ts'
import { type DemoPerson, groupNames, people } from './people.ts'
import { weigh } from './weigh.ts'
import { actsOf } from './weighed.ts'

const dayMs = 24 * 3_600_000
const minuteMs = 60_000
/** Lines of the audit in one write, so that a server that runs beside it is not kept waiting. */
const linesAtOnce = 500

export interface Filled {
  readonly customerId: number
  readonly users: number
  readonly events: number
}

/** Makes a customer with people, groups, tokens and thirty days of sign-ins, the last ones weighed, an attack among them. */
export async function fillDemo(store: Store, nowMs: number): Promise<Filled> {
  const customer = await addCustomer(store, nowMs)
  const known = await addPeople(store, customer, nowMs)
  await addThings(store, customer, known, nowMs)
  const endMs = nowMs - 5 * minuteMs
  const elsewhere = historyOf(known, endMs)
  let kept = 0
  const upTo = async (atMs: number): Promise<void> => {
    for (;;) {
      const next = elsewhere.slice(kept, kept + linesAtOnce).filter((one) => one.atMs <= atMs)
      if (next.length === 0) return
      kept += next.length
      await store.write(async (tx) => {
        for (const one of next) await tx.audit.append(customer.id, one.note, one.outcome, one.atMs)
      })
    }
  }
  const weighed = await weigh(store, customer, actsOf(known, endMs), upTo)
  await upTo(endMs)
  const events = [...elsewhere, ...weighed]
  await addMessages(store, customer, known, events, nowMs)
  await lockSomebody(store, customer, known, nowMs)
  for (const person of known.slice(0, 2))
    await makeRecoveryCodes(
      { store, clock: () => nowMs },
      { customer, username: person.username, request: null, requestId: 'demo' },
    )
  await store.closeAudit(nowMs)
  return { customerId: customer.id, users: known.length, events: events.length }
}

/** Removes the demo with everything that was made for it. Undefined when there is none. */
export async function clearDemo(store: Store): Promise<number | undefined> {
  const customerId = await demoCustomer(store.read)
  if (customerId === undefined) return undefined
  await store.write(async (tx) => {
    await tx.customers.erase(customerId)
    await tx.settings.unset(serverScope, noted)
  })
  return customerId
}

async function addCustomer(store: Store, nowMs: number): Promise<Customer> {
  const id = randomCustomerKey()
  await store.write(async (tx) => {
    // Older than all: the console opens on it. The start's box and the command line pass over customers to test with.
    await tx.customers.add(id, 'Demo Company', randomApiKey(), nowMs - (daysBack + 1) * dayMs)
    await tx.settings.set(serverScope, noted, String(id), nowMs)
    // Nothing of it may reach anybody.
    await tx.settings.set(id, 'isTest', 'true', nowMs)
    await tx.settings.set(id, 'allowedCountries', 'US,ES,CO', nowMs)
    for (const name of groupNames)
      await tx.groups.add(id, { name, nameFolded: name.toLowerCase(), attributes: {} }, nowMs)
  })
  const customer = await store.read.customers.find(id)
  if (!customer) throw new Error('The customer of the demo is not there.')
  return customer
}

async function addPeople(store: Store, customer: Customer, nowMs: number): Promise<Known[]> {
  const startMs = nowMs - daysBack * dayMs
  return store.write(async (tx) => {
    const known: Known[] = []
    for (const [index, person] of people.entries()) {
      const id = randomId()
      const { username, firstName, lastName, email, phone, isEnabled } = person
      const createdAtMs = startMs - index * 7 * minuteMs
      const rest = { preferredMethod: null, isEnabled, createdAtMs, customerId: customer.id }
      await tx.users.add({ id, username, firstName, lastName, email, phone, ...rest }, username)
      const group = await tx.groups.find(customer.id, person.group.toLowerCase())
      if (group) await tx.groups.addMember(customer.id, group.id, id, createdAtMs)
      const credential = credentialOf(person, id, customer, nowMs)
      if (credential) await tx.credentials.add(customer.id, id, credential, startMs)
      known.push({ ...person, id })
    }
    return known
  })
}

/** What somebody set up; undefined when his method needs nothing. */
function credentialOf(person: DemoPerson, userId: string, customer: Customer, nowMs: number): Credential | undefined {
  const used = { lastStep: 1, lastUsedAtMs: nowMs - dayMs, state: 'active' } as const
  if (person.method === 'time-code') {
    const tools = {
      nowMs,
      randomCode,
      randomSecret,
      same,
      digest: (...parts: readonly string[]) => keyedDigest(customer.digestKey, ...parts),
    }
    const made = timeCode.enrol?.({ issuer: 'Demo Company', account: person.username }, tools)
    return made && { id: randomId(), method: 'time-code', label: 'Authenticator app', secret: made.secret, ...used }
  }
  if (person.method !== 'passkey') return undefined
  const secret = JSON.stringify({
    id: randomSecret(32).toString('base64url'),
    publicKey: randomSecret(77).toString('base64url'),
    transports: ['internal'],
    isBackupEligible: true,
    userHandle: Buffer.from(userId).toString('base64url'),
  })
  return {
    id: randomSecret(16).toString('hex'),
    method: 'passkey',
    label: `${person.firstName}'s laptop`,
    secret,
    ...used,
  }
}

/** Tokens, some of them in people's hands, and an app. */
async function addThings(store: Store, customer: Customer, known: readonly Known[], nowMs: number): Promise<void> {
  const holders = known.filter(({ method }) => method === 'hardware-token')
  const tokens = Array.from({ length: holders.length + 9 }, (_, index): Omit<Token, 'username'> => {
    const key = randomSecret(20).toString('base64')
    return {
      id: randomId(),
      customerId: customer.id,
      serial: `DEMO-${String(10_000 + index * 37)}`,
      state: 'unassigned',
      userId: null,
      seed: { kind: 'totp', key, digits: 6, algorithm: 'sha1', periodSeconds: 30 },
      lastStep: -1,
      lastUsedAtMs: null,
      createdAtMs: nowMs - daysBack * dayMs,
    }
  })
  await store.write(async (tx) => {
    await tx.tokens.add(customer.id, tokens)
    for (const [index, { id: userId }] of holders.entries()) {
      const token = await tx.tokens.find(customer.id, tokens[index]?.serial ?? '')
      if (token) await tx.tokens.move(token, { state: 'assigned', userId }, nowMs - daysBack * dayMs)
    }
    await tx.apps.add({
      id: randomId(),
      customerId: customer.id,
      name: 'Web shop',
      key: randomSecret(32).toString('hex'),
      secret: randomApiKey(),
      oldSecret: null,
      oldSecretUntilMs: 0,
      signatureOrder: 'node',
      trustedAddresses: [],
      allowedGroups: [],
      factors: 1,
      createdAtMs: nowMs - 20 * dayMs,
    })
  })
}

const states = { accepted: 'approved', denied: 'denied', wrong: 'spent' } as const

/** Questions and messages of the last day: older ones are not kept of anybody. */
async function addMessages(
  store: Store,
  customer: Customer,
  known: readonly Known[],
  events: readonly DemoEvent[],
  nowMs: number,
): Promise<void> {
  const asked = events.filter(({ atMs, outcome }) => outcome === 'asked' && atMs > nowMs - dayMs)
  await store.write(async (tx) => {
    for (const { note, atMs } of asked) {
      const person = known.find(({ id }) => id === note.subject)
      const { challengeId } = note
      if (!person || challengeId === null) continue
      const answers = events.filter((one) => one.note.challengeId === challengeId && one.note.kind === 'answer')
      const state = states[(answers.at(-1)?.outcome ?? '') as keyof typeof states] ?? 'expired' // undefined for all others
      await tx.challenges.replace(
        {
          id: challengeId,
          customerId: customer.id,
          subject: { key: person.id, isUser: true },
          userId: person.id,
          method: person.method,
          label: person.method === 'passkey' ? 'PASSKEY' : 'SMS',
          state,
          pending: null,
          transactionName: 'Sign in',
          origin: person.home.ipAddress,
          userAgent: null,
          createdAtMs: atMs,
          expiresAtMs: atMs + 5 * minuteMs,
          attemptsMax: 5,
          requestDigest: null,
        },
        atMs,
      )
      if (person.method !== 'passkey') await addMessage(tx, customer, person, challengeId, atMs)
    }
  })
}

async function addMessage(
  tx: Repositories,
  customer: Customer,
  person: Known,
  challengeId: string,
  atMs: number,
): Promise<void> {
  const delivery: Delivery = {
    id: randomId(),
    customerId: customer.id,
    challengeId,
    via: 'sms',
    contact: person.phone,
    state: 'sending',
    sentAtMs: null,
    message: { subject: null, text: '', html: null, language: 'en' },
    prefix: '+1 2125',
  }
  await tx.deliveries.add([delivery], atMs, atMs)
  // One in sixteen goes by the second gateway, because the first one did not take it.
  const isHard = Number.parseInt(challengeId.slice(0, 1), 16) === 7
  const failed = { provider: 'acme-sms', isTaken: false, reference: null, detail: 'HTTP 503', atMs: atMs + 400 }
  const taken = {
    provider: isHard ? 'backup-sms' : 'acme-sms',
    isTaken: true,
    reference: delivery.id,
    detail: null,
    atMs: atMs + 900,
  }
  const tries = isHard ? [failed, taken] : [taken]
  await tx.deliveries.record({
    id: delivery.id,
    customerId: customer.id,
    isSent: true,
    atMs: atMs + 900,
    error: null,
    tries,
  })
  await tx.deliveries.receive(taken.provider, delivery.id, 'delivered', 'DELIVRD', atMs + 4_000)
}

/** Somebody who got it wrong ten times just now, so that the help desk has something to do. */
async function lockSomebody(store: Store, customer: Customer, known: readonly Known[], nowMs: number): Promise<void> {
  const person = known.find(({ method, isEnabled }) => method === 'time-code' && isEnabled)
  if (!person) return
  for (let count = guardLimits.failuresPerLock; count > 0; count--)
    await store.decide({
      customerId: customer.id,
      nowMs: nowMs - count * 20_000,
      verdict: 'wrong',
      method: person.method,
      subject: { key: person.id, isUser: true },
      challengeId: null,
      credential: null,
      isConfirming: false,
      request: null,
      audit: {
        kind: 'answer',
        subject: person.id,
        method: person.method,
        challengeId: null,
        requestId: 'demo',
        detail: JSON.stringify(person.home),
      },
    })
}
