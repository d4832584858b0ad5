import type pg from 'pg'
import { type Decided, type Decision, OverloadError } from '../../vocabulary.ts'
import { batchMax, type GuardLimits, waitingMax } from '../database.ts'
import { isOfOneRow, isTransient } from './errors.ts'

/** One batch at a time: what arrives while it reaches the disk makes the next one larger. */
const batchesInFlightMax = 1
/** A batch that lost a deadlock against another node is tried again. */
const batchTriesMax = 5

interface Waiting {
  readonly decision: Decision
  /** Rows this decision touches; no two decisions of the batches in flight share one. */
  readonly touches: readonly string[]
  resolve(outcome: Decided): void
  reject(error: unknown): void
}

/** All decisions of the moment go to PostgreSQL as one statement of many rows, which commits by itself. */
export class DecisionBatches {
  readonly #pool: pg.Pool
  readonly #limits: GuardLimits
  readonly #touched = new Set<string>()
  #waiting: Waiting[] = []
  #inFlight = 0
  #isDue = false
  #onIdle: (() => void)[] = []

  constructor(pool: pg.Pool, limits: GuardLimits) {
    this.#pool = pool
    this.#limits = limits
  }

  decide(decision: Decision): Promise<Decided> {
    if (this.#waiting.length >= waitingMax) return Promise.reject(new OverloadError('Too many decisions are waiting.'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ decision, touches: touches(decision), resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when nothing is waiting or in flight any more. */
  async drained(): Promise<void> {
    if (this.#inFlight === 0 && this.#waiting.length === 0) return
    await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  #schedule(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      while (this.#inFlight < batchesInFlightMax) {
        const batch = this.#take()
        if (batch.length === 0) break
        void this.#send(batch)
      }
      if (this.#inFlight === 0 && this.#waiting.length === 0) for (const idle of this.#onIdle.splice(0)) idle()
    })
  }

  /** What can go now. A decision on a row that is in flight waits, and so does everything behind it on its rows. */
  #take(): Waiting[] {
    const batch: Waiting[] = []
    const later: Waiting[] = []
    const blocked = new Set(this.#touched)
    for (const one of this.#waiting) {
      const isFree = batch.length < batchMax && !one.touches.some((row) => blocked.has(row))
      for (const row of one.touches) blocked.add(row)
      if (isFree) batch.push(one)
      else later.push(one)
    }
    this.#waiting = later
    return batch
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    this.#inFlight++
    for (const one of batch) for (const row of one.touches) this.#touched.add(row)
    try {
      const outcomes = await this.#apply(batch.map(({ decision }) => decision))
      for (const [index, one] of batch.entries()) {
        const outcome = outcomes.get(index)
        if (outcome) one.resolve(outcome)
        else one.reject(new Error('A decision got no outcome.'))
      }
    } catch (error) {
      await this.#failOrSendAlone(batch, error)
    }
    for (const one of batch) for (const row of one.touches) this.#touched.delete(row)
    this.#inFlight--
    this.#schedule()
  }

  /** After a batch that was refused for one of its rows, and so left nothing: the others must not fail with it. */
  async #failOrSendAlone(batch: readonly Waiting[], problem: unknown): Promise<void> {
    if (batch.length === 1 || !isOfOneRow(problem)) {
      for (const one of batch) one.reject(problem)
      return
    }
    for (const { decision, resolve, reject } of batch) {
      try {
        const outcome = (await this.#apply([decision])).get(0)
        if (outcome) resolve(outcome)
        else reject(new Error('A decision got no outcome.'))
      } catch (error) {
        reject(error)
      }
    }
  }

  async #apply(decisions: readonly Decision[]): Promise<Map<number, Decided>> {
    const { failuresPerLock, lockMs, lockMsMax, failuresMax } = this.#limits
    const values = [failuresPerLock, lockMs, lockMsMax, failuresMax, ...columns(decisions)]
    for (let tries = 1; ; tries++) {
      try {
        const { rows } = await this.#pool.query<{ n: number; outcome: Decided }>({
          name: 'decide',
          text: statement,
          values,
        })
        return new Map(rows.map((row) => [row.n, row.outcome]))
      } catch (error) {
        if (tries >= batchTriesMax || !isTransient(error)) throw error
      }
    }
  }
}

function touches({ request, customerId, subject, method, challengeId, credential }: Decision): string[] {
  const rows = [`g${customerId}|${subject.key}|${method}`]
  if (request) rows.push(`m${Buffer.from(request.digest).toString('base64')}`)
  if (request?.nonce) rows.push(`n${Buffer.from(request.nonce).toString('base64')}`)
  if (challengeId !== null) rows.push(`q${challengeId}`)
  if (credential) rows.push(`c${credential.id}`)
  return rows
}

/** The decisions as one array for each column of `op`, in its order. */
function columns(decisions: readonly Decision[]): unknown[][] {
  const column = <T>(value: (decision: Decision) => T): T[] => decisions.map(value)
  return [
    decisions.map((_, index) => index),
    column(({ customerId }) => customerId),
    column(({ nowMs }) => nowMs),
    column(({ verdict }) => verdict),
    column(({ method }) => method),
    column(({ subject }) => subject.key),
    column(({ subject, isConfirming }) => subject.isUser && !isConfirming),
    column(({ isConfirming }) => isConfirming),
    column(({ challengeId }) => challengeId),
    column(({ credential }) => credential?.id ?? null),
    column(({ credential }) => credential?.userId ?? null),
    column(({ credential }) => credential?.step ?? null),
    column(({ request }) => (request ? Buffer.from(request.digest) : null)),
    column(({ request }) => (request?.nonce ? Buffer.from(request.nonce) : null)),
    column(({ request }) => request?.expiresAtMs ?? null),
    column(({ stage }) => stage === 'spend'),
    column(({ stage }) => stage === 'settle'),
    column(({ daily }) => daily?.startMs ?? null),
    column(({ daily }) => daily?.max ?? null),
    column(({ audit }) => audit.kind),
    column(({ audit }) => audit.subject),
    column(({ audit }) => audit.method),
    column(({ audit }) => audit.challengeId),
    column(({ audit }) => audit.requestId),
    column(({ audit }) => audit.detail),
  ]
}

/** The last attempt ends the challenge when no other one is still being judged: it may be the right one. */
const isSpent = '(q.attempts + j.attempts_spent >= q.attempts_max and q.judging + j.judging_more <= 0)'

/** What counts as a failure: each attempt once, and one that is judged later when it is spent. */
const isWrong = "(outcome = 'judging' or (outcome = 'wrong' and not is_settling))"

/**
 * One statement, one transaction. The rows are locked in a fixed order (guards, tries, challenges, credentials, each by
 * key) and read as they are after the lock, so that of two nodes the second one judges what the first one left. Every
 * write repeats its condition. The order of the refusals is that of `sqlite/decide.ts`.
 */
const statement = `
with op as materialized (
  select * from unnest($5::int[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::bool[], $12::bool[],
    $13::text[], $14::text[], $15::text[], $16::bigint[], $17::bytea[], $18::bytea[], $19::bigint[],
    $20::bool[], $21::bool[], $22::bigint[], $23::int[],
    $24::text[], $25::text[], $26::text[], $27::text[], $28::text[], $29::text[])
  as op (n, customer_id, now_ms, verdict, method, subject, can_disable, is_confirming,
    challenge_id, credential_id, user_id, step, mark, nonce, mark_expires_at_ms,
    is_spending, is_settling, day_start_ms, tries_max,
    kind, audit_subject, audit_method, audit_challenge_id, request_id, detail)
), marked as (
  insert into request_marks (digest, nonce, expires_at_ms)
  select mark, nonce, mark_expires_at_ms from op where mark is not null order by mark
  on conflict do nothing returning digest
), guard as materialized (
  select g.* from guards g where (g.customer_id, g.subject, g.method) in (select customer_id, subject, method from op)
  order by g.customer_id, g.subject, g.method for update
), tried as materialized (
  select t.* from daily_tries t
  where (t.customer_id, t.subject, t.method, t.day_start_ms) in (select customer_id, subject, method, day_start_ms from op)
  order by t.customer_id, t.subject, t.method, t.day_start_ms for update
), question as materialized (
  select q.id, q.customer_id, q.state, q.attempts, q.attempts_max, q.expires_at_ms
  from challenges q where q.id in (select challenge_id from op) order by q.id for update
), credential as materialized (
  select c.id, c.customer_id, c.user_id, c.last_step from credentials c where c.id in (select credential_id from op) order by c.id for update
), judged as materialized (
  select op.*, 1 - op.is_settling::int as attempts_spent, op.is_spending::int - op.is_settling::int as judging_more, case
    when op.mark is not null and marked.digest is null then 'repeated'
    when op.verdict <> 'denied' and not op.is_settling and guard.locked_until_ms > op.now_ms then 'locked'
    when op.verdict <> 'denied' and not op.is_settling and op.can_disable and guard.failures >= $4::int then 'disabled'
    when not op.is_settling and tried.tries >= op.tries_max then 'locked'
    when op.challenge_id is not null and (question.id is null or question.customer_id <> op.customer_id or question.state <> 'pending'
      or (not op.is_settling and question.attempts >= question.attempts_max)
      or question.expires_at_ms <= op.now_ms) then 'closed'
    when op.is_spending then 'judging'
    when op.verdict <> 'right' then op.verdict
    when op.credential_id is not null and (credential.id is null or credential.customer_id <> op.customer_id or credential.user_id <> op.user_id
      or credential.last_step >= op.step) then 'used'
    else 'accepted' end as outcome
  from op
  left join marked on marked.digest = op.mark
  left join guard on guard.customer_id = op.customer_id and guard.subject = op.subject and guard.method = op.method
  left join tried on tried.customer_id = op.customer_id and tried.subject = op.subject and tried.method = op.method
    and tried.day_start_ms = op.day_start_ms
  left join question on question.id = op.challenge_id
  left join credential on credential.id = op.credential_id
), spent as (
  update challenges q set attempts = q.attempts + j.attempts_spent, judging = q.judging + j.judging_more,
    state = case j.outcome when 'accepted' then 'approved' when 'denied' then 'denied'
      else case when ${isSpent} then 'spent' else q.state end end,
    settled_at_ms = case when j.outcome in ('accepted', 'denied') or ${isSpent} then j.now_ms end,
    pending = case when j.outcome in ('accepted', 'denied') or ${isSpent} then null else q.pending end
  from judged j
  where q.id = j.challenge_id and j.outcome in ('accepted', 'denied', 'wrong', 'used', 'judging')
    and q.state = 'pending' and q.attempts + j.attempts_spent <= q.attempts_max and q.expires_at_ms > j.now_ms
  returning j.n
), advanced as (
  update credentials c set last_step = j.step, last_used_at_ms = j.now_ms, state = 'active',
    confirmed_at_ms = coalesce(c.confirmed_at_ms, j.now_ms)
  from judged j where c.id = j.credential_id and j.outcome = 'accepted' and c.last_step < j.step
  returning j.n
), replaced as (
  delete from credentials c using judged j
  where j.outcome = 'accepted' and j.is_confirming and c.user_id = j.user_id and c.method = j.method and c.id <> j.credential_id
    and c.device_id is null
), failed as (
  insert into guards as g (customer_id, subject, method, failures, locked_until_ms, updated_at_ms)
  select customer_id, subject, method, 1, case when $1::int = 1 then now_ms + $2::bigint else 0 end, now_ms
  from judged where ${isWrong} order by customer_id, subject, method
  on conflict (customer_id, subject, method) do update set failures = g.failures + 1, updated_at_ms = excluded.updated_at_ms,
    locked_until_ms = case when (g.failures + 1) % $1::int = 0
      then excluded.updated_at_ms + least($2::bigint * (2 ^ least((g.failures + 1) / $1::int - 1, 20)), $3::bigint)::bigint
      else g.locked_until_ms end
), counted as (
  insert into daily_tries as t (customer_id, subject, method, day_start_ms, tries)
  select customer_id, subject, method, day_start_ms, 1
  from judged where ${isWrong} and day_start_ms is not null order by customer_id, subject, method
  on conflict (customer_id, subject, method, day_start_ms) do update set tries = t.tries + 1
), untried as (
  update daily_tries t set tries = t.tries - 1 from judged j
  where j.is_settling and j.verdict = 'right' and t.customer_id = j.customer_id and t.subject = j.subject
    and t.method = j.method and t.day_start_ms = j.day_start_ms and t.tries > 0
), unfailed as (
  update guards g set failures = g.failures - 1,
    locked_until_ms = case when g.failures % $1::int = 0 then 0 else g.locked_until_ms end
  from judged j
  where j.is_settling and j.verdict = 'right' and j.outcome <> 'accepted'
    and g.customer_id = j.customer_id and g.subject = j.subject and g.method = j.method and g.failures > 0
), cleared as (
  delete from guards g using judged j
  where j.outcome = 'accepted' and g.customer_id = j.customer_id and g.subject = j.subject and g.method = j.method
), noted as (
  insert into audit_rows (customer_id, at_ms, kind, subject, method, outcome, challenge_id, request_id, detail)
  select customer_id, now_ms, kind, audit_subject, audit_method, outcome, audit_challenge_id, request_id, detail from judged order by n
)
select j.n, case
  when j.outcome in ('accepted', 'denied', 'judging') and j.challenge_id is not null and spent.n is null then 'closed'
  when j.outcome = 'accepted' and j.credential_id is not null and advanced.n is null then 'used'
  else j.outcome end as outcome
from judged j left join spent on spent.n = j.n left join advanced on advanced.n = j.n`
