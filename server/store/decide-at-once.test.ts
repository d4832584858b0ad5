import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { databaseNames, newPlace, type Place } from '../../test/support/databases.ts'
import { openRaw } from '../../test/support/raw.ts'
import { aDecision, aMark, aNote, nowMs, storeOn } from '../../test/support/store.ts'
import { ask, counted, customerId, newWorld, tokenDecision, type World } from '../../test/support/world.ts'
import type { Decided, Decision } from '../vocabulary.ts'
import type { Store } from './open.ts'

const times = 300

for (const name of databaseNames) {
  describe(`${times} decisions at once, of two stores on one ${name}`, () => {
    let place: Place
    let first: Store
    let second: Store
    let world: World

    before(async () => {
      place = await newPlace(name)
      first = await storeOn(place)
      second = await storeOn(place)
      await first.write((tx) => tx.customers.add(customerId, 'Customer', 'the-api-key-of-the-customer', nowMs))
    })
    beforeEach(async () => {
      world = await newWorld(first)
    })
    after(async () => {
      await first.close()
      await second.close()
      await place.remove()
    })

    const decideAll = async (make: (index: number) => Decision) => {
      const deciding = Array.from({ length: times }, (_, index) => (index % 2 ? first : second).decide(make(index)))
      return counted(await Promise.all(deciding))
    }

    it('accept one right answer to one challenge', async () => {
      assert.deepEqual(await decideAll(() => aDecision(world.challenge)), { accepted: 1, closed: times - 1 })
    })

    it('spend five wrong answers on one challenge, and then the right one is refused', async () => {
      const outcomes = await decideAll(() => aDecision(world.challenge, { verdict: 'wrong' }))
      assert.deepEqual(outcomes, { wrong: 5, closed: times - 5 })
      assert.equal(await second.decide(aDecision(world.challenge)), 'closed')
    })

    it('count ten wrong answers of one user, and then the right one is locked', async () => {
      const outcomes = await decideAll(() => tokenDecision(world, { verdict: 'wrong', credential: null }))
      assert.deepEqual(outcomes, { wrong: 10, locked: times - 10 })
      assert.equal(await second.decide(tokenDecision(world)), 'locked')
    })

    it('accept one use of one step', async () => {
      assert.deepEqual(await decideAll(() => tokenDecision(world)), { accepted: 1, used: times - 1 })
    })

    it('accept each step at most once, and only upwards', async () => {
      const { credential, user } = world
      const outcomes = await decideAll((index) =>
        tokenDecision(world, { credential: { id: credential.id, userId: user.id, step: index % 12 } }),
      )
      const { accepted = 0, used = 0 } = outcomes
      assert.ok(accepted >= 1 && accepted <= 6, 'the last step was 5: only 6 to 11 are new')
      assert.equal(accepted + used, times)
      const credentials = await first.read.credentials.of(customerId, user.id, 'time-code')
      assert.equal(credentials.find(({ id }) => id === credential.id)?.lastStep, 11)
    })

    it('see one captured request once', async () => {
      const request = aMark()
      const outcomes = await decideAll(() => aDecision(world.challenge, { verdict: 'wrong', request }))
      assert.deepEqual(outcomes, { wrong: 1, repeated: times - 1 })
    })

    it(`accept ${times} right answers to as many challenges`, async () => {
      const challenges = await Promise.all(Array.from({ length: times }, () => ask(first)))
      const outcomes = await decideAll((index) => aDecision(challenges[index] ?? world.challenge))
      assert.deepEqual(outcomes, { accepted: times })
    })

    it('confirm one enrolment once', async () => {
      const { pending, user } = world
      const credential = { id: pending.id, userId: user.id, step: 6 }
      const outcomes = await decideAll(() => tokenDecision(world, { credential, isConfirming: true }))
      assert.deepEqual(outcomes, { accepted: 1, used: times - 1 })
    })

    it('write one line of audit each', async () => {
      const audit = aNote({ requestId: randomUUID() })
      await decideAll(() => aDecision(world.challenge, { audit }))
      const raw = await openRaw(place)
      try {
        const rows = await raw.run('select outcome from audit_rows where request_id = $1', audit.requestId)
        assert.deepEqual(counted(rows.map((row) => row['outcome'] as Decided)), { accepted: 1, closed: times - 1 })
      } finally {
        await raw.close()
      }
    })
  })
}
