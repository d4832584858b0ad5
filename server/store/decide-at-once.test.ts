import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, beforeEach, describe, it } from 'node:test'
import pg from 'pg'
import { databaseNames, type Place } from '../../test/support/databases.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import { aDecision, aMark, aSubject, nowMs } from '../../test/support/store.ts'
import { type TwoStores, twoStores } from '../../test/support/two-stores.ts'
import { ask, counted, customerId, newWorld, tokenDecision, type World } from '../../test/support/world.ts'
import type { Decision } from '../vocabulary/decision.ts'
import type { Store } from './open.ts'

const times = 300

for (const name of databaseNames) {
  describe(`${times} decisions at once, of two stores on one ${name}`, () => {
    let stores: TwoStores
    let first: Store
    let second: Store
    let raw: RawDatabase
    let world: World

    before(async () => {
      stores = await twoStores(name, customerId)
      ;({ first, second, raw } = stores)
    })
    beforeEach(async () => {
      world = await newWorld(first)
    })
    after(() => stores.close())

    /** Half by each store. The audit must tell of each decision what its caller was told. */
    const decideAll = async (make: (index: number) => Decision, count = times) => {
      const run = randomUUID()
      const deciding = Array.from({ length: count }, (_, index) => {
        const decision = make(index)
        const audit = { ...decision.audit, requestId: `${run} ${index}` }
        return (index % 2 ? first : second).decide({ ...decision, audit })
      })
      const outcomes = await Promise.all(deciding)
      const rows = await raw.run('select request_id, outcome from audit_rows where request_id like $1', `${run} %`)
      const told = new Map(rows.map((row) => [row['request_id'], row['outcome']]))
      assert.equal(rows.length, count, 'one line of audit each')
      assert.deepEqual(
        outcomes.map((_, index) => told.get(`${run} ${index}`)),
        outcomes,
      )
      return counted(outcomes)
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

    it('count ten wrong answers of each of a hundred users', async () => {
      // Twenty at a time, because a race of two stores shows in some of them only.
      for (let round = 0; round < 5; round++) {
        const subjects = Array.from({ length: 20 }, () => aSubject(true))
        const outcomes = await decideAll((index) => {
          const subject = subjects[(index >> 1) % subjects.length] ?? world.subject
          return tokenDecision(world, { verdict: 'wrong', credential: null, subject })
        }, 600)
        assert.deepEqual(outcomes, { wrong: 200, locked: 400 })
      }
    })

    it('spend five attempts of each of twenty challenges', async () => {
      const challenges = await Promise.all(Array.from({ length: 20 }, () => ask(first)))
      const outcomes = await decideAll((index) => {
        const challenge = challenges[(index >> 1) % challenges.length] ?? world.challenge
        return aDecision(challenge, { verdict: 'wrong' })
      }, 400)
      assert.deepEqual(outcomes, { wrong: 100, closed: 300 })
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

    it('spend three attempts on answers that are judged later, and settle each once', async () => {
      const daily = { startMs: 0, max: times }
      const challenge = await ask(first, { attemptsMax: 3 })
      const spend = { verdict: 'wrong', stage: 'spend', daily } as const
      assert.deepEqual(await decideAll(() => aDecision(challenge, spend)), { judging: 3, closed: times - 3 })
      const settle = (index: number) =>
        aDecision(challenge, { verdict: index === 2 ? 'right' : 'wrong', stage: 'settle', daily })
      const { accepted, wrong = 0, closed = 0 } = await decideAll(settle, 3)
      assert.deepEqual([accepted, wrong + closed], [1, 2], 'a wrong verdict does not end what another may settle')
    })

    it('spend five tries of a day, whatever challenges they answer', async () => {
      const daily = { startMs: 0, max: 5 }
      const one = await ask(first, { subject: world.subject, attemptsMax: 10 })
      await second.decide(aDecision(one, { verdict: 'wrong', stage: 'spend', daily }))
      const outcomes = await decideAll((index) => ({
        ...aDecision(one, { verdict: 'wrong', stage: 'spend', daily }),
        challengeId: index % 3 === 0 ? null : one.id,
      }))
      assert.deepEqual(outcomes, { judging: 4, locked: times - 4 })
    })

    it('see one captured request once', async () => {
      const request = aMark()
      const outcomes = await decideAll(() => aDecision(world.challenge, { verdict: 'wrong', request }))
      assert.deepEqual(outcomes, { wrong: 1, repeated: times - 1 })
    })

    it('see one nonce once, in whatever requests', async () => {
      const nonce = Buffer.from(randomUUID())
      const outcomes = await decideAll((index) => {
        const request = aMark({ nonce, expiresAtMs: nowMs + index })
        return aDecision(world.challenge, { verdict: 'wrong', request })
      })
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

    it('that a hanging database does not take are given up together, and leave nothing', {
      timeout: 30_000,
    }, async () => {
      const challenges = await Promise.all(Array.from({ length: 6 }, () => ask(first)))
      const release = await hang(stores.place)
      try {
        const settled = await Promise.allSettled(challenges.map((challenge) => first.decide(aDecision(challenge))))
        assert.ok(settled.every(({ status }) => status === 'rejected'))
      } finally {
        await release()
      }
      const again = await Promise.all(challenges.map((challenge) => first.decide(aDecision(challenge))))
      assert.deepEqual(counted(again), { accepted: 6 })
    })
  })
}

/** Lets no decision through, as a database does that hangs; gives back what ends it. */
async function hang({ dataDir, databaseUrl }: Place): Promise<() => Promise<void>> {
  if (databaseUrl === null) {
    const database = new DatabaseSync(join(dataDir, 'countersign.db'), { timeout: 5_000 })
    database.exec('begin immediate')
    return async () => database.close()
  }
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query('begin; lock table challenges in exclusive mode')
  return () => client.end()
}
