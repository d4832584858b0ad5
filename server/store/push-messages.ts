import { randomId } from '../security/random.ts'
import type { PushMessage, PushSubscription, PushTarget } from '../vocabulary/device.ts'
import { openPush } from './devices.ts'
import type { Keys } from './keys.ts'
import type { Db } from './tables.ts'

/** What phones are woken with: kept with the question it tells of, sent after it, by whichever node comes first. */
export function pushMessages(db: Db, keys: Keys) {
  return {
    /** One for each of the user's phones that has a subscription; returns how many. */
    async addFor({ customerId, userId, challengeId, expiresAtMs }: PushTarget, nowMs: number): Promise<number> {
      const phones = await db
        .selectFrom('devices')
        .select('id')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('push', 'is not', null)
        .execute()
      if (phones.length === 0) return 0
      await db
        .insertInto('push_messages')
        .values(
          phones.map(({ id }) => ({
            id: randomId(),
            customer_id: customerId,
            device_id: id,
            challenge_id: challengeId,
            state: 'waiting',
            tries: 0,
            next_try_at_ms: nowMs,
            expires_at_ms: expiresAtMs,
            last_code: null,
            created_at_ms: nowMs,
          })),
        )
        .execute()
      return phones.length
    },

    async isDue(nowMs: number): Promise<boolean> {
      const row = await db
        .selectFrom('push_messages')
        .innerJoin('devices', 'devices.id', 'push_messages.device_id')
        .innerJoin('challenges', 'challenges.id', 'push_messages.challenge_id')
        .select('push_messages.id')
        .where('push_messages.state', '=', 'waiting')
        .where('push_messages.next_try_at_ms', '<=', nowMs)
        .where('push_messages.expires_at_ms', '>', nowMs)
        .where('challenges.state', '=', 'pending')
        .where('devices.push', 'is not', null)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    /**
     * Takes what is due and still worth sending; the conditional update decides between two nodes, and the loser sends
     * nothing.
     */
    async claimDue(nowMs: number, leaseUntilMs: number, limit: number): Promise<PushMessage[]> {
      const rows = await db
        .selectFrom('push_messages')
        .innerJoin('devices', 'devices.id', 'push_messages.device_id')
        .innerJoin('challenges', 'challenges.id', 'push_messages.challenge_id')
        .selectAll('push_messages')
        .select('devices.push')
        .where('push_messages.state', '=', 'waiting')
        .where('push_messages.next_try_at_ms', '<=', nowMs)
        .where('push_messages.expires_at_ms', '>', nowMs)
        .where('challenges.state', '=', 'pending')
        .where('devices.push', 'is not', null)
        .orderBy('push_messages.next_try_at_ms')
        .limit(limit)
        .execute()
      const claimed: PushMessage[] = []
      for (const row of rows) {
        const push = openPush(await keys.of(db, row.customer_id), row.customer_id, row.device_id, row.push)
        if (!push) continue
        const { numUpdatedRows } = await db
          .updateTable('push_messages')
          .set({ next_try_at_ms: leaseUntilMs, tries: row.tries + 1 })
          .where('id', '=', row.id)
          .where('state', '=', 'waiting')
          .where('next_try_at_ms', '=', row.next_try_at_ms)
          .executeTakeFirst()
        if (numUpdatedRows === 1n)
          claimed.push({
            id: row.id,
            customerId: row.customer_id,
            deviceId: row.device_id,
            challengeId: row.challenge_id,
            push,
            tries: row.tries + 1,
            expiresAtMs: row.expires_at_ms,
          })
      }
      return claimed
    },

    /** Writes down what the push service answered; `nextTryAtMs` null: it is not tried again. */
    async record(id: string, code: number | null, isTaken: boolean, nextTryAtMs: number | null): Promise<void> {
      const state = isTaken ? 'taken' : nextTryAtMs === null ? 'given-up' : 'waiting'
      await db
        .updateTable('push_messages')
        .set({ state, last_code: code, ...(nextTryAtMs === null ? {} : { next_try_at_ms: nextTryAtMs }) })
        .where('id', '=', id)
        .execute()
    },

    /** Forgets a subscription that its push service called gone, unless the phone has another one by now. */
    async forget(customerId: number, deviceId: string, gone: PushSubscription): Promise<void> {
      const row = await db
        .selectFrom('devices')
        .select('push')
        .where('customer_id', '=', customerId)
        .where('id', '=', deviceId)
        .executeTakeFirst()
      if (!row?.push) return
      const kept = openPush(await keys.of(db, customerId), customerId, deviceId, row.push)
      if (kept?.endpoint !== gone.endpoint) return
      await db
        .updateTable('devices')
        .set({ push: null })
        .where('customer_id', '=', customerId)
        .where('id', '=', deviceId)
        // Settles a new subscription that arrives meanwhile: that one stays.
        .where('push', '=', row.push)
        .execute()
    },
  }
}
