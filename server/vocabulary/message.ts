/** How a message travels. */
export type Via = 'sms' | 'email' | 'call'

/** What one message says. Null: its way has no such part, as an SMS has no subject. */
export interface Message {
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
  /** ISO 639-1; a call is read in it. */
  readonly language: string
}

/** One message on its way: the text is gone once it was handed over. */
export interface Delivery {
  readonly id: string
  readonly customerId: number
  /** Null: a notice, which asks nothing. */
  readonly challengeId: string | null
  readonly via: Via
  readonly contact: string
  readonly state: 'sending' | 'sent' | 'failed'
  readonly sentAtMs: number | null
  readonly message: Message | null
  /** Country code and four digits of the phone number; null for an address. */
  readonly prefix: string | null
}

/** One attempt to hand a message over to one provider. */
export interface DeliveryTry {
  readonly provider: string
  readonly isTaken: boolean
  /** The provider's own id of the message. */
  readonly reference: string | null
  /** Why not, or the provider's word for what it told later; without contact or text. */
  readonly detail: string | null
  readonly atMs: number
  /** What the provider told later. */
  readonly receipt: 'delivered' | 'failed' | null
  readonly receiptAtMs: number | null
}

/** What became of one message, without its text. */
export interface DeliveryRecord {
  readonly id: string
  /** Null: a notice. */
  readonly challengeId: string | null
  readonly via: Via
  readonly contact: string
  readonly state: Delivery['state']
  /** Why it failed, without contact or text. */
  readonly reason: string | null
  readonly createdAtMs: number
  /** When it was handed over or given up; null while it is on its way. */
  readonly settledAtMs: number | null
  readonly tries: readonly DeliveryTry[]
}

/** Tries of one kind with one provider. */
export interface ProviderCount {
  readonly provider: string
  readonly isTaken: boolean
  readonly receipt: 'delivered' | 'failed' | null
  readonly count: number
  readonly lastAtMs: number
  readonly detail: string | null
}
