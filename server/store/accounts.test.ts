import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { nowMs } from '../../test/support/store.ts'
import type { Store } from './open.ts'

const ids = [101, 102, 103]
const resetOf = (name: string) => Buffer.from(`reset ${name}`)

for (const name of databaseNames) {
  describe(`accounts on ${name}`, () => {
    let one: OneStore
    let store: Store
    before(async () => {
      one = await oneStore(name)
      store = one.store
      await store.write(async (tx) => {
        for (const id of ids) await tx.customers.add(id, `Customer ${id}`, 'an-api-key', nowMs)
      })
    })
    after(() => one.close())

    const digestOf = (email: string) => store.read.accounts.digestOf(email)
    async function put(customerId: number, email: string, password = 'hash'): Promise<boolean> {
      const digest = await digestOf(email)
      return store.write((tx) => tx.accounts.put({ customerId, email, phone: null, password }, digest, nowMs))
    }

    it('are found by address, and the same address again is the same account', async () => {
      assert.equal(await put(101, 'anna@example.com'), true)
      const found = await store.read.accounts.find(await digestOf('anna@example.com'))
      assert.deepEqual(found, { customerId: 101, email: 'anna@example.com', phone: null, password: 'hash' })
      assert.deepEqual(await store.read.accounts.of(101), found)
      assert.equal(await store.read.accounts.find(await digestOf('bert@example.com')), undefined)
    })

    it('belong to one customer: an address that another has is refused', async () => {
      assert.equal(await put(102, 'anna@example.com'), false)
      assert.equal(await store.read.accounts.of(102), undefined)
    })

    it('of one address at once are one', async () => {
      const made = await Promise.allSettled([102, 103].map((id) => put(id, 'carl@example.com')))
      assert.equal(made.filter((one) => one.status === 'fulfilled' && one.value).length, 1)
    })

    it('are replaced by another address of the same customer', async () => {
      assert.equal(await put(101, 'dora@example.com', 'other hash'), true)
      assert.equal(await store.read.accounts.find(await digestOf('anna@example.com')), undefined)
      assert.equal((await store.read.accounts.of(101))?.password, 'other hash')
    })

    it('take a new password once for each offer, in time, and only by the newest', async () => {
      const offer = (which: string) => store.write((tx) => tx.accounts.offerReset(101, resetOf(which), nowMs + 1_000))
      const take = (which: string, atMs = nowMs) =>
        store.write((tx) => tx.accounts.resetPassword(101, resetOf(which), `by ${which}`, atMs))
      await offer('first')
      await offer('second')
      assert.equal(await take('first'), false)
      assert.equal(await take('second', nowMs + 1_000), false)
      assert.equal((await store.read.accounts.byReset(resetOf('second'), nowMs))?.customerId, 101)
      assert.equal(await store.read.accounts.byReset(resetOf('second'), nowMs + 1_000), undefined)
      const taken = await Promise.all([take('second'), take('second'), take('second')])
      assert.deepEqual(taken.filter(Boolean), [true])
      assert.equal((await store.read.accounts.of(101))?.password, 'by second')
      assert.equal(await store.read.accounts.byReset(resetOf('second'), nowMs), undefined)
    })
  })
}
