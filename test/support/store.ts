import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { storeRules } from '../../server/engine/store-rules.ts'
import { openStore, type Store, type StoreOptions } from '../../server/store/open.ts'
import type { App, SignIn } from '../../server/vocabulary/app.ts'
import type { AuditNote } from '../../server/vocabulary/audit.ts'
import type { Subject } from '../../server/vocabulary/challenge.ts'
import type { Credential } from '../../server/vocabulary/credential.ts'
import type { Decision } from '../../server/vocabulary/decision.ts'
import type { Device } from '../../server/vocabulary/device.ts'
import type { Delivery } from '../../server/vocabulary/message.ts'
import type { RequestMark } from '../../server/vocabulary/request-mark.ts'
import type { Token } from '../../server/vocabulary/token.ts'
import type { User } from '../../server/vocabulary/user.ts'
import type { Place } from './databases.ts'
import { type RiskStory, tellRisk } from './kept-risk.ts'

export type NewChallenge = Parameters<Store['read']['challenges']['replace']>[0]

export const masterKey = Buffer.alloc(32, 7)

/** The moment most store tests happen at. */
export const nowMs = 1_800_000_000_000

/** A store on a place, opened as a server opens it. */
export async function storeOn(place: Place, more: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({ ...place, masterKeys: [masterKey], ...storeRules, ...more })
  try {
    await store.migrate()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

export function aUser(customerId: number, more: Partial<User> = {}): User {
  const id = more.id ?? randomUUID()
  return {
    id,
    customerId,
    username: `user-${id}`,
    email: null,
    phone: null,
    firstName: null,
    lastName: null,
    preferredMethod: null,
    isEnabled: true,
    createdAtMs: nowMs,
    ...more,
  }
}

export function aCredential(more: Partial<Credential> = {}): Credential {
  return {
    id: randomUUID(),
    method: 'time-code',
    state: 'active',
    label: null,
    secret: '{"key":"c2VjcmV0"}',
    lastStep: -1,
    lastUsedAtMs: null,
    ...more,
  }
}

/** A counting token that nobody has. */
export function aToken(customerId: number, more: Partial<Token> = {}): Token {
  const id = more.id ?? randomUUID()
  return {
    id,
    customerId,
    serial: `token-${id}`,
    state: 'unassigned',
    userId: null,
    username: null,
    seed: { kind: 'hotp', key: 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', digits: 6, algorithm: 'sha1' },
    lastStep: -1,
    lastUsedAtMs: null,
    createdAtMs: nowMs,
    ...more,
  }
}

export function anApp(customerId: number, more: Partial<App> = {}): App {
  const id = more.id ?? randomUUID()
  return {
    id,
    customerId,
    name: `App ${id}`,
    key: randomUUID().replaceAll('-', '').repeat(2),
    secret: 'a-secret-of-an-app',
    oldSecret: null,
    oldSecretUntilMs: 0,
    signatureOrder: 'node',
    trustedAddresses: [],
    factors: 1,
    allowedGroups: [],
    createdAtMs: nowMs,
    ...more,
  }
}

export function aSignIn(app: App, userId: string, more: Partial<SignIn> = {}): SignIn {
  const { customerId, id: appId } = app
  return { customerId, appId, userId, methods: [], challengeId: null, expiresAtMs: nowMs + 600_000, ...more }
}

export function aSubject(isUser = false): Subject {
  return { key: isUser ? randomUUID() : `contact:${randomUUID()}`, isUser }
}

export function aChallenge(customerId: number, more: Partial<NewChallenge> = {}): NewChallenge {
  return {
    id: randomUUID(),
    customerId,
    subject: aSubject(),
    userId: null,
    method: 'message-code',
    label: 'SMS',
    state: 'pending',
    pending: '{"digest":"kept"}',
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 300_000,
    attemptsMax: 5,
    transactionName: null,
    origin: null,
    userAgent: null,
    requestDigest: null,
    ...more,
  }
}

export function aDelivery(challenge: { id: string; customerId: number }, more: Partial<Delivery> = {}): Delivery {
  return {
    id: randomUUID(),
    customerId: challenge.customerId,
    challengeId: challenge.id,
    via: 'sms',
    contact: '+15551234567',
    state: 'sending',
    sentAtMs: null,
    message: { subject: null, text: '123456 is your code', html: null, language: 'en' },
    prefix: null,
    ...more,
  }
}

/** A phone whose push messages go nowhere real. */
export function aDevice(customerId: number, userId: string, more: Partial<Device> = {}): Device {
  return {
    id: randomUUID(),
    customerId,
    userId,
    name: 'Phone',
    publicKey: { x: 'x', y: 'y' },
    push: { endpoint: plain.pushEndpoint, p256dh: 'p', auth: 'a' },
    createdAtMs: nowMs,
    lastUsedAtMs: null,
    ...more,
  }
}

type PhoneOffer = Parameters<Store['read']['phoneOffers']['add']>[0]

export function anOffer(customerId: number, userId: string, more: Partial<PhoneOffer> = {}): PhoneOffer {
  const secretDigest = Buffer.from('a digest')
  return { id: randomUUID(), customerId, userId, secretDigest, deviceId: null, expiresAtMs: nowMs + 300_000, ...more }
}

export function aMark(more: Partial<RequestMark> = {}): RequestMark {
  return { digest: Buffer.from(randomUUID()), nonce: null, expiresAtMs: nowMs + 600_000, ...more }
}

type AnswerClaim = Parameters<Store['read']['keptAnswers']['claim']>[1]

export function anAnswerClaim(more: Partial<AnswerClaim> = {}): AnswerClaim {
  const [digest, bodyDigest] = [Buffer.from(randomUUID()), Buffer.from('a body')]
  return { digest, bodyDigest, claimedAtMs: nowMs, expiresAtMs: nowMs + 24 * 3_600_000, ...more }
}

export function aNote(more: Partial<AuditNote> = {}): AuditNote {
  return { kind: 'answer', subject: null, method: null, challengeId: null, requestId: null, detail: null, ...more }
}

/** The decision on an answer to a challenge, as the engine makes it. */
export function aDecision(challenge: NewChallenge, more: Partial<Decision> = {}): Decision {
  const { customerId, subject, method, id } = challenge
  return {
    customerId,
    nowMs,
    verdict: 'right',
    method,
    subject,
    challengeId: id,
    credential: null,
    isConfirming: false,
    request: null,
    audit: aNote({ subject: subject.key, method, challengeId: id, requestId: randomUUID() }),
    ...more,
  }
}

/** What is sealed in the story, in plain text. */
export const plain = {
  apiKey: 'the-api-key-that-nobody-may-read',
  oldApiKey: 'the-key-before-that-nobody-may-read',
  latitude: 38.7,
  riskName: 'the-name-in-an-evaluation',
  riskAction: 'the-action-of-a-session',
  setting: 'A setting that nobody may read',
  email: 'nobody.may.read@example.com',
  phone: '+15557654321',
  secret: '{"key":"bm9ib2R5IG1heSByZWFk"}',
  pending: '{"digest":"nobody may read"}',
  contact: '+15559876543',
  text: '987654 is a code that nobody may read',
  event: '{"event":"that nobody may read"}',
  pushEndpoint: 'https://push.example/that-nobody-may-read',
  seedKey: 'bm9ib2R5IG1heSByZWFk',
  publicId: 'cccjgjgkhcbb',
  accountEmail: 'nobody.looks.after@example.com',
  accountPhone: '+15551112222',
  adminLogin: 'who.works.here@example.com',
  adminPassword: 'the-hash-of-an-admin',
  adminSecret: 'what-an-admin-proves',
  password: 'a hash that nobody may read',
  appSecret: 'the-secret-of-an-app-that-nobody-may-read',
  oldAppSecret: 'the-old-secret-that-nobody-may-read',
  keptAnswer: '{"txId":"that nobody may read"}',
}

/** What a customer of the story shows to everybody. */
export const aLogo = { digest: 'digest-of-a-logo', png: Buffer.from('a logo') }

export type Story = Awaited<ReturnType<typeof tell>>

/** What the account of a customer of the story is found by, and the link to choose its password anew. */
export const accountDigest = (customerId: number) => Buffer.from(`account of ${customerId}`)
export const accountReset = (customerId: number) => Buffer.from(`reset of ${customerId}`)

/** One customer with a row in every table that belongs to customers. */
export async function tell(store: Store, customerId: number) {
  const { email, phone, secret, pending, contact } = plain
  const user = aUser(customerId, { email, phone, firstName: 'First', lastName: 'Last', preferredMethod: 'SMS' })
  const credential = aCredential({ secret, label: 'App' })
  const seed = { kind: 'yubikey', key: plain.seedKey, publicId: plain.publicId, privateId: '010203040506' } as const
  const token = aToken(customerId, { seed })
  const { accountEmail, accountPhone, password } = plain
  const account = { customerId, email: accountEmail, phone: accountPhone, password }
  const subject = { key: user.id, isUser: true }
  const app = anApp(customerId, { secret: plain.oldAppSecret })
  const signInDigest = Buffer.from(`sign-in of ${user.id}`)
  const requestDigest = Buffer.from(`request of ${user.id}`)
  const answerDigest = Buffer.from(`answer to ${user.id}`)
  const challenge = aChallenge(customerId, { subject, userId: user.id, pending, requestDigest, transactionName: 'Pay' })
  const delivery = aDelivery(challenge, {
    contact,
    message: { subject: null, text: plain.text, html: null, language: 'en' },
  })
  let groupId = 0
  const device = aDevice(customerId, user.id)
  let risk: RiskStory | undefined
  await store.write(async (tx) => {
    await tx.customers.add(customerId, `Customer ${customerId}`, plain.oldApiKey, nowMs)
    await tx.customers.setApiKey(customerId, plain.apiKey, nowMs + 600_000)
    await tx.settings.set(customerId, 'issuer', plain.setting, nowMs)
    await tx.logos.put(customerId, aLogo.digest, aLogo.png, nowMs)
    const { adminLogin: login, adminPassword, adminSecret } = plain
    const admin = {
      id: `admin ${customerId}`,
      customerId,
      login,
      name: 'Ann',
      role: 'owner',
      password: adminPassword,
    } as const
    const [times, some] = [
      { createdAtMs: nowMs, lastUsedAtMs: null },
      { isEnabled: true, lastSignInAtMs: null },
    ]
    await tx.admins.add({ ...admin, ...some, createdAtMs: nowMs }, `${login} ${customerId}`)
    const factor = { id: `factor ${customerId}`, kind: 'totp', state: 'active', name: 'phone', lastStep: 1 } as const
    await tx.adminFactors.offer(admin.id, { ...factor, ...times, secret: adminSecret })
    await tx.accounts.put(account, accountDigest(customerId), nowMs)
    await tx.accounts.offerReset(customerId, accountReset(customerId), nowMs + 1_000)
    await tx.users.add(user, user.username)
    await tx.credentials.offer(customerId, user.id, credential, nowMs)
    await tx.devices.add(device)
    await tx.phoneOffers.add(anOffer(customerId, user.id, { id: `phone-of-${user.id}` }), nowMs)
    await tx.challenges.replace(challenge, nowMs)
    await tx.deliveries.add([delivery], nowMs, nowMs + 1_000_000_000)
    const { id: challengeId, expiresAtMs } = challenge
    await tx.pushMessages.addFor({ customerId, userId: user.id, challengeId, expiresAtMs }, nowMs)
    await tx.tokens.add(customerId, [token])
    await tx.webhooks.add(customerId, user.id, `event-of-${customerId}`, plain.event, nowMs)
    groupId = (await tx.groups.add(customerId, { name: 'Staff', nameFolded: 'staff', attributes: {} }, nowMs)) ?? 0
    await tx.groups.addMember(customerId, groupId, user.id, nowMs)
    await tx.apps.add({ ...app, allowedGroups: [{ id: groupId, name: 'Staff' }] })
    await tx.apps.rotate(customerId, app.id, plain.appSecret, nowMs + 600_000)
    await tx.signIns.add(signInDigest, aSignIn(app, user.id, { methods: ['message-code'], challengeId: challenge.id }))
    risk = await tellRisk(tx, user, { latitude: plain.latitude, username: plain.riskName, action: plain.riskAction })
    await tx.keptAnswers.claim(customerId, anAnswerClaim({ digest: answerDigest }))
    await tx.keptAnswers.keep(customerId, answerDigest, plain.keptAnswer)
    await tx.audit.append(customerId, aNote(), 'told', nowMs)
  })
  const failing = { ...aDecision(challenge), challengeId: null, verdict: 'wrong' } as const
  assert.equal(await store.decide(failing), 'wrong')
  assert.ok(risk)
  const digests = { requestDigest, answerDigest, signInDigest }
  return { user, credential, token, device, challenge, delivery, ...digests, app, groupId, risk }
}

/**
 * Closes a customer's audit until nothing of it is open. On PostgreSQL that can take a moment: a transaction anywhere
 * in the cluster, of another test too, holds it up.
 */
export async function closeAuditOf(store: Store, customerId: number): Promise<void> {
  const deadline = performance.now() + 20_000
  while ((await store.read.audit.verify(customerId)).openRows > 0 && performance.now() < deadline)
    await store.closeAudit(nowMs)
}
