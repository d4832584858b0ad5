import { sql } from 'kysely'
import { seal, unseal } from '../security/seal.ts'
import { customerSettings, withDefaults } from '../settings.ts'
import type { Customer, SecretSalts } from '../vocabulary/customer.ts'
import { alone } from './alone.ts'
import type { Dialect } from './dialect.ts'
import { addBuiltIn } from './groups.ts'
import { digestKeyOf, type Keys, place } from './keys.ts'
import { settings } from './settings.ts'
import type { Db } from './tables.ts'

/** Customers and their API keys, sealed at rest because the signature of a request is a hash over the key itself. */
export function customers(db: Db, keys: Keys, dialect: Dialect) {
  return {
    /** A customer with its settings, read afresh. */
    async find(id: number): Promise<Customer | undefined> {
      const row = await db
        .selectFrom('customers')
        .selectAll()
        .select(({ selectFrom }) =>
          selectFrom('groups')
            .select('id')
            .whereRef('groups.customer_id', '=', 'customers.id')
            .where('methods', 'is not', null)
            .limit(1)
            .as('group_with_methods'),
        )
        .select(({ selectFrom }) =>
          selectFrom('logos').select('digest').whereRef('logos.customer_id', '=', 'customers.id').as('logo'),
        )
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) return undefined
      const key = await keys.of(db, id)
      const stored = await settings(db, keys).all(id)
      const chosen = withDefaults(customerSettings, stored)
      return {
        id,
        name: row.name,
        apiKey: unseal(key, row.api_key, placeOfApiKey(id)).toString(),
        ...(row.old_api_key && {
          oldApiKey: {
            key: unseal(key, row.old_api_key, placeOfOldKey(id)).toString(),
            untilMs: row.old_api_key_until_ms,
          },
        }),
        ...saltsIn(stored),
        digestKey: digestKeyOf(key),
        settings: { ...chosen, issuer: chosen.issuer || row.name },
        templates: templatesIn(stored),
        logo: row.logo,
        hasGroupMethods: row.group_with_methods !== null,
      }
    },

    /** Removes a customer and every row of his in every table. Children go before what they point to. */
    async erase(id: number): Promise<void> {
      const all = await db.introspection.getTables()
      const owned = all
        .filter(({ columns }) => columns.some(({ name }) => name === 'customer_id'))
        .map(({ name }) => name)
      const parents = [
        'apps',
        'tokens',
        'deliveries',
        'challenges',
        'credentials',
        'groups',
        'users',
        'admins',
        'data_keys',
      ]
      const children = owned.filter((name) => !parents.includes(name))
      for (const table of [...children, ...parents])
        await sql`delete from ${sql.table(table)} where customer_id = ${id}`.execute(db)
      await db.deleteFrom('customers').where('id', '=', id).execute()
    },

    async rename(id: number, name: string): Promise<boolean> {
      const { numUpdatedRows } = await db.updateTable('customers').set({ name }).where('id', '=', id).executeTakeFirst()
      return numUpdatedRows === 1n
    },

    async list(): Promise<{ id: number; name: string; createdAtMs: number }[]> {
      const rows = await db.selectFrom('customers').select(['id', 'name', 'created_at_ms']).orderBy('id').execute()
      return rows.map((row) => ({ id: row.id, name: row.name, createdAtMs: row.created_at_ms }))
    },

    /** Makes sure that nobody else is adding a customer until this write is through. */
    async alone(): Promise<void> {
      if (dialect === 'postgres') await sql`lock table customers in share row exclusive mode`.execute(db)
    },

    /** Adds a customer with his first group. False when the id is taken. */
    async add(id: number, name: string, apiKey: string, nowMs: number): Promise<boolean> {
      await keys.ensure(db, id)
      const api_key = seal(await keys.of(db, id), apiKey, placeOfApiKey(id))
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('customers')
        .values({ id, name, api_key, created_at_ms: nowMs })
        .onConflict((at) => at.doNothing())
        .executeTakeFirst()
      if (numInsertedOrUpdatedRows !== 1n) return false
      await addBuiltIn(db, id, nowMs)
      return true
    },

    /**
     * Replaces the API key; the old one ends with it, or counts until `oldUntilMs`. False when there is no such customer.
     */
    async setApiKey(id: number, apiKey: string, oldUntilMs = 0): Promise<boolean> {
      const key = await keys.of(db, id)
      const row = await db.selectFrom('customers').select('api_key').where('id', '=', id).executeTakeFirst()
      const old = row && unseal(key, row.api_key, placeOfApiKey(id))
      const { numUpdatedRows } = await db
        .updateTable('customers')
        .set({
          api_key: seal(key, apiKey, placeOfApiKey(id)),
          old_api_key: old && oldUntilMs > 0 ? seal(key, old, placeOfOldKey(id)) : null,
          old_api_key_until_ms: oldUntilMs,
        })
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    /** Replaces what the customer's plugin secrets are made with; the one before counts until `oldUntilMs`. */
    async saltSecrets(id: number, salt: string, oldUntilMs: number, nowMs: number): Promise<void> {
      // Of two at once the second waits here, and keeps what the first made as the one before.
      await alone(db, dialect, id, saltsName)
      const kept = settings(db, keys)
      const before = saltsIn(await kept.all(id)).secretSalts
      const salts: SecretSalts = { salt, oldSalt: before?.salt ?? null, oldUntilMs }
      await kept.set(id, saltsName, JSON.stringify(salts), nowMs)
    },
  }
}

/** A customer's own texts are settings whose names begin with `template.`. */
function templatesIn(stored: ReadonlyMap<string, string>): Map<string, string> {
  const own = [...stored].filter(([name]) => name.startsWith(templatePrefix))
  return new Map(own.map(([name, text]) => [name.slice(templatePrefix.length), text]))
}

export const templatePrefix = 'template.'

/** Kept beside the settings, as texts are: nobody sets it by name. */
const saltsName = 'secret.salts'

function saltsIn(stored: ReadonlyMap<string, string>): Pick<Customer, 'secretSalts'> {
  const text = stored.get(saltsName)
  return text === undefined ? {} : { secretSalts: JSON.parse(text) as SecretSalts } // only written by this file
}

function placeOfOldKey(id: number): string {
  return place(id, 'customers', id, 'old_api_key')
}

function placeOfApiKey(id: number): string {
  return place(id, 'customers', id, 'api_key')
}
