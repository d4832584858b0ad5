import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { anApp, aSignIn, aUser, nowMs } from '../../test/support/store.ts'
import type { App, SignIn } from '../vocabulary/app.ts'
import type { User } from '../vocabulary/user.ts'
import type { Store } from './open.ts'

const mine = 101

for (const name of databaseNames) {
  describe(`a sign-in on ${name}`, () => {
    let one: OneStore
    let store: Store
    let app: App
    let user: User
    before(async () => {
      one = await oneStore(name)
      store = one.store
      await store.write((tx) => tx.customers.add(mine, 'Mine', 'an-api-key-of-the-tests', nowMs))
    })
    after(() => one.close())

    const kept = async (more: Partial<SignIn> = {}) => {
      app = anApp(mine)
      user = aUser(mine)
      const digest = Buffer.from(randomUUID())
      const signIn = aSignIn(app, user.id, more)
      await store.write(async (tx) => {
        await tx.apps.add(app)
        await tx.users.add(user, user.username)
        await tx.signIns.add(digest, signIn)
      })
      return { digest, signIn }
    }
    const find = (digest: Buffer, atMs = nowMs) => store.read.signIns.find(mine, digest, atMs)
    const take = (digest: Buffer, atMs = nowMs) => store.write((tx) => tx.signIns.take(mine, digest, atMs))

    it('is found as it was kept', async () => {
      const { digest, signIn } = await kept({ methods: ['message-code', 'time-code'], challengeId: 'a-question' })
      assert.deepEqual(await find(digest), signIn)
      const { digest: bare, signIn: first } = await kept()
      assert.deepEqual(await find(bare), first)
    })

    it('is taken once, 20 at once', async () => {
      const { digest } = await kept()
      const taken = await Promise.all(Array.from({ length: 20 }, () => take(digest)))
      assert.equal(taken.filter(Boolean).length, 1)
      assert.equal(await find(digest), undefined)
    })

    it('is over when its time is', async () => {
      const { digest, signIn } = await kept()
      assert.ok(await find(digest, signIn.expiresAtMs - 1))
      assert.equal(await find(digest, signIn.expiresAtMs), undefined)
      assert.equal(await take(digest, signIn.expiresAtMs), false)
    })

    it('waits for the question it was given last', async () => {
      const { digest } = await kept({ challengeId: 'first' })
      assert.equal(await store.write((tx) => tx.signIns.wait(mine, digest, 'second')), true)
      assert.equal((await find(digest))?.challengeId, 'second')
    })

    it('goes with its app, with its user, and with the purge', async () => {
      const first = await kept()
      await store.write((tx) => tx.apps.remove(mine, app.id))
      assert.equal(await find(first.digest), undefined)
      const second = await kept()
      await store.write((tx) => tx.users.remove(mine, user.id))
      assert.equal(await find(second.digest), undefined)
      const { signIn } = await kept({ expiresAtMs: nowMs + 700_000 })
      await store.purge(signIn.expiresAtMs)
      assert.equal((await store.purge(signIn.expiresAtMs + 1))['signIns'], 1)
    })

    it('is of an app that has one name and one secret at a time', async () => {
      await kept()
      assert.equal(await store.write((tx) => tx.apps.add(anApp(mine, { name: app.name }))), false)
      assert.equal(await store.write((tx) => tx.apps.add(anApp(mine, { key: app.key }))), false)
      await store.write((tx) => tx.apps.rotate(mine, app.id, 'second', 5))
      await store.write((tx) => tx.apps.rotate(mine, app.id, 'third', 7))
      const found = await store.read.apps.byKey(app.key)
      assert.deepEqual([found?.secret, found?.oldSecret, found?.oldSecretUntilMs], ['third', 'second', 7])
    })
  })
}
