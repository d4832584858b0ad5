import { seal, unseal } from '../security/seal.ts'
import type { WebhookEvent } from '../vocabulary/webhook-event.ts'
import { type Keys, place } from './keys.ts'
import type { Db } from './tables.ts'

/** What sites are told: kept with the change it tells of, sent later, listed for a while. */
export function webhooks(db: Db, keys: Keys) {
  const opened = async (row: {
    id: string
    customer_id: number
    body: Uint8Array
    state: string
    tries: number
    next_try_at_ms: number
    last_code: number | null
    created_at_ms: number
  }): Promise<WebhookEvent> => ({
    id: row.id,
    customerId: row.customer_id,
    body: unseal(await keys.of(db, row.customer_id), row.body, placeOfBody(row.customer_id, row.id)).toString(),
    state: row.state as WebhookEvent['state'], // written by this file alone
    tries: row.tries,
    nextTryAtMs: row.next_try_at_ms,
    lastCode: row.last_code,
    createdAtMs: row.created_at_ms,
  })

  return {
    async add(customerId: number, userId: string, id: string, body: string, nowMs: number): Promise<void> {
      await db
        .insertInto('webhook_events')
        .values({
          id,
          customer_id: customerId,
          user_id: userId,
          body: seal(await keys.of(db, customerId), body, placeOfBody(customerId, id)),
          state: 'waiting',
          tries: 0,
          next_try_at_ms: nowMs,
          last_code: null,
          created_at_ms: nowMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    /** Newest first. */
    async list(customerId: number, limit: number): Promise<WebhookEvent[]> {
      const rows = await db
        .selectFrom('webhook_events')
        .selectAll()
        .where('customer_id', '=', customerId)
        .orderBy('created_at_ms', 'desc')
        .limit(limit)
        .execute()
      return Promise.all(rows.map(opened))
    },

    /** Takes what is due; the conditional update decides between two nodes, and the loser sends nothing. */
    async claimDue(nowMs: number, leaseUntilMs: number, limit: number): Promise<WebhookEvent[]> {
      const rows = await db
        .selectFrom('webhook_events')
        .selectAll()
        .where('state', '=', 'waiting')
        .where('next_try_at_ms', '<=', nowMs)
        .orderBy('next_try_at_ms')
        .limit(limit)
        .execute()
      const claimed: WebhookEvent[] = []
      for (const row of rows) {
        const { numUpdatedRows } = await db
          .updateTable('webhook_events')
          .set({ next_try_at_ms: leaseUntilMs, tries: row.tries + 1 })
          .where('id', '=', row.id)
          .where('state', '=', 'waiting')
          .where('next_try_at_ms', '=', row.next_try_at_ms)
          .executeTakeFirst()
        if (numUpdatedRows === 1n) claimed.push(await opened({ ...row, tries: row.tries + 1 }))
      }
      return claimed
    },

    /** Writes down what the site answered; `nextTryAtMs` null: it is not tried again. */
    async record(id: string, code: number | null, isDelivered: boolean, nextTryAtMs: number | null): Promise<void> {
      const state = isDelivered ? 'delivered' : nextTryAtMs === null ? 'given-up' : 'waiting'
      await db
        .updateTable('webhook_events')
        .set({ state, last_code: code, ...(nextTryAtMs === null ? {} : { next_try_at_ms: nextTryAtMs }) })
        .where('id', '=', id)
        .execute()
    },

    /** Sends an event once more, whatever became of it. False when there is none. */
    async resend(customerId: number, id: string, nowMs: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('webhook_events')
        .set({ state: 'waiting', tries: 0, next_try_at_ms: nowMs })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
  }
}

function placeOfBody(customerId: number, id: string): string {
  return place(customerId, 'webhook_events', id, 'body')
}
