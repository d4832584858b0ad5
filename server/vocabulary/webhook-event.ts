/** One event on its way to a customer's site. */
export interface WebhookEvent {
  readonly id: string
  readonly customerId: number
  /** JSON, as it is sent. */
  readonly body: string
  readonly state: 'waiting' | 'delivered' | 'given-up'
  readonly tries: number
  /** When it is due, while it waits. */
  readonly nextTryAtMs: number
  /** The HTTP status of the last answer; null: there was none. */
  readonly lastCode: number | null
  readonly createdAtMs: number
}
