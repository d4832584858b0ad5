import type { KeptSession } from '../risk/kept.ts'
import { seal, unseal } from '../security/seal.ts'
import { type Keys, place } from './keys.ts'
import type { Db } from './tables.ts'

/** What pages were given, by the digest of their token. */
export function riskSessions(db: Db, keys: Keys) {
  return {
    async add(
      customerId: number,
      digest: Uint8Array,
      session: KeptSession,
      evaluations: number,
      expiresAtMs: number,
    ): Promise<void> {
      const sealed = seal(await keys.of(db, customerId), JSON.stringify(session), placeOf(customerId, digest))
      await db
        .insertInto('risk_sessions')
        .values({ digest, customer_id: customerId, session: sealed, evaluations, expires_at_ms: expiresAtMs })
        .execute()
    },

    async find(
      customerId: number,
      digest: Uint8Array,
      nowMs: number,
    ): Promise<(KeptSession & { readonly expiresAtMs: number }) | undefined> {
      const row = await db
        .selectFrom('risk_sessions')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .where('expires_at_ms', '>', nowMs)
        .executeTakeFirst()
      if (!row) return undefined
      const text = unseal(await keys.of(db, customerId), row.session, placeOf(customerId, digest)).toString()
      return { ...(JSON.parse(text) as KeptSession), expiresAtMs: row.expires_at_ms } // as `add` wrote it
    },

    /** Uses one of the weighings of a session up; false: none is left, or it is over. */
    async step(customerId: number, digest: Uint8Array, nowMs: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('risk_sessions')
        .set((eb) => ({ evaluations: eb('evaluations', '-', 1) }))
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .where('evaluations', '>', 0)
        .where('expires_at_ms', '>', nowMs)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Ends a session. Settles two evaluations that end well at once: one of them does. */
    async end(customerId: number, digest: Uint8Array): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('risk_sessions')
        .set({ evaluations: ended })
        .where('customer_id', '=', customerId)
        .where('digest', '=', digest)
        .where('evaluations', '>', ended)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
  }
}

const ended = -1

function placeOf(customerId: number, digest: Uint8Array): string {
  return place(customerId, 'risk_sessions', Buffer.from(digest).toString('base64url'), 'session')
}
