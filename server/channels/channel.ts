import type { Message, Via } from '../vocabulary/message.ts'

/** One way to carry a message. Deadline, retries, failover, recording and erasing are around it, in `outbox.ts`. */
export interface Channel {
  /** The provider's name, as receipts and reports call it. */
  readonly id: string
  readonly via: Via
  /** Resolves when the message was handed over; throws `DeliveryError` when it was not. */
  send(contact: string, message: Message, customerId: number, signal: AbortSignal): Promise<Handed>
  /** Ends connections; the channel is not used again. */
  close?(): Promise<void>
}

export interface Handed {
  /** The provider's own id of the message, under which a receipt may come later. */
  readonly reference: string | null
}

/** What a provider tells later about a message it took. */
export interface Receipt {
  readonly provider: string
  readonly reference: string
  readonly state: 'delivered' | 'failed'
  /** The provider's word for it. */
  readonly detail: string | null
}

/** What a channel is given beside its settings. */
export interface ChannelPorts {
  /** Where a provider can reach this server with a receipt. */
  receiptUrl(providerId: string): string
  onReceipt(receipt: Receipt): void
  warn(error: unknown): void
}

/** Why a message was not handed over, without contact or text. */
export class DeliveryError extends Error {
  /** True only when the other side surely did not take it and may take it in a moment. */
  readonly isRetriable: boolean

  constructor(message: string, isRetriable: boolean) {
    super(message)
    this.isRetriable = isRetriable
  }
}
