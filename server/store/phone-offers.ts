import type { Db } from './tables.ts'

/** A phone that was offered to be registered; nothing can accept it before there is an app. */
export interface PhoneOffer {
  readonly id: string
  readonly customerId: number
  readonly userId: string
  readonly expiresAtMs: number
}

/** Registrations of phones that wait for the phone. */
export function phoneOffers(db: Db) {
  return {
    async add({ id, customerId, userId, expiresAtMs }: PhoneOffer, nowMs: number): Promise<void> {
      await db
        .insertInto('phone_offers')
        .values({ id, customer_id: customerId, user_id: userId, created_at_ms: nowMs, expires_at_ms: expiresAtMs })
        .execute()
    },

    /** By its unguessable id alone, for the unsigned status that browsers poll. */
    async find(id: string): Promise<PhoneOffer | undefined> {
      const row = await db.selectFrom('phone_offers').selectAll().where('id', '=', id).executeTakeFirst()
      return row && { id, customerId: row.customer_id, userId: row.user_id, expiresAtMs: row.expires_at_ms }
    },
  }
}
