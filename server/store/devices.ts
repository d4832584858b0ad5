import { type Sealed, type SealingKey, seal, unseal } from '../security/seal.ts'
import type { Device, PushSubscription } from '../vocabulary/device.ts'
import { type Keys, place } from './keys.ts'
import type { DeviceRow } from './tables/devices.ts'
import type { Db } from './tables.ts'

/** Phones that users paired. What each enrolled are credentials that name it, and go with it. */
export function devices(db: Db, keys: Keys) {
  const opened = async (row: DeviceRow): Promise<Device> => openDevice(await keys.of(db, row.customer_id), row)

  const sealedPush = async (customerId: number, id: string, push: PushSubscription | null) =>
    push && seal(await keys.of(db, customerId), JSON.stringify(push), placeOfPush(customerId, id))

  return {
    /** By its unguessable id alone, which its own requests name. */
    async byId(id: string): Promise<Device | undefined> {
      const row = await db.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst()
      return row && opened(row)
    },

    /** A user's phones, the oldest first. */
    async list(customerId: number, userId: string): Promise<Device[]> {
      const rows = await db
        .selectFrom('devices')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return Promise.all(rows.map(opened))
    },

    /** Throws when the customer has no such user. */
    async add(device: Device): Promise<void> {
      const { id, customerId, userId, name, publicKey, createdAtMs, lastUsedAtMs } = device
      await db
        .selectFrom('users')
        .select('id')
        .where('customer_id', '=', customerId)
        .where('id', '=', userId)
        .executeTakeFirstOrThrow()
      await db
        .insertInto('devices')
        .values({
          id,
          customer_id: customerId,
          user_id: userId,
          name,
          key_x: publicKey.x,
          key_y: publicKey.y,
          push: await sealedPush(customerId, id, device.push),
          created_at_ms: createdAtMs,
          last_used_at_ms: lastUsedAtMs,
        })
        .execute()
    },

    /** False when there is no such phone any more. */
    async rename(customerId: number, id: string, name: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('devices')
        .set({ name })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** False when there is no such phone any more. */
    async setPush(customerId: number, id: string, push: PushSubscription | null): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('devices')
        .set({ push: await sealedPush(customerId, id, push) })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    async touch(customerId: number, id: string, nowMs: number): Promise<void> {
      await db
        .updateTable('devices')
        .set({ last_used_at_ms: nowMs })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .execute()
    },

    /** Takes away a phone with all that it enrolled. False when the user has no such phone. */
    async remove(customerId: number, userId: string, id: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('devices')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },

    /** Which of these phones are still there. */
    async present(ids: readonly string[]): Promise<Set<string>> {
      if (ids.length === 0) return new Set()
      const rows = await db.selectFrom('devices').select('id').where('id', 'in', ids).execute()
      return new Set(rows.map(({ id }) => id))
    },
  }
}

/** A row as the engine knows it. */
function openDevice(key: SealingKey, row: DeviceRow): Device {
  return {
    id: row.id,
    customerId: row.customer_id,
    userId: row.user_id,
    name: row.name,
    publicKey: { x: row.key_x, y: row.key_y },
    push: openPush(key, row.customer_id, row.id, row.push),
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  }
}

export function openPush(
  key: SealingKey,
  customerId: number,
  deviceId: string,
  sealed: Sealed | null,
): PushSubscription | null {
  return sealed && (JSON.parse(unseal(key, sealed, placeOfPush(customerId, deviceId)).toString()) as PushSubscription) // written by `sealedPush`
}

function placeOfPush(customerId: number, id: string): string {
  return place(customerId, 'devices', id, 'push')
}
