import { randomUUID } from 'node:crypto'
import {
  answerWrong,
  confirming,
  decideEach,
  edited,
  guard,
  marked,
  type State,
  type Step,
  seen,
  settled,
  wrong,
} from '../../test/support/decision-cases.ts'
import { aDecision, nowMs } from '../../test/support/store.ts'
import { ask, customerId, tokenDecision, type World } from '../../test/support/world.ts'

const spendOnly = (attempts: number) => (world: World, before: State) => ({
  challenges: edited(before.challenges, world.challenge.id, { attempts }),
})

/** For each outcome: when it comes, and exactly what it leaves behind. */
decideEach({
  'a right answer settles the challenge, clears the failures and marks the request': {
    outcome: 'accepted',
    failures: 9,
    decision: ({ challenge, request }) => aDecision(challenge, { request }),
    changes: (world, { challenges }) => ({
      challenges: edited(challenges, world.challenge.id, { state: 'approved', attempts: 1, ...settled }),
      guards: [],
      marks: marked(world),
    }),
  },
  'a right answer in the last millisecond': {
    outcome: 'accepted',
    decision: ({ challenge }) => aDecision(challenge, { nowMs: challenge.expiresAtMs - 1 }),
    changes: ({ challenge }, { challenges }) => {
      const end = { state: 'approved', attempts: 1, pending: null, settled_at_ms: challenge.expiresAtMs - 1 }
      return { challenges: edited(challenges, challenge.id, end) }
    },
  },
  'a right answer in the last try': {
    outcome: 'accepted',
    prepare: (store, world) => answerWrong(store, world, 4),
    decision: ({ challenge }) => aDecision(challenge),
    changes: ({ challenge }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 5, ...settled }),
      guards: [],
    }),
  },
  'a new step of a credential moves it forward': {
    outcome: 'accepted',
    failures: 3,
    decision: (world) => tokenDecision(world),
    changes: ({ credential }, { credentials }) => ({
      credentials: edited(credentials, credential.id, {
        last_step: 6,
        last_used_at_ms: nowMs,
        confirmed_at_ms: nowMs,
      }),
      guards: [],
    }),
  },
  'a new step in answer to a challenge settles both': {
    outcome: 'accepted',
    decision: (world) => aDecision(world.challenge, { credential: tokenDecision(world).credential }),
    changes: ({ challenge, credential }, { challenges, credentials }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 1, ...settled }),
      credentials: edited(credentials, credential.id, {
        last_step: 6,
        last_used_at_ms: nowMs,
        confirmed_at_ms: nowMs,
      }),
    }),
  },
  'a confirmation activates the new credential and removes the one of that method it replaces': {
    outcome: 'accepted',
    decision: (world) => tokenDecision(world, confirming(world)),
    changes: confirmed,
  },
  'a confirmation ends a disablement': {
    outcome: 'accepted',
    failures: 50,
    decision: (world) => tokenDecision(world, confirming(world)),
    changes: (world, before) => ({ ...confirmed(world, before), guards: [] }),
  },

  'a wrong answer spends an attempt and counts a failure': {
    outcome: 'wrong',
    decision: ({ challenge, request }) => aDecision(challenge, { ...wrong, request }),
    changes: (world, before) => ({
      ...spendOnly(1)(world, before),
      guards: [guard(world.subject, 'message-code', 1, 0)],
      marks: marked(world),
    }),
  },
  'the fifth wrong answer ends the challenge': {
    outcome: 'wrong',
    prepare: (store, world) => answerWrong(store, world, 4),
    decision: ({ challenge }) => aDecision(challenge, wrong),
    changes: ({ challenge, subject }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'spent', attempts: 5, ...settled }),
      guards: [guard(subject, 'message-code', 5, 0)],
    }),
  },
  'a wrong confirmation leaves what was enrolled and offered': {
    outcome: 'wrong',
    decision: (world) => tokenDecision(world, confirming(world, { ...wrong, credential: null })),
    changes: ({ subject }) => ({ guards: [guard(subject, 'time-code', 1, 0)] }),
  },

  'a request that was seen does nothing, right as its answer is': {
    outcome: 'repeated',
    failures: 3,
    prepare: seen,
    decision: ({ challenge, request }) => aDecision(challenge, { request }),
  },
  'a request that was seen counts no failure': {
    outcome: 'repeated',
    prepare: seen,
    decision: ({ challenge, request }) => aDecision(challenge, { ...wrong, request }),
  },

  'a challenge that does not exist': {
    outcome: 'closed',
    failures: 3,
    decision: ({ challenge, request }) => aDecision({ ...challenge, id: randomUUID() }, { request }),
    changes: (world) => ({ marks: marked(world) }),
  },
  'a challenge in the moment it expires': {
    outcome: 'closed',
    decision: ({ challenge }) => aDecision(challenge, { nowMs: challenge.expiresAtMs }),
  },
  'a challenge that was cancelled': {
    outcome: 'closed',
    prepare: (store, { challenge }) => store.write((tx) => tx.challenges.cancel(customerId, challenge.id, nowMs)),
    decision: ({ challenge }) => aDecision(challenge),
  },
  'a challenge that was replaced': {
    outcome: 'closed',
    prepare: (store, { subject, user }) => ask(store, { subject, userId: user.id }),
    decision: ({ challenge }) => aDecision(challenge),
  },
  'a challenge that was answered': {
    outcome: 'closed',
    prepare: (store, { challenge }) => store.decide(aDecision(challenge)),
    decision: ({ challenge }) => aDecision(challenge),
  },
  'a challenge whose attempts are spent': {
    outcome: 'closed',
    prepare: (store, world) => answerWrong(store, world, 5),
    decision: ({ challenge }) => aDecision(challenge),
  },
  'a wrong answer to a challenge that ended counts no failure': {
    outcome: 'closed',
    prepare: (store, { challenge }) => store.decide(aDecision(challenge)),
    decision: ({ challenge }) => aDecision(challenge, wrong),
  },

  'the step that was accepted last': {
    outcome: 'used',
    failures: 3,
    decision: (world) => tokenDecision(world, { credential: { ...tokenDecision(world).credential, step: 5 } as Step }),
  },
  'a step before the last': {
    outcome: 'used',
    decision: (world) => tokenDecision(world, { credential: { ...tokenDecision(world).credential, step: 4 } as Step }),
  },
  'a credential that is gone': {
    outcome: 'used',
    decision: (world) =>
      tokenDecision(world, { credential: { ...tokenDecision(world).credential, id: 'gone' } as Step }),
  },
  'a credential of another user': {
    outcome: 'used',
    decision: (world) =>
      tokenDecision(world, { credential: { id: world.otherCredential.id, userId: world.user.id, step: 6 } }),
  },
  'a used step in answer to a challenge spends its attempt and leaves it waiting': {
    outcome: 'used',
    failures: 3,
    decision: (world) =>
      aDecision(world.challenge, { credential: { ...tokenDecision(world).credential, step: 5 } as Step }),
    changes: spendOnly(1),
  },
})

function confirmed({ pending, credential }: World, { credentials }: State): Partial<State> {
  const activated = { state: 'active', last_step: 6, last_used_at_ms: nowMs, confirmed_at_ms: nowMs }
  return { credentials: edited(credentials, pending.id, activated).filter((row) => row['id'] !== credential.id) }
}
