import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import { aNote, closeAuditOf, nowMs, storeOn, tell } from '../../test/support/store.ts'
import type { Store } from './open.ts'

const mine = 101
const other = 102

for (const name of databaseNames) {
  describe(`the store on ${name}`, () => {
    let one: OneStore
    let store: Store
    let raw: RawDatabase

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
      await tell(store, mine)
      await store.write((tx) => tx.customers.add(other, 'Other', 'the-api-key-of-the-other-customer', nowMs))
    })
    after(() => one.close())

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

      it('is closed by two nodes at once as if by one, and neither complains', async () => {
        await chained(130)
        await append(130, 7)
        const second = await storeOn(one.place)
        try {
          await Promise.all([store.closeAudit(nowMs), second.closeAudit(nowMs)])
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
