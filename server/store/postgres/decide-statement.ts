import type { Decision } from '../../vocabulary/decision.ts'

/** What some decisions of a batch touch, and others do not. */
type Need = 'questions' | 'tries' | 'stages' | 'replacing'

const isNeededBy: Readonly<Record<Need, (decision: Decision) => boolean>> = {
  questions: ({ challengeId }) => challengeId !== null,
  tries: ({ daily }) => daily !== undefined,
  stages: ({ stage }) => stage !== undefined,
  replacing: ({ isConfirming }) => isConfirming,
}

const needs = Object.keys(isNeededBy) as Need[] // the table's own keys

/** A prepared statement of PostgreSQL. */
export interface Statement {
  readonly name: string
  readonly text: string
}

const made = new Map<string, Statement>()

/**
 * The statement for a batch, with no more parts than it needs: each costs PostgreSQL some time, whether it finds a row or
 * not. Parameters: failures per lock, shortest and longest lock in ms, failures that disable, then a list for each column
 * of `op`.
 */
export function statementFor(decisions: readonly Decision[]): Statement {
  const needed = needs.filter((need) => decisions.some(isNeededBy[need]))
  const name = ['decide', ...needed].join('-')
  const known = made.get(name)
  if (known) return known
  const statement = { name, text: textFor(new Set(needed)) }
  made.set(name, statement)
  return statement
}

/** A piece of SQL, and what asks for it; pieces that every batch needs are bare. */
type Part = string | readonly [Need, string]

function only(needed: ReadonlySet<Need>, parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? part : needed.has(part[0]) ? part[1] : []))
}

/**
 * One statement, one transaction. The rows are locked in a fixed order (guards, tries, challenges, credentials, each by
 * key) and read as they are after the lock, so that of two nodes the second one judges what the first one left. Every
 * write repeats its condition. The order of the refusals is that of `sqlite/decide.ts`. Guards are looked up by conditions
 * that cannot become a join: of a table that was nearly empty when its plan was made PostgreSQL reads all, for every row,
 * and somebody who tries many names fills it in no time.
 */
function textFor(needed: ReadonlySet<Need>): string {
  const judged = `judged as materialized (
    select op.*, 1 - op.is_settling::int as attempts_spent, op.is_spending::int - op.is_settling::int as judging_more,
      coalesce(guard.failures, 0) as failures, guard.failures is not null as is_guarded,
      case ${only(needed, verdicts).join('\n')} else 'accepted' end as outcome
    from op ${only(needed, joins).join('\n')}
  )`
  return `with ${[...only(needed, locked), judged, ...only(needed, written)].join(',\n')}
    select j.n, case ${only(needed, lost).join('\n')} else j.outcome end as outcome, j.failures
    from judged j ${only(needed, losses).join('\n')}`
}

const locked: readonly Part[] = [
  `op as materialized (
    select * from unnest($5::int[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::bool[], $12::bool[],
      $13::text[], $14::text[], $15::text[], $16::bigint[], $17::bytea[], $18::bytea[], $19::bigint[],
      $20::bool[], $21::bool[], $22::bigint[], $23::int[],
      $24::text[], $25::text[], $26::text[], $27::text[], $28::text[], $29::text[])
    as op (n, customer_id, now_ms, verdict, method, subject, can_disable, is_confirming,
      challenge_id, credential_id, user_id, step, mark, nonce, mark_expires_at_ms,
      is_spending, is_settling, day_start_ms, tries_max,
      kind, audit_subject, audit_method, audit_challenge_id, request_id, detail)
  )`,
  `marked as (
    insert into request_marks (digest, nonce, expires_at_ms)
    select mark, nonce, mark_expires_at_ms from op where mark is not null order by mark
    on conflict do nothing returning digest
  )`,
  `guard as materialized (
    select g.* from (select distinct customer_id, subject, method from op order by customer_id, subject, method) k
    cross join lateral (
      select * from guards where customer_id = k.customer_id and subject = k.subject and method = k.method limit 1 for update
    ) g
  )`,
  [
    'tries',
    `tried as materialized (
      select t.* from daily_tries t
      where (t.customer_id, t.subject, t.method, t.day_start_ms) in (select customer_id, subject, method, day_start_ms from op)
      order by t.customer_id, t.subject, t.method, t.day_start_ms for update
    )`,
  ],
  [
    'questions',
    `question as materialized (
      select q.id, q.customer_id, q.state, q.attempts, q.attempts_max, q.expires_at_ms
      from challenges q where q.id in (select challenge_id from op) order by q.id for update
    )`,
  ],
  `credential as materialized (
    select c.id, c.customer_id, c.user_id, c.last_step
    from credentials c where c.id in (select credential_id from op) order by c.id for update
  )`,
]

const joins: readonly Part[] = [
  'left join marked on marked.digest = op.mark',
  'left join guard on guard.customer_id = op.customer_id and guard.subject = op.subject and guard.method = op.method',
  [
    'tries',
    `left join tried on tried.customer_id = op.customer_id and tried.subject = op.subject and tried.method = op.method
      and tried.day_start_ms = op.day_start_ms`,
  ],
  ['questions', 'left join question on question.id = op.challenge_id'],
  'left join credential on credential.id = op.credential_id',
]

const verdicts: readonly Part[] = [
  "when op.mark is not null and marked.digest is null then 'repeated'",
  "when op.verdict <> 'denied' and not op.is_settling and guard.locked_until_ms > op.now_ms then 'locked'",
  `when op.verdict <> 'denied' and not op.is_settling and op.can_disable and guard.failures >= $4::int then 'disabled'`,
  ['tries', "when not op.is_settling and tried.tries >= op.tries_max then 'locked'"],
  [
    'stages',
    `when op.is_settling and op.can_disable
      and exists (select 1 from users u where u.id = op.subject and u.is_enabled = 0) then 'closed'`,
  ],
  [
    'questions',
    `when op.challenge_id is not null and (question.id is null or question.customer_id <> op.customer_id
      or question.state <> 'pending' or question.expires_at_ms <= op.now_ms
      or (not op.is_settling and question.attempts >= question.attempts_max)) then 'closed'`,
  ],
  "when op.is_spending then 'judging'",
  "when op.verdict <> 'right' then op.verdict",
  `when op.credential_id is not null and (credential.id is null or credential.customer_id <> op.customer_id
    or credential.user_id <> op.user_id or credential.last_step >= op.step) then 'used'`,
]

/** The last attempt ends the challenge when no other one is still being judged: it may be the right one. */
const isSpent = '(q.attempts + j.attempts_spent >= q.attempts_max and q.judging + j.judging_more <= 0)'

/** What counts as a failure: each attempt once, and one that is judged later when it is spent. */
const isWrong = "(outcome = 'judging' or (outcome = 'wrong' and not is_settling))"

/** What is forgotten of the failures before. */
const isCleared = "outcome = 'accepted' and is_guarded"

const written: readonly Part[] = [
  [
    'questions',
    `spent as (
      update challenges q set attempts = q.attempts + j.attempts_spent, judging = q.judging + j.judging_more,
        state = case j.outcome when 'accepted' then 'approved' when 'denied' then 'denied'
          else case when ${isSpent} then 'spent' else q.state end end,
        settled_at_ms = case when j.outcome in ('accepted', 'denied') or ${isSpent} then j.now_ms end,
        pending = case when j.outcome in ('accepted', 'denied') or ${isSpent} then null else q.pending end
      from judged j
      where q.id = j.challenge_id and j.outcome in ('accepted', 'denied', 'wrong', 'used', 'judging')
        and q.state = 'pending' and q.attempts + j.attempts_spent <= q.attempts_max and q.expires_at_ms > j.now_ms
      returning j.n
    )`,
  ],
  `advanced as (
    update credentials c set last_step = j.step, last_used_at_ms = j.now_ms, state = 'active',
      confirmed_at_ms = coalesce(c.confirmed_at_ms, j.now_ms)
    from judged j where c.id = j.credential_id and j.outcome = 'accepted' and c.last_step < j.step
    returning j.n
  )`,
  [
    'replacing',
    `replaced as (
      delete from credentials c using judged j
      where j.outcome = 'accepted' and j.is_confirming and c.user_id = j.user_id and c.method = j.method
        and c.id <> j.credential_id and c.device_id is null
    )`,
  ],
  `failed as (
    insert into guards as g (customer_id, subject, method, failures, locked_until_ms, updated_at_ms)
    select customer_id, subject, method, 1, case when $1::int = 1 then now_ms + $2::bigint else 0 end, now_ms
    from judged where ${isWrong} order by customer_id, subject, method
    on conflict (customer_id, subject, method) do update set failures = g.failures + 1, updated_at_ms = excluded.updated_at_ms,
      locked_until_ms = case when (g.failures + 1) % $1::int = 0
        then excluded.updated_at_ms + least($2::bigint * (2 ^ least((g.failures + 1) / $1::int - 1, 20)), $3::bigint)::bigint
        else g.locked_until_ms end
  )`,
  [
    'tries',
    `counted as (
      insert into daily_tries as t (customer_id, subject, method, day_start_ms, tries)
      select customer_id, subject, method, day_start_ms, 1
      from judged where ${isWrong} and day_start_ms is not null order by customer_id, subject, method
      on conflict (customer_id, subject, method, day_start_ms) do update set tries = t.tries + 1
    ), untried as (
      update daily_tries t set tries = t.tries - 1 from judged j
      where j.is_settling and j.verdict = 'right' and t.customer_id = j.customer_id and t.subject = j.subject
        and t.method = j.method and t.day_start_ms = j.day_start_ms and t.tries > 0
    )`,
  ],
  [
    'stages',
    `unfailed as (
      update guards g set failures = g.failures - 1,
        locked_until_ms = case when g.failures % $1::int = 0 then 0 else g.locked_until_ms end
      from judged j
      where j.is_settling and j.verdict = 'right' and j.outcome <> 'accepted'
        and g.customer_id = j.customer_id and g.subject = j.subject and g.method = j.method and g.failures > 0
    )`,
  ],
  `cleared as (
    delete from guards where customer_id = any (array(select customer_id from judged where ${isCleared}))
      and subject = any (array(select subject from judged where ${isCleared}))
      and method = any (array(select method from judged where ${isCleared}))
      and (customer_id, subject, method) in (select customer_id, subject, method from judged where ${isCleared})
  )`,
  `noted as (
    insert into audit_rows (customer_id, at_ms, kind, subject, method, outcome, challenge_id, request_id, detail)
    select customer_id, now_ms, kind, audit_subject, audit_method, outcome, audit_challenge_id, request_id, detail
    from judged order by n
  )`,
]

/** Somebody else was first after all: a conditional write changed no row. */
const lost: readonly Part[] = [
  [
    'questions',
    "when j.outcome in ('accepted', 'denied', 'judging') and j.challenge_id is not null and spent.n is null then 'closed'",
  ],
  "when j.outcome = 'accepted' and j.credential_id is not null and advanced.n is null then 'used'",
]

const losses: readonly Part[] = [
  ['questions', 'left join spent on spent.n = j.n'],
  'left join advanced on advanced.n = j.n',
]
