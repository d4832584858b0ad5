import type { RememberedDevice } from '../risk/kept.ts'
import { packMarks, unpackMarks } from '../risk/marks.ts'
import type { RiskDeviceRow } from './tables/risk.ts'
import type { Db } from './tables.ts'

/** Browsers that users had remembered, and the tokens they show. */
export function riskDevices(db: Db) {
  return {
    async of(customerId: number, userId: string): Promise<RememberedDevice[]> {
      const rows = await db
        .selectFrom('risk_devices')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .orderBy('last_used_at_ms', 'desc')
        .execute()
      return rows.map(openDevice)
    },

    async add(customerId: number, userId: string, device: RememberedDevice): Promise<void> {
      await db
        .insertInto('risk_devices')
        .values({ id: device.id, customer_id: customerId, user_id: userId, ...columnsOf(device) })
        .execute()
    },

    /**
     * Writes a device anew, with the token that comes after `from`. Settles two sign-ins with one token: only one of
     * them replaces it; the other gives out none.
     */
    async renew(customerId: number, device: RememberedDevice, from: Uint8Array): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('risk_devices')
        .set(columnsOf(device))
        .where('customer_id', '=', customerId)
        .where('id', '=', device.id)
        .where('token_digest', '=', from)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** One device of a user, or all with null; returns how many there were. */
    async remove(customerId: number, userId: string, id: string | null): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('risk_devices')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .$if(id !== null, (query) => query.where('id', '=', id ?? ''))
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

function columnsOf(device: RememberedDevice) {
  return {
    token_digest: device.tokenDigest,
    old_token_digest: device.oldTokenDigest,
    is_token_seen: device.isTokenSeen ? 1 : 0,
    token_at_ms: device.tokenAtMs,
    key: device.key,
    marks: packMarks(device.marks),
    version: device.version,
    label: device.label,
    created_at_ms: device.createdAtMs,
    last_used_at_ms: device.lastUsedAtMs,
    trusted_until_ms: device.trustedUntilMs,
  }
}

export function openDevice(row: Omit<RiskDeviceRow, 'customer_id' | 'user_id'>): RememberedDevice {
  return {
    id: row.id,
    tokenDigest: row.token_digest,
    oldTokenDigest: row.old_token_digest,
    isTokenSeen: row.is_token_seen === 1,
    tokenAtMs: row.token_at_ms,
    key: row.key,
    marks: unpackMarks(row.marks),
    version: row.version,
    label: row.label,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    trustedUntilMs: row.trusted_until_ms,
  }
}
