import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import { aCredential, aUser, nowMs, type Story, tell } from '../../test/support/store.ts'
import type { Store } from './open.ts'

const mine = 101
const other = 102

for (const name of databaseNames) {
  describe(`the store on ${name}`, () => {
    let one: OneStore
    let store: Store
    let raw: RawDatabase
    let story: Story

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
      story = await tell(store, mine)
      await store.write((tx) => tx.customers.add(other, 'Other', 'the-api-key-of-the-other-customer', nowMs))
    })
    after(() => one.close())

    describe('users', () => {
      it('are found by their folded name with all that was given', async () => {
        const found = await store.read.users.find(mine, story.user.username)
        assert.deepEqual(found, story.user)
        assert.equal(await store.read.users.find(mine, 'nobody'), undefined)
      })

      it('are added once for a name, also by forty at once', async () => {
        const folded = `many-${randomUUID()}`
        const adding = Array.from({ length: 40 }, () =>
          store.write((tx) => tx.users.add(aUser(mine, { username: folded }), folded)),
        )
        const added = await Promise.all(adding)
        assert.equal(added.filter(Boolean).length, 1)
      })

      it('change only in what is given', async () => {
        const user = aUser(mine, { email: 'a@example.com', phone: '+15550000001', firstName: 'A' })
        await store.write((tx) => tx.users.add(user, user.username))
        const changed = await store.write((tx) =>
          tx.users.change(mine, user.id, { phone: '+15550000002', isEnabled: false, email: null }, nowMs),
        )
        assert.equal(changed, true)
        assert.deepEqual(await store.read.users.find(mine, user.username), {
          ...user,
          phone: '+15550000002',
          isEnabled: false,
          email: null,
        })
        assert.equal(await store.write((tx) => tx.users.change(mine, randomUUID(), { firstName: 'B' }, nowMs)), false)
      })

      it('cannot take the name of another', async () => {
        const user = aUser(mine)
        await store.write((tx) => tx.users.add(user, user.username))
        const taking = store.write((tx) =>
          tx.users.change(mine, user.id, { usernameFolded: story.user.username }, nowMs),
        )
        await assert.rejects(taking)
        assert.equal((await store.read.users.find(mine, story.user.username))?.id, story.user.id)
      })

      it('go with their credentials, challenges and messages', async () => {
        const gone = await tell(store, 105)
        assert.equal(await store.write((tx) => tx.users.remove(105, gone.user.id)), true)
        assert.equal(await store.write((tx) => tx.users.remove(105, gone.user.id)), false)
        for (const table of ['users', 'credentials', 'challenges', 'deliveries'])
          assert.deepEqual(await raw.run(`select * from ${table} where customer_id = $1`, 105), [], table)
      })

      it('come in pages in the order of their names, and are counted', async () => {
        const id = 106
        await store.write(async (tx) => {
          await tx.customers.add(id, 'Paged', 'the-key-of-the-paged', nowMs)
          for (const folded of ['c', 'a', 'e', 'b', 'd']) await tx.users.add(aUser(id, { username: folded }), folded)
        })
        const names = async (offset: number, limit: number) =>
          (await store.read.users.page(id, offset, limit)).map(({ username }) => username)
        assert.deepEqual(await names(0, 2), ['a', 'b'])
        assert.deepEqual(await names(2, 2), ['c', 'd'])
        assert.deepEqual(await names(4, 2), ['e'])
        assert.deepEqual(await names(5, 2), [])
        assert.equal(await store.read.users.count(id), 5)
      })

      it('are known to exist elsewhere, and nothing more of them', async () => {
        assert.equal(await store.read.users.existsElsewhere(other, story.user.username), true)
        assert.equal(await store.read.users.existsElsewhere(mine, story.user.username), false)
        assert.equal(await store.read.users.existsElsewhere(mine, 'nobody'), false)
      })
    })

    describe('credentials', () => {
      it('are given back as they were offered', async () => {
        assert.deepEqual(await store.read.credentials.of(mine, story.user.id, 'time-code'), [story.credential])
        assert.deepEqual(await store.read.credentials.of(mine, story.user.id, 'message-code'), [])
      })

      it('replace an older pending one and leave a confirmed one', async () => {
        const user = aUser(mine)
        const [active, first, second] = [
          aCredential(),
          aCredential({ state: 'pending' }),
          aCredential({ state: 'pending' }),
        ]
        await store.write(async (tx) => {
          await tx.users.add(user, user.username)
          for (const credential of [active, first, second]) await tx.credentials.offer(mine, user.id, credential, nowMs)
        })
        const kept = await store.read.credentials.of(mine, user.id, 'time-code')
        assert.deepEqual(new Set(kept.map(({ id }) => id)), new Set([active.id, second.id]))
        const snapshot = await store.userSnapshot(mine, user.username)
        assert.deepEqual(snapshot?.credentials, [active], 'a snapshot holds confirmed ones only')
      })
    })
  })
}
