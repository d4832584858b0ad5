import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import {
  confirming,
  decideEach,
  edited,
  guard,
  marked,
  seen,
  setFailures,
  settled,
  wrong,
} from '../../test/support/decision-cases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import { aDecision, nowMs } from '../../test/support/store.ts'
import { ask, customerId, newWorld, tokenDecision, type World } from '../../test/support/world.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Decision } from '../vocabulary/decision.ts'
import type { Store } from './open.ts'

const minuteMs = 60_000

/** For each outcome: when it comes, and exactly what it leaves behind. */
decideEach({
  'a right answer in the moment a lock ends': {
    outcome: 'accepted',
    failures: 10,
    lockedUntilMs: nowMs,
    decision: ({ challenge }) => aDecision(challenge),
    changes: ({ challenge }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 1, ...settled }),
      guards: [],
    }),
  },
  'a contact after fifty failures, because only users are disabled': {
    outcome: 'accepted',
    failures: 50,
    decision: ({ stranger }) => aDecision(stranger),
    changes: ({ stranger }, { challenges }) => ({
      challenges: edited(challenges, stranger.id, { state: 'approved', attempts: 1, ...settled }),
      guards: [],
    }),
  },
  'the tenth failure in a row locks': {
    outcome: 'wrong',
    failures: 9,
    decision: (world) => tokenDecision(world, { ...wrong, credential: null }),
    changes: ({ subject }) => ({ guards: [guard(subject, 'time-code', 10, nowMs + 30 * minuteMs)] }),
  },
  'the eleventh, after the lock, does not lock again': {
    outcome: 'wrong',
    failures: 10,
    lockedUntilMs: nowMs,
    decision: (world) => tokenDecision(world, { ...wrong, credential: null }),
    changes: ({ subject }) => ({ guards: [guard(subject, 'time-code', 11, nowMs)] }),
  },
  'a wrong confirmation counts for a disabled user too': {
    outcome: 'wrong',
    failures: 59,
    decision: (world) => tokenDecision(world, confirming(world, { ...wrong, credential: null })),
    changes: ({ subject }) => ({ guards: [guard(subject, 'time-code', 60, nowMs + 960 * minuteMs)] }),
  },
  'a request that was seen is told so before a lock is': {
    outcome: 'repeated',
    failures: 10,
    lockedUntilMs: nowMs + 1,
    prepare: seen,
    decision: (world) => tokenDecision(world, { request: world.request }),
  },

  'a right answer under a lock does nothing but mark its request': {
    outcome: 'locked',
    failures: 10,
    lockedUntilMs: nowMs + 1,
    decision: ({ challenge, request }) => aDecision(challenge, { request }),
    changes: (world) => ({ marks: marked(world) }),
  },
  'a wrong answer under a lock neither counts nor prolongs it': {
    outcome: 'locked',
    failures: 19,
    lockedUntilMs: nowMs + 1,
    decision: ({ challenge }) => aDecision(challenge, wrong),
  },
  'a confirmation under a lock': {
    outcome: 'locked',
    failures: 10,
    lockedUntilMs: nowMs + 1,
    decision: (world) => tokenDecision(world, confirming(world)),
  },
  'a stranger under a lock': {
    outcome: 'locked',
    failures: 10,
    lockedUntilMs: nowMs + 1,
    decision: ({ stranger }) => aDecision(stranger),
  },
  'a lock is told before a disablement': {
    outcome: 'locked',
    failures: 50,
    lockedUntilMs: nowMs + 1,
    decision: (world) => tokenDecision(world),
  },

  'a user after fifty failures, right as his answer is': {
    outcome: 'disabled',
    failures: 50,
    decision: ({ challenge }) => aDecision(challenge),
  },
  'a wrong answer of a disabled user counts no more': {
    outcome: 'disabled',
    failures: 50,
    decision: (world) => tokenDecision(world, { ...wrong, credential: null }),
  },
})

for (const name of databaseNames) {
  describe(`a decision on ${name}`, () => {
    let one: OneStore
    let store: Store
    let raw: RawDatabase
    let world: World

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
      await store.write((tx) => tx.customers.add(customerId, 'Customer', 'the-api-key-of-the-customer', nowMs))
    })
    beforeEach(async () => {
      world = await newWorld(store)
    })
    after(() => one.close())

    const fail = async (subject: Subject, method: Decision['method'], times: number) => {
      for (let n = 0; n < times; n++) {
        const decision = { ...aDecision(world.challenge, wrong), challengeId: null, subject, method }
        assert.equal(await store.decide(decision), 'wrong')
      }
    }

    const locks = [
      [10, 30],
      [20, 60],
      [30, 120],
      [40, 240],
      [50, 480],
      [60, 960],
      [70, 24 * 60],
      [80, 24 * 60],
      [300, 24 * 60],
    ] as const
    for (const [failures, minutes] of locks) {
      it(`locks for ${minutes} minutes at the ${failures}th failure in a row, and not at the one before`, async () => {
        const subject = { key: `contact:${randomUUID()}`, isUser: false }
        const find = () => store.read.guards.find(customerId, subject.key, 'message-code')
        await setFailures(raw, subject, 'message-code', failures - 2)
        await fail(subject, 'message-code', 1)
        assert.deepEqual(await find(), { failures: failures - 1, lockedUntilMs: 0 })
        await fail(subject, 'message-code', 1)
        assert.deepEqual(await find(), { failures, lockedUntilMs: nowMs + minutes * minuteMs })
      })
    }

    it('finds an enrolled user disabled after the 50th failure in a row, when the lock has ended', async () => {
      const { subject, challenge } = world
      await setFailures(raw, subject, 'message-code', 49)
      await fail(subject, 'message-code', 1)
      assert.equal(await store.decide(aDecision(challenge)), 'locked')
      const later = { nowMs: nowMs + 480 * minuteMs }
      const waiting = await ask(store, { subject, expiresAtMs: later.nowMs + minuteMs })
      assert.equal(await store.decide(aDecision(waiting, later)), 'disabled')
    })

    it('never finds a contact disabled', async () => {
      const { subject } = world.stranger
      await setFailures(raw, subject, 'message-code', 499)
      await fail(subject, 'message-code', 1)
      const later = { nowMs: nowMs + 24 * 60 * minuteMs }
      const waiting = await ask(store, { subject, expiresAtMs: later.nowMs + minuteMs })
      assert.equal(await store.decide(aDecision(waiting, later)), 'accepted')
    })

    it('that is accepted clears the failures of that method, and of no other', async () => {
      const { subject, challenge } = world
      await fail(subject, 'message-code', 7)
      await fail(subject, 'time-code', 7)
      assert.equal(await store.decide(aDecision(challenge)), 'accepted')
      const failures = async (method: string) =>
        (await store.read.guards.find(customerId, subject.key, method)).failures
      assert.equal(await failures('message-code'), 0)
      assert.equal(await failures('time-code'), 7)
    })

    it('is locked for the subject that failed, and for no other', async () => {
      await fail(world.subject, 'message-code', 10)
      assert.equal(await store.decide(aDecision(world.challenge)), 'locked')
      assert.equal(await store.decide(aDecision(world.stranger)), 'accepted')
    })
  })
}
