import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { describe, it } from 'node:test'
import { SlowHashBusy, slowHash, slowVerify } from './slow-hash.ts'

const salt = Buffer.alloc(16, 1)

describe('slowHash', () => {
  it('is Argon2id with 19 MiB, two passes and one lane', async () => {
    const options = { message: 'secret', nonce: salt, memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
    assert.deepEqual(await slowHash('secret', salt), argon2Sync('argon2id', options))
  })

  it('differs with the secret and with the salt', async () => {
    const hashes = [
      await slowHash('secret', salt),
      await slowHash('Secret', salt),
      await slowHash('secret', Buffer.alloc(16, 2)),
    ]
    assert.equal(new Set(hashes.map((hash) => hash.toString('hex'))).size, 3)
  })

  it('leaves the event loop free, runs the waiting ones in order, and refuses a crowd', async () => {
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    const done: number[] = []
    const asked = Array.from({ length: 103 }, (_, nth) => slowHash(`secret ${nth}`, salt).then(() => done.push(nth)))
    const ended = await Promise.allSettled(asked)
    clearInterval(ticking)
    const refused = ended.filter((one) => one.status === 'rejected')
    assert.deepEqual(
      refused.map(({ reason }) => reason instanceof SlowHashBusy),
      [true],
    )
    assert.equal(done.length, 102)
    for (const [at, nth] of done.entries()) assert.ok(Math.abs(at - nth) < 20, 'about in order')
    assert.ok(ticks > 102, 'timers ran meanwhile')
    await slowHash('another', salt)
  })

  it('goes on after one that failed', async () => {
    await assert.rejects(slowHash('secret', new Uint8Array(1)))
    await assert.rejects(slowHash('secret', new Uint8Array(1)))
    await Promise.all([1, 2, 3].map(() => slowHash('secret', salt)))
  })
})

describe('slowVerify', () => {
  it('knows the secret, and no other', async () => {
    const hash = await slowHash('secret', salt)
    assert.equal(await slowVerify('secret', salt, hash), true)
    assert.equal(await slowVerify('secret ', salt, hash), false)
    assert.equal(await slowVerify('secret', salt, hash.subarray(1)), false)
    assert.equal(await slowVerify('secret', salt, new Uint8Array(0)), false)
  })
})
