import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { databaseNames, newPlace, type Place } from '../../../test/support/databases.ts'
import { aChallenge, aDecision, storeOn } from '../../../test/support/store.ts'
import type { Keys } from '../keys.ts'
import type { Db } from '../tables.ts'
import { type Statement, statementFor } from './decide-statement.ts'
import { quick } from './open.ts'
import { snapshots } from './snapshot.ts'

// What PostgreSQL plans while nobody has failed yet it also runs when thousands have.
for (const name of databaseNames.filter((each) => each === 'PostgreSQL')) {
  describe(`plans made on an empty ${name}`, () => {
    let place: Place
    let client: pg.Client

    before(async () => {
      place = await newPlace(name)
      await (await storeOn(place)).close()
      client = new pg.Client({ connectionString: place.databaseUrl ?? '', options: quick })
      await client.connect()
      await client.query('vacuum analyze')
    })
    after(async () => {
      await client.end()
      await place.remove()
    })

    /** The lines of a plan that read guards, each with the condition that it reads them by. */
    const readsOfGuards = async ({ name: plan, text }: Statement) => {
      await client.query(`prepare "${plan}" as ${text}`)
      const parameters = Math.max(...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
      const nulls = Array(parameters).fill('null').join()
      const { rows } = await client.query(`explain (costs off) execute "${plan}" (${nulls})`)
      const lines = rows.map((row) => String(row['QUERY PLAN']).trim())
      return lines.flatMap((line, index) => (/Scan.* on guards/.test(line) ? [`${line} ${lines[index + 1]}`] : []))
    }
    const isByKey = (read: string) =>
      ['customer_id', 'subject', 'method'].every((column) => new RegExp(`Index Cond: .*${column} =`).test(read))

    const challenge = aChallenge(7)
    const kinds = {
      'a typed code': [aDecision(challenge, { challengeId: null })],
      'an answer to a challenge': [aDecision(challenge)],
    }
    for (const [kind, decisions] of Object.entries(kinds))
      it(`look each guard up by its key, for ${kind}`, async () => {
        const [looked, removed, ...others] = await readsOfGuards(statementFor(decisions))
        assert.ok(looked && isByKey(looked), looked)
        // By arrays of what is to be removed: empty for a batch that has nothing to remove, which then reads nothing.
        assert.match(removed ?? '', /Index Cond: .*customer_id = ANY/)
        assert.deepEqual(others, [])
      })

    it('look each guard up by its key, for what is read before', async () => {
      const asked: Statement[] = []
      const pool = {
        async query(statement: Statement) {
          asked.push(statement)
          return { rows: [] }
        },
      }
      const reading = snapshots(pool as unknown as pg.Pool, undefined as unknown as Db, undefined as unknown as Keys)
      await reading.userSnapshot(7, 'ann')
      await reading.challengeSnapshot(7, challenge.id)
      assert.equal(asked.length, 2)
      for (const statement of asked) {
        const reads = await readsOfGuards(statement)
        assert.equal(reads.length, 1)
        assert.deepEqual(
          reads.filter((read) => !isByKey(read)),
          [],
        )
      }
    })
  })
}
