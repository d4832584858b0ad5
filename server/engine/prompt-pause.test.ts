import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChallengeState, RecentChallenge } from '../vocabulary/challenge.ts'
import { isPaused } from './prompt-pause.ts'

const minuteMs = 60_000
const nowMs = Date.UTC(2027, 0, 2)

/** A prompt of so many minutes ago that lived five minutes; denied and approved ones were settled after one. */
function prompt(minutesAgo: number, state: ChallengeState): RecentChallenge {
  const createdAtMs = nowMs - minutesAgo * minuteMs
  const isOpen = state === 'pending' || state === 'expired'
  return {
    state,
    createdAtMs,
    expiresAtMs: createdAtMs + 5 * minuteMs,
    settledAtMs: isOpen ? null : createdAtMs + minuteMs,
  }
}

/** Newest first, one every five minutes, the newest six minutes ago. */
function row(...states: ChallengeState[]): RecentChallenge[] {
  return states.map((state, index) => prompt(6 + index * 5, state))
}

describe('prompts are paused', () => {
  const cases: readonly (readonly [promise: string, recent: RecentChallenge[], isPaused: boolean])[] = [
    ['not for somebody who was never asked', [], false],
    ['not after two denials', row('denied', 'denied'), false],
    ['after three denials in a row', row('denied', 'denied', 'denied'), true],
    ['after three that nobody answered', row('expired', 'expired', 'expired'), true],
    ['after three that ran out and were not marked yet', row('pending', 'pending', 'pending'), true],
    ['after denials and silence mixed', row('denied', 'expired', 'pending'), true],
    ['not when the newest is still open', [prompt(1, 'pending'), ...row('denied', 'denied')], false],
    ['not when a yes is among the last three', row('denied', 'approved', 'denied', 'denied'), false],
    ['not after a yes, whatever was before', row('approved', 'denied', 'denied', 'denied'), false],
    ['again after three denials since the yes', row('denied', 'denied', 'denied', 'approved'), true],
    ['not when too many wrong numbers ended one of the three', row('denied', 'spent', 'denied'), false],
    ['not when one of the three was replaced by a newer one', row('denied', 'cancelled', 'denied'), false],
    ['after five within the hour, whatever became of them', row(...five('cancelled')), true],
    ['after five within the hour that all ended by wrong numbers', row(...five('spent')), true],
    ['not after four within the hour', row(...five('cancelled').slice(1)), false],
    [
      'not by five of which one was accepted',
      row('cancelled', 'cancelled', 'approved', 'cancelled', 'cancelled'),
      false,
    ],
    ['by the sixth after a yes', row(...five('cancelled'), 'approved'), true],
    ['not by five of which the oldest is an hour old', hourOld(60), false],
    ['by five of which the oldest is just under an hour old', hourOld(59.99), true],
    ['59 minutes after the third denial', threeDenied(60), true],
    ['not 60 minutes after the third denial', threeDenied(61), false],
    ['by the end of the newest and not by its beginning', ended(64.9), true],
    ['not 60 minutes after the newest ran out', ended(65), false],
  ]
  for (const [promise, recent, expected] of cases)
    it(promise, () => {
      assert.equal(isPaused(recent, nowMs), expected)
    })
})

function five(state: ChallengeState): ChallengeState[] {
  return Array.from({ length: 5 }, () => state)
}

function hourOld(minutesAgo: number): RecentChallenge[] {
  return [...row(...five('cancelled').slice(1)), prompt(minutesAgo, 'cancelled')]
}

/** Asked so many minutes ago and denied a minute later, after two earlier ones. */
function threeDenied(minutesAgo: number): RecentChallenge[] {
  return [0, 10, 20].map((before) => prompt(minutesAgo + before, 'denied'))
}

function ended(minutesAgo: number): RecentChallenge[] {
  return [0, 10, 20].map((before) => prompt(minutesAgo + before, 'expired'))
}
