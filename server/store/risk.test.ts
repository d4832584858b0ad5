import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { aDevice, anEvaluation, aRiskUser, someMarks } from '../../test/support/kept-risk.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { nowMs, type Story, tell } from '../../test/support/store.ts'
import { levelIndex } from '../risk/levels.ts'
import { markAt } from '../risk/marks.ts'
import { retentionMs, weightAt } from '../risk/profile.ts'
import type { Store } from './open.ts'

let mine = 700

for (const name of databaseNames) {
  describe(`what risk is weighed by on ${name}`, () => {
    let one: OneStore
    let store: Store
    let story: Story

    before(async () => {
      one = await oneStore(name)
      store = one.store
    })
    beforeEach(async () => {
      mine++
      story = await tell(store, mine)
    })
    after(() => one.close())

    it('is read in one go: user, profile, devices, and how he can be asked', async () => {
      const { user, risk } = story
      const snapshot = await store.riskSnapshot(mine, user.username)
      assert.ok(snapshot)
      assert.equal(snapshot.userId, user.id)
      assert.deepEqual(snapshot.user, aRiskUser(38.7))
      assert.deepEqual(
        snapshot.devices.map(({ id, marks, tokenDigest }) => [id, marks, Buffer.from(tokenDigest)]),
        [[risk.device.id, someMarks, risk.device.tokenDigest]],
      )
      assert.deepEqual(snapshot.methods, ['time-code'])
      assert.equal(snapshot.hasEmail && snapshot.hasPhone, true)
      assert.equal(await store.riskSnapshot(mine + 1_000, user.username), undefined)
    })

    it('is kept of many at once as it was, and a bad one fails nobody else', async () => {
      const kept = Array.from({ length: 40 }, (_, at) =>
        anEvaluation(mine, story.user.id, 'alice', { score: at, result: null }),
      )
      const [twice] = kept
      assert.ok(twice)
      const nobodys = anEvaluation(mine, randomUUID(), 'nobody', { result: null })
      const told = await Promise.allSettled([...kept, twice, nobodys].map((one) => store.addEvaluation(one)))
      const failed = told.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))
      assert.deepEqual(failed, [40, 41])
      for (const one of kept) assert.deepEqual(await store.read.riskEvaluations.find(mine, one.id), one)
      assert.equal(await store.read.riskEvaluations.find(mine, nobodys.id), undefined)
    })

    it('gives a result out once, to the one customer and in time', async () => {
      const { user } = story
      const digest = Buffer.from(`result of ${user.id}`)
      const finish = { method: 'caller', deviceId: null, result: { digest, untilMs: nowMs + 1_000 } } as const
      const { id } = story.risk.evaluation
      assert.equal(await store.write((tx) => tx.riskEvaluations.redeem(mine, digest, nowMs)), undefined)
      const finished = [1, 2].map(() => store.write((tx) => tx.riskEvaluations.finish(mine, id, finish)))
      assert.deepEqual((await Promise.all(finished)).sort(), [false, true])
      assert.equal(await store.write((tx) => tx.riskEvaluations.redeem(mine, digest, nowMs + 1_000)), undefined)
      const redeemed = [1, 2, 3].map(() => store.write((tx) => tx.riskEvaluations.redeem(mine, digest, nowMs)))
      const found = (await Promise.all(redeemed)).map((one) => one?.id)
      assert.deepEqual(found.sort(), [id, undefined, undefined])
    })

    it('replaces a token once, whoever comes with it', async () => {
      const { device } = story.risk
      const next = ['one', 'other'].map((token) => ({ ...device, tokenDigest: Buffer.from(token) }))
      const renewed = await Promise.all(
        next.map((one) => store.write((tx) => tx.riskDevices.renew(mine, one, device.tokenDigest))),
      )
      assert.deepEqual(renewed.sort(), [false, true])
    })

    it('counts a finished sign-in for everybody exactly once, and no other', async () => {
      const evaluations = [0, 1, 2].map((at) =>
        anEvaluation(mine, story.user.id, 'alice', { result: null, atMs: nowMs + at }),
      )
      await store.write(async (tx) => {
        await tx.riskEvaluations.add(evaluations)
        for (const { id } of evaluations.slice(0, 2)) await tx.riskEvaluations.count(mine, id)
      })
      const take = () =>
        store.write(async (tx) => {
          const list = await tx.riskEvaluations.takeUncounted(10)
          if (list.length > 0) await tx.riskCounts.add(list)
        })
      await Promise.all([take(), take()])
      await take()
      const keys = [
        { level: -1, mark: 0 },
        { level: levelIndex.country, mark: markAt(someMarks, levelIndex.country) },
        { level: levelIndex.asn, mark: 5 },
      ]
      const counts = (await store.riskCounts(mine, keys)).map((count) => Math.round(count / weightAt(nowMs)))
      assert.deepEqual(counts, [2, 2, 0])
      assert.deepEqual(await store.riskCounts(mine + 1_000, keys), [0, 0, 0])
    })

    it('goes after 180 days without use', async () => {
      const { user } = story
      const device = aDevice({ lastUsedAtMs: nowMs + retentionMs })
      await store.write((tx) => tx.riskDevices.add(mine, user.id, device))
      await store.purge(nowMs + retentionMs)
      assert.equal((await store.riskSnapshot(mine, user.username))?.devices.length, 2)
      assert.ok(await store.read.riskEvaluations.find(mine, story.risk.evaluation.id))
      await store.purge(nowMs + retentionMs + 60_001)
      const left = await store.riskSnapshot(mine, user.username)
      assert.deepEqual(
        left?.devices.map(({ id }) => id),
        [device.id],
      )
      assert.equal(left.user.profile.total, 0)
      assert.equal(await store.read.riskEvaluations.find(mine, story.risk.evaluation.id), undefined)
    })
  })
}
