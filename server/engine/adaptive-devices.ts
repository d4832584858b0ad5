import type { Customer } from '../vocabulary.ts'
import type { Engine } from './ports.ts'

/** A browser that the user had remembered. */
export interface Device {
  readonly id: string
  /** Such as `Chrome on Windows`. */
  readonly label: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number
  /** Until when it may pass without a second factor. */
  readonly trustedUntilMs: number
}

/** Newest first; empty for an unknown user. */
export async function listDevices(_engine: Engine, _customer: Customer, _username: string): Promise<Device[]> {
  throw new Error('not yet')
}

/** False: the user has no such device. */
export async function forgetDevice(
  _engine: Engine,
  _customer: Customer,
  _username: string,
  _id: string,
): Promise<boolean> {
  throw new Error('not yet')
}
