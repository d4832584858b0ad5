import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import {
  aChallenge,
  aCredential,
  aDecision,
  aDelivery,
  aMark,
  aNote,
  anAnswerClaim,
  aSubject,
  aUser,
  closeAuditOf,
  nowMs,
  plain,
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
    let raw: RawDatabase
    let story: Story

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
      story = await tell(store, mine)
      await store.write((tx) => tx.customers.add(other, 'Other', 'the-api-key-of-the-other-customer', nowMs))
    })
    after(() => one.close())

    describe('customers', () => {
      it('are found with their key and their settings', async () => {
        const found = await store.read.customers.find(mine)
        assert.equal(found?.name, 'Customer 101')
        assert.equal(found?.apiKey, plain.apiKey)
        assert.equal(found?.digestKey.length, 32)
        assert.equal(found?.settings.issuer, plain.setting)
        assert.equal(found?.settings.codeLength, 6)
        assert.equal(await store.read.customers.find(999), undefined)
      })

      it('are listed by id, without any secret', async () => {
        const list = await store.read.customers.list()
        assert.deepEqual(
          list.map(({ id }) => id),
          [mine, other],
        )
        assert.deepEqual(Object.keys(list[0] ?? {}), ['id', 'name', 'createdAtMs'])
      })

      it('are added once for an id', async () => {
        assert.equal(await store.write((tx) => tx.customers.add(mine, 'Thief', 'a key of a thief', nowMs)), false)
        assert.equal((await store.read.customers.find(mine))?.apiKey, plain.apiKey)
      })

      it('get a new API key, and the old one ends with it', async () => {
        const id = 103
        await store.write((tx) => tx.customers.add(id, 'Third', 'the-first-key', nowMs))
        assert.equal(await store.write((tx) => tx.customers.setApiKey(id, 'the-second-key')), true)
        assert.equal((await store.read.customers.find(id))?.apiKey, 'the-second-key')
        assert.equal((await store.read.customers.find(mine))?.apiKey, plain.apiKey)
      })

      it('get other salts of their secrets, in turn: the one before is the last one that was given', async () => {
        const saltsOf = async (id: number) => (await store.read.customers.find(id))?.secretSalts
        assert.equal(await saltsOf(103), undefined)
        await store.write((tx) => tx.customers.saltSecrets(103, 'first', 5, nowMs))
        assert.deepEqual(await saltsOf(103), { salt: 'first', oldSalt: null, oldUntilMs: 5 })
        const others = ['a', 'b', 'c', 'd']
        await Promise.all(others.map((salt) => store.write((tx) => tx.customers.saltSecrets(103, salt, 7, nowMs))))
        const { salt = '', oldSalt } = (await saltsOf(103)) ?? {}
        assert.ok(others.includes(salt) && others.includes(oldSalt ?? '') && salt !== oldSalt, `${oldSalt}, ${salt}`)
        assert.equal(await saltsOf(mine), undefined)
      })

      it('have different keys for their digests', async () => {
        const [left, right] = [await store.read.customers.find(mine), await store.read.customers.find(other)]
        assert.notDeepEqual(left?.digestKey, right?.digestKey)
      })

      it('open after a write that failed and was made again', async () => {
        const id = 104
        const add = (fails: boolean) =>
          store.write(async (tx) => {
            await tx.customers.add(id, 'Fourth', 'the-key-of-the-fourth', nowMs)
            if (fails) throw new Error('broken on purpose')
          })
        await assert.rejects(add(true), /broken on purpose/)
        await add(false)
        const fresh = await storeOn(one.place)
        try {
          assert.equal((await fresh.read.customers.find(id))?.apiKey, 'the-key-of-the-fourth')
        } finally {
          await fresh.close()
          await raw.run('delete from customers where id = $1', id)
        }
      })
    })

    describe('settings', () => {
      it('are set, set again and unset, each in its own scope', async () => {
        const at = (scope: number) => store.read.settings.all(scope)
        const before = await at(mine)
        await store.write((tx) => tx.settings.set(0, 'smtpUrl', 'smtp://one', nowMs))
        await store.write((tx) => tx.settings.set(0, 'smtpUrl', 'smtp://two', nowMs))
        assert.deepEqual(await at(0), new Map([['smtpUrl', 'smtp://two']]))
        assert.deepEqual(await at(mine), before)
        await store.write((tx) => tx.settings.unset(0, 'smtpUrl'))
        assert.deepEqual(await at(0), new Map())
      })
    })

    describe('users', () => {
      it('are found by their folded name with all that was given', async () => {
        const found = await store.read.users.find(mine, story.user.username)
        assert.deepEqual(found, story.user)
        assert.equal(await store.read.users.find(mine, 'nobody'), undefined)
      })

      it('are added once for a name, also by forty at once', async () => {
        const folded = `many-${randomUUID()}`
        const adding = Array.from({ length: 40 }, () =>
          store.write((tx) => tx.users.add(aUser(mine, { username: folded }), folded)),
        )
        const added = await Promise.all(adding)
        assert.equal(added.filter(Boolean).length, 1)
      })

      it('change only in what is given', async () => {
        const user = aUser(mine, { email: 'a@example.com', phone: '+15550000001', firstName: 'A' })
        await store.write((tx) => tx.users.add(user, user.username))
        const changed = await store.write((tx) =>
          tx.users.change(mine, user.id, { phone: '+15550000002', isEnabled: false, email: null }, nowMs),
        )
        assert.equal(changed, true)
        assert.deepEqual(await store.read.users.find(mine, user.username), {
          ...user,
          phone: '+15550000002',
          isEnabled: false,
          email: null,
        })
        assert.equal(await store.write((tx) => tx.users.change(mine, randomUUID(), { firstName: 'B' }, nowMs)), false)
      })

      it('cannot take the name of another', async () => {
        const user = aUser(mine)
        await store.write((tx) => tx.users.add(user, user.username))
        const taking = store.write((tx) =>
          tx.users.change(mine, user.id, { usernameFolded: story.user.username }, nowMs),
        )
        await assert.rejects(taking)
        assert.equal((await store.read.users.find(mine, story.user.username))?.id, story.user.id)
      })

      it('go with their credentials, challenges and messages', async () => {
        const gone = await tell(store, 105)
        assert.equal(await store.write((tx) => tx.users.remove(105, gone.user.id)), true)
        assert.equal(await store.write((tx) => tx.users.remove(105, gone.user.id)), false)
        for (const table of ['users', 'credentials', 'challenges', 'deliveries'])
          assert.deepEqual(await raw.run(`select * from ${table} where customer_id = $1`, 105), [], table)
      })

      it('come in pages in the order of their names, and are counted', async () => {
        const id = 106
        await store.write(async (tx) => {
          await tx.customers.add(id, 'Paged', 'the-key-of-the-paged', nowMs)
          for (const folded of ['c', 'a', 'e', 'b', 'd']) await tx.users.add(aUser(id, { username: folded }), folded)
        })
        const names = async (offset: number, limit: number) =>
          (await store.read.users.page(id, offset, limit)).map(({ username }) => username)
        assert.deepEqual(await names(0, 2), ['a', 'b'])
        assert.deepEqual(await names(2, 2), ['c', 'd'])
        assert.deepEqual(await names(4, 2), ['e'])
        assert.deepEqual(await names(5, 2), [])
        assert.equal(await store.read.users.count(id), 5)
      })

      it('are known to exist elsewhere, and nothing more of them', async () => {
        assert.equal(await store.read.users.existsElsewhere(other, story.user.username), true)
        assert.equal(await store.read.users.existsElsewhere(mine, story.user.username), false)
        assert.equal(await store.read.users.existsElsewhere(mine, 'nobody'), false)
      })
    })

    describe('credentials', () => {
      it('are given back as they were offered', async () => {
        assert.deepEqual(await store.read.credentials.of(mine, story.user.id, 'time-code'), [story.credential])
        assert.deepEqual(await store.read.credentials.of(mine, story.user.id, 'message-code'), [])
      })

      it('replace an older pending one and leave a confirmed one', async () => {
        const user = aUser(mine)
        const [active, first, second] = [
          aCredential(),
          aCredential({ state: 'pending' }),
          aCredential({ state: 'pending' }),
        ]
        await store.write(async (tx) => {
          await tx.users.add(user, user.username)
          for (const credential of [active, first, second]) await tx.credentials.offer(mine, user.id, credential, nowMs)
        })
        const kept = await store.read.credentials.of(mine, user.id, 'time-code')
        assert.deepEqual(new Set(kept.map(({ id }) => id)), new Set([active.id, second.id]))
        const snapshot = await store.userSnapshot(mine, user.username)
        assert.deepEqual(snapshot?.credentials, [active], 'a snapshot holds confirmed ones only')
      })
    })

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

    describe('the clock', () => {
      it('is that of the database, in milliseconds', async () => {
        assert.ok(Math.abs((await store.timeMs()) - Date.now()) < 10_000)
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

    describe('the audit', () => {
      const append = (id: number, count: number) =>
        store.write(async (tx) => {
          for (let n = 0; n < count; n++) await tx.audit.append(id, aNote({ requestId: `r${n}` }), 'done', nowMs)
        })
      /** A customer with a chain of two blocks. */
      const chained = async (id: number) => {
        await store.write((tx) => tx.customers.add(id, 'Audited', 'the-key-of-the-audited', nowMs))
        for (const count of [3, 2]) {
          await append(id, count)
          await closeAuditOf(store, id)
        }
      }

      it('is closed in blocks that follow each other and hold', async () => {
        await chained(110)
        await append(110, 1)
        const state = { customerId: 110, rows: 5, blocks: 2, openRows: 1, brokenAt: null, problem: null }
        assert.deepEqual(await store.read.audit.verify(110), state)
        await closeAuditOf(store, 110)
        const closed = { ...state, rows: 6, blocks: 3, openRows: 0 }
        assert.deepEqual(await store.read.audit.verify(110), closed)
        await store.closeAudit(nowMs)
        assert.deepEqual(await store.read.audit.verify(110), closed, 'nothing is closed twice')
      })

      it('finds the rows of somebody, newest first, however many others came between', async () => {
        const ofHis = (words: readonly string[]) =>
          store.write(async (tx) => {
            for (const word of words)
              await tx.audit.append(140, aNote({ subject: 'somebody', requestId: word }), 'done', nowMs)
          })
        const found = async (wanted: object) =>
          (await store.read.audit.list(140, { subjects: ['somebody'], limit: 9, ...wanted })).map(
            (row) => row.requestId,
          )
        assert.deepEqual(await found({}), [])
        await ofHis(['one', 'two'])
        await append(140, 1_100)
        await ofHis(['three'])
        await store.write((tx) => tx.audit.append(140, aNote({ subject: 'not somebody' }), 'done', nowMs))
        await append(140, 1_100)
        await ofHis(['four'])
        assert.deepEqual(await found({}), ['four', 'three', 'two', 'one'])
        assert.deepEqual(await found({ limit: 3 }), ['four', 'three', 'two'])
        const all = await store.read.audit.list(140, { subjects: ['somebody', 'nobody'], limit: 9 })
        assert.deepEqual(await found({ before: all[1]?.id }), ['two', 'one'])
        assert.deepEqual(await found({ after: all[2]?.id }), ['four', 'three'])
        assert.deepEqual(await found({ after: all[2]?.id, before: all[0]?.id }), ['three'])
        assert.equal((await store.read.audit.list(141, { subjects: ['somebody'], limit: 9 })).length, 0)
      })

      const forgeries = {
        'a changed row': "update audit_rows set outcome = 'accepted' where customer_id = $1 and request_id = 'r2'",
        'a removed row': "delete from audit_rows where customer_id = $1 and request_id = 'r2'",
        'a removed first block': 'delete from audit_blocks where customer_id = $1 and number = 1',
        'a changed count': 'update audit_blocks set rows = 2 where customer_id = $1 and number = 1',
        'a changed hash':
          'update audit_blocks set hash = (select seal from audit_blocks where customer_id = $1 and number = 1) where customer_id = $1 and number = 1',
        'a changed seal':
          'update audit_blocks set seal = (select hash from audit_blocks where customer_id = $1 and number = 1) where customer_id = $1 and number = 1',
      }
      for (const [index, [what, statement]] of Object.entries(forgeries).entries()) {
        it(`notices ${what}`, async () => {
          const id = 120 + index
          await chained(id)
          await raw.run(statement, id)
          const state = await store.read.audit.verify(id)
          assert.notEqual(state.brokenAt, null)
          assert.ok(state.problem)
        })
      }

      it('is closed for the server itself too', async () => {
        await append(0, 2)
        await closeAuditOf(store, 0)
        const { rows, openRows } = await store.read.audit.verify(0)
        assert.deepEqual({ rows, openRows }, { rows: 2, openRows: 0 })
      })

      it('is closed by two nodes at once as if by one', async () => {
        await chained(130)
        await append(130, 7)
        const second = await storeOn(one.place)
        try {
          const closed = await Promise.allSettled([store.closeAudit(nowMs), second.closeAudit(nowMs)])
          assert.ok(closed.some(({ status }) => status === 'fulfilled'))
          await closeAuditOf(store, 130)
          const { problem, rows } = await store.read.audit.verify(130)
          assert.deepEqual({ problem, rows }, { problem: null, rows: 12 })
        } finally {
          await second.close()
        }
      })
    })
  })
}
