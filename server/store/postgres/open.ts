import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'
import type { KeptEvaluation } from '../../risk/kept.ts'
import { OverloadError } from '../../vocabulary/overload.ts'
import { type Database, type DatabaseOptions, importJudging, type Judging, writesWaitingMax } from '../database.ts'
import { digestKeyOf } from '../keys.ts'
import { migrate } from '../migrations/index.ts'
import { riskEvaluations } from '../risk-evaluations.ts'
import type { Tables } from '../tables.ts'
import { Together } from '../together.ts'
import { DecisionBatches } from './decide.ts'
import { isTransient } from './errors.ts'
import { riskReads } from './risk.ts'
import { snapshots } from './snapshot.ts'

/** Connections of one node. */
const connectionsMax = 10
const answerConnectionsMax = 4
const connectTimeoutMs = 5_000
/** A statement that hangs longer is given up; nothing of it was committed. */
const statementTimeoutMs = 7_000
/**
 * These statements look rows up by their keys, whatever is known of the tables: they are planned once, always by an index,
 * and never compiled, which would take longer than they run.
 */
export const quick = '-c jit=off -c enable_seqscan=off -c plan_cache_mode=force_generic_plan'
/** How often a write is tried again that lost a race it can win the next time. */
const writeTriesMax = 5

/**
 * Opens PostgreSQL: one pool for reading and writing, and one for the answers of people (decisions and the reads before
 * them, in batches of many rows), which so never queue behind other writes.
 */
export function openPostgres(url: string, options: DatabaseOptions): Database {
  const pool = openPool(url, connectionsMax)
  const answers = openPool(url, answerConnectionsMax, quick)
  const reader = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as PostgresPool }) })
  const batches = new DecisionBatches(answers, options.limits)
  const before = snapshots(answers, reader, options.keys)
  let judging: Promise<Judging> | undefined

  let writing = 0
  const write: Database['write'] = async (job) => {
    if (writing >= writesWaitingMax) throw new OverloadError('Too many writes are waiting.')
    writing++
    try {
      return await tryAgain(() => reader.transaction().execute(job))
    } finally {
      writing--
    }
  }
  const evaluations = new Together<KeptEvaluation>((list) =>
    write((db) => riskEvaluations(db, options.keys, 'postgres').add(list)),
  )

  return {
    dialect: 'postgres',
    reader,
    write,
    addEvaluation: (evaluation) => evaluations.add(evaluation),
    decide: async (decision) => (await batches.decide(decision)).outcome,
    async decideCode(code) {
      judging ??= importJudging(options.judging)
      const [{ judgeCode }, key, user] = await Promise.all([
        judging,
        options.keys.of(reader, code.customerId),
        before.userSnapshot(code.customerId, code.usernameFolded),
      ])
      const judged = judgeCode(code, user, digestKeyOf(key))
      const userId = user?.id ?? null
      if (judged === 'disabled-user') return { decided: judged, userId, failures: 0 }
      const { outcome, failures } = await batches.decide(judged)
      return { decided: outcome, userId, failures: Math.max(failures, user?.failures ?? 0) }
    },
    ...before,
    ...riskReads(answers, reader, options.keys),
    async auditHorizon() {
      const { rows } = await pool.query('select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon')
      return rows[0].horizon
    },
    async timeMs() {
      const { rows } = await pool.query('select (extract(epoch from clock_timestamp()) * 1000)::float8 as now')
      return Math.round(rows[0].now)
    },
    migrate: () => migrate(reader, 'postgres'),
    async close() {
      await batches.drained()
      await Promise.all([reader.destroy(), answers.end()])
    },
  }
}

/** Does a write again that lost a race it can win the next time; nothing of a lost one was kept. */
async function tryAgain<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (tries >= writeTriesMax || !isTransient(error)) throw error
    }
  }
}

function openPool(connectionString: string, max: number, options?: string): pg.Pool {
  // Integers of 64 bits come as numbers: ours are milliseconds and counts, far below 2^53.
  const types = new pg.TypeOverrides()
  types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    application_name: 'countersign',
    ...(options === undefined ? {} : { options }),
    types,
  })
  // A connection that breaks while idle is replaced at its next use; the event must not end the process.
  pool.on('error', () => undefined)
  // The same for one that breaks in the middle of a write: the write fails, and only the write.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}
