import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { aMark, anAnswerClaim, nowMs, tell } from '../../test/support/store.ts'
import type { Store } from './open.ts'

const mine = 101
const other = 102

for (const name of databaseNames) {
  describe(`the store on ${name}`, () => {
    let one: OneStore
    let store: Store

    before(async () => {
      one = await oneStore(name)
      store = one.store
      await tell(store, mine)
      await store.write((tx) => tx.customers.add(other, 'Other', 'the-api-key-of-the-other-customer', nowMs))
    })
    after(() => one.close())

    describe('request marks', () => {
      it('are claimed once, also by forty at once', async () => {
        const mark = aMark()
        const claims = await Promise.all(Array.from({ length: 40 }, () => store.write((tx) => tx.marks.claim(mark))))
        assert.equal(claims.filter(Boolean).length, 1)
        assert.equal(await store.write((tx) => tx.marks.claim(aMark())), true)
      })

      it('are claimed once for a nonce, by other requests of other times too', async () => {
        const nonce = Buffer.from(randomUUID())
        const claims = await Promise.all(
          [0, 1, 60_000].map((laterMs) =>
            store.write((tx) => tx.marks.claim(aMark({ nonce, expiresAtMs: nowMs + laterMs }))),
          ),
        )
        assert.equal(claims.filter(Boolean).length, 1)
      })
    })

    describe('kept answers', () => {
      const find = ({ digest }: { readonly digest: Uint8Array }) => store.read.keptAnswers.find(mine, digest)

      it('are claimed once for a key, also by forty at once, and by each customer for himself', async () => {
        const claim = anAnswerClaim()
        const claims = Array.from({ length: 40 }, () => store.write((tx) => tx.keptAnswers.claim(mine, claim)))
        assert.equal((await Promise.all(claims)).filter(Boolean).length, 1)
        assert.equal(await store.write((tx) => tx.keptAnswers.claim(other, claim)), true)
        assert.equal((await find(claim))?.answer, null)
      })

      it('are the first that was kept', async () => {
        const claim = anAnswerClaim()
        await store.write((tx) => tx.keptAnswers.claim(mine, claim))
        for (const answer of ['first', 'second'])
          await store.write((tx) => tx.keptAnswers.keep(mine, claim.digest, answer))
        assert.equal((await find(claim))?.answer, 'first')
        await store.write((tx) => tx.keptAnswers.giveBack(mine, claim.digest))
        assert.equal((await find(claim))?.answer, 'first', 'what was answered is not given back')
      })

      it('free their key after their time, for one of many at once', async () => {
        const claim = anAnswerClaim()
        const again = { ...claim, claimedAtMs: claim.expiresAtMs, expiresAtMs: claim.expiresAtMs + 1_000 }
        const at = (one: typeof claim) => store.write((tx) => tx.keptAnswers.claim(mine, one))
        await at(claim)
        await store.write((tx) => tx.keptAnswers.keep(mine, claim.digest, 'first'))
        assert.equal(await at({ ...again, claimedAtMs: claim.expiresAtMs - 1 }), false)
        assert.equal((await Promise.all([again, again, again].map(at))).filter(Boolean).length, 1)
        assert.equal((await find(claim))?.answer, null)
      })

      it('free their key when it is given back', async () => {
        const claim = anAnswerClaim()
        await store.write((tx) => tx.keptAnswers.claim(mine, claim))
        await store.write((tx) => tx.keptAnswers.giveBack(mine, claim.digest))
        assert.equal(await find(claim), undefined)
        assert.equal(await store.write((tx) => tx.keptAnswers.claim(mine, claim)), true)
      })
    })
  })
}
