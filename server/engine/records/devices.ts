import type { Device, PhoneOffer, PushSubscription, PushTarget } from '../../vocabulary/device.ts'

export interface DeviceRecords {
  byId(id: string): Promise<Device | undefined>
  list(customerId: number, userId: string): Promise<Device[]>
  add(device: Device): Promise<void>
  rename(customerId: number, id: string, name: string): Promise<boolean>
  setPush(customerId: number, id: string, push: PushSubscription | null): Promise<boolean>
  touch(customerId: number, id: string, nowMs: number): Promise<void>
  remove(customerId: number, userId: string, id: string): Promise<boolean>
  present(ids: readonly string[]): Promise<Set<string>>
}

export interface PhoneOfferRecords {
  add(offer: PhoneOffer, nowMs: number): Promise<void>
  find(id: string): Promise<PhoneOffer | undefined>
  take(customerId: number, id: string, deviceId: string, before: string | null, nowMs: number): Promise<boolean>
  endAll(customerId: number, userId: string, nowMs: number): Promise<number>
}

export interface PushMessageRecords {
  addFor(target: PushTarget, nowMs: number): Promise<number>
}
