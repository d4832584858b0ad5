import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { ChallengeState } from '../../vocabulary/challenge.ts'
import type { Decided, Decision } from '../../vocabulary/decision.ts'
import type { Applied, GuardLimits } from '../database.ts'

interface GuardRow {
  failures: number
  locked_until_ms: number
}

type Statements = ReturnType<typeof statementsOf>

/**
 * Applies one decision inside the open transaction. That transaction is `immediate`: no other process writes
 * meanwhile, so what is read here is still true when it is written. Every write is conditional all the same.
 */
export function decisions(handle: DatabaseSync, limits: GuardLimits): (decision: Decision) => Applied {
  const statements = statementsOf(handle)
  return (decision) => {
    const { customerId, subject, method } = decision
    const guard = statements.guard.get(customerId, subject.key, method) as GuardRow | undefined
    const outcome = barrier(statements, limits, decision, guard) ?? verdict(statements, decision)
    if (outcome === 'accepted') accept(statements, decision, guard)
    else if (countsAsWrong(decision, outcome)) countFailure(statements, limits, decision, guard)
    if (decision.stage === 'settle' && decision.verdict === 'right') giveBack(statements, limits, decision)
    spendAttempt(statements, decision, outcome)
    note(statements, decision, outcome)
    return { outcome, failures: guard?.failures ?? 0 }
  }
}

/** What refuses a decision before its verdict is even looked at. */
function barrier(
  statements: Statements,
  limits: GuardLimits,
  decision: Decision,
  guard: GuardRow | undefined,
): Decided | undefined {
  const { request, subject, customerId, method, nowMs, challengeId, stage, daily } = decision
  // Settles two arrivals of one captured request, or of one nonce: the second insert changes no row.
  if (request && statements.mark.run(request.digest, request.nonce, request.expiresAtMs).changes === 0)
    return 'repeated'
  // Saying no is always possible: a lock must not keep somebody from refusing what he did not start. And the attempt that
  // reached a limit may still be the right one.
  const mayBeBarred = decision.verdict !== 'denied' && stage !== 'settle'
  if (mayBeBarred && guard && guard.locked_until_ms > nowMs) return 'locked'
  if (mayBeBarred && guard && subject.isUser && !decision.isConfirming && guard.failures >= limits.failuresMax)
    return 'disabled'
  if (daily && stage !== 'settle' && statements.triedOut.get(customerId, subject.key, method, daily.startMs, daily.max))
    return 'locked'
  // Judging took a while: he may have been disabled meanwhile.
  if (stage === 'settle' && subject.isUser && statements.disabled.get(subject.key)) return 'closed'
  const open = stage === 'settle' ? statements.unsettled : statements.open
  if (challengeId !== null && !open.get(challengeId, customerId, nowMs)) return 'closed'
  return undefined
}

function verdict(statements: Statements, decision: Decision): Decided {
  const { verdict: judged, stage, credential, customerId, nowMs } = decision
  if (stage === 'spend') return 'judging'
  if (judged !== 'right' || !credential) return judged === 'right' ? 'accepted' : judged
  // Settles two uses of one code: the step only moves forward.
  const { changes } = statements.advance.run(credential.step, nowMs, credential.id, customerId, credential.userId)
  return changes === 1 ? 'accepted' : 'used'
}

function accept(
  statements: Statements,
  { credential, isConfirming, method, customerId, subject }: Decision,
  guard: GuardRow | undefined,
): void {
  if (credential && isConfirming) statements.replaced.run(credential.userId, method, credential.id)
  if (guard) statements.clear.run(customerId, subject.key, method)
}

/** Takes back what was counted before a right answer was judged, and the lock if that count made it. */
function giveBack(
  statements: Statements,
  { failuresPerLock }: GuardLimits,
  { customerId, subject, method, daily }: Decision,
): void {
  statements.unfail.run(failuresPerLock, customerId, subject.key, method)
  if (daily) statements.untry.run(customerId, subject.key, method, daily.startMs)
}

function countsAsWrong({ stage }: Decision, outcome: Decided): boolean {
  return outcome === 'judging' || (outcome === 'wrong' && stage !== 'settle')
}

function countFailure(
  statements: Statements,
  limits: GuardLimits,
  { customerId, subject, method, nowMs, daily }: Decision,
  guard: GuardRow | undefined,
): void {
  const { failuresPerLock, lockMs, lockMsMax } = limits
  const failures = (guard?.failures ?? 0) + 1
  const isLocking = failures % failuresPerLock === 0
  const lockedUntilMs = isLocking ? nowMs + Math.min(lockMs * 2 ** (failures / failuresPerLock - 1), lockMsMax) : 0
  statements.fail.run(customerId, subject.key, method, failures, lockedUntilMs, nowMs)
  if (daily) statements.countTry.run(customerId, subject.key, method, daily.startMs)
}

const spending: ReadonlySet<Decided> = new Set(['accepted', 'denied', 'wrong', 'used', 'judging'])

function spendAttempt(statements: Statements, { challengeId, nowMs, stage }: Decision, outcome: Decided): void {
  if (challengeId === null || !spending.has(outcome)) return
  const attempts = stage === 'settle' ? 0 : 1
  const judging = stage === 'spend' ? 1 : stage === 'settle' ? -1 : 0
  // Settles two answers to one challenge: only one finds it pending, and each spends its own attempt.
  must(statements.spend.run(endStates[outcome] ?? null, nowMs, challengeId, attempts, judging).changes)
}

const endStates: Readonly<Partial<Record<Decided, ChallengeState>>> = { accepted: 'approved', denied: 'denied' }

function note(statements: Statements, { audit, customerId, nowMs }: Decision, outcome: Decided): void {
  const { kind, subject, method, challengeId, requestId, detail } = audit
  statements.audit.run(customerId, nowMs, kind, subject, method, outcome, challengeId, requestId, detail)
}

function must(changes: number | bigint): void {
  if (Number(changes) !== 1) throw new Error('A decision found a row changed under it.')
}

const isSpent = '(attempts + ?4 >= attempts_max and judging + ?5 <= 0)'

/** Each statement is prepared at its first use, when the tables are there. */
function statementsOf(handle: DatabaseSync) {
  const lazily = (text: string) => {
    let statement: StatementSync | undefined
    const prepared = () => {
      statement ??= handle.prepare(text)
      return statement
    }
    return {
      run: (...values: SQLInputValue[]) => prepared().run(...values),
      get: (...values: SQLInputValue[]) => prepared().get(...values),
    }
  }
  return {
    mark: lazily('insert into request_marks (digest, nonce, expires_at_ms) values (?, ?, ?) on conflict do nothing'),
    guard: lazily('select failures, locked_until_ms from guards where customer_id = ? and subject = ? and method = ?'),
    open: lazily(
      `select 1 from challenges
       where id = ? and customer_id = ? and state = 'pending' and attempts < attempts_max and expires_at_ms > ?`,
    ),
    unsettled: lazily(
      "select 1 from challenges where id = ? and customer_id = ? and state = 'pending' and expires_at_ms > ?",
    ),
    disabled: lazily('select 1 from users where id = ? and is_enabled = 0'),
    triedOut: lazily(
      'select 1 from daily_tries where customer_id = ? and subject = ? and method = ? and day_start_ms = ? and tries >= ?',
    ),
    countTry: lazily(
      `insert into daily_tries (customer_id, subject, method, day_start_ms, tries) values (?, ?, ?, ?, 1)
       on conflict (customer_id, subject, method, day_start_ms) do update set tries = tries + 1`,
    ),
    untry: lazily(
      `update daily_tries set tries = tries - 1
       where customer_id = ? and subject = ? and method = ? and day_start_ms = ? and tries > 0`,
    ),
    // The last attempt ends the challenge when no other one is still being judged: it may be the right one.
    spend: lazily(
      `update challenges set attempts = attempts + ?4, judging = judging + ?5,
         state = coalesce(?1, case when ${isSpent} then 'spent' else state end),
         settled_at_ms = case when ?1 is not null or ${isSpent} then ?2 end,
         pending = case when ?1 is not null or ${isSpent} then null else pending end
       where id = ?3 and state = 'pending' and attempts + ?4 <= attempts_max and expires_at_ms > ?2`,
    ),
    advance: lazily(
      `update credentials
       set last_step = ?1, last_used_at_ms = ?2, state = 'active', confirmed_at_ms = coalesce(confirmed_at_ms, ?2)
       where id = ?3 and customer_id = ?4 and user_id = ?5 and last_step < ?1`,
    ),
    replaced: lazily('delete from credentials where user_id = ? and method = ? and id <> ? and device_id is null'),
    fail: lazily(
      `insert into guards (customer_id, subject, method, failures, locked_until_ms, updated_at_ms) values (?, ?, ?, ?, ?, ?)
       on conflict (customer_id, subject, method) do update set failures = excluded.failures,
         locked_until_ms = max(locked_until_ms, excluded.locked_until_ms), updated_at_ms = excluded.updated_at_ms`,
    ),
    unfail: lazily(
      `update guards set failures = failures - 1,
         locked_until_ms = case when failures % ? = 0 then 0 else locked_until_ms end
       where customer_id = ? and subject = ? and method = ? and failures > 0`,
    ),
    clear: lazily('delete from guards where customer_id = ? and subject = ? and method = ?'),
    audit: lazily(
      `insert into audit_rows (customer_id, at_ms, kind, subject, method, outcome, challenge_id, request_id, detail)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  }
}
