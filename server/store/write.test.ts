import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import {
  aChallenge,
  aCredential,
  aDecision,
  aNote,
  aSubject,
  aUser,
  nowMs,
  type Story,
  storeOn,
  tell,
} from '../../test/support/store.ts'
import { OverloadError } from '../vocabulary/overload.ts'
import { waitingMax, writesWaitingMax } from './database.ts'
import type { Store } from './open.ts'
import type { Repositories } from './repositories.ts'

const mine = 101

for (const name of databaseNames) {
  describe(`a write on ${name}`, () => {
    let one: OneStore
    let store: Store
    let story: Story

    before(async () => {
      one = await oneStore(name)
      store = one.store
      story = await tell(store, mine)
    })
    after(() => one.close())

    it('is all or nothing', async () => {
      const [first, second] = [aUser(mine), aUser(mine)]
      const writing = store.write(async (tx) => {
        await tx.users.add(first, first.username)
        await tx.users.add(second, second.username)
        throw new Error('broken on purpose')
      })
      await assert.rejects(writing, /broken on purpose/)
      for (const { username } of [first, second]) assert.equal(await store.read.users.find(mine, username), undefined)
    })

    it('is not seen before it is committed, and is seen at once by everybody afterwards', async () => {
      const user = aUser(mine)
      const second = await storeOn(one.place)
      try {
        const isAdded = await store.write(async (tx) => {
          await tx.users.add(user, user.username)
          return [await tx.users.find(mine, user.username), await store.read.users.find(mine, user.username)]
        })
        assert.deepEqual(isAdded, [user, undefined])
        assert.deepEqual(await store.read.users.find(mine, user.username), user)
        assert.deepEqual(await second.read.users.find(mine, user.username), user)
      } finally {
        await second.close()
      }
    })

    it('that fails never fails its neighbours, whatever fails', async () => {
      const jobs = Array.from({ length: 60 }, (_, index) => {
        const user = aUser(mine)
        const challenge = aChallenge(mine)
        const fails = [
          async () => {
            throw new Error('broken on purpose')
          },
          async (tx: Repositories) => tx.credentials.offer(mine, randomUUID(), aCredential(), nowMs), // no such user
          async (tx: Repositories) => tx.users.add(aUser(999_999, {}), 'of no customer'),
        ]
        const fail = index % 4 === 0 ? undefined : fails[(index % 4) - 1]
        const writing = store.write(async (tx) => {
          await tx.users.add(user, user.username)
          await tx.challenges.replace(challenge, nowMs)
          await fail?.(tx)
        })
        return { user, challenge, fails: fail !== undefined, writing }
      })
      // Decisions of the same moment share the group with them.
      const [approved, closed] = [store.decide(aDecision(story.challenge)), store.decide(aDecision(aChallenge(mine)))]
      const settled = await Promise.allSettled(jobs.map(({ writing }) => writing))
      assert.equal(await approved, 'accepted')
      assert.equal(await closed, 'closed')
      for (const [index, { user, challenge, fails }] of jobs.entries()) {
        assert.equal(settled[index]?.status, fails ? 'rejected' : 'fulfilled')
        assert.equal((await store.read.users.find(mine, user.username)) !== undefined, !fails)
        assert.equal((await store.read.challenges.find(challenge.id)) !== undefined, !fails)
      }
    })

    it('of decisions is for each alone: one that cannot be kept leaves nothing, and fails no other', async () => {
      const challenges = Array.from({ length: 20 }, () => aChallenge(mine))
      for (const challenge of challenges) await store.write((tx) => tx.challenges.replace(challenge, nowMs))
      const [broken, ...others] = challenges
      assert.ok(broken)
      // No kind: the line of the audit is refused after all the rest was done.
      const bad = aDecision(broken, { audit: { ...aNote(), kind: null as unknown as string } })
      const deciding = others.map((challenge) => store.decide(aDecision(challenge)))
      deciding.splice(7, 0, store.decide(bad))
      const settled = await Promise.allSettled(deciding)
      assert.equal(settled.splice(7, 1)[0]?.status, 'rejected')
      assert.equal((await store.read.challenges.find(broken.id))?.state, 'pending')
      const accepted = settled.filter((one) => one.status === 'fulfilled' && one.value === 'accepted')
      assert.equal(accepted.length, others.length, 'every other is accepted')
      assert.equal(await store.decide(aDecision(broken)), 'accepted', 'and it may be sent again')
    })

    it('is refused when too many wait, and leaves room for answers', async () => {
      let written = 0
      const writes = Array.from({ length: writesWaitingMax + 10 }, () =>
        store.write(async () => {
          written++
        }),
      )
      const challenge = aChallenge(mine)
      const deciding = store.decide(aDecision(challenge))
      const settled = await Promise.allSettled(writes)
      const refused = settled.filter((one) => one.status === 'rejected')
      assert.ok(refused.length >= 10)
      assert.equal(written, settled.length - refused.length, 'nothing of those that were refused was done')
      const others = refused.filter(({ reason }) => !(reason instanceof OverloadError))
      assert.equal(others.length, 0, `${others.length} were told: ${others[0]?.reason.message}`)
      assert.equal(await deciding, 'closed')
    })

    it('lets an answer pass: it is decided before the thousands of writes that came first are through', async () => {
      const challenge = aChallenge(mine)
      await store.write((tx) => tx.challenges.replace(challenge, nowMs))
      let written = 0
      const writes = Array.from({ length: 3_000 }, () =>
        store.write(async () => {
          written++
        }),
      )
      assert.equal(await store.decide(aDecision(challenge)), 'accepted')
      assert.ok(written < 2_700, `${written} of 3000 writes were through`)
      await Promise.all(writes)
    })

    it('and an answer are refused when too many answers wait, and all others are answered', async () => {
      const { challenge } = story
      const guess = () =>
        store.decide({ ...aDecision(challenge, { verdict: 'wrong' }), subject: aSubject(), challengeId: null })
      const settled = await Promise.allSettled(Array.from({ length: waitingMax + 10 }, guess))
      const refused = settled.filter((one) => one.status === 'rejected')
      assert.equal(refused.length, 10)
      for (const { reason } of refused) assert.ok(reason instanceof OverloadError)
      const answered = settled.filter((one) => one.status === 'fulfilled')
      assert.ok(answered.every(({ value }) => value === 'wrong'))
      assert.equal(await guess(), 'wrong', 'and afterwards all is well')
    })

    it('gives back what its job gave', async () => {
      assert.equal(await store.write(async () => 'given'), 'given')
    })
  })
}
