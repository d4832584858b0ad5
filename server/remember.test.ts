import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { remember } from './remember.ts'

const forEver = Number.POSITIVE_INFINITY

describe('remember', () => {
  it('reads once and answers from then on', async () => {
    const reads: string[] = []
    const find = remember(async (key: string) => reads.push(key), forEver)
    assert.deepEqual([await find('a'), await find('a'), await find('a')], [1, 1, 1])
    assert.deepEqual(reads, ['a'])
  })

  it('keeps keys apart', async () => {
    const find = remember(async (key: number) => key * 2, forEver)
    assert.deepEqual([await find(1), await find(2), await find(1)], [2, 4, 2])
  })

  it('shares one read among all who ask at once', async () => {
    let reads = 0
    const find = remember(async () => {
      reads++
      await sleep(5)
      return reads
    }, forEver)
    const answers = await Promise.all(Array.from({ length: 100 }, () => find('a')))
    assert.deepEqual(new Set(answers), new Set([1]))
    assert.equal(reads, 1)
  })

  it('reads again when what it knows is no longer fresh', async () => {
    let value = 1
    const find = remember(async () => value, 30)
    assert.equal(await find('a'), 1)
    value = 2
    await sleep(60)
    assert.equal(await find('a'), 2)
  })

  it('counts freshness from before the read, so that nothing is older than promised', async () => {
    let reads = 0
    const find = remember(async () => {
      reads++
      await sleep(60)
      return reads
    }, 30)
    await find('a')
    assert.equal(await find('a'), 2)
  })

  it('does not remember absence', async () => {
    let value: string | undefined
    const find = remember(async () => value, forEver)
    assert.equal(await find('a'), undefined)
    value = 'now it is there'
    assert.equal(await find('a'), 'now it is there')
  })

  it('does not remember a failure, and tells it to everyone who waited', async () => {
    let isBroken = true
    const find = remember(async () => {
      if (isBroken) throw new Error('broken')
      return 1
    }, forEver)
    const waiting = await Promise.allSettled([find('a'), find('a')])
    assert.deepEqual(
      waiting.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    isBroken = false
    assert.equal(await find('a'), 1)
  })
})
