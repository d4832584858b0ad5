import type { App, AppChange } from '../../vocabulary/app.ts'
import type { Account, Customer } from '../../vocabulary/customer.ts'
import type { WebhookEvent } from '../../vocabulary/webhook-event.ts'

export interface AccountRecords {
  digestOf(address: string): Promise<Buffer>
  find(digest: Uint8Array): Promise<Account | undefined>
  of(customerId: number): Promise<Account | undefined>
  put(account: Account, digest: Uint8Array, nowMs: number): Promise<boolean>
  offerReset(customerId: number, resetDigest: Uint8Array, untilMs: number): Promise<void>
  byReset(resetDigest: Uint8Array, nowMs: number): Promise<Account | undefined>
  resetPassword(customerId: number, resetDigest: Uint8Array, password: string, nowMs: number): Promise<boolean>
}

export interface CustomerRecords {
  find(id: number): Promise<Customer | undefined>
  list(): Promise<{ id: number; name: string; createdAtMs: number }[]>
  add(id: number, name: string, apiKey: string, nowMs: number): Promise<boolean>
  rename(id: number, name: string): Promise<boolean>
  setApiKey(id: number, apiKey: string, oldUntilMs?: number): Promise<boolean>
  saltSecrets(id: number, salt: string, oldUntilMs: number, nowMs: number): Promise<void>
}

export interface AppRecords {
  list(customerId: number): Promise<App[]>
  add(app: App): Promise<boolean>
  rotate(customerId: number, id: string, secret: string, oldUntilMs: number): Promise<boolean>
  change(customerId: number, id: string, change: AppChange): Promise<boolean>
  remove(customerId: number, id: string): Promise<boolean>
}

export interface LogoRecords {
  find(customerId: number, digest: string): Promise<Uint8Array | undefined>
  put(customerId: number, digest: string, png: Uint8Array, nowMs: number): Promise<void>
  remove(customerId: number): Promise<boolean>
}

export interface WebhookRecords {
  add(customerId: number, userId: string, id: string, body: string, nowMs: number): Promise<void>
  list(customerId: number, limit: number): Promise<WebhookEvent[]>
  resend(customerId: number, id: string, nowMs: number): Promise<boolean>
}
