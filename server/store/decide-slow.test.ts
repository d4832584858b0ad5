import assert from 'node:assert/strict'
import {
  answerWrong,
  decideEach,
  edited,
  guard,
  marked,
  type Step,
  settled,
  wrong,
} from '../../test/support/decision-cases.ts'
import type { RawRow } from '../../test/support/raw.ts'
import { aChallenge, aDecision, nowMs } from '../../test/support/store.ts'
import { customerId, tokenDecision, type World } from '../../test/support/world.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Store } from './open.ts'

const minuteMs = 60_000
const daily = { startMs: nowMs - (nowMs % (24 * 60 * minuteMs)), max: 5 }
/** An answer before it is judged, and the verdict on it. */
const spend = { ...wrong, stage: 'spend', daily } as const
const settle = { stage: 'settle', daily } as const
const tried = ({ key }: Subject, tries: number): RawRow[] => [
  { customer_id: customerId, subject: key, method: 'message-code', day_start_ms: daily.startMs, tries },
]
const spent = async (store: Store, { challenge }: World, times = 1) => {
  for (let n = 0; n < times; n++) assert.equal(await store.decide(aDecision(challenge, spend)), 'judging')
}
/** Tries of today that belong to challenges of before. */
const triedBefore = async (store: Store, { subject }: World, times: number) => {
  for (let n = 0; n < times; n++)
    assert.equal(
      await store.decide({ ...aDecision(aChallenge(customerId), spend), subject, challengeId: null }),
      'judging',
    )
}

/** For each outcome: when it comes, and exactly what it leaves behind. */
decideEach({
  'an answer that is judged later is spent as a wrong one': {
    outcome: 'judging',
    decision: ({ challenge, request }) => aDecision(challenge, { ...spend, request }),
    changes: (world, before) => ({
      challenges: edited(before.challenges, world.challenge.id, { attempts: 1, judging: 1 }),
      guards: [guard(world.subject, 'message-code', 1, 0)],
      tries: tried(world.subject, 1),
      marks: marked(world),
    }),
  },
  'the last attempt is spent and leaves its challenge waiting for the verdict': {
    outcome: 'judging',
    prepare: (store, world) => answerWrong(store, world, 4),
    decision: ({ challenge }) => aDecision(challenge, spend),
    changes: ({ challenge, subject }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { attempts: 5, judging: 1 }),
      guards: [guard(subject, 'message-code', 5, 0)],
      tries: tried(subject, 1),
    }),
  },
  'the spending that reaches the lock': {
    outcome: 'judging',
    failures: 9,
    decision: ({ challenge }) => aDecision(challenge, spend),
    changes: ({ challenge, subject }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { attempts: 1, judging: 1 }),
      guards: [guard(subject, 'message-code', 10, nowMs + 30 * minuteMs)],
      tries: tried(subject, 1),
    }),
  },
  'a right verdict gives back what was spent for it': {
    outcome: 'accepted',
    prepare: spent,
    decision: ({ challenge }) => aDecision(challenge, settle),
    changes: ({ challenge, subject }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 1, judging: 0, ...settled }),
      guards: [],
      tries: tried(subject, 0),
    }),
  },
  'a right verdict takes back its own try of the day, and no other': {
    outcome: 'accepted',
    prepare: async (store, world) => {
      await triedBefore(store, world, 3)
      await spent(store, world)
    },
    decision: ({ challenge }) => aDecision(challenge, settle),
    changes: ({ challenge, subject }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 1, judging: 0, ...settled }),
      guards: [],
      tries: tried(subject, 3),
    }),
  },
  'a right verdict on the last attempt': {
    outcome: 'accepted',
    prepare: (store, world) => spent(store, world, 5),
    decision: ({ challenge }) => aDecision(challenge, settle),
    changes: ({ challenge, subject }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 5, judging: 4, ...settled }),
      guards: [],
      tries: tried(subject, 4),
    }),
  },
  'a right verdict on the attempt that locked': {
    outcome: 'accepted',
    failures: 9,
    prepare: spent,
    decision: ({ challenge }) => aDecision(challenge, settle),
    changes: ({ challenge, subject }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 1, judging: 0, ...settled }),
      guards: [],
      tries: tried(subject, 0),
    }),
  },
  'a right verdict on the last try of the day': {
    outcome: 'accepted',
    prepare: async (store, world) => {
      await triedBefore(store, world, 4)
      await spent(store, world)
    },
    decision: ({ challenge }) => aDecision(challenge, settle),
    changes: ({ challenge, subject }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 1, judging: 0, ...settled }),
      guards: [],
      tries: tried(subject, 4),
    }),
  },
  'a wrong verdict counts nothing twice': {
    outcome: 'wrong',
    prepare: spent,
    decision: ({ challenge }) => aDecision(challenge, { ...settle, ...wrong }),
    changes: ({ challenge }, { challenges }) => ({ challenges: edited(challenges, challenge.id, { judging: 0 }) }),
  },
  'a wrong verdict does not end a challenge whose other attempts are still being judged': {
    outcome: 'wrong',
    prepare: (store, world) => spent(store, world, 5),
    decision: ({ challenge }) => aDecision(challenge, { ...settle, ...wrong }),
    changes: ({ challenge }, { challenges }) => ({ challenges: edited(challenges, challenge.id, { judging: 4 }) }),
  },
  'the last wrong verdict ends the challenge': {
    outcome: 'wrong',
    prepare: async (store, world) => {
      await spent(store, world, 5)
      for (let n = 0; n < 4; n++)
        assert.equal(await store.decide(aDecision(world.challenge, { ...settle, ...wrong })), 'wrong')
    },
    decision: ({ challenge }) => aDecision(challenge, { ...settle, ...wrong }),
    changes: ({ challenge }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'spent', judging: 0, ...settled }),
    }),
  },
  'a wrong verdict on a challenge that expired meanwhile': {
    outcome: 'closed',
    prepare: spent,
    decision: ({ challenge }) => aDecision(challenge, { ...settle, ...wrong, nowMs: challenge.expiresAtMs }),
  },
  'a right verdict on a challenge that expired meanwhile was no guess': {
    outcome: 'closed',
    prepare: spent,
    decision: ({ challenge }) => aDecision(challenge, { ...settle, nowMs: challenge.expiresAtMs }),
    changes: ({ subject }) => ({ guards: [guard(subject, 'message-code', 0, 0)], tries: tried(subject, 0) }),
  },
  'a right verdict on an answer whose user was disabled meanwhile': {
    outcome: 'closed',
    prepare: async (store, world) => {
      await spent(store, world)
      await store.write((tx) => tx.users.change(customerId, world.user.id, { isEnabled: false }, nowMs))
    },
    decision: ({ challenge }) => aDecision(challenge, settle),
    changes: ({ subject }) => ({ guards: [guard(subject, 'message-code', 0, 0)], tries: tried(subject, 0) }),
  },
  'a right verdict on a challenge that another attempt has settled': {
    outcome: 'closed',
    prepare: async (store, world) => {
      await spent(store, world, 2)
      assert.equal(await store.decide(aDecision(world.challenge, settle)), 'accepted')
    },
    decision: ({ challenge }) => aDecision(challenge, settle),
    changes: ({ subject }) => ({ tries: tried(subject, 0) }),
  },
  'a right verdict on a used code takes back the lock that its attempt made': {
    outcome: 'used',
    failures: 9,
    prepare: (store, world) => store.decide(tokenDecision(world, { ...spend, method: 'message-code' })),
    decision: (world) =>
      tokenDecision(world, {
        ...settle,
        method: 'message-code',
        credential: { ...tokenDecision(world).credential, step: 5 } as Step,
      }),
    changes: ({ subject }) => ({ guards: [guard(subject, 'message-code', 9, 0)], tries: tried(subject, 0) }),
  },
  'a right verdict on a used code leaves a lock that was there before': {
    outcome: 'used',
    failures: 11,
    lockedUntilMs: nowMs + 1,
    decision: (world) =>
      tokenDecision(world, {
        ...settle,
        method: 'message-code',
        credential: { ...tokenDecision(world).credential, step: 5 } as Step,
      }),
    changes: ({ subject }) => ({ guards: [guard(subject, 'message-code', 10, nowMs + 1)] }),
  },
  'an attempt when all are spent and not yet judged': {
    outcome: 'closed',
    prepare: (store, world) => spent(store, world, 5),
    decision: ({ challenge }) => aDecision(challenge, { ...spend, daily: { ...daily, max: 100 } }),
  },
  'an attempt after the last try of the day': {
    outcome: 'locked',
    prepare: (store, world) => triedBefore(store, world, 5),
    decision: ({ challenge }) => aDecision(challenge, spend),
  },
  'an attempt on the day after the last try of a day': {
    outcome: 'judging',
    prepare: (store, world) => triedBefore(store, world, 5),
    decision: ({ challenge }) =>
      aDecision(challenge, { ...spend, daily: { ...daily, startMs: daily.startMs + 24 * 60 * minuteMs } }),
    changes: ({ challenge, subject }, { challenges, tries }) => ({
      challenges: edited(challenges, challenge.id, { attempts: 1, judging: 1 }),
      guards: [guard(subject, 'message-code', 6, 0)],
      tries: [...tries, ...tried(subject, 1).map((row) => ({ ...row, day_start_ms: daily.startMs + 86_400_000 }))],
    }),
  },
})
