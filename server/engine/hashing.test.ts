import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { watchHashes } from '../../test/support/hashes.ts'
import type { Hashing } from '../methods/method.ts'
import { OverloadError } from '../vocabulary/overload.ts'
import { createHashQueue, type Hash, hashQueue } from './hashing.ts'

const mine = 101

const some = (text: string): Hashing => ({ salt: Buffer.alloc(16, 5), parts: [text] })

/** A hash that takes as long as it is told, and counts how many run. */
function slow(ms: number) {
  const seen = { running: 0, most: 0, order: [] as string[] }
  const hash: Hash = async ({ parts }) => {
    seen.most = Math.max(seen.most, ++seen.running)
    seen.order.push(parts[0] ?? '')
    await sleep(ms)
    seen.running--
    if (parts[0] === 'fails') throw new Error('It failed.')
    return Buffer.from(parts[0] ?? '')
  }
  return { seen, queue: createHashQueue(hash) }
}

describe('slow hashes', () => {
  it('run at most two at a time, in the order they came', async () => {
    const { seen, queue } = slow(2)
    const texts = Array.from({ length: 20 }, (_, at) => String(at))
    const made = await Promise.all(texts.map((text) => queue.hold(mine, 1, (hash) => hash(some(text)))))
    assert.deepEqual(made.map(String), texts)
    assert.equal(seen.most, 2)
    assert.deepEqual(seen.order, texts)
  })

  it('run at most two at a time within one job too', async () => {
    const { seen, queue } = slow(2)
    await queue.hold(mine, 10, (hash) => Promise.all(Array.from({ length: 10 }, (_, at) => hash(some(String(at))))))
    assert.equal(seen.most, 2)
  })

  it('that are too many are refused at once, before anything of their job is done', async () => {
    const { seen, queue } = slow(1)
    const begun: number[] = []
    const jobs = Array.from({ length: 100 }, (_, at) =>
      queue.hold(mine, 2, async (hash) => {
        begun.push(at)
        await Promise.all([hash(some('one')), hash(some('two'))])
      }),
    )
    const settled = await Promise.allSettled(jobs)
    const refused = settled.filter((one) => one.status === 'rejected')
    assert.equal(refused.length, 36)
    for (const { reason } of refused) assert.ok(reason instanceof OverloadError)
    assert.equal(begun.length, 64)
    assert.equal(seen.order.length, 128)
    await queue.hold(mine, 2, (hash) => hash(some('later')))
  })

  it('of one customer leave room for the next one, who does not wait behind all of them', async () => {
    const { seen, queue } = slow(1)
    const own = Array.from({ length: 200 }, () => queue.hold(mine, 1, (hash) => hash(some('mine'))))
    const crowd = Promise.allSettled(own)
    const others = [102, 103, 104].map((one) => queue.hold(one, 2, (hash) => hash(some(`of ${one}`))))
    assert.deepEqual((await Promise.all(others)).map(String), ['of 102', 'of 103', 'of 104'])
    assert.ok(seen.order.length < 12, `${seen.order.length} were made`)
    assert.equal((await crowd).filter(({ status }) => status === 'fulfilled').length, 128)
  })

  it('that fail, and jobs that fail, give their places back', async () => {
    const { queue } = slow(1)
    for (let round = 0; round < 100; round++) {
      await assert.rejects(queue.hold(mine, 2, (hash) => Promise.all([hash(some('fails')), hash(some('fine'))])))
      await assert.rejects(queue.hold(mine, 128, () => Promise.reject(new Error('The job failed.'))))
    }
    const made = await Promise.all(['a', 'b', 'c'].map((text) => queue.hold(mine, 1, (hash) => hash(some(text)))))
    assert.deepEqual(made.map(String), ['a', 'b', 'c'])
  })
})

describe('the queue of this process', () => {
  it('has at most two Argon2 hashes running, and leaves the event loop free', async () => {
    const seen = watchHashes()
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    try {
      await Promise.all(Array.from({ length: 24 }, (_, at) => hashQueue.hold(mine, 1, (hash) => hash(some(`${at}`)))))
    } finally {
      clearInterval(ticking)
      seen.stop()
    }
    assert.equal(seen.made(), 24, 'each was seen')
    assert.equal(seen.most(), 2)
    assert.ok(turns > 48, `the event loop turned ${turns} times`)
  })
})
