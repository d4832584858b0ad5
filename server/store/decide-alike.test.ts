import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { databaseNames, newPlace } from '../../test/support/databases.ts'
import { openRaw, type RawRow } from '../../test/support/raw.ts'
import { aChallenge, aCredential, aNote, aUser, nowMs, storeOn } from '../../test/support/store.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Decided, Decision } from '../vocabulary/decision.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Store } from './open.ts'

const customers = [101, 102] as const
/** Smaller than the real ones, so that few events reach them. */
const limits = { failuresPerLock: 3, lockMs: 20_000, lockMsMax: 60_000, failuresMax: 5 }
const dayMs = 24 * 3_600_000
const usersEach = 3
/** Enrolled users first, then strangers. */
const subjectsEach = 5

const outcomes: readonly Decided[] = [
  'accepted',
  'wrong',
  'repeated',
  'locked',
  'disabled',
  'closed',
  'used',
  'judging',
]

/** What happens, in numbers only, so that it can happen in the same way on both databases. */
type Event =
  | { readonly kind: 'decide'; readonly decisions: readonly Shape[] }
  | { readonly kind: 'ask'; readonly who: Who; readonly attemptsMax: number; readonly ttlSeconds: number }
  | { readonly kind: 'offer' | 'unlock'; readonly who: Who }
  | { readonly kind: 'wait'; readonly ms: number }

interface Who {
  readonly customer: 0 | 1
  readonly subject: number
}

interface Shape {
  readonly who: Who
  readonly to: 'challenge' | 'token' | 'both' | 'enrolment'
  /** Of the challenges the subject was asked, counted from the newest. */
  readonly back: number
  readonly isRight: boolean
  readonly step: number
  readonly mark: number | null
  readonly stage: Decision['stage'] | null
  readonly triesMax: number | null
}

const who = fc.record({
  customer: fc.constantFrom(0 as const, 1 as const),
  subject: fc.integer({ min: 0, max: subjectsEach - 1 }),
})
const shape: fc.Arbitrary<Shape> = fc.record({
  who,
  to: fc.constantFrom('challenge', 'challenge', 'token', 'token', 'both', 'enrolment'),
  back: fc.constantFrom(0, 0, 0, 1, 2),
  isRight: fc.constantFrom(true, false, false),
  step: fc.integer({ min: 0, max: 60 }),
  mark: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 60 }) },
  ),
  stage: fc.constantFrom(null, null, 'spend', 'settle'),
  triesMax: fc.constantFrom(null, 2, 5),
})
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('decide'), decisions: fc.array(shape, { minLength: 1, maxLength: 12 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ask'),
      who,
      attemptsMax: fc.constantFrom(1, 5, 10, 10),
      ttlSeconds: fc.constantFrom(30, 300, 300),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('offer', 'offer', 'unlock'), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(1, 1, 29_999, 60_000, 300_000, dayMs) }),
  },
) as fc.Arbitrary<Event>

/** One run of the events on one database; what it has `told` is free of chance. */
class Life {
  readonly told: unknown[] = []
  readonly #store: Store
  readonly #run: number
  readonly #asked = new Map<string, string[]>()
  readonly #offered = new Map<string, string[]>()
  #now = nowMs

  constructor(store: Store, run: number) {
    this.#store = store
    this.#run = run
  }

  async begin(): Promise<void> {
    for (const customer of [0, 1] as const) {
      for (let subject = 0; subject < usersEach; subject++) {
        const name = this.#name({ customer, subject })
        const user = aUser(customers[customer], { id: name, username: name })
        await this.#store.write(async (tx) => {
          await tx.users.add(user, name)
          await tx.credentials.offer(user.customerId, name, aCredential({ id: `${name}-first` }), nowMs)
        })
        this.#offered.set(name, [`${name}-first`])
      }
    }
  }

  async happen(event: Event, index: number): Promise<void> {
    if (event.kind === 'wait') {
      this.#now += event.ms
    } else if (event.kind === 'decide') {
      const decisions = event.decisions.map((shape, n) => this.#decision(shape, `run${this.#run}-${index}-${n}`))
      this.told.push(await Promise.all(decisions.map((decision) => this.#store.decide(decision))))
    } else {
      await this.#change(event, `${this.#name(event.who)}-${index}`)
    }
  }

  async #change(event: Extract<Event, { who: Who }>, id: string): Promise<void> {
    const customerId = customers[event.who.customer]
    const subject = this.#subject(event.who)
    if (event.kind === 'ask') await this.#ask(event, id)
    else if (event.kind === 'unlock')
      this.told.push(await this.#store.write((tx) => tx.guards.unlock(customerId, subject.key)))
    else if (subject.isUser) {
      const credential = aCredential({ id, state: 'pending' })
      await this.#store.write((tx) => tx.credentials.offer(customerId, subject.key, credential, this.#now))
      remember(this.#offered, subject.key, id)
    }
  }

  async #ask({ who, attemptsMax, ttlSeconds }: Extract<Event, { kind: 'ask' }>, id: string): Promise<void> {
    const now = this.#now
    const subject = this.#subject(who)
    const userId = subject.isUser ? subject.key : null
    const expiresAtMs = now + ttlSeconds * 1000
    const challenge = aChallenge(customers[who.customer], {
      id,
      subject,
      userId,
      attemptsMax,
      createdAtMs: now,
      expiresAtMs,
    })
    await this.#store.write((tx) => tx.challenges.replace(challenge, now))
    remember(this.#asked, subject.key, id)
  }

  #decision({ who, to, back, isRight, step, mark, stage, triesMax }: Shape, requestId: string): Decision {
    const subject = this.#subject(who)
    const isToken = to !== 'challenge' && subject.isUser
    const isAnswer = !isToken || to === 'both'
    const isConfirming = isToken && to === 'enrolment'
    const method: MethodId = isAnswer ? 'message-code' : 'time-code'
    const challengeId = isAnswer ? (this.#asked.get(subject.key)?.at(-1 - back) ?? 'never asked') : null
    const id = this.#offered.get(subject.key)?.at(isConfirming ? -1 : 0) ?? 'none'
    // Of the even ones each is sent in other bytes under the same nonce.
    const [seen, expiresAtMs] = [Buffer.from(`run${this.#run}-m${mark}`), this.#now + 600_000]
    const isNonce = mark !== null && mark % 2 === 0
    const request = isNonce
      ? { digest: Buffer.from(requestId), nonce: seen, expiresAtMs }
      : { digest: seen, nonce: null, expiresAtMs }
    return {
      ...(stage && { stage }),
      ...(triesMax && { daily: { startMs: this.#now - (this.#now % dayMs), max: triesMax } }),
      customerId: customers[who.customer],
      nowMs: this.#now,
      verdict: isRight ? 'right' : 'wrong',
      method,
      subject,
      challengeId,
      credential: isToken && isRight ? { id, userId: subject.key, step } : null,
      isConfirming,
      request: mark === null ? null : request,
      audit: aNote({ subject: subject.key, method, challengeId, requestId }),
    }
  }

  #subject(who: Who): Subject {
    return { key: this.#name(who), isUser: who.subject < usersEach }
  }

  #name({ customer, subject }: Who): string {
    return `run${this.#run}-c${customer}-s${subject}`
  }
}

function remember(known: Map<string, string[]>, name: string, id: string): void {
  known.set(name, [...(known.get(name) ?? []), id])
}

async function live(store: Store, run: number, events: readonly Event[]): Promise<unknown[]> {
  const life = new Life(store, run)
  await life.begin()
  for (const [index, event] of events.entries()) await life.happen(event, index)
  return life.told
}

/** What a run left behind, without what is random or counted by the database itself. */
const remains: Readonly<Record<string, string>> = {
  challenges: `select id, customer_id, subject, user_id, state, attempts, attempts_max, judging, pending is null as is_erased,
    created_at_ms, expires_at_ms, settled_at_ms from challenges where id like $1 order by id`,
  credentials: `select id, customer_id, user_id, method, state, last_step, created_at_ms, confirmed_at_ms, last_used_at_ms
    from credentials where id like $1 order by id`,
  tries: 'select * from daily_tries where subject like $1 order by subject, method, day_start_ms',
  guards: 'select * from guards where subject like $1 order by subject, method',
  audit: `select customer_id, at_ms, kind, subject, method, outcome, challenge_id, request_id, detail
    from audit_rows where request_id like $1 order by request_id`,
}

describe('the two databases', { skip: databaseNames.length < 2 && 'needs PostgreSQL: npm test' }, () => {
  it('decide every sequence of events alike and keep the same of it', async () => {
    const places = await Promise.all(databaseNames.map((name) => newPlace(name)))
    const stores = await Promise.all(places.map((place) => storeOn(place, { limits })))
    const raws = await Promise.all(places.map((place) => openRaw(place)))
    try {
      for (const store of stores) {
        for (const id of customers)
          await store.write((tx) => tx.customers.add(id, `Customer ${id}`, 'the-api-key-of-the-customer', nowMs))
      }
      let run = 0
      const seen = new Set<unknown>()
      const property = fc.asyncProperty(
        fc.array(event, { minLength: 100, maxLength: 200, size: 'max' }),
        async (events) => {
          run++
          const [one, two] = await Promise.all(stores.map((store) => live(store, run, events)))
          assert.deepEqual(one, two)
          for (const outcome of one?.flat() ?? []) seen.add(outcome)
          for (const [table, statement] of Object.entries(remains)) {
            const [left, right] = await Promise.all(raws.map((raw) => raw.run(statement, `run${run}-%`)))
            assert.deepEqual(left?.map(comparable), right?.map(comparable), table)
          }
        },
      )
      await fc.assert(property, { numRuns: 8, endOnFailure: true })
      for (const outcome of outcomes) assert.ok(seen.has(outcome), `${outcome} came`)
    } finally {
      for (const raw of raws) await raw.close()
      for (const store of stores) await store.close()
      for (const place of places) await place.remove()
    }
  })
})

/** SQLite tells a truth in 0 and 1. */
function comparable(row: RawRow): RawRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'boolean' ? Number(value) : value]),
  )
}
