import type pg from 'pg'
import type { Decision } from '../../vocabulary/decision.ts'
import { OverloadError } from '../../vocabulary/overload.ts'
import { type Applied, batchMax, type GuardLimits, waitingMax } from '../database.ts'
import { statementFor } from './decide-statement.ts'
import { isOfOneRow, isTransient } from './errors.ts'

/** One batch at a time: what arrives while it reaches the disk makes the next one larger. */
const batchesInFlightMax = 1
/** A batch that lost a deadlock against another node is tried again. */
const batchTriesMax = 5

interface Waiting {
  readonly decision: Decision
  /** Rows this decision touches; no two decisions of the batches in flight share one. */
  readonly touches: readonly string[]
  resolve(applied: Applied): void
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

  decide(decision: Decision): Promise<Applied> {
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
      const applied = await this.#apply(batch.map(({ decision }) => decision))
      for (const [index, one] of batch.entries()) {
        const mine = applied.get(index)
        if (mine) one.resolve(mine)
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
        const applied = (await this.#apply([decision])).get(0)
        if (applied) resolve(applied)
        else reject(new Error('A decision got no outcome.'))
      } catch (error) {
        reject(error)
      }
    }
  }

  async #apply(decisions: readonly Decision[]): Promise<Map<number, Applied>> {
    const { failuresPerLock, lockMs, lockMsMax, failuresMax } = this.#limits
    const values = [failuresPerLock, lockMs, lockMsMax, failuresMax, ...columns(decisions)]
    const statement = statementFor(decisions)
    for (let tries = 1; ; tries++) {
      try {
        const { rows } = await this.#pool.query<Applied & { n: number }>({ ...statement, values })
        return new Map(rows.map((row) => [row.n, row]))
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
