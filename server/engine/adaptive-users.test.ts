import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames, newPlace, type Place } from '../../test/support/databases.ts'
import { addManyUsers } from '../../test/support/many-users.ts'
import { aUser, nowMs, storeOn } from '../../test/support/store.ts'
import type { Store } from '../store/open.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { usersOf } from './adaptive-users.ts'
import type { RiskCore } from './ports.ts'

const customerId = 801
const many = 25_000
const minuteMs = 60_000

for (const name of databaseNames) {
  describe(`how many users a customer has, on ${name}`, () => {
    let place: Place
    let store: Store
    let customer: Customer
    before(async () => {
      place = await newPlace(name)
      store = await storeOn(place)
      await store.write((tx) => tx.customers.add(customerId, 'Many', 'the-api-key-of-a-customer', nowMs))
      customer = (await store.read.customers.find(customerId)) ?? assert.fail()
      await addManyUsers(place, customerId, many)
    })
    after(async () => {
      await store.close()
      await place.remove()
    })

    /** A process that has counted nothing yet, and how often it asked the database. */
    const aProcess = () => {
      const asked = { steps: 0, isBroken: false }
      const users: Store['read']['users'] = {
        ...store.read.users,
        countAfter: async (...step) => {
          asked.steps++
          if (asked.isBroken) throw new Error('The database is away.')
          return store.read.users.countAfter(...step)
        },
      }
      const engine = { store: { ...store, read: { ...store.read, users } } } as unknown as RiskCore // the rest is not asked
      return { asked, count: () => usersOf(engine, customer) }
    }

    it('is told whole, counted once for all sign-ins that begin together, and not again for ten minutes', async (test) => {
      let clockMs = 0
      test.mock.method(performance, 'now', () => clockMs)
      const { asked, count } = aProcess()
      let stepsBeforeOthers = 0
      setImmediate(() => {
        stepsBeforeOthers = asked.steps
      })
      assert.deepEqual(await Promise.all([count(), count(), count()]), [many, many, many])
      assert.equal(stepsBeforeOthers, 1, 'others have their turn between two steps')
      assert.equal(asked.steps, 3)
      clockMs += 9 * minuteMs
      assert.equal(await count(), many)
      assert.equal(asked.steps, 3)
    })

    it('is counted anew beside the sign-ins, which take the number before, also while the database is away', async (test) => {
      let clockMs = 0
      test.mock.method(performance, 'now', () => clockMs)
      const { asked, count } = aProcess()
      assert.equal(await count(), many)
      const user = aUser(customerId)
      await store.write((tx) => tx.users.add(user, user.username))
      clockMs += 11 * minuteMs
      asked.isBroken = true
      assert.deepEqual(await Promise.all([count(), count()]), [many, many])
      asked.isBroken = false
      assert.equal(await count(), many, 'tries again, beside it')
      while ((await count()) === many) await new Promise((resolve) => setImmediate(resolve))
      assert.equal(await count(), many + 1)
      assert.equal(asked.steps, 3 + 1 + 3)
      await store.write((tx) => tx.users.remove(customerId, user.id))
    })

    it('breaks only the sign-ins that had no number yet', async () => {
      const { asked, count } = aProcess()
      asked.isBroken = true
      await assert.rejects(count(), /database is away/)
      asked.isBroken = false
      assert.equal(await count(), many)
    })
  })
}
