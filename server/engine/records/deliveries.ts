import type { Delivery, DeliveryRecord } from '../../vocabulary/message.ts'

/** Tries of one kind with one provider. */
export interface ProviderCount {
  readonly provider: string
  readonly isTaken: boolean
  readonly receipt: 'delivered' | 'failed' | null
  readonly count: number
  readonly lastAtMs: number
  readonly detail: string | null
}

export interface DeliveryRecords {
  add(list: readonly Delivery[], nowMs: number, leaseUntilMs: number): Promise<void>
  log(customerId: number, challengeId: string | null, limit: number): Promise<DeliveryRecord[]>
  completionOf(
    customerId: number,
    prefix: string,
    sinceMs: number,
    limit: number,
  ): Promise<{ sent: number; completed: number }>
  of(customerId: number, challengeId: string): Promise<Delivery[]>
  byDay(
    customerId: number,
    sinceMs: number,
  ): Promise<{ dayMs: number; via: Delivery['via']; sent: number; failed: number }[]>
  health(customerId: number, sinceMs: number): Promise<ProviderCount[]>
}

export interface SendCountRecords {
  alone(customerId: number, key: string): Promise<void>
  add(customerId: number, key: string, startMs: number, endMs: number, count: number): Promise<number>
  since(customerId: number, key: string, afterMs: number): Promise<number>
}
