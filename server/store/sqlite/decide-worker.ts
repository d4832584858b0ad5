import { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { SealingKey } from '../../security/seal.ts'
import type { Decided, Decision, TypedCode, TypedCodeDecided } from '../../vocabulary/decision.ts'
import { batchMax, type GuardLimits, importJudging } from '../database.ts'
import { insertOf, type PackedEvaluation, valuesOf } from '../risk-evaluation-row.ts'
import { dataKeys } from './data-keys.ts'
import { decisions } from './decide.ts'
import { codeDecisions } from './decide-code.ts'
import { isBusy } from './errors.ts'
import { workerSide } from './lane.ts'

/** What the main thread starts this worker with. */
export interface WorkerOptions {
  readonly file: string
  readonly limits: GuardLimits
  readonly lane: SharedArrayBuffer
  /** Master keys, for what is judged here. */
  readonly masters: readonly SealingKey[]
  /** The module that judges it. */
  readonly judging: string
}

/** What is decided: an answer that was judged, or a code to be judged on the way; and what is kept along with those. */
export type Asked = Decision | TypedCode | PackedEvaluation

/** What becomes of it, of either kind. */
export type Outcome = Decided | TypedCodeDecided | 'kept'

/** With the number that its outcome is told under. */
export type Numbered = readonly [number: number, asked: Asked]

/** What became of a group, after its commit; the text of what went wrong instead of an outcome. */
export type Told = readonly (readonly [number: number, outcome: Outcome | null, problem: string | null])[]

/** How long a group waits for another process (the CLI) to finish writing: in this thread, so that nobody else waits. */
const busyTimeoutMs = 5_000
/** A write of the main thread that takes longer than this has lost its turn. */
const laneWaitMsMax = 1_000

/** Sixteen megabytes of log before it is moved into the file, which holds up the commit that does it. */
const checkpointPages = 4_000

/** How much longer than its commit a group is decided at most. */
const worthOfCommit = 2
/** Commits whose time counts for `commitMs`. */
const commitsRemembered = 16

const { file, limits, lane, masters, judging } = workerData as WorkerOptions // given by `decider.ts`
const port = parentPort as MessagePort // this file only ever runs as a worker
const handle = new DatabaseSync(file, { timeout: busyTimeoutMs })
handle.exec(`pragma synchronous = full; pragma foreign_keys = on; pragma wal_autocheckpoint = ${checkpointPages}`)
const begin = handle.prepare('begin immediate')
const commit = handle.prepare('commit')
const applyDecision = decisions(handle, limits)
const keyOf = dataKeys(handle, masters)
const applyCode = codeDecisions(handle, keyOf, await importJudging(judging), applyDecision)
const insertEvaluation = handle.prepare(insertOf('sqlite', 1))
const { letMainGoFirst } = workerSide(lane, laneWaitMsMax)
const waiting: Numbered[] = []
/** How long a commit took of late. */
let commitMs = 1

port.on('message', (numbered: readonly Numbered[]) => {
  waiting.push(...numbered)
  for (let told = commitGroup(); told.length > 0; told = commitGroup()) port.postMessage(told)
})

/**
 * Everything of the moment in one transaction with one fsync, also what arrives while it is decided. A failure fails none
 * but its own decision.
 */
function commitGroup(): Told {
  const first = next()
  if (!first) return []
  const group = [first]
  letMainGoFirst()
  try {
    return inTransaction(() => {
      const beganMs = performance.now()
      const told: Told[number][] = []
      for (const [number, asked] of group) {
        told.push([number, apply(asked), null])
        const more = isLargeEnough(group.length, beganMs) ? undefined : next()
        if (more) group.push(more)
      }
      return told
    })
  } catch {
    // Rare enough that only now each one gets its own savepoint; nothing of the first pass was kept.
    return eachAlone(group)
  }
}

/** Groups worth their fsync: while one is answered, the next is decided. The slower the disk, the larger they are. */
function isLargeEnough(length: number, beganMs: number): boolean {
  return length >= batchMax || performance.now() - beganMs > worthOfCommit * commitMs
}

function next(): Numbered | undefined {
  if (waiting.length === 0)
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) waiting.push(...more.message)
  return waiting.shift()
}

function eachAlone(group: readonly Numbered[]): Told {
  try {
    return inTransaction(() => group.map(([number, asked]) => alone(number, asked)))
  } catch (error) {
    // While another process holds the file whoever waits would wait as long in vain.
    const others = isBusy(error) ? waiting.splice(0) : []
    return [...group, ...others].map(([number]) => [number, null, String(error)])
  }
}

function inTransaction<T>(work: () => T): T {
  begin.run()
  try {
    const done = work()
    const commitsMs = performance.now()
    commit.run()
    commitMs += (performance.now() - commitsMs - commitMs) / commitsRemembered
    return done
  } catch (error) {
    if (handle.isTransaction) handle.exec('rollback')
    throw error
  }
}

function apply(asked: Asked): Outcome {
  if ('record' in asked) {
    insertEvaluation.run(...valuesOf(keyOf(asked.customerId), asked))
    return 'kept'
  }
  return 'usernameFolded' in asked ? applyCode(asked) : applyDecision(asked).outcome
}

/** A failure undoes and fails this one only; the group goes on. */
function alone(number: number, asked: Asked): Told[number] {
  handle.exec('savepoint alone')
  try {
    const outcome = apply(asked)
    handle.exec('release alone')
    return [number, outcome, null]
  } catch (error) {
    // A disk that is full undoes the whole group.
    if (!handle.isTransaction) throw error
    handle.exec('rollback to alone; release alone')
    return [number, null, String(error)]
  }
}
