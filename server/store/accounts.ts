import { deriveKey, keyedDigest } from '../security/digest.ts'
import { type SealingKey, seal, unseal } from '../security/seal.ts'
import { type Account, serverScope } from '../vocabulary/customer.ts'
import { type Keys, place } from './keys.ts'
import type { AccountRow } from './tables/customers.ts'
import type { Db } from './tables.ts'

/** Accounts of those who look after customers. An e-mail address is found by its digest under the server's own key. */
export function accounts(db: Db, keys: Keys) {
  const opened = async (row: AccountRow): Promise<Account> => {
    const key = await keys.of(db, row.customer_id)
    return {
      customerId: row.customer_id,
      email: open(key, row, 'email', row.email),
      phone: row.phone && open(key, row, 'phone', row.phone),
      password: open(key, row, 'password', row.password),
    }
  }

  return {
    /** What an address, of mail or of a machine, is found and counted by; it does not tell the address. */
    async digestOf(address: string): Promise<Buffer> {
      const key = await keys.of(db, serverScope)
      return keyedDigest(deriveKey(key.bytes, 'accounts'), address)
    },

    async find(digest: Uint8Array): Promise<Account | undefined> {
      const row = await db.selectFrom('accounts').selectAll().where('email_digest', '=', digest).executeTakeFirst()
      return row && opened(row)
    },

    async of(customerId: number): Promise<Account | undefined> {
      const row = await db.selectFrom('accounts').selectAll().where('customer_id', '=', customerId).executeTakeFirst()
      return row && opened(row)
    },

    /** Keeps the account of a customer in place of an earlier one. False when another customer has the address. */
    async put(account: Account, digest: Uint8Array, nowMs: number): Promise<boolean> {
      const { customerId } = account
      const key = await keys.of(db, customerId)
      const sealed = (column: string, text: string) => seal(key, text, at(customerId, column))
      const values = {
        email_digest: digest,
        email: sealed('email', account.email),
        phone: account.phone === null ? null : sealed('phone', account.phone),
        password: sealed('password', account.password),
        reset_digest: null,
        reset_until_ms: null,
        updated_at_ms: nowMs,
      }
      const holder = await db
        .selectFrom('accounts')
        .select('customer_id')
        .where('email_digest', '=', digest)
        .executeTakeFirst()
      if (holder && holder.customer_id !== customerId) return false
      // Two that put one address at once: the unique index lets only one of the writes through.
      await db
        .insertInto('accounts')
        .values({ customer_id: customerId, created_at_ms: nowMs, ...values })
        .onConflict((conflict) => conflict.column('customer_id').doUpdateSet(values))
        .execute()
      return true
    },

    /** Lets whoever brings what has this digest choose a new password; ends an earlier offer. */
    async offerReset(customerId: number, resetDigest: Uint8Array, untilMs: number): Promise<void> {
      await db
        .updateTable('accounts')
        .set({ reset_digest: resetDigest, reset_until_ms: untilMs })
        .where('customer_id', '=', customerId)
        .execute()
    },

    /** The account whose password may be chosen anew. */
    async byReset(resetDigest: Uint8Array, nowMs: number): Promise<Account | undefined> {
      const row = await db
        .selectFrom('accounts')
        .selectAll()
        .where('reset_digest', '=', resetDigest)
        .where('reset_until_ms', '>', nowMs)
        .executeTakeFirst()
      return row && opened(row)
    },

    /** Takes a new password once: of two that bring the same offer, the second changes no row. */
    async resetPassword(
      customerId: number,
      resetDigest: Uint8Array,
      password: string,
      nowMs: number,
    ): Promise<boolean> {
      const key = await keys.of(db, customerId)
      const { numUpdatedRows } = await db
        .updateTable('accounts')
        .set({
          password: seal(key, password, at(customerId, 'password')),
          reset_digest: null,
          reset_until_ms: null,
          updated_at_ms: nowMs,
        })
        .where('customer_id', '=', customerId)
        .where('reset_digest', '=', resetDigest)
        .where('reset_until_ms', '>', nowMs)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
  }
}

function open(key: SealingKey, row: AccountRow, column: string, sealed: Uint8Array): string {
  return unseal(key, sealed, at(row.customer_id, column)).toString()
}

function at(customerId: number, column: string): string {
  return place(customerId, 'accounts', customerId, column)
}
