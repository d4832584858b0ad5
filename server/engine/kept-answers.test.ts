import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { aMark, nowMs } from '../../test/support/store.ts'
import type { Store } from '../store/open.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { OverloadError } from '../vocabulary/overload.ts'
import { answerOnce } from './kept-answers.ts'
import type { Engine } from './ports.ts'

const id = 101

for (const name of databaseNames) {
  describe(`work that breaks off under a key, on ${name}`, () => {
    let one: OneStore
    let store: Store
    let customer: Customer
    before(async () => {
      one = await oneStore(name)
      store = one.store
      await store.write((tx) => tx.customers.add(id, 'Customer', 'the-api-key-of-the-customer', nowMs))
      customer = (await store.read.customers.find(id)) ?? assert.fail()
    })
    after(() => one.close())

    const once = async (key: string, work: (engine: Engine) => Promise<string>, atMs = nowMs) => {
      const problems: unknown[] = []
      const engine = { store, clock: () => atMs } as unknown as Engine // as much of it as is used
      const request = { customer, call: '/call', key, body: Buffer.from('{}') }
      return { outcome: await answerOnce(engine, request, work, (error) => problems.push(error)), problems }
    }
    const never = () => assert.fail('It was done again.')
    const change = (engine: Engine) => engine.store.write((tx) => tx.marks.claim(aMark()))

    it('may be done again after an overload before anything was changed', async () => {
      const overload = new OverloadError('busy')
      await assert.rejects(
        once('busy', () => Promise.reject(overload)),
        overload,
      )
      const { outcome } = await once('busy', async () => 'done')
      assert.deepEqual(outcome, { kind: 'answered', answer: 'done' })
    })

    const breaks: Record<string, (engine: Engine) => Promise<string>> = {
      'an overload after something was changed': async (engine) => {
        await change(engine)
        throw new OverloadError('busy')
      },
      'a failure': () => Promise.reject(new Error('broken on purpose')),
      'a failed write': (engine) => engine.store.write(() => Promise.reject(new Error('broken on purpose'))),
    }
    for (const [what, work] of Object.entries(breaks))
      it(`is unknown at once after ${what}, and never done again`, async () => {
        const { outcome, problems } = await once(what, work)
        assert.deepEqual(outcome, { kind: 'unknown' })
        assert.equal(problems.length, 1)
        assert.deepEqual((await once(what, never)).outcome, { kind: 'unknown' })
      })

    it('is told of to the first, when it was done and could not be kept', async () => {
      const claims = { ...store, write: failingAfterFirst() } as Store
      const problems: unknown[] = []
      const engine = { store: claims, clock: () => nowMs } as unknown as Engine // as above
      const request = { customer, call: '/call', key: 'not kept', body: Buffer.from('{}') }
      const outcome = await answerOnce(
        engine,
        request,
        async () => 'done',
        (error) => problems.push(error),
      )
      assert.deepEqual([outcome, problems.length], [{ kind: 'answered', answer: 'done' }, 1])
      const repeated = await once('not kept', never, nowMs + 60_001)
      assert.deepEqual(repeated.outcome, { kind: 'unknown' })
    })

    /** A database that goes away once the key was taken. */
    function failingAfterFirst(): Store['write'] {
      let isFirst = true
      return (job) => {
        if (!isFirst) return Promise.reject(new Error('The database went away.'))
        isFirst = false
        return store.write(job)
      }
    }
  })
}
