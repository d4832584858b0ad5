import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import { nowMs, plain, storeOn, tell } from '../../test/support/store.ts'
import type { Store } from './open.ts'

const mine = 101
const other = 102

for (const name of databaseNames) {
  describe(`the store on ${name}`, () => {
    let one: OneStore
    let store: Store
    let raw: RawDatabase

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
      await tell(store, mine)
      await store.write((tx) => tx.customers.add(other, 'Other', 'the-api-key-of-the-other-customer', nowMs))
    })
    after(() => one.close())

    describe('customers', () => {
      it('are found with their key and their settings', async () => {
        const found = await store.read.customers.find(mine)
        assert.equal(found?.name, 'Customer 101')
        assert.equal(found?.apiKey, plain.apiKey)
        assert.equal(found?.digestKey.length, 32)
        assert.equal(found?.settings.issuer, plain.setting)
        assert.equal(found?.settings.codeLength, 6)
        assert.equal(await store.read.customers.find(999), undefined)
      })

      it('are listed by id, without any secret', async () => {
        const list = await store.read.customers.list()
        assert.deepEqual(
          list.map(({ id }) => id),
          [mine, other],
        )
        assert.deepEqual(Object.keys(list[0] ?? {}), ['id', 'name', 'createdAtMs'])
      })

      it('are added once for an id', async () => {
        assert.equal(await store.write((tx) => tx.customers.add(mine, 'Thief', 'a key of a thief', nowMs)), false)
        assert.equal((await store.read.customers.find(mine))?.apiKey, plain.apiKey)
      })

      it('get a new API key, and the old one ends with it', async () => {
        const id = 103
        await store.write((tx) => tx.customers.add(id, 'Third', 'the-first-key', nowMs))
        assert.equal(await store.write((tx) => tx.customers.setApiKey(id, 'the-second-key')), true)
        assert.equal((await store.read.customers.find(id))?.apiKey, 'the-second-key')
        assert.equal((await store.read.customers.find(mine))?.apiKey, plain.apiKey)
      })

      it('get other salts of their secrets, in turn: the one before is the last one that was given', async () => {
        const saltsOf = async (id: number) => (await store.read.customers.find(id))?.secretSalts
        assert.equal(await saltsOf(103), undefined)
        await store.write((tx) => tx.customers.saltSecrets(103, 'first', 5, nowMs))
        assert.deepEqual(await saltsOf(103), { salt: 'first', oldSalt: null, oldUntilMs: 5 })
        const others = ['a', 'b', 'c', 'd']
        await Promise.all(others.map((salt) => store.write((tx) => tx.customers.saltSecrets(103, salt, 7, nowMs))))
        const { salt = '', oldSalt } = (await saltsOf(103)) ?? {}
        assert.ok(others.includes(salt) && others.includes(oldSalt ?? '') && salt !== oldSalt, `${oldSalt}, ${salt}`)
        assert.equal(await saltsOf(mine), undefined)
      })

      it('have different keys for their digests', async () => {
        const [left, right] = [await store.read.customers.find(mine), await store.read.customers.find(other)]
        assert.notDeepEqual(left?.digestKey, right?.digestKey)
      })

      it('open after a write that failed and was made again', async () => {
        const id = 104
        const add = (fails: boolean) =>
          store.write(async (tx) => {
            await tx.customers.add(id, 'Fourth', 'the-key-of-the-fourth', nowMs)
            if (fails) throw new Error('broken on purpose')
          })
        await assert.rejects(add(true), /broken on purpose/)
        await add(false)
        const fresh = await storeOn(one.place)
        try {
          assert.equal((await fresh.read.customers.find(id))?.apiKey, 'the-key-of-the-fourth')
        } finally {
          await fresh.close()
          await raw.run('delete from customers where id = $1', id)
        }
      })
    })

    describe('settings', () => {
      it('are set, set again and unset, each in its own scope', async () => {
        const at = (scope: number) => store.read.settings.all(scope)
        const before = await at(mine)
        await store.write((tx) => tx.settings.set(0, 'smtpUrl', 'smtp://one', nowMs))
        await store.write((tx) => tx.settings.set(0, 'smtpUrl', 'smtp://two', nowMs))
        assert.deepEqual(await at(0), new Map([['smtpUrl', 'smtp://two']]))
        assert.deepEqual(await at(mine), before)
        await store.write((tx) => tx.settings.unset(0, 'smtpUrl'))
        assert.deepEqual(await at(0), new Map())
      })
    })

    describe('the clock', () => {
      it('is that of the database, in milliseconds', async () => {
        assert.ok(Math.abs((await store.timeMs()) - Date.now()) < 10_000)
      })
    })
  })
}
