import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import type { RawDatabase, RawRow } from '../../test/support/raw.ts'
import { aChallenge, aDecision, nowMs } from '../../test/support/store.ts'
import { ask, customerId, newWorld, tokenDecision, type World } from '../../test/support/world.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Decided, Decision } from '../vocabulary/decision.ts'
import type { Store } from './open.ts'

const minuteMs = 60_000

/** Every row that a decision of a world may touch. */
interface State {
  readonly challenges: RawRow[]
  readonly credentials: RawRow[]
  readonly guards: RawRow[]
  readonly marks: RawRow[]
  readonly tries: RawRow[]
}

interface Case {
  readonly outcome: Decided
  /** Failures of the decision's subject and method before it; without a lock that still holds unless it says so. */
  readonly failures?: number
  readonly lockedUntilMs?: number
  readonly prepare?: (store: Store, world: World) => Promise<unknown>
  readonly decision: (world: World) => Decision
  /** The parts of the state that differ afterwards; everything else stays as it was. */
  readonly changes?: (world: World, before: State) => Partial<State>
}

const wrong = { verdict: 'wrong' } as const
const daily = { startMs: nowMs - (nowMs % (24 * 60 * minuteMs)), max: 5 }
/** An answer before it is judged, and the verdict on it. */
const spend = { ...wrong, stage: 'spend', daily } as const
const settle = { stage: 'settle', daily } as const
const settled = { settled_at_ms: nowMs, pending: null }
const marked = ({ request }: World) => [
  { digest: Buffer.from(request.digest), nonce: null, expires_at_ms: request.expiresAtMs } satisfies RawRow,
]
const edited = (rows: readonly RawRow[], id: string, change: RawRow) =>
  rows.map((row) => (row['id'] === id ? { ...row, ...change } : row))
const guard = ({ key }: Subject, method: string, failures: number, lockedUntilMs: number): RawRow => ({
  customer_id: customerId,
  subject: key,
  method,
  failures,
  locked_until_ms: lockedUntilMs,
  updated_at_ms: nowMs,
})
const answerWrong = async (store: Store, { challenge }: World, times: number) => {
  for (let n = 0; n < times; n++) assert.equal(await store.decide(aDecision(challenge, wrong)), 'wrong')
}
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
const confirming = ({ pending, user }: World, more: Partial<Decision> = {}) => ({
  credential: { id: pending.id, userId: user.id, step: 6 },
  isConfirming: true,
  ...more,
})
const seen = (store: Store, { request }: World) => store.write((tx) => tx.marks.claim(request))
const spendOnly = (attempts: number) => (world: World, before: State) => ({
  challenges: edited(before.challenges, world.challenge.id, { attempts }),
})

/** For each outcome: when it comes, and exactly what it leaves behind. */
const cases: Readonly<Record<string, Case>> = {
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
  'a right answer in the moment a lock ends': {
    outcome: 'accepted',
    failures: 10,
    lockedUntilMs: nowMs,
    decision: ({ challenge }) => aDecision(challenge),
    changes: ({ challenge }, { challenges }) => ({
      challenges: edited(challenges, challenge.id, { state: 'approved', attempts: 1, ...settled }),
      guards: [],
    }),
  },
  'a contact after fifty failures, because only users are disabled': {
    outcome: 'accepted',
    failures: 50,
    decision: ({ stranger }) => aDecision(stranger),
    changes: ({ stranger }, { challenges }) => ({
      challenges: edited(challenges, stranger.id, { state: 'approved', attempts: 1, ...settled }),
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
  'the tenth failure in a row locks': {
    outcome: 'wrong',
    failures: 9,
    decision: (world) => tokenDecision(world, { ...wrong, credential: null }),
    changes: ({ subject }) => ({ guards: [guard(subject, 'time-code', 10, nowMs + 30 * minuteMs)] }),
  },
  'the eleventh, after the lock, does not lock again': {
    outcome: 'wrong',
    failures: 10,
    lockedUntilMs: nowMs,
    decision: (world) => tokenDecision(world, { ...wrong, credential: null }),
    changes: ({ subject }) => ({ guards: [guard(subject, 'time-code', 11, nowMs)] }),
  },
  'a wrong confirmation leaves what was enrolled and offered': {
    outcome: 'wrong',
    decision: (world) => tokenDecision(world, confirming(world, { ...wrong, credential: null })),
    changes: ({ subject }) => ({ guards: [guard(subject, 'time-code', 1, 0)] }),
  },
  'a wrong confirmation counts for a disabled user too': {
    outcome: 'wrong',
    failures: 59,
    decision: (world) => tokenDecision(world, confirming(world, { ...wrong, credential: null })),
    changes: ({ subject }) => ({ guards: [guard(subject, 'time-code', 60, nowMs + 960 * minuteMs)] }),
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
  'a request that was seen is told so before a lock is': {
    outcome: 'repeated',
    failures: 10,
    lockedUntilMs: nowMs + 1,
    prepare: seen,
    decision: (world) => tokenDecision(world, { request: world.request }),
  },

  'a right answer under a lock does nothing but mark its request': {
    outcome: 'locked',
    failures: 10,
    lockedUntilMs: nowMs + 1,
    decision: ({ challenge, request }) => aDecision(challenge, { request }),
    changes: (world) => ({ marks: marked(world) }),
  },
  'a wrong answer under a lock neither counts nor prolongs it': {
    outcome: 'locked',
    failures: 19,
    lockedUntilMs: nowMs + 1,
    decision: ({ challenge }) => aDecision(challenge, wrong),
  },
  'a confirmation under a lock': {
    outcome: 'locked',
    failures: 10,
    lockedUntilMs: nowMs + 1,
    decision: (world) => tokenDecision(world, confirming(world)),
  },
  'a stranger under a lock': {
    outcome: 'locked',
    failures: 10,
    lockedUntilMs: nowMs + 1,
    decision: ({ stranger }) => aDecision(stranger),
  },
  'a lock is told before a disablement': {
    outcome: 'locked',
    failures: 50,
    lockedUntilMs: nowMs + 1,
    decision: (world) => tokenDecision(world),
  },

  'a user after fifty failures, right as his answer is': {
    outcome: 'disabled',
    failures: 50,
    decision: ({ challenge }) => aDecision(challenge),
  },
  'a wrong answer of a disabled user counts no more': {
    outcome: 'disabled',
    failures: 50,
    decision: (world) => tokenDecision(world, { ...wrong, credential: null }),
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
}

type Step = NonNullable<Decision['credential']>

function confirmed({ pending, credential }: World, { credentials }: State): Partial<State> {
  const activated = { state: 'active', last_step: 6, last_used_at_ms: nowMs, confirmed_at_ms: nowMs }
  return { credentials: edited(credentials, pending.id, activated).filter((row) => row['id'] !== credential.id) }
}

for (const name of databaseNames) {
  describe(`a decision on ${name}`, () => {
    let one: OneStore
    let store: Store
    let raw: RawDatabase
    let world: World

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
      await store.write((tx) => tx.customers.add(customerId, 'Customer', 'the-api-key-of-the-customer', nowMs))
    })
    beforeEach(async () => {
      world = await newWorld(store)
    })
    after(() => one.close())

    const setFailures = (subject: Subject, method: string, failures: number, lockedUntilMs = 0) =>
      raw.run(
        'insert into guards (customer_id, subject, method, failures, locked_until_ms, updated_at_ms) values ($1, $2, $3, $4, $5, $6)',
        customerId,
        subject.key,
        method,
        failures,
        lockedUntilMs,
        nowMs,
      )
    const fail = async (subject: Subject, method: Decision['method'], times: number) => {
      for (let n = 0; n < times; n++) {
        const decision = { ...aDecision(world.challenge, wrong), challengeId: null, subject, method }
        assert.equal(await store.decide(decision), 'wrong')
      }
    }

    for (const [what, { outcome, failures = 0, lockedUntilMs, prepare, decision, changes }] of Object.entries(cases)) {
      it(`is ${outcome}: ${what}`, async () => {
        const decided = decision(world)
        if (failures > 0) await setFailures(decided.subject, decided.method, failures, lockedUntilMs)
        await prepare?.(store, world)
        const before = await stateOf(raw, world)

        assert.equal(await store.decide(decided), outcome)

        assert.deepEqual(await stateOf(raw, world), { ...before, ...changes?.(world, before) })
        assert.deepEqual(await auditOf(raw, decided), [auditRowOf(decided, outcome)])
      })
    }

    const locks = [
      [10, 30],
      [20, 60],
      [30, 120],
      [40, 240],
      [50, 480],
      [60, 960],
      [70, 24 * 60],
      [80, 24 * 60],
      [300, 24 * 60],
    ] as const
    for (const [failures, minutes] of locks) {
      it(`locks for ${minutes} minutes at the ${failures}th failure in a row, and not at the one before`, async () => {
        const subject = { key: `contact:${randomUUID()}`, isUser: false }
        const find = () => store.read.guards.find(customerId, subject.key, 'message-code')
        await setFailures(subject, 'message-code', failures - 2)
        await fail(subject, 'message-code', 1)
        assert.deepEqual(await find(), { failures: failures - 1, lockedUntilMs: 0 })
        await fail(subject, 'message-code', 1)
        assert.deepEqual(await find(), { failures, lockedUntilMs: nowMs + minutes * minuteMs })
      })
    }

    it('finds an enrolled user disabled after the 50th failure in a row, when the lock has ended', async () => {
      const { subject, challenge } = world
      await setFailures(subject, 'message-code', 49)
      await fail(subject, 'message-code', 1)
      assert.equal(await store.decide(aDecision(challenge)), 'locked')
      const later = { nowMs: nowMs + 480 * minuteMs }
      const waiting = await ask(store, { subject, expiresAtMs: later.nowMs + minuteMs })
      assert.equal(await store.decide(aDecision(waiting, later)), 'disabled')
    })

    it('never finds a contact disabled', async () => {
      const { subject } = world.stranger
      await setFailures(subject, 'message-code', 499)
      await fail(subject, 'message-code', 1)
      const later = { nowMs: nowMs + 24 * 60 * minuteMs }
      const waiting = await ask(store, { subject, expiresAtMs: later.nowMs + minuteMs })
      assert.equal(await store.decide(aDecision(waiting, later)), 'accepted')
    })

    it('that is accepted clears the failures of that method, and of no other', async () => {
      const { subject, challenge } = world
      await fail(subject, 'message-code', 7)
      await fail(subject, 'time-code', 7)
      assert.equal(await store.decide(aDecision(challenge)), 'accepted')
      const failures = async (method: string) =>
        (await store.read.guards.find(customerId, subject.key, method)).failures
      assert.equal(await failures('message-code'), 0)
      assert.equal(await failures('time-code'), 7)
    })

    it('is locked for the subject that failed, and for no other', async () => {
      await fail(world.subject, 'message-code', 10)
      assert.equal(await store.decide(aDecision(world.challenge)), 'locked')
      assert.equal(await store.decide(aDecision(world.stranger)), 'accepted')
    })
  })
}

async function stateOf(raw: RawDatabase, world: World): Promise<State> {
  const { user, otherUser, challenge, stranger, subject, request } = world
  const users = [user.id, otherUser.id]
  const subjects = [subject.key, stranger.subject.key]
  return {
    challenges: await raw.run('select * from challenges where id in ($1, $2) order by id', challenge.id, stranger.id),
    credentials: await raw.run('select * from credentials where user_id in ($1, $2) order by id', ...users),
    guards: await raw.run('select * from guards where subject in ($1, $2) order by subject, method', ...subjects),
    tries: await raw.run(
      'select * from daily_tries where subject in ($1, $2) order by subject, day_start_ms',
      ...subjects,
    ),
    marks: await raw.run('select * from request_marks where digest = $1', request.digest),
  }
}

function auditOf(raw: RawDatabase, { audit }: Decision): Promise<RawRow[]> {
  return raw.run(
    `select customer_id, at_ms, kind, subject, method, outcome, challenge_id, request_id, detail
     from audit_rows where request_id = $1`,
    audit.requestId,
  )
}

function auditRowOf({ audit, nowMs: at_ms, customerId: customer_id }: Decision, outcome: Decided): RawRow {
  const { kind, subject, method, challengeId: challenge_id, requestId: request_id, detail } = audit
  return { customer_id, at_ms, kind, subject, method, outcome, challenge_id, request_id, detail }
}
