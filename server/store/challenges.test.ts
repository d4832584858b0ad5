import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import {
  aChallenge,
  aCredential,
  aDecision,
  aSubject,
  aUser,
  nowMs,
  type Story,
  storeOn,
  tell,
} from '../../test/support/store.ts'
import type { Store } from './open.ts'

const mine = 101
const other = 102

for (const name of databaseNames) {
  describe(`the store on ${name}`, () => {
    let one: OneStore
    let store: Store
    let story: Story

    before(async () => {
      one = await oneStore(name)
      store = one.store
      story = await tell(store, mine)
      await store.write((tx) => tx.customers.add(other, 'Other', 'the-api-key-of-the-other-customer', nowMs))
    })
    after(() => one.close())

    describe('challenges', () => {
      it('are found by id and by the request that made them', async () => {
        const { requestDigest, attemptsMax: _, ...asked } = story.challenge
        assert.deepEqual(await store.read.challenges.find(asked.id), asked)
        assert.ok(requestDigest)
        assert.deepEqual(await store.read.challenges.byRequest(mine, requestDigest), asked)
        assert.equal(await store.read.challenges.find(randomUUID()), undefined)
        assert.equal(await store.read.challenges.byRequest(mine, Buffer.from('never seen')), undefined)
      })

      it('end an older one of the same subject and method, and no other', async () => {
        const subject = aSubject()
        const older = aChallenge(mine, { subject })
        const expired = aChallenge(mine, { subject: aSubject(), expiresAtMs: nowMs })
        const ofAnotherMethod = aChallenge(mine, { subject, method: 'time-code' })
        const ofAnother = aChallenge(mine)
        const ask = (one: typeof older) => store.write((tx) => tx.challenges.replace(one, nowMs))
        for (const one of [older, expired, ofAnotherMethod, ofAnother]) await ask(one)
        await ask(aChallenge(mine, { subject }))
        await ask(aChallenge(mine, { subject: expired.subject }))
        const state = async (id: string) => (await store.read.challenges.find(id))?.state
        assert.equal(await state(older.id), 'cancelled')
        assert.equal((await store.read.challenges.find(older.id))?.pending, null)
        assert.equal(await state(expired.id), 'expired')
        assert.equal(await state(ofAnotherMethod.id), 'pending')
        assert.equal(await state(ofAnother.id), 'pending')
      })

      it('asked of one subject by a hundred at once, of two stores, leave one that lives, and none fails', async () => {
        const second = await storeOn(one.place)
        try {
          const subject = aSubject()
          const asked = Array.from({ length: 100 }, () => aChallenge(mine, { subject }))
          const asking = asked.map((one, index) =>
            (index % 2 ? store : second).write((tx) => tx.challenges.replace(one, nowMs)),
          )
          const failed = (await Promise.allSettled(asking)).filter(({ status }) => status === 'rejected')
          const states = await Promise.all(asked.map(async ({ id }) => (await store.read.challenges.find(id))?.state))
          assert.equal(states.filter((state) => state === 'pending').length, 1)
          assert.equal(failed.length, 0, `${failed.length} of 100 callers were told that something went wrong`)
        } finally {
          await second.close()
        }
      })

      it('are cancelled while they wait and never afterwards', async () => {
        const [waiting, approved] = [aChallenge(mine), aChallenge(mine)]
        for (const one of [waiting, approved]) await store.write((tx) => tx.challenges.replace(one, nowMs))
        assert.equal(await store.decide(aDecision(approved)), 'accepted')
        for (const { id } of [waiting, approved]) await store.write((tx) => tx.challenges.cancel(mine, id, nowMs))
        assert.equal((await store.read.challenges.find(waiting.id))?.state, 'cancelled')
        assert.equal((await store.read.challenges.find(approved.id))?.state, 'approved')
      })

      it('come with what their user enrolled', async () => {
        const snapshot = await store.challengeSnapshot(mine, story.challenge.id)
        assert.equal(snapshot?.challenge.id, story.challenge.id)
        assert.equal(snapshot?.isEnabled, true)
        assert.deepEqual(snapshot?.credentials, [story.credential])
        assert.equal(await store.challengeSnapshot(mine, randomUUID()), undefined)
      })

      it('and users tell in a snapshot that the user was disabled, and what he prefers', async () => {
        const user = aUser(mine, { preferredMethod: 'SMS' })
        const challenge = aChallenge(mine, { userId: user.id })
        await store.write(async (tx) => {
          await tx.users.add(user, user.username)
          await tx.challenges.replace(challenge, nowMs)
        })
        const told = { id: user.id, isEnabled: true, preferredMethod: 'SMS', failures: 0, credentials: [] }
        assert.deepEqual(await store.userSnapshot(mine, user.username), told)
        await store.write((tx) => tx.users.change(mine, user.id, { isEnabled: false }, nowMs))
        assert.deepEqual(await store.userSnapshot(mine, user.username), { ...told, isEnabled: false })
        assert.equal((await store.challengeSnapshot(mine, challenge.id))?.isEnabled, false)
        assert.equal(await store.userSnapshot(mine, 'nobody'), undefined)
      })

      it('and users come with their failures in a row: with the method asked, and with one enrolled', async () => {
        const user = aUser(mine)
        const subject = { key: user.id, isUser: true }
        const challenge = aChallenge(mine, { userId: user.id, subject })
        await store.write(async (tx) => {
          await tx.users.add(user, user.username)
          await tx.credentials.offer(mine, user.id, aCredential(), nowMs)
          await tx.challenges.replace(challenge, nowMs)
        })
        const failures = async () => [
          (await store.challengeSnapshot(mine, challenge.id))?.failures,
          (await store.userSnapshot(mine, user.username))?.failures,
        ]
        const fail = (method: 'message-code' | 'time-code') =>
          store.decide(aDecision(challenge, { challengeId: null, verdict: 'wrong', method }))
        assert.deepEqual(await failures(), [0, 0])
        for (let times = 0; times < 2; times++) assert.equal(await fail('message-code'), 'wrong')
        assert.deepEqual(await failures(), [2, 0])
        for (let times = 0; times < 3; times++) assert.equal(await fail('time-code'), 'wrong')
        assert.deepEqual(await failures(), [2, 3])
      })

      it('and users asked for by five hundred at once each get their own', async () => {
        const users = Array.from({ length: 500 }, () => aUser(mine))
        await store.write(async (tx) => {
          for (const user of users) await tx.users.add(user, user.username)
        })
        const found = await Promise.all(users.map(({ username }) => store.userSnapshot(mine, username)))
        assert.deepEqual(
          found.map((one) => one?.id),
          users.map(({ id }) => id),
        )
      })

      it('of nobody who is enrolled count as enabled and come without credentials', async () => {
        const one = aChallenge(mine)
        await store.write((tx) => tx.challenges.replace(one, nowMs))
        const snapshot = await store.challengeSnapshot(mine, one.id)
        assert.equal(snapshot?.isEnabled, true)
        assert.deepEqual(snapshot?.credentials, [])
      })
    })

    describe('guards', () => {
      it('are nought for a subject that never failed, and are forgotten by an unlock', async () => {
        const challenge = aChallenge(mine)
        const { key } = challenge.subject
        const find = () => store.read.guards.find(mine, key, 'message-code')
        assert.deepEqual(await find(), { failures: 0, lockedUntilMs: 0 })
        await store.write((tx) => tx.challenges.replace(challenge, nowMs))
        await store.decide(aDecision(challenge, { verdict: 'wrong' }))
        assert.deepEqual(await find(), { failures: 1, lockedUntilMs: 0 })
        assert.equal(await store.write((tx) => tx.guards.unlock(mine, key)), 1)
        assert.equal(await store.write((tx) => tx.guards.unlock(mine, key)), 0)
        assert.deepEqual(await find(), { failures: 0, lockedUntilMs: 0 })
      })
    })
  })
}
