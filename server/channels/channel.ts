import type { Message, Via } from '../vocabulary.ts'

/** One way to carry a message. Deadline, retries, recording and erasing are around it, in `outbox.ts`. */
export interface Channel {
  readonly id: string
  readonly via: Via
  /** Resolves when the message was handed over; throws `DeliveryError` when it was not. */
  send(contact: string, message: Message, customerId: number, signal: AbortSignal): Promise<void>
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
