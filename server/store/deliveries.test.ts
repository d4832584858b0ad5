import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { aChallenge, aDelivery, nowMs, tell } from '../../test/support/store.ts'
import type { Store } from './open.ts'

const mine = 101

for (const name of databaseNames) {
  describe(`the store on ${name}`, () => {
    let one: OneStore
    let store: Store

    before(async () => {
      one = await oneStore(name)
      store = one.store
      await tell(store, mine)
    })
    after(() => one.close())

    describe('deliveries', () => {
      const asked = async (more = {}) => {
        const challenge = aChallenge(mine, more)
        const delivery = aDelivery(challenge)
        await store.write(async (tx) => {
          await tx.challenges.replace(challenge, nowMs)
          await tx.deliveries.add([delivery], nowMs, nowMs + 1_000)
        })
        return { challenge, delivery }
      }
      const claim = (atMs: number) => store.write((tx) => tx.deliveries.claimAbandoned(atMs, atMs + 1_000, 3, 100)) // 3 tries, as the outbox does
      const result = (id: string, isSent: boolean) =>
        store.write((tx) => tx.deliveries.record({ id, customerId: mine, isSent, atMs: nowMs, error: null, tries: [] }))

      it('are given back as they were added', async () => {
        const { challenge, delivery } = await asked()
        assert.deepEqual(await store.read.deliveries.of(mine, challenge.id), [delivery])
        assert.deepEqual(await store.read.deliveries.of(mine, randomUUID()), [])
      })

      it('lose their text with their result, and keep the first result', async () => {
        const { challenge, delivery } = await asked()
        await result(delivery.id, true)
        await result(delivery.id, false)
        const [kept] = await store.read.deliveries.of(mine, challenge.id)
        assert.equal(kept?.state, 'sent')
        assert.equal(kept?.message, null)
        assert.equal(kept?.sentAtMs, nowMs)
      })

      it('are taken over once their lease has ended, by one taker only, three tries in all', async () => {
        const { delivery } = await asked()
        const taken = async (atMs: number) => (await claim(atMs)).filter(({ id }) => id === delivery.id).length
        assert.equal(await taken(nowMs + 1_000), 0, 'the lease still holds')
        const takers = await Promise.all(Array.from({ length: 10 }, () => taken(nowMs + 1_001)))
        assert.equal(
          takers.reduce((sum, count) => sum + count, 0),
          1,
        )
        assert.equal(await taken(nowMs + 2_002), 1, 'the third try')
        assert.equal(await taken(nowMs + 9_999), 0, 'no fourth')
      })

      it('are not taken over when their challenge has ended or expired', async () => {
        const [cancelled, expired, sent] = [await asked(), await asked({ expiresAtMs: nowMs + 2_000 }), await asked()]
        await store.write((tx) => tx.challenges.cancel(mine, cancelled.challenge.id, nowMs))
        await result(sent.delivery.id, true)
        const ids = new Set((await claim(nowMs + 2_000)).map(({ id }) => id))
        for (const { delivery } of [cancelled, expired, sent]) assert.ok(!ids.has(delivery.id))
      })
    })

    describe('the inbox', () => {
      it('lists the newest first, for one contact or for all', async () => {
        const message = (to: string) => ({
          channel: 'sms',
          to,
          subject: null,
          text: `to ${to}`,
          html: null,
          sentAtMs: nowMs,
        })
        for (const to of ['+1', '+2', '+1']) await store.write((tx) => tx.inbox.add(mine, message(to)))
        const ids = async (to: string | null, limit: number) =>
          (await store.read.inbox.list(to, limit)).map(({ to }) => to)
        assert.deepEqual(await ids(null, 2), ['+1', '+2'])
        assert.deepEqual(await ids('+1', 9), ['+1', '+1'])
        assert.deepEqual(await ids('+3', 9), [])
      })
    })
  })
}
