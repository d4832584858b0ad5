import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { addManyUsers } from '../../test/support/many-users.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { aUser, nowMs } from '../../test/support/store.ts'
import type { Store } from './open.ts'

const mine = 101
const count = Number(process.env['SEARCHED_USERS'] ?? 200_000)
/** With an index it is a few milliseconds, whatever the number of users; reading all of them takes far longer. */
const mostMs = 50

for (const name of databaseNames) {
  describe(`looking for one of ${count} users on ${name}`, () => {
    let one: OneStore
    let store: Store
    before(async () => {
      one = await oneStore(name)
      store = one.store
      await store.write((tx) => tx.customers.add(mine, 'Many', 'the-key-of-very-many', nowMs))
      await addManyUsers(one.place, mine, count)
      const user = aUser(mine, {
        username: 'Zoë',
        firstName: 'Zoë',
        lastName: 'Quist',
        email: 'zoe@example.com',
        phone: '+15557654321',
      })
      await store.write((tx) => tx.users.add(user, 'zoë'))
    })
    after(() => one.close())

    const all = { state: 'all', failuresMax: 50, nowMs, offset: 0, limit: 50 } as const
    const looks = {
      'by the beginning of a username': { folded: 'user-0004', email: null, phone: null },
      'by a last name': { folded: 'quist', email: null, phone: null },
      'by a letter that nearly all begin with': { folded: 'u', email: null, phone: null },
      'by an address': { folded: 'zoe@example.com', email: 'zoe@example.com', phone: null },
      'by a phone number': { folded: '+15557654321', email: null, phone: '+15557654321' },
      'by a name that nobody has': { folded: 'nobody', email: null, phone: null },
      'by nothing': undefined,
    } as const

    for (const [how, text] of Object.entries(looks)) {
      it(`${how} takes less than ${mostMs} ms`, async () => {
        const times: number[] = []
        for (let run = 0; run < 7; run++) {
          const start = performance.now()
          await store.read.users.search(mine, { ...all, text })
          times.push(performance.now() - start)
        }
        const ms = Math.min(...times)
        if (process.env['SEARCHED_USERS']) process.stdout.write(`${name} ${how}: ${ms.toFixed(1)} ms\n`)
        assert.ok(ms < mostMs, `${ms.toFixed(1)} ms`)
      })
    }

    it('locked and disabled ones too', async () => {
      for (const state of ['locked', 'disabled'] as const) {
        const start = performance.now()
        await store.read.users.search(mine, { ...all, state })
        await store.read.users.search(mine, { ...all, state })
        assert.ok((performance.now() - start) / 2 < mostMs)
      }
    })

    it('counts them in steps, of which the last takes as long as the first', async () => {
      let [total, from, slowestMs] = [0, '' as string | null, 0]
      while (from !== null) {
        const start = performance.now()
        const step: { count: number; last: string | null } = await store.read.users.countAfter(mine, from, 10_000)
        slowestMs = Math.max(slowestMs, performance.now() - start)
        total += step.count
        from = step.last
      }
      assert.equal(total, count + 1)
      if (process.env['SEARCHED_USERS']) process.stdout.write(`${name} a step: ${slowestMs.toFixed(1)} ms at most\n`)
      assert.ok(slowestMs < 2 * mostMs, `${slowestMs.toFixed(1)} ms`)
    })

    it('finds who is meant', async () => {
      for (const text of [looks['by a last name'], looks['by an address'], looks['by a phone number']])
        assert.deepEqual(
          (await store.read.users.search(mine, { ...all, text })).users.map(({ username }) => username),
          ['Zoë'],
        )
    })
  })
}
