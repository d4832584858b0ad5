import type { DeviceSecret } from '../methods/device.ts'
import { methods } from '../methods/index.ts'
import { fingerprint, same } from '../security/digest.ts'
import { isP256Point } from '../security/p256.ts'
import { randomId, randomSecret } from '../security/random.ts'
import type { Credential } from '../vocabulary/credential.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Device, DeviceKey, PhoneOffer, PushSubscription } from '../vocabulary/device.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { User } from '../vocabulary/user.ts'
import { enrollable } from './allowed-methods.ts'
import { appLink, readCode } from './app-link.ts'
import { foldUsername } from './contacts.ts'
import { devicesMax, isPushService, readName } from './devices.ts'
import { hasNothing } from './first-method.ts'
import { notify } from './notices.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import { toolsFor } from './tools.ts'

/** Clients poll for five minutes. */
const offerLifeMs = 300_000
const secretBytes = 32
/** What a phone is good for: it is paired by whoever may use one of them, and enrols no other. */
export const phoneMethods = ['push', 'qr-scan', 'time-code', 'voice'] as const satisfies readonly MethodId[]

export interface OfferRequest {
  readonly customer: Customer
  readonly username: string
  /** The phone is to be his first method, and none beside another: see `first-method.ts`. */
  readonly isFirst?: boolean
  readonly request: RequestMark | null
  readonly requestId: string | null
}

export type OfferOutcome =
  | { readonly ok: true; readonly id: string; readonly link: string; readonly expiresAtMs: number }
  | { readonly ok: false; readonly reason: OfferBar | 'repeated' }

type OfferBar = 'unknown-user' | 'disabled-user' | 'turned-off' | 'too-many-devices'

/** Offers a user to pair a phone: the link, or a QR code of it, opens the app. It counts once, for five minutes. */
export async function offerPairing(
  { store, clock, baseUrl }: Pick<Engine, 'store' | 'clock' | 'baseUrl'>,
  { customer, username, isFirst = false, request, requestId }: OfferRequest,
): Promise<OfferOutcome> {
  const nowMs = clock()
  const secret = randomSecret(secretBytes).toString('base64url')
  return store.write(async (tx): Promise<OfferOutcome> => {
    if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    const user = await tx.users.find(customer.id, foldUsername(username))
    if (!user) return { ok: false, reason: 'unknown-user' }
    if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }
    if ((await enrollable(tx, customer, user.id, phoneMethods)).length === 0) return { ok: false, reason: 'turned-off' }
    if ((await tx.devices.list(customer.id, user.id)).length >= devicesMax)
      return { ok: false, reason: 'too-many-devices' }
    const id = randomId()
    const offer: PhoneOffer = {
      id,
      customerId: customer.id,
      userId: user.id,
      secretDigest: digestOf(id, secret, isFirst),
      deviceId: null,
      expiresAtMs: nowMs + offerLifeMs,
    }
    await tx.phoneOffers.add(offer, nowMs)
    const note = { kind: 'enrolment', subject: user.id, method: null, challengeId: id, requestId, detail: null }
    await tx.audit.append(customer.id, note, 'phone-offered', nowMs)
    return { ok: true, id, link: appLink(baseUrl, 'pair', id, secret), expiresAtMs: offer.expiresAtMs }
  })
}

/** How an offer stands; `customerId` null: asked without a signature, which the customer may have switched off. */
export async function pairingState(
  engine: Engine,
  id: string,
  customerId: number | null,
): Promise<'pending' | 'approved' | 'expired' | 'unknown'> {
  const offer = await engine.store.read.phoneOffers.find(id)
  if (!offer || (customerId !== null && offer.customerId !== customerId)) return 'unknown'
  if (customerId === null && !(await engine.customer(offer.customerId))?.settings.unsignedStatus) return 'unknown'
  if (offer.deviceId !== null) return 'approved'
  return offer.expiresAtMs <= engine.clock() ? 'expired' : 'pending'
}

export type OfferRefusal = 'unknown-code' | 'used-code' | 'expired-code' | 'disabled-user' | 'turned-off'

/** What the bearer of a code is shown before anything is made. */
export interface OfferView {
  readonly customer: Customer
  readonly user: User
  readonly offer: PhoneOffer
  readonly isFirst: boolean
}

/** The offer behind a code. Changes nothing. */
export async function readOffer(engine: Engine, code: string): Promise<OfferView | OfferRefusal> {
  const view = await findOffer(engine, code)
  if (typeof view === 'string') return view
  const { customer, user, offer } = view
  if (offer.deviceId !== null) return 'used-code'
  const uses = await enrollable(engine.store.read, customer, user.id, phoneMethods)
  return uses.length === 0 ? 'turned-off' : view
}

async function findOffer(engine: Engine, code: string): Promise<OfferView | OfferRefusal> {
  const { id, secret } = readCode(code) ?? { id: '', secret: '' }
  const offer = id === '' ? undefined : await engine.store.read.phoneOffers.find(id)
  const isOne = (isFirst: boolean) => offer?.secretDigest && same(offer.secretDigest, digestOf(id, secret, isFirst))
  const isFirst = isOne(true) === true
  if (!offer || !(isFirst || isOne(false))) return 'unknown-code'
  const customer = await engine.customer(offer.customerId)
  const user = await engine.store.read.users.byId(offer.customerId, offer.userId)
  if (!customer || !user) return 'unknown-code'
  if (!user.isEnabled) return 'disabled-user'
  return offer.expiresAtMs <= engine.clock() ? 'expired-code' : { customer, user, offer, isFirst }
}

export interface PairRequest {
  readonly code: string
  readonly name: string
  /** Whose key signed the request. */
  readonly publicKey: DeviceKey
  readonly push: PushSubscription | null
  readonly request: RequestMark
  readonly requestId: string
}

export type PairOutcome =
  | {
      readonly ok: true
      readonly customer: Customer
      readonly user: User
      readonly device: Device
      /** Null: his groups do not let the user sign in by codes that a phone shows. */
      readonly softToken: SoftToken | null
    }
  | {
      readonly ok: false
      readonly reason: OfferRefusal | 'bad-key' | 'bad-name' | 'bad-push-service' | 'too-many-devices' | 'repeated'
    }

/** What a phone shows codes with, as `methods/time-code.ts` makes it; it goes with the phone. */
export interface SoftToken {
  readonly secretText: string
  readonly uri: string
}

/**
 * Pairs a phone: keeps its key, and what it can answer with. The answer that brings the soft token may be lost on its
 * way, so the same key may take the offer again for as long as it has made no other request.
 */
export async function pair(engine: Engine, request: PairRequest): Promise<PairOutcome> {
  const { publicKey, push, requestId } = request
  const name = readName(request.name)
  if (name === undefined) return { ok: false, reason: 'bad-name' }
  if (!isP256Point(publicKey)) return { ok: false, reason: 'bad-key' }
  if (push && !isPushService(push)) return { ok: false, reason: 'bad-push-service' }
  const view = await findOffer(engine, request.code)
  if (typeof view === 'string') return { ok: false, reason: view }
  const { customer, user, offer, isFirst } = view
  const nowMs = engine.clock()
  const { id: customerId } = customer
  const device: Device = {
    id: randomId(),
    customerId,
    userId: user.id,
    name,
    publicKey,
    push,
    createdAtMs: nowMs,
    lastUsedAtMs: null,
  }
  return engine.store
    .write(async (tx): Promise<PairOutcome> => {
      if (!(await tx.marks.claim(request.request))) return { ok: false, reason: 'repeated' }
      // Two phones of one user that pair at once wait here: the second sees the first.
      await tx.sendCounts.alone(customerId, `devices:${user.id}`)
      const uses = await enrollable(tx, customer, user.id, phoneMethods)
      if (uses.length === 0) return { ok: false, reason: 'turned-off' }
      if (isFirst && !(await hasNothing(tx, customerId, user.id, offer.deviceId)))
        return { ok: false, reason: 'used-code' }
      if (!(await takeOffer(tx, offer, device))) return { ok: false, reason: 'used-code' }
      if ((await tx.devices.list(customerId, user.id)).length >= devicesMax) throw new TooMany()
      await tx.devices.add(device)
      const { credentials, softToken } = credentialsFor(device, customer, user, uses)
      for (const one of credentials) await tx.credentials.add(customerId, user.id, one, nowMs, device.id)
      const detail = JSON.stringify({ device: device.id, name })
      const note = { kind: 'enrolment', subject: user.id, method: 'push', challengeId: offer.id, requestId, detail }
      await tx.audit.append(customerId, note, 'phone-paired', nowMs)
      const { id: userId, username } = user
      await notify(tx, {
        customer,
        event: 'device-added',
        userId,
        username,
        contacts: user,
        nowMs,
        once: `device-added ${offer.id}`,
      })
      return { ok: true, customer, user, device, softToken }
    })
    .catch((error: unknown): PairOutcome => {
      if (error instanceof TooMany) return { ok: false, reason: 'too-many-devices' }
      throw error
    })
}

/** Undoes the write: an offer that comes to nothing stays. */
class TooMany extends Error {}

/** Takes the offer for a phone, in place of itself where it asks again; false when another one has it. */
async function takeOffer(tx: Records, { id, deviceId }: PhoneOffer, device: Device): Promise<boolean> {
  const { customerId, userId, publicKey, createdAtMs } = device
  const before = deviceId === null ? undefined : await again(tx, deviceId, publicKey)
  if (deviceId !== null && !before) return false
  if (!(await tx.phoneOffers.take(customerId, id, device.id, deviceId, createdAtMs))) return false
  if (before) await tx.devices.remove(customerId, userId, before.id)
  return true
}

/** The phone that took the offer, if it is this very one and has not been heard of since. */
async function again(tx: Records, deviceId: string, { x, y }: DeviceKey): Promise<Device | undefined> {
  const device = await tx.devices.byId(deviceId)
  const isSame = device?.publicKey.x === x && device.publicKey.y === y && device.lastUsedAtMs === null
  return isSame ? device : undefined
}

/** What a phone answers with, as far as its user may: its signature to push and scanned codes, and the codes that it shows. */
function credentialsFor(
  { id: deviceId, name, publicKey, createdAtMs }: Device,
  customer: Customer,
  user: User,
  uses: readonly MethodId[],
) {
  const { x, y } = publicKey
  const signing: DeviceSecret = { deviceId, x, y }
  const made = methods['time-code'].enrol?.(
    { issuer: customer.settings.issuer, account: user.username },
    toolsFor(customer, createdAtMs),
  )
  if (!made) throw new Error('A soft token has nothing to enrol.')
  const secrets: Partial<Record<MethodId, string>> = {
    push: JSON.stringify(signing),
    'qr-scan': JSON.stringify(signing),
    'time-code': made.secret,
  }
  const allowed = uses.flatMap((method) => (secrets[method] === undefined ? [] : [[method, secrets[method]] as const]))
  const credentials = allowed.map(
    ([method, secret]): Credential => ({
      id: randomId(),
      method,
      state: 'active',
      label: name,
      secret,
      lastStep: -1,
      lastUsedAtMs: null,
    }),
  )
  const softToken: SoftToken | null = uses.includes('time-code') ? made.show : null
  return { credentials, softToken }
}

/** What it may bind is a part of what the code is. */
function digestOf(id: string, secret: string, isFirst: boolean): Buffer {
  return fingerprint(isFirst ? 'first pairing' : 'pairing', id, secret)
}
