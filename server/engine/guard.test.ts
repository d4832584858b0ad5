import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { barOf, guardLimits } from './guard.ts'
import { strangerSubject, userSubject } from './subject.ts'

const nowMs = 1_800_000_000_000
const user = userSubject('0190-user')
const stranger = strangerSubject({ digestKey: Buffer.alloc(32, 1) }, 'bob')

describe('guardLimits', () => {
  it('are within PCI DSS 8.3.4: at most ten failures, then at least thirty minutes', () => {
    assert.ok(guardLimits.failuresPerLock <= 10)
    assert.ok(guardLimits.lockMs >= 30 * 60_000)
    assert.ok(guardLimits.lockMsMax >= guardLimits.lockMs)
  })

  it('are within NIST SP 800-63B-4 section 3.2.2: at most a hundred failures in a row', () => {
    assert.ok(guardLimits.failuresMax <= 100)
    assert.ok(guardLimits.failuresMax > guardLimits.failuresPerLock)
  })
})

describe('barOf', () => {
  const rows: readonly (readonly [
    promise: string,
    guard: { failures: number; lockedUntilMs: number },
    subject: typeof user,
    bar: ReturnType<typeof barOf>,
  ])[] = [
    ['asks who never failed', { failures: 0, lockedUntilMs: 0 }, user, undefined],
    ['asks after nine failures', { failures: 9, lockedUntilMs: 0 }, user, undefined],
    [
      'does not ask while locked',
      { failures: 10, lockedUntilMs: nowMs + 1 },
      user,
      { reason: 'locked', untilMs: nowMs + 1 },
    ],
    ['asks again at the very end of the lock', { failures: 10, lockedUntilMs: nowMs }, user, undefined],
    ['asks after forty-nine failures', { failures: 49, lockedUntilMs: nowMs }, user, undefined],
    ['never asks a user after fifty failures', { failures: 50, lockedUntilMs: 0 }, user, { reason: 'disabled' }],
    [
      'says locked first, as long as it lasts',
      { failures: 50, lockedUntilMs: nowMs + 5 },
      user,
      { reason: 'locked', untilMs: nowMs + 5 },
    ],
    [
      'does not ask a locked stranger',
      { failures: 10, lockedUntilMs: nowMs + 1 },
      stranger,
      { reason: 'locked', untilMs: nowMs + 1 },
    ],
    [
      'never disables a stranger, whose contact may belong to somebody else tomorrow',
      { failures: 5_000, lockedUntilMs: nowMs },
      stranger,
      undefined,
    ],
  ]
  for (const [promise, guard, subject, bar] of rows)
    it(promise, () => {
      assert.deepEqual(barOf(guard, subject, nowMs), bar)
    })
})
