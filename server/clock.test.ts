import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClock } from './clock.ts'

describe('the clock', () => {
  it('follows the database, so that nodes with different clocks agree', async () => {
    const clock = createClock(
      () => 1_000_000,
      async () => 1_090_000,
    )
    await clock.synchronize()
    assert.equal(clock.now(), 1_090_000)
  })

  it('follows a small step back and does not follow a large one', () => {
    let machine = 1_000_000
    const clock = createClock(
      () => machine,
      async () => machine,
    )
    assert.equal(clock.now(), 1_000_000)
    machine -= 4_000
    assert.equal(clock.now(), 996_000)
    machine -= 4_000
    assert.equal(clock.now(), 1_000_000)
    machine += 9_000
    assert.equal(clock.now(), 1_001_000)
  })
})
