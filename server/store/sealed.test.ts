import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import { masterKey, nowMs, plain, type Story, tell } from '../../test/support/store.ts'
import { storeRules } from '../engine/store-rules.ts'
import { type Sealed, sealingKey, unseal } from '../security/seal.ts'
import { openStore, type Store } from './open.ts'
import type { Tables } from './tables.ts'

const mine = 101
const other = 102

type SealedColumn = {
  [Table in keyof Tables]: {
    [Column in keyof Tables[Table] & string]: NonNullable<Tables[Table][Column]> extends Sealed
      ? `${Table}.${Column}`
      : never
  }[keyof Tables[Table] & string]
}[keyof Tables]

interface SealedCase {
  /** Null: it is random. */
  readonly plain: string | null
  /** Finds the row of the story; `$1` is the id that `idsOf` gives. */
  readonly where: string
  readonly read: (store: Store, story: Story) => Promise<unknown>
}

/** Every column of the type `Sealed`; the compiler finds the one that is missing. */
const sealedColumns = {
  'data_keys.key': { plain: null, where: 'customer_id = $1', read: (store) => store.read.customers.find(mine) },
  'customers.api_key': { plain: plain.apiKey, where: 'id = $1', read: (store) => store.read.customers.find(mine) },
  'customers.old_api_key': {
    plain: plain.oldApiKey,
    where: 'id = $1',
    read: (store) => store.read.customers.find(mine),
  },
  'accounts.email': { plain: plain.accountEmail, where: 'customer_id = $1', read: readAccount },
  'accounts.phone': { plain: plain.accountPhone, where: 'customer_id = $1', read: readAccount },
  'accounts.password': { plain: plain.password, where: 'customer_id = $1', read: readAccount },
  'admins.login': { plain: plain.adminLogin, where: 'customer_id = $1', read: readAdmins },
  'admins.password': { plain: plain.adminPassword, where: 'customer_id = $1', read: readAdmins },
  'admin_factors.secret': {
    plain: plain.adminSecret,
    where: 'admin_id in (select id from admins where customer_id = $1)',
    read: (store) => store.read.adminFactors.of(`admin ${mine}`),
  },
  'settings.value': { plain: plain.setting, where: 'customer_id = $1', read: (store) => store.read.settings.all(mine) },
  'users.email': { plain: plain.email, where: 'id = $1 and username is not null', read: readUser },
  'users.phone': { plain: plain.phone, where: 'id = $1 and username is not null', read: readUser },
  'credentials.secret': {
    plain: plain.secret,
    where: 'user_id = $1',
    read: (store, { user }) => store.read.credentials.of(mine, user.id, 'time-code'),
  },
  'challenges.pending': {
    plain: plain.pending,
    where: 'user_id = $1',
    read: (store, { challenge }) => store.read.challenges.find(challenge.id),
  },
  'deliveries.contact': { plain: plain.contact, where: 'challenge_id = $1', read: readDelivery },
  'webhook_events.body': {
    plain: plain.event,
    where: 'customer_id = $1',
    read: (store) => store.read.webhooks.list(mine, 10),
  },
  'devices.push': {
    plain: plain.pushEndpoint,
    where: 'customer_id = $1',
    read: (store, { user }) => store.read.devices.list(mine, user.id),
  },
  'tokens.seed': {
    plain: plain.seedKey,
    where: 'customer_id = $1',
    read: (store, { token }) => store.read.tokens.find(mine, token.serial),
  },
  'risk_users.place': {
    plain: String(plain.latitude),
    where: 'user_id = $1',
    read: (store, { user }) => store.read.riskUsers.hold(mine, user.id),
  },
  'risk_evaluations.record': {
    plain: plain.riskName,
    where: 'user_id = $1',
    read: (store, { user }) => store.read.riskEvaluations.recent(mine, user.id, 1),
  },
  'risk_sessions.session': {
    plain: plain.riskAction,
    where: 'customer_id = $1',
    read: (store, { risk }) => store.read.riskSessions.find(mine, risk.sessionDigest, nowMs),
  },
  'apps.secret': { plain: plain.appSecret, where: 'customer_id = $1', read: (store) => store.read.apps.list(mine) },
  'apps.old_secret': {
    plain: plain.oldAppSecret,
    where: 'customer_id = $1',
    read: (store) => store.read.apps.list(mine),
  },
  'kept_answers.answer': {
    plain: plain.keptAnswer,
    where: 'customer_id = $1',
    read: (store, { answerDigest }) => store.read.keptAnswers.find(mine, answerDigest),
  },
  'deliveries.message': { plain: plain.text, where: 'challenge_id = $1', read: readDelivery },
} satisfies Record<SealedColumn, SealedCase>

function readAdmins(store: Store): Promise<unknown> {
  return store.read.admins.list()
}

function readAccount(store: Store): Promise<unknown> {
  return store.read.accounts.of(mine)
}

function readUser(store: Store, { user }: Story): Promise<unknown> {
  return store.read.users.find(mine, user.username)
}

function readDelivery(store: Store, { challenge }: Story): Promise<unknown> {
  return store.read.deliveries.of(mine, challenge.id)
}

function idsOf({ user, challenge }: Story, where: string): (string | number)[] {
  if (where.startsWith('challenge_id')) return [challenge.id]
  return [where.includes('user') ? user.id : mine]
}

for (const name of databaseNames) {
  describe(`a sealed column on ${name}`, () => {
    let one: OneStore
    let store: Store
    let raw: RawDatabase
    let story: Story

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
      story = await tell(store, mine)
      await tell(store, other)
    })
    after(() => one.close())

    /** Every sealed value there is, of both customers. */
    const sealedValues = async () => {
      const found: Buffer[] = []
      for (const column of Object.keys(sealedColumns)) {
        const [table = '', field = ''] = column.split('.')
        for (const row of await raw.run(`select ${field} as value from ${table}`)) {
          if (row['value']) found.push(row['value'] as Buffer)
        }
      }
      return found
    }

    for (const [column, { plain: text, where, read }] of Object.entries<SealedCase>(sealedColumns)) {
      const [table = '', field = ''] = column.split('.')

      it(`${column} does not show its text`, async () => {
        const [row] = await raw.run(`select * from ${table} where ${where}`, ...idsOf(story, where))
        const bytes = row?.[field] as Buffer
        const hidden = text ?? unseal(sealingKey(masterKey), bytes, `${mine}|data_keys|${mine}|key`)
        assert.ok(bytes.length >= Buffer.byteLength(hidden) + 33, 'version, key id, nonce and tag are there')
        assert.ok(!bytes.includes(hidden))
      })

      it(`${column} does not open with the bytes of any other cell, nor with a bit changed`, async () => {
        const ids = idsOf(story, where)
        const put = (bytes: Uint8Array) =>
          raw.run(`update ${table} set ${field} = $${ids.length + 1} where ${where}`, ...ids, bytes)
        const [row] = await raw.run(`select * from ${table} where ${where}`, ...ids)
        const own = row?.[field] as Buffer
        const foreign = (await sealedValues()).filter((bytes) => !bytes.equals(own))
        assert.equal(foreign.length, 2 * Object.keys(sealedColumns).length, 'two customers, and the key of the server')
        const flipped = Buffer.from(own)
        flipped[flipped.length - 20] = (flipped[flipped.length - 20] ?? 0) ^ 1
        // A store of its own: one that is open remembers the data keys it has opened.
        const fresh = async () => {
          const opened = await openStore({ ...one.place, masterKeys: [masterKey], ...storeRules })
          try {
            return await read(opened, story)
          } finally {
            await opened.close()
          }
        }
        try {
          for (const bytes of [...foreign, flipped]) {
            await put(bytes)
            await assert.rejects(fresh())
          }
        } finally {
          await put(own)
        }
        await fresh()
      })
    }
  })
}
