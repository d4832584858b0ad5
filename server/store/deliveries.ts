import { seal, unseal } from '../security/seal.ts'
import type { Delivery, Message, Via } from '../vocabulary.ts'
import { type Keys, place } from './keys.ts'
import type { Db, DeliveryRow } from './tables.ts'

/** What became of one attempt to hand a message over. */
export interface DeliveryResult {
  readonly id: string
  readonly customerId: number
  readonly isSent: boolean
  readonly atMs: number
  /** Why it failed, without contact or text. */
  readonly error: string | null
}

/** Messages on their way. The text is sealed, and erased as soon as it was handed over or given up. */
export function deliveries(db: Db, keys: Keys) {
  const opened = async (row: Omit<DeliveryRow, 'lease_until_ms' | 'error' | 'tries'>): Promise<Delivery> => {
    const key = await keys.of(db, row.customer_id)
    const at = (column: string) => place(row.customer_id, 'deliveries', row.id, column)
    return {
      id: row.id,
      customerId: row.customer_id,
      challengeId: row.challenge_id,
      via: row.via as Via, // written by `add`
      contact: unseal(key, row.contact, at('contact')).toString(),
      state: row.state as Delivery['state'], // written by `add` and `record`
      sentAtMs: row.sent_at_ms,
      message: row.message && (JSON.parse(unseal(key, row.message, at('message')).toString()) as Message), // by `add`
    }
  }

  return {
    /** Keeps messages for sending; whoever adds them holds the lease and sends them. */
    async add(list: readonly Delivery[], leaseUntilMs: number): Promise<void> {
      for (const delivery of list) {
        const key = await keys.of(db, delivery.customerId)
        const sealed = (column: string, text: string) =>
          seal(key, text, place(delivery.customerId, 'deliveries', delivery.id, column))
        await db
          .insertInto('deliveries')
          .values({
            id: delivery.id,
            customer_id: delivery.customerId,
            challenge_id: delivery.challengeId,
            via: delivery.via,
            contact: sealed('contact', delivery.contact),
            message: sealed('message', JSON.stringify(delivery.message)),
            state: 'sending',
            tries: 1,
            lease_until_ms: leaseUntilMs,
            sent_at_ms: null,
            error: null,
          })
          .execute()
      }
    },

    async of(customerId: number, challengeId: string): Promise<Delivery[]> {
      const rows = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('challenge_id', '=', challengeId)
        .execute()
      return Promise.all(rows.map(opened))
    },

    /** Writes down what became of a message and erases its text. A result that came before is not overwritten. */
    async record(result: DeliveryResult): Promise<void> {
      await db
        .updateTable('deliveries')
        .set({ state: result.isSent ? 'sent' : 'failed', sent_at_ms: result.atMs, error: result.error, message: null })
        .where('customer_id', '=', result.customerId)
        .where('id', '=', result.id)
        .where('state', '=', 'sending')
        .execute()
    },

    /**
     * Takes over messages whose sender died: those with an ended lease whose challenge still waits. The conditional
     * update decides between two nodes; the loser changes no row and sends nothing.
     */
    async claimAbandoned(nowMs: number, leaseUntilMs: number, triesMax: number, limit: number): Promise<Delivery[]> {
      const rows = await db
        .selectFrom('deliveries')
        .innerJoin('challenges', 'challenges.id', 'deliveries.challenge_id')
        .selectAll('deliveries')
        .where('deliveries.state', '=', 'sending')
        .where('deliveries.lease_until_ms', '<', nowMs)
        .where('deliveries.tries', '<', triesMax)
        .where('challenges.state', '=', 'pending')
        .where('challenges.expires_at_ms', '>', nowMs)
        .limit(limit)
        .execute()
      const claimed: Delivery[] = []
      for (const row of rows) {
        const { numUpdatedRows } = await db
          .updateTable('deliveries')
          .set({ lease_until_ms: leaseUntilMs, tries: row.tries + 1 })
          .where('id', '=', row.id)
          .where('state', '=', 'sending')
          .where('lease_until_ms', '=', row.lease_until_ms)
          .executeTakeFirst()
        if (numUpdatedRows === 1n) claimed.push(await opened(row))
      }
      return claimed
    },
  }
}
