import { sql } from 'kysely'
import { randomId } from '../security/random.ts'
import { seal, unseal } from '../security/seal.ts'
import type { Delivery, DeliveryRecord, DeliveryTry, Message, ProviderCount, Via } from '../vocabulary/message.ts'
import { type Keys, place } from './keys.ts'
import type { DeliveryRow } from './tables/deliveries.ts'
import type { Db } from './tables.ts'

/** What became of one attempt to hand a message over. */
export interface DeliveryResult {
  readonly id: string
  readonly customerId: number
  readonly isSent: boolean
  readonly atMs: number
  /** Why it failed, without contact or text. */
  readonly error: string | null
  readonly tries: readonly Omit<DeliveryTry, 'receipt' | 'receiptAtMs'>[]
}

/** A notice that could not be sent within this time is not sent any more. */
const noticeLifeMs = 3_600_000

/** Messages on their way. The text is sealed, and erased as soon as it was handed over or given up. */
export function deliveries(db: Db, keys: Keys) {
  const opened = async (
    row: Omit<DeliveryRow, 'lease_until_ms' | 'error' | 'tries' | 'created_at_ms'>,
  ): Promise<Delivery> => {
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
      prefix: row.prefix,
      message: row.message && (JSON.parse(unseal(key, row.message, at('message')).toString()) as Message), // by `add`
    }
  }

  return {
    /** Keeps messages for sending; whoever adds them holds the lease and sends them. */
    async add(list: readonly Delivery[], nowMs: number, leaseUntilMs: number): Promise<void> {
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
            prefix: delivery.prefix,
            created_at_ms: nowMs,
          })
          .onConflict((conflict) => conflict.doNothing())
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
      for (const one of result.tries) {
        await db
          .insertInto('delivery_tries')
          .values({
            id: randomId(),
            delivery_id: result.id,
            provider: one.provider,
            reference: one.reference,
            outcome: one.isTaken ? 'taken' : 'failed',
            detail: one.detail,
            at_ms: one.atMs,
            receipt: null,
            receipt_at_ms: null,
          })
          .execute()
      }
    },

    /** What became of messages, newest first: of one challenge, or of all. */
    async log(customerId: number, challengeId: string | null, limit: number): Promise<DeliveryRecord[]> {
      const all = db.selectFrom('deliveries').selectAll().where('customer_id', '=', customerId)
      const wanted = challengeId === null ? all : all.where('challenge_id', '=', challengeId)
      const rows = await wanted.orderBy('created_at_ms', 'desc').orderBy('id').limit(limit).execute()
      const tries = await triesOf(
        db,
        rows.map(({ id }) => id),
      )
      return Promise.all(
        rows.map(async (row) => {
          const { id, via, contact, state, sentAtMs } = await opened(row)
          const { challenge_id, created_at_ms, error } = row
          return {
            id,
            challengeId: challenge_id,
            via,
            contact,
            state,
            reason: error,
            createdAtMs: created_at_ms,
            settledAtMs: sentAtMs,
            tries: tries.get(id) ?? [],
          }
        }),
      )
    },

    /** Handed over and failed, by day and way, since then. */
    async byDay(
      customerId: number,
      sinceMs: number,
    ): Promise<{ dayMs: number; via: Via; sent: number; failed: number }[]> {
      const day = sql<number>`created_at_ms - (created_at_ms % 86400000)`
      const rows = await db
        .selectFrom('deliveries')
        .select(['via', 'state', day.as('day')])
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('customer_id', '=', customerId)
        .where('created_at_ms', '>=', sinceMs)
        .groupBy(['via', 'state', day])
        .execute()
      const found = new Map<string, { dayMs: number; via: Via; sent: number; failed: number }>()
      for (const { via, state, day: start, count } of rows) {
        const key = `${start} ${via}`
        const one = found.get(key) ?? { dayMs: Number(start), via: via as Via, sent: 0, failed: 0 } // written by `add`
        one[state === 'failed' ? 'failed' : 'sent'] += Number(count)
        found.set(key, one)
      }
      return [...found.values()].sort((left, right) => left.dayMs - right.dayMs)
    },

    /** How each provider did since then, for one customer or for all. */
    async health(customerId: number, sinceMs: number): Promise<ProviderCount[]> {
      const rows = await db
        .selectFrom('delivery_tries')
        .innerJoin('deliveries', 'deliveries.id', 'delivery_tries.delivery_id')
        .select(['delivery_tries.provider', 'delivery_tries.outcome', 'delivery_tries.receipt'])
        .select(({ fn }) => [fn.countAll<number>().as('count'), fn.max('delivery_tries.at_ms').as('last')])
        .select(({ fn }) => fn.max('delivery_tries.detail').as('detail'))
        .where('deliveries.customer_id', '=', customerId)
        .where('deliveries.created_at_ms', '>=', sinceMs)
        .groupBy(['delivery_tries.provider', 'delivery_tries.outcome', 'delivery_tries.receipt'])
        .execute()
      return rows.map(({ provider, outcome, receipt, count, last, detail }) => ({
        provider,
        isTaken: outcome === 'taken',
        receipt: receipt === 'delivered' || receipt === 'failed' ? receipt : null,
        count: Number(count),
        lastAtMs: Number(last),
        detail,
      }))
    },

    /** Notes what a provider told about a message. `delivered` is final; a late `failed` does not undo it. */
    async receive(
      provider: string,
      reference: string,
      receipt: 'delivered' | 'failed',
      detail: string | null,
      nowMs: number,
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('delivery_tries')
        .set({ receipt, receipt_at_ms: nowMs, detail })
        .where('provider', '=', provider)
        .where('reference', '=', reference)
        .where((eb) => eb.or([eb('receipt', 'is', null), eb('receipt', '=', 'failed')]))
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    /** How many messages went to a prefix since then, and how many of their challenges were answered right. */
    async completionOf(
      customerId: number,
      prefix: string,
      sinceMs: number,
      limit: number,
    ): Promise<{ sent: number; completed: number }> {
      const rows = await db
        .selectFrom('deliveries')
        .innerJoin('challenges', 'challenges.id', 'deliveries.challenge_id')
        .select('challenges.state')
        .where('deliveries.customer_id', '=', customerId)
        .where('deliveries.prefix', '=', prefix)
        .where('deliveries.created_at_ms', '>', sinceMs)
        .orderBy('deliveries.created_at_ms', 'desc')
        .limit(limit)
        .execute()
      return { sent: rows.length, completed: rows.filter(({ state }) => state === 'approved').length }
    },

    /**
     * Takes over messages whose sender died: those with an ended lease whose challenge still waits. The conditional
     * update decides between two nodes; the loser changes no row and sends nothing.
     */
    async claimAbandoned(nowMs: number, leaseUntilMs: number, triesMax: number, limit: number): Promise<Delivery[]> {
      const rows = await db
        .selectFrom('deliveries')
        .leftJoin('challenges', 'challenges.id', 'deliveries.challenge_id')
        .selectAll('deliveries')
        .where('deliveries.state', '=', 'sending')
        .where('deliveries.lease_until_ms', '<', nowMs)
        .where('deliveries.tries', '<', triesMax)
        .where((eb) =>
          eb.or([
            eb.and([eb('challenges.state', '=', 'pending'), eb('challenges.expires_at_ms', '>', nowMs)]),
            eb.and([
              eb('deliveries.challenge_id', 'is', null),
              eb('deliveries.created_at_ms', '>', nowMs - noticeLifeMs),
            ]),
          ]),
        )
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

/** Attempts by message, in order; of two in one millisecond the one that was taken came last. */
async function triesOf(db: Db, deliveryIds: readonly string[]): Promise<Map<string, DeliveryTry[]>> {
  const tries = new Map<string, DeliveryTry[]>(deliveryIds.map((id) => [id, []]))
  if (deliveryIds.length === 0) return tries
  const rows = await db
    .selectFrom('delivery_tries')
    .selectAll()
    .where('delivery_id', 'in', deliveryIds)
    .orderBy('at_ms')
    .orderBy('outcome')
    .execute()
  for (const row of rows) {
    tries.get(row.delivery_id)?.push({
      provider: row.provider,
      isTaken: row.outcome === 'taken',
      reference: row.reference,
      detail: row.detail,
      atMs: row.at_ms,
      receipt: row.receipt === 'delivered' || row.receipt === 'failed' ? row.receipt : null,
      receiptAtMs: row.receipt_at_ms,
    })
  }
  return tries
}
