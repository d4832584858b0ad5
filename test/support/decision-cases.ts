import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Store } from '../../server/store/open.ts'
import type { Subject } from '../../server/vocabulary/challenge.ts'
import type { Decided, Decision } from '../../server/vocabulary/decision.ts'
import { databaseNames } from './databases.ts'
import { type OneStore, oneStore } from './one-store.ts'
import type { RawDatabase, RawRow } from './raw.ts'
import { aDecision, nowMs } from './store.ts'
import { customerId, newWorld, type World } from './world.ts'

/** Every row that a decision of a world may touch. */
export interface State {
  readonly challenges: RawRow[]
  readonly credentials: RawRow[]
  readonly guards: RawRow[]
  readonly marks: RawRow[]
  readonly tries: RawRow[]
}

export interface Case {
  readonly outcome: Decided
  /** Failures of the decision's subject and method before it; without a lock that still holds unless it says so. */
  readonly failures?: number
  readonly lockedUntilMs?: number
  readonly prepare?: (store: Store, world: World) => Promise<unknown>
  readonly decision: (world: World) => Decision
  /** The parts of the state that differ afterwards; everything else stays as it was. */
  readonly changes?: (world: World, before: State) => Partial<State>
}

export type Step = NonNullable<Decision['credential']>

export const wrong = { verdict: 'wrong' } as const
export const settled = { settled_at_ms: nowMs, pending: null }
export const marked = ({ request }: World) => [
  { digest: Buffer.from(request.digest), nonce: null, expires_at_ms: request.expiresAtMs } satisfies RawRow,
]
export const edited = (rows: readonly RawRow[], id: string, change: RawRow) =>
  rows.map((row) => (row['id'] === id ? { ...row, ...change } : row))
export const guard = ({ key }: Subject, method: string, failures: number, lockedUntilMs: number): RawRow => ({
  customer_id: customerId,
  subject: key,
  method,
  failures,
  locked_until_ms: lockedUntilMs,
  updated_at_ms: nowMs,
})
export const answerWrong = async (store: Store, { challenge }: World, times: number) => {
  for (let n = 0; n < times; n++) assert.equal(await store.decide(aDecision(challenge, wrong)), 'wrong')
}
export const confirming = ({ pending, user }: World, more: Partial<Decision> = {}) => ({
  credential: { id: pending.id, userId: user.id, step: 6 },
  isConfirming: true,
  ...more,
})
export const seen = (store: Store, { request }: World) => store.write((tx) => tx.marks.claim(request))

export const setFailures = (raw: RawDatabase, subject: Subject, method: string, failures: number, lockedUntilMs = 0) =>
  raw.run(
    'insert into guards (customer_id, subject, method, failures, locked_until_ms, updated_at_ms) values ($1, $2, $3, $4, $5, $6)',
    customerId,
    subject.key,
    method,
    failures,
    lockedUntilMs,
    nowMs,
  )

/** On each database: decides each case in a world of its own, and looks at all that the decision may touch. */
export function decideEach(cases: Readonly<Record<string, Case>>): void {
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

      for (const [what, { outcome, failures = 0, lockedUntilMs, prepare, decision, changes }] of Object.entries(
        cases,
      )) {
        it(`is ${outcome}: ${what}`, async () => {
          const decided = decision(world)
          if (failures > 0) await setFailures(raw, decided.subject, decided.method, failures, lockedUntilMs)
          await prepare?.(store, world)
          const before = await stateOf(raw, world)

          assert.equal(await store.decide(decided), outcome)

          assert.deepEqual(await stateOf(raw, world), { ...before, ...changes?.(world, before) })
          assert.deepEqual(await auditOf(raw, decided), [auditRowOf(decided, outcome)])
        })
      }
    })
  }
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
