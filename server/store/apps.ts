import type { Selectable } from 'kysely'
import { seal, unseal } from '../security/seal.ts'
import type { App, AppChange, SignatureOrder } from '../vocabulary/app.ts'
import type { GroupName } from '../vocabulary/group.ts'
import { type Keys, place } from './keys.ts'
import type { AppRow } from './tables/customers.ts'
import type { Db } from './tables.ts'

/** Programs of a customer. Their secrets are sealed, because a signature is made with the secret itself. */
export function apps(db: Db, keys: Keys) {
  const opened = async (row: Selectable<AppRow>): Promise<App> => {
    const { customer_id: customerId, id } = row
    const key = await keys.of(db, customerId)
    return {
      id,
      customerId,
      name: row.name,
      key: row.key,
      secret: unseal(key, row.secret, placeOf(customerId, id, 'secret')).toString(),
      oldSecret: row.old_secret && unseal(key, row.old_secret, placeOf(customerId, id, 'old_secret')).toString(),
      oldSecretUntilMs: row.old_secret_until_ms,
      signatureOrder: row.signature_order as SignatureOrder, // written by this file alone
      trustedAddresses: row.trusted_addresses.split(',').filter((one) => one !== ''),
      factors: row.factors,
      allowedGroups: await allowedGroups(db, customerId, id),
      createdAtMs: row.created_at_ms,
    }
  }

  return {
    /** The app that a call names by its key alone. */
    async byKey(key: string): Promise<App | undefined> {
      const row = await db.selectFrom('apps').selectAll().where('key', '=', key).executeTakeFirst()
      return row && opened(row)
    },

    async list(customerId: number): Promise<App[]> {
      const rows = await db
        .selectFrom('apps')
        .selectAll()
        .where('customer_id', '=', customerId)
        .orderBy('name')
        .execute()
      return Promise.all(rows.map(opened))
    },

    /** False when the customer has an app of this name. */
    async add(app: App): Promise<boolean> {
      const { id, customerId, name, key, secret, signatureOrder, trustedAddresses, factors, createdAtMs } = app
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('apps')
        .values({
          id,
          customer_id: customerId,
          name,
          key,
          secret: seal(await keys.of(db, customerId), secret, placeOf(customerId, id, 'secret')),
          old_secret: null,
          old_secret_until_ms: 0,
          signature_order: signatureOrder,
          trusted_addresses: trustedAddresses.join(','),
          factors,
          created_at_ms: createdAtMs,
        })
        .onConflict((at) => at.doNothing())
        .executeTakeFirst()
      if (numInsertedOrUpdatedRows !== 1n) return false
      const ids = app.allowedGroups.map((group) => group.id)
      await allowGroups(db, customerId, id, ids)
      return true
    },

    /** Replaces the secret; the old one counts until `oldUntilMs`. False when there is no such app, or it was rotated meanwhile. */
    async rotate(customerId: number, id: string, secret: string, oldUntilMs: number): Promise<boolean> {
      const row = await db
        .selectFrom('apps')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) return false
      const key = await keys.of(db, customerId)
      const old = (await opened(row)).secret
      // Settles two that rotate at once: the second finds another secret than it read.
      const { numUpdatedRows } = await db
        .updateTable('apps')
        .set({
          secret: seal(key, secret, placeOf(customerId, id, 'secret')),
          old_secret: seal(key, old, placeOf(customerId, id, 'old_secret')),
          old_secret_until_ms: oldUntilMs,
        })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('secret', '=', row.secret)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** False when there is no such app. Its row is locked by the change, so that two lists of groups never mix. */
    async change(customerId: number, id: string, change: AppChange): Promise<boolean> {
      const { signatureOrder, trustedAddresses, factors } = change
      const { numUpdatedRows } = await db
        .updateTable('apps')
        .set({
          id,
          ...(signatureOrder ? { signature_order: signatureOrder } : {}),
          ...(trustedAddresses ? { trusted_addresses: trustedAddresses.join(',') } : {}),
          ...(factors ? { factors } : {}),
        })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) return false
      if (change.allowedGroups) {
        await db.deleteFrom('app_groups').where('customer_id', '=', customerId).where('app_id', '=', id).execute()
        await allowGroups(db, customerId, id, change.allowedGroups)
      }
      return true
    },

    /** With its sign-ins. False when there is no such app. */
    async remove(customerId: number, id: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('apps')
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },
  }
}

function allowedGroups(db: Db, customerId: number, appId: string): Promise<GroupName[]> {
  return db
    .selectFrom('app_groups')
    .innerJoin('groups', 'groups.id', 'app_groups.group_id')
    .select(['groups.id', 'groups.name'])
    .where('app_groups.customer_id', '=', customerId)
    .where('app_id', '=', appId)
    .orderBy('groups.id')
    .execute()
}

/** A group that is gone undoes the write: an app that is left without its groups would serve everybody. */
async function allowGroups(db: Db, customerId: number, appId: string, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('app_groups')
    .columns(['app_id', 'customer_id', 'group_id'])
    .expression((eb) =>
      eb
        .selectFrom('groups')
        .select([eb.val(appId).as('app_id'), 'customer_id', 'id'])
        .where('customer_id', '=', customerId)
        .where('id', 'in', ids),
    )
    .executeTakeFirst()
  if (Number(numInsertedOrUpdatedRows) !== ids.length)
    throw new Error('A group of the app is there no more. Try again.')
}

function placeOf(customerId: number, id: string, column: 'secret' | 'old_secret'): string {
  return place(customerId, 'apps', id, column)
}
