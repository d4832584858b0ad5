import type { PhoneOffer } from '../vocabulary/device.ts'
import type { Db } from './tables.ts'

/** Pairings that wait for the phone. */
export function phoneOffers(db: Db) {
  return {
    async add(
      { id, customerId, userId, secretDigest, deviceId, expiresAtMs }: PhoneOffer,
      nowMs: number,
    ): Promise<void> {
      await db
        .insertInto('phone_offers')
        .values({
          id,
          customer_id: customerId,
          user_id: userId,
          secret_digest: secretDigest,
          device_id: deviceId,
          created_at_ms: nowMs,
          expires_at_ms: expiresAtMs,
        })
        .execute()
    },

    /** By its unguessable id alone, for the unsigned status that browsers poll. */
    async find(id: string): Promise<PhoneOffer | undefined> {
      const row = await db.selectFrom('phone_offers').selectAll().where('id', '=', id).executeTakeFirst()
      return (
        row && {
          id,
          customerId: row.customer_id,
          userId: row.user_id,
          secretDigest: row.secret_digest,
          deviceId: row.device_id,
          expiresAtMs: row.expires_at_ms,
        }
      )
    },

    /** Gives it to a phone, once. `before`: the phone that may be replaced. False: another phone was first. */
    async take(
      customerId: number,
      id: string,
      deviceId: string,
      before: string | null,
      nowMs: number,
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('phone_offers')
        .set({ device_id: deviceId })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('expires_at_ms', '>', nowMs)
        // Settles two phones that scan one code.
        .where('device_id', before === null ? 'is' : '=', before)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Ends those of a user; returns how many. */
    async endAll(customerId: number, userId: string, nowMs: number): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable('phone_offers')
        .set({ expires_at_ms: nowMs })
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('expires_at_ms', '>', nowMs)
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },
  }
}
