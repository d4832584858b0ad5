import type { Delivery, DeliveryRecord, ProviderCount } from '../../vocabulary/message.ts'

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
