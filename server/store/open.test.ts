import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { databaseNames, newPlace, type Place } from '../../test/support/databases.ts'
import { openRaw, type RawDatabase } from '../../test/support/raw.ts'
import {
  aChallenge,
  aCredential,
  aDelivery,
  aMark,
  aUser,
  closeAuditOf,
  nowMs,
  plain,
  storeOn,
  tell,
} from '../../test/support/store.ts'
import { guardLimits } from '../engine/guard.ts'
import type { Store } from './open.ts'
import { retention } from './purge.ts'

const mine = 101

for (const name of databaseNames) {
  describe(`opening ${name}`, () => {
    let place: Place
    let raw: RawDatabase
    const opened: Store[] = []
    const open = async (...masterKeys: readonly Uint8Array[]) => {
      const store = await storeOn(place, masterKeys.length > 0 ? { masterKeys } : {})
      opened.push(store)
      return store
    }
    const closeAll = async () => {
      for (const store of opened.splice(0)) await store.close()
    }

    beforeEach(async () => {
      place = await newPlace(name)
      raw = await openRaw(place)
    })
    afterEach(async () => {
      await closeAll()
      await raw.close()
      await place.remove()
    })

    describe('migrations', () => {
      const migrationsOf = () => raw.run('select * from kysely_migration order by name')

      it('are applied once; the second time they do nothing', async () => {
        const store = await open()
        await tell(store, mine)
        const before = await migrationsOf()
        assert.ok(before.length >= 1)
        assert.deepEqual(await store.migrate(), [])
        assert.deepEqual(await (await open()).migrate(), [])
        assert.deepEqual(await migrationsOf(), before)
        assert.equal((await store.read.customers.find(mine))?.apiKey, plain.apiKey)
      })

      it('are applied once by four processes that open at once', async () => {
        const script = fileURLToPath(new URL('../../test/support/open-store.ts', import.meta.url))
        const to = place.databaseUrl === null ? [place.dataDir] : [place.dataDir, place.databaseUrl]
        const children = Array.from({ length: 4 }, () => spawn(process.execPath, [script, ...to]))
        const endings = children.map(async (child) => {
          const [said, cried, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
          assert.equal(code, 0, cried)
          return JSON.parse(said) as string[]
        })
        for (const child of children) child.stdin.write('go\n')
        const applied = await Promise.all(endings)
        const names = (await migrationsOf()).map((row) => row['name'])
        assert.deepEqual(applied.flat().sort(), names, 'each migration was applied by one of them')
      })

      it('of a newer release are not touched, and a sentence says why', async () => {
        await (await open()).close()
        opened.pop()
        await raw.run("insert into kysely_migration (name, timestamp) values ('9999-of-next-year', '2027-01-01')")
        await assert.rejects(open(), /migrated by a newer release of Countersign\. Start that release/)
      })
    })

    describe('the master key', () => {
      const [older, newer] = [randomBytes(32), randomBytes(32)]

      it('that is not the right one is refused with a sentence that helps', async () => {
        await tell(await open(older), mine)
        await closeAll()
        await assert.rejects(open(newer), /master key does not open this database.*COUNTERSIGN_MASTER_KEY/)
        const store = await open(older)
        assert.equal((await store.read.customers.find(mine))?.apiKey, plain.apiKey, 'and nothing was spoilt')
      })

      it('is changed by putting the new one first; then the old one is needed no more', async () => {
        const story = await tell(await open(older), mine)
        await closeAll()
        const before = await raw.run('select * from data_keys order by customer_id')
        await open(newer, older)
        await closeAll()
        const after = await raw.run('select * from data_keys order by customer_id')
        assert.equal(after.length, before.length)
        for (const [index, row] of after.entries())
          assert.notDeepEqual(row, before[index], 'each data key is re-sealed')

        const store = await open(newer)
        assert.equal((await store.read.customers.find(mine))?.apiKey, plain.apiKey)
        assert.equal((await store.read.users.find(mine, story.user.username))?.phone, plain.phone)
        await closeAll()
        await assert.rejects(open(older), /master key does not open this database/)
      })

      it('is changed under a node that still runs with the old one first', async () => {
        const running = await open(older)
        const story = await tell(running, mine)
        await running.read.customers.find(mine)
        await open(newer, older)
        assert.equal((await running.read.users.find(mine, story.user.username))?.phone, plain.phone)
        const added = aUser(mine, { phone: '+15550001111' })
        await running.write((tx) => tx.users.add(added, added.username))
        const store = await open(newer)
        assert.equal((await store.read.users.find(mine, added.username))?.phone, '+15550001111')
      })
    })

    describe('the purge', () => {
      const days = (count: number) => count * 24 * 3_600_000
      const count = async (table: string, where: string, ...values: (string | number)[]) => {
        const [row] = await raw.run(`select count(*) as count from ${table} where ${where}`, ...values)
        return Number(row?.['count'])
      }

      it('removes nothing of a customer at work', async () => {
        const store = await open()
        await tell(store, mine)
        const gone = await store.purge(nowMs)
        const kinds = [
          'notices',
          'webhooks',
          'marks',
          'answers',
          'signIns',
          'adminSessions',
          'userSessions',
          'challenges',
          'credentials',
          'guards',
          'tries',
          'counts',
          'messages',
          'phones',
          'pushes',
          'riskSessions',
          'evaluations',
          'devices',
          'riskCounts',
          'profiles',
        ]
        assert.deepEqual(gone, Object.fromEntries(kinds.map((kind) => [kind, 0])))
      })

      it('keeps a push message 25 hours after its end, and then removes it', async () => {
        const store = await open()
        const { challenge } = await tell(store, mine)
        const end = challenge.expiresAtMs + 25 * 3_600_000
        assert.equal((await store.purge(end))['pushes'], 0)
        assert.equal((await store.purge(end + 1))['pushes'], 1)
      })

      it('removes a request mark when its window has passed', async () => {
        const store = await open()
        const mark = aMark({ expiresAtMs: nowMs })
        await store.write((tx) => tx.marks.claim(mark))
        assert.equal((await store.purge(nowMs))['marks'], 0)
        assert.equal((await store.purge(nowMs + 1))['marks'], 1)
        assert.equal(await count('request_marks', '1 = 1'), 0)
      })

      it('keeps a challenge 25 hours after its end, and then removes it with its messages', async () => {
        const store = await open()
        await tell(store, mine)
        const challenge = aChallenge(mine)
        await store.write(async (tx) => {
          await tx.challenges.replace(challenge, nowMs)
          await tx.deliveries.add([aDelivery(challenge)], nowMs, nowMs)
        })
        const end = challenge.expiresAtMs + 25 * 3_600_000
        assert.equal(retention.challengesMs, 25 * 3_600_000)
        await store.purge(end)
        assert.equal((await store.read.challenges.find(challenge.id))?.id, challenge.id)
        await store.purge(end + 1)
        assert.equal(await store.read.challenges.find(challenge.id), undefined)
        assert.equal(await count('deliveries', 'challenge_id = $1', challenge.id), 0)
      })

      it('removes an enrolment that nobody confirmed in a day, and never a confirmed one', async () => {
        const store = await open()
        const { user } = await tell(store, mine)
        const pending = aCredential({ state: 'pending' })
        await store.write((tx) => tx.credentials.offer(mine, user.id, pending, nowMs))
        await store.purge(nowMs + days(1))
        assert.equal(await count('credentials', 'id = $1', pending.id), 1)
        await store.purge(nowMs + days(1) + 1)
        assert.equal(await count('credentials', 'id = $1', pending.id), 0)
        await store.purge(nowMs + days(10_000))
        assert.equal((await store.read.credentials.of(mine, user.id, 'time-code')).length, 1)
      })

      it('forgets failures after 90 days, but no lock that holds and no disablement', async () => {
        const store = await open()
        await store.write((tx) => tx.customers.add(mine, 'Customer', plain.apiKey, nowMs))
        const guards = {
          few: [3, 0],
          locked: [10, nowMs + days(200)],
          disabled: [guardLimits.failuresMax, 0],
        } as const
        for (const [subject, [failures, lockedUntilMs]] of Object.entries(guards)) {
          await raw.run(
            "insert into guards (customer_id, subject, method, failures, locked_until_ms, updated_at_ms) values ($1, $2, 'm', $3, $4, $5)",
            ...[mine, subject, failures, lockedUntilMs, nowMs],
          )
        }
        const left = async () => {
          const rows = await raw.run('select subject from guards order by subject')
          return rows.map((row) => row['subject'])
        }
        await store.purge(nowMs + days(90))
        assert.deepEqual(await left(), ['disabled', 'few', 'locked'])
        await store.purge(nowMs + days(90) + 1)
        assert.deepEqual(await left(), ['disabled', 'locked'])
        await store.purge(nowMs + days(201))
        assert.deepEqual(await left(), ['disabled'])
      })

      it('empties the development inbox after a day', async () => {
        const store = await open()
        const message = { channel: 'sms', to: '+1', subject: null, text: 'hello', html: null, sentAtMs: nowMs }
        await store.write((tx) => tx.inbox.add(mine, message))
        assert.equal((await store.purge(nowMs + days(1)))['messages'], 0)
        assert.equal((await store.purge(nowMs + days(1) + 1))['messages'], 1)
      })

      it('removes a notice after 25 hours, and no message of a challenge with it', async () => {
        const store = await open()
        const { challenge } = await tell(store, mine)
        const notice = aDelivery({ ...challenge, id: randomUUID() }, { challengeId: null })
        await store.write((tx) => tx.deliveries.add([notice], nowMs, nowMs))
        assert.equal((await store.purge(nowMs + 25 * 3_600_000))['notices'], 0)
        assert.equal((await store.purge(nowMs + 25 * 3_600_000 + 1))['notices'], 1)
        assert.equal(await count('deliveries', 'challenge_id is null'), 0)
        assert.equal(await count('deliveries', 'challenge_id = $1', challenge.id), 1)
      })

      it('removes an event for a webhook after 7 days', async () => {
        const store = await open()
        await tell(store, mine)
        assert.equal((await store.purge(nowMs + days(7)))['webhooks'], 0)
        assert.equal((await store.purge(nowMs + days(7) + 1))['webhooks'], 1)
        assert.equal(await count('webhook_events', '1 = 1'), 0)
      })

      it('never removes a line of the audit', async () => {
        const store = await open()
        await tell(store, mine)
        await closeAuditOf(store, mine)
        const before = await count('audit_rows', '1 = 1')
        await store.purge(nowMs + days(100_000))
        assert.equal(await count('audit_rows', '1 = 1'), before)
        assert.equal((await store.read.audit.verify(mine)).problem, null)
      })

      const bites = {
        notices: (blob: (text: string) => string) => `
          insert into deliveries (id, customer_id, via, contact, state, tries, lease_until_ms, created_at_ms)
          select id, 101, 'sms', ${blob('id')}, 'sent', 1, 0, 0 from given`,
        webhooks: (blob: (text: string) => string) => `
          insert into webhook_events (id, customer_id, body, state, tries, next_try_at_ms, created_at_ms)
          select id, 101, ${blob('id')}, 'waiting', 0, 0, 0 from given`,
        counts: () => `insert into send_counts (customer_id, key, window_start_ms, window_end_ms, sent)
          select 101, id, 0, 1, 1 from given`,
        marks: (blob: (text: string) => string) =>
          `insert into request_marks (digest, expires_at_ms) select ${blob('id')}, 0 from given`,
        answers: (blob: (text: string) => string) => `
          insert into kept_answers (customer_id, digest, body_digest, claimed_at_ms, expires_at_ms)
          select 101, ${blob('id')}, ${blob('id')}, 0, 1 from given`,
        guards: () => `insert into guards (customer_id, subject, method, failures, locked_until_ms, updated_at_ms)
          select 101, id, 'message-code', 1, 0, 0 from given`,
        messages: () => `insert into inbox_messages (customer_id, channel, "to", text, sent_at_ms)
          select 101, 'sms', id, 'hello', 0 from given`,
      }
      for (const [kind, fill] of Object.entries(bites)) {
        it(`removes all ${kind} that are over, however many, in bounded bites`, async () => {
          const store = await open()
          const ids = Array.from({ length: 2_500 }, () => `('${randomUUID()}')`).join(', ')
          const blob = (text: string) =>
            place.databaseUrl === null ? `cast(${text} as blob)` : `convert_to(${text}, 'UTF8')`
          await raw.run(`with given (id) as (values ${ids}) ${fill(blob)}`)
          assert.equal((await store.purge(nowMs))[kind], 2_500)
          assert.equal((await store.purge(nowMs))[kind], 0)
        })
      }
    })
  })
}
