import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { newPlace, type Place } from '../../../test/support/databases.ts'
import { ending } from '../../../test/support/ending-judge.ts'
import { openRaw } from '../../../test/support/raw.ts'
import { nowMs, storeOn } from '../../../test/support/store.ts'
import type { TypedCode } from '../../vocabulary/decision.ts'
import type { Store } from '../open.ts'

const customerId = 7
/** Codes that are asked for beside the one that ends the thread: fewer than may wait. */
const most = 5_000

describe('a thread that ends while it decides', () => {
  let place: Place
  let store: Store
  before(async () => {
    place = await newPlace('SQLite')
    store = await storeOn(place, { judging: import.meta.resolve('../../../test/support/ending-judge.ts') })
    await store.write((tx) => tx.customers.add(customerId, 'Customer', 'the-api-key-of-the-customer', nowMs))
  })
  after(async () => {
    await store.close()
    await place.remove()
  })

  const typed = (code: string): TypedCode => {
    const [usernameFolded, requestId] = [`nobody ${randomUUID()}`, randomUUID()]
    return {
      ...{ customerId, usernameFolded, requestId, code, nowMs },
      method: 'time-code',
      request: null,
      detail: null,
    }
  }

  it('leaves nothing of what its callers are told has failed, and all else is decided by the next', async () => {
    const asked: { readonly requestId: string; readonly told: Promise<boolean> }[] = []
    const ask = (code: string) => {
      const one = typed(code)
      const told = store.decideCode(one).then(
        () => true,
        () => false,
      )
      asked.push({ requestId: one.requestId, told })
      return { told }
    }
    for (let times = 0; times < 5; times++) {
      assert.equal(await ask('123456').told, true, 'the next thread is there')
      let isOver = false
      for (let turn = 0; !isOver; turn++) {
        if (turn < most) ask('123456')
        if (turn === 300)
          void ask(ending).told.then(() => {
            isOver = true
          })
        await (turn < most ? nextTurn() : sleep(1))
      }
    }
    assert.equal(await ask('123456').told, true)
    await Promise.all(asked.map(({ told }) => told))
    await sleep(100) // whatever went on without its callers would be there by now
    const raw = await openRaw(place)
    const rows = await raw.run('select request_id from audit_rows').finally(() => raw.close())
    const decided = rows.map((row) => String(row['request_id']))
    const told = await Promise.all(asked.map(async (one) => ((await one.told) ? [one.requestId] : [])))
    assert.deepEqual(decided.sort(), told.flat().sort())
    assert.ok(asked.length - decided.length >= 5)
  })
})
