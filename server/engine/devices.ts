import type { Customer } from '../vocabulary/customer.ts'
import type { Device, PushSubscription } from '../vocabulary/device.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import { foldUsername } from './contacts.ts'
import { notify } from './notices.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'

/** Phones of one user. */
export const devicesMax = 10

const endpointLettersMax = 1_000

/**
 * Whether push messages may be sent there, by its form alone: https, and a key and a secret of their right lengths (RFC
 * 8291 section 3). Whether the host is one on the internet is seen when it is reached.
 */
export function isPushService({ endpoint, p256dh, auth }: PushSubscription): boolean {
  const url = endpoint.length <= endpointLettersMax && URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isHttps = url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === ''
  return isHttps && Buffer.from(p256dh, 'base64url').length === 65 && Buffer.from(auth, 'base64url').length === 16
}

export type DevicesOutcome =
  | { readonly ok: true; readonly devices: readonly Device[] }
  | { readonly ok: false; readonly reason: 'unknown-user' }

/** The phones of a user, the oldest first. */
export async function listDevices(
  { store }: Pick<Engine, 'store'>,
  { customer, username }: { readonly customer: Customer; readonly username: string },
): Promise<DevicesOutcome> {
  const user = await store.read.users.find(customer.id, foldUsername(username))
  if (!user) return { ok: false, reason: 'unknown-user' }
  return { ok: true, devices: await store.read.devices.list(customer.id, user.id) }
}

export interface RemoveDeviceRequest {
  readonly customer: Customer
  readonly username: string
  readonly deviceId: string
  /** Null: the command line, which nobody can repeat. */
  readonly request: RequestMark | null
  readonly requestId: string | null
  /** For the audit, where it was not the user himself. */
  readonly by?: object
  /** Looked at in the same write; false: it stays. */
  readonly mayRemove?: (tx: Records, userId: string) => Promise<boolean>
}

export type RemoveDeviceOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unknown-user' | 'unknown-device' | 'repeated' }

/**
 * Removes a phone with all that it enrolled, and tells the user. From the commit on its requests are refused, and an
 * answer that it signed before is not accepted any more: it is decided by its credential, which is gone.
 */
export async function removeDevice(
  { store, clock, doorbell }: Pick<Engine, 'store' | 'clock'> & { readonly doorbell?: Engine['doorbell'] },
  { customer, username, deviceId, request, requestId, by, mayRemove }: RemoveDeviceRequest,
): Promise<RemoveDeviceOutcome> {
  const nowMs = clock()
  let owner: string | undefined
  const outcome = await store.write(async (tx): Promise<RemoveDeviceOutcome> => {
    if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    const user = await tx.users.find(customer.id, foldUsername(username))
    if (!user) return { ok: false, reason: 'unknown-user' }
    const { id: userId } = user
    owner = userId
    if (mayRemove && !(await mayRemove(tx, userId))) return { ok: false, reason: 'unknown-device' }
    if (!(await tx.devices.remove(customer.id, userId, deviceId))) return { ok: false, reason: 'unknown-device' }
    const detail = JSON.stringify({ ...by, device: deviceId })
    const note = { kind: 'enrolment', subject: userId, method: 'push', challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, 'phone-removed', nowMs)
    const told = { customer, event: 'device-removed', userId, username: user.username, contacts: user, nowMs } as const
    await notify(tx, told)
    return { ok: true }
  })
  if (owner !== undefined) doorbell?.ring(owner)
  return outcome
}

interface OwnRequest {
  readonly device: Device
  readonly request: RequestMark
  readonly requestId: string
}

export type ChangeOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unknown-device' | 'bad-name' | 'bad-push-service' | 'repeated' }

/** Gives a phone another name. */
export async function renameDevice(
  engine: Pick<Engine, 'store' | 'clock'>,
  request: OwnRequest & { readonly name: string },
): Promise<ChangeOutcome> {
  const name = readName(request.name)
  if (name === undefined) return { ok: false, reason: 'bad-name' }
  const { customerId, id } = request.device
  return change(engine, request, 'phone-renamed', (tx) => tx.devices.rename(customerId, id, name))
}

/** Where push messages for a phone go from now on; null: nowhere. */
export async function changePush(
  engine: Pick<Engine, 'store' | 'clock'>,
  request: OwnRequest & { readonly push: PushSubscription | null },
): Promise<ChangeOutcome> {
  const { device, push } = request
  if (push && !isPushService(push)) return { ok: false, reason: 'bad-push-service' }
  return change(engine, request, 'phone-push-changed', (tx) => tx.devices.setPush(device.customerId, device.id, push))
}

/** A name as it is kept; undefined when it cannot be shown. */
export function readName(name: string): string | undefined {
  const trimmed = name.trim()
  return /^[^\p{C}\p{Zl}\p{Zp}]{1,60}$/u.test(trimmed) ? trimmed : undefined
}

async function change(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  { device, request, requestId }: OwnRequest,
  outcome: string,
  job: (tx: Records) => Promise<boolean>,
): Promise<ChangeOutcome> {
  return store.write(async (tx): Promise<ChangeOutcome> => {
    if (!(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    if (!(await job(tx))) return { ok: false, reason: 'unknown-device' }
    const detail = JSON.stringify({ device: device.id })
    const note = { kind: 'enrolment', subject: device.userId, method: 'push', challengeId: null, requestId, detail }
    await tx.audit.append(device.customerId, note, outcome, clock())
    return { ok: true }
  })
}
