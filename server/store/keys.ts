import { deriveKey, keyedDigest } from '../security/digest.ts'
import { randomSecret } from '../security/random.ts'
import { type Sealed, type SealingKey, seal, sealedBy, sealingKey, unseal } from '../security/seal.ts'
import type { Db } from './tables.ts'

/**
 * The key ring. Master keys seal one data key per customer; the data key seals the customer's secrets and, by
 * derivation, keys its digests. Only sealed data keys are stored, so a new master key re-seals those and nothing else.
 */
export class Keys {
  readonly #current: SealingKey
  /** The current one first. */
  readonly masters: readonly SealingKey[]
  readonly #dataKeys = new Map<number, SealingKey>()
  #reader: Db | undefined

  constructor(masterKeys: readonly Uint8Array[]) {
    this.masters = masterKeys.map(sealingKey)
    const [current] = this.masters
    if (!current) throw new Error('There is no master key.')
    this.#current = current
  }

  /** Only what this handle reads is remembered: it is committed, and a key that was undone must seal nothing. */
  rememberWhatIsReadBy(reader: Db): void {
    this.#reader = reader
  }

  /** Makes the data key of a customer unless there is one; two nodes that start at once agree on the first. */
  async ensure(db: Db, customerId: number): Promise<void> {
    const key = seal(this.#current, randomSecret(32), placeOfKey(customerId))
    await db
      .insertInto('data_keys')
      .values({ customer_id: customerId, key })
      .onConflict((at) => at.doNothing())
      .execute()
  }

  /** The data key of a customer; throws when no master key opens it. */
  async of(db: Db, customerId: number): Promise<SealingKey> {
    const known = this.#dataKeys.get(customerId)
    if (known) return known
    const row = await db.selectFrom('data_keys').select('key').where('customer_id', '=', customerId).executeTakeFirst()
    if (!row) throw new Error(`There is no data key of customer ${customerId}.`)
    const key = openDataKey(this.masters, customerId, row.key)
    if (db === this.#reader) this.#dataKeys.set(customerId, key)
    return key
  }

  /** Seals the data keys that an older master key sealed with the current one. Returns how many. */
  async rewrap(db: Db): Promise<number> {
    const rows = await db.selectFrom('data_keys').selectAll().execute()
    const old = rows.filter((row) => !sealedBy(row.key, this.#current))
    for (const row of old) {
      const key = seal(
        this.#current,
        openDataKey(this.masters, row.customer_id, row.key).bytes,
        placeOfKey(row.customer_id),
      )
      await db.updateTable('data_keys').set({ key }).where('customer_id', '=', row.customer_id).execute()
    }
    return old.length
  }
}

/** Opens the data key of a customer; throws when no master key does. */
export function openDataKey(masters: readonly SealingKey[], customerId: number, sealed: Sealed): SealingKey {
  const master = masters.find((key) => sealedBy(sealed, key))
  if (!master) {
    throw new Error(
      'The master key does not open this database. Put the key it was made with into COUNTERSIGN_MASTER_KEY, after the new one if there is one.',
    )
  }
  return sealingKey(unseal(master, sealed, placeOfKey(customerId)))
}

/** What keys every digest of a customer; derived once from each data key that is read. */
export function digestKeyOf(dataKey: SealingKey): Uint8Array {
  const known = digestKeys.get(dataKey)
  if (known) return known
  const key = deriveKey(dataKey.bytes, 'digests')
  digestKeys.set(dataKey, key)
  return key
}

const digestKeys = new WeakMap<SealingKey, Uint8Array>()

/** Where a sealed value stands; authenticated with it. */
export function place(customerId: number, table: string, row: string | number, column: string): string {
  return `${customerId}|${table}|${row}|${column}`
}

function placeOfKey(customerId: number): string {
  return place(customerId, 'data_keys', customerId, 'key')
}

/** Signs the head of a customer's audit chain, so that a chain rewritten in the database alone is noticed. */
export function auditSeal(dataKey: SealingKey, ...parts: readonly string[]): Buffer {
  return keyedDigest(deriveKey(dataKey.bytes, 'audit'), ...parts)
}
