import type { Device as Phone } from '../vocabulary/device.ts'
import type { MethodId } from '../vocabulary/method.ts'
import { type Device as Browser, listDevices as listBrowsers } from './adaptive-devices.ts'
import { enrollable, methodIds } from './allowed-methods.ts'
import { removeDevice } from './devices.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import { isOtherLeft, type Self } from './self-service.ts'
import type { Visitor } from './visits.ts'
import { voiceStateOf } from './voice.ts'

/** What a user sees of himself beside his credentials. */
export interface Belongings {
  /** Paired with the app, the oldest first. */
  readonly phones: readonly Phone[]
  /** Remembered at his sign-ins, last used first. */
  readonly browsers: readonly Browser[]
  readonly voice: 'off' | 'unset' | 'set'
  /** What his groups let him enrol. */
  readonly allowed: readonly MethodId[]
}

export async function readBelongings(engine: Engine, { customer, user }: Self): Promise<Belongings> {
  const [phones, browsers, voice, allowed] = await Promise.all([
    engine.store.read.devices.list(customer.id, user.id),
    listBrowsers(engine, customer, user.username),
    voiceStateOf(engine, customer, user.id),
    enrollable(engine.store.read, customer, user.id, methodIds),
  ])
  return { phones, browsers, voice, allowed }
}

/** Removes a phone of the user's own with all that it enrolled; it stays when he has nothing else to sign in with. */
export async function removeOwnPhone(
  engine: Engine,
  { customer, user: { username } }: Self,
  deviceId: string,
  { requestId }: Visitor,
): Promise<boolean> {
  const mayRemove = (tx: Records, userId: string) =>
    isOtherLeft(tx, customer.id, userId, (one) => one.deviceId === deviceId)
  return (await removeDevice(engine, { customer, username, deviceId, request: null, requestId, mayRemove })).ok
}
