import { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Decided, Decision } from '../../vocabulary.ts'
import { batchMax, type GuardLimits } from '../database.ts'
import { decisions } from './decide.ts'
import { workerSide } from './lane.ts'

/** What the main thread starts this worker with. */
export interface WorkerOptions {
  readonly file: string
  readonly limits: GuardLimits
  readonly lane: SharedArrayBuffer
}

/** Decisions that arrived together, numbered from `first`. */
export interface Asked {
  readonly first: number
  readonly decisions: readonly Decision[]
}

/** What became of a group, after its commit; the text of what went wrong instead of an outcome. */
export type Told = readonly (readonly [number: number, outcome: Decided | null, problem: string | null])[]

/** How long a group waits for another process (the CLI) to finish writing: in this thread, so that nobody else waits. */
const busyTimeoutMs = 5_000
/** A write of the main thread that takes longer than this has lost its turn. */
const laneWaitMsMax = 1_000

/** Sixteen megabytes of log before it is moved into the file, which holds up the commit that does it. */
const checkpointPages = 4_000

const { file, limits, lane } = workerData as WorkerOptions // given by `decider.ts`
const port = parentPort as MessagePort // this file only ever runs as a worker
const handle = new DatabaseSync(file, { timeout: busyTimeoutMs })
handle.exec(`pragma synchronous = full; pragma foreign_keys = on; pragma wal_autocheckpoint = ${checkpointPages}`)
const begin = handle.prepare('begin immediate')
const commit = handle.prepare('commit')
const apply = decisions(handle, limits)
const { letMainGoFirst } = workerSide(lane, laneWaitMsMax)
const waiting: [number, Decision][] = []

port.on('message', (asked: Asked) => {
  keep(asked)
  while (waiting.length > 0) {
    port.postMessage(commitGroup(waiting.splice(0, batchMax)))
    // What arrived while the group reached the disk joins the next one.
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) keep(more.message)
  }
})

function keep({ first, decisions: list }: Asked): void {
  for (const [index, decision] of list.entries()) waiting.push([first + index, decision])
}

/** All decisions of the moment in one transaction with one fsync. A failure fails none but its own decision. */
function commitGroup(group: readonly [number, Decision][]): Told {
  letMainGoFirst()
  try {
    return inTransaction(() => group.map(([number, decision]) => [number, apply(decision), null]))
  } catch {
    // Rare enough that only now each one gets its own savepoint; nothing of the first pass was kept.
    return eachAlone(group)
  }
}

function eachAlone(group: readonly [number, Decision][]): Told {
  try {
    return inTransaction(() => group.map(([number, decision]) => alone(number, decision)))
  } catch (error) {
    return group.map(([number]) => [number, null, String(error)])
  }
}

function inTransaction<T>(work: () => T): T {
  begin.run()
  try {
    const done = work()
    commit.run()
    return done
  } catch (error) {
    if (handle.isTransaction) handle.exec('rollback')
    throw error
  }
}

/** A failure undoes and fails this one only; the group goes on. */
function alone(number: number, decision: Decision): Told[number] {
  handle.exec('savepoint alone')
  try {
    const outcome = apply(decision)
    handle.exec('release alone')
    return [number, outcome, null]
  } catch (error) {
    handle.exec('rollback to alone; release alone')
    return [number, null, String(error)]
  }
}
