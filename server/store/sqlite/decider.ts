import { Worker } from 'node:worker_threads'
import type { KeptEvaluation } from '../../risk/kept.ts'
import type { Decided, Decision, TypedCode, TypedCodeDecided } from '../../vocabulary/decision.ts'
import { OverloadError } from '../../vocabulary/overload.ts'
import { waitingMax, writesWaitingMax } from '../database.ts'
import { pack } from '../risk-evaluation-row.ts'
import type { Asked, Numbered, Outcome, Told, WorkerOptions } from './decide-worker.ts'

const workerFile = new URL('./decide-worker.ts', import.meta.url)
/** It holds a few prepared statements and one group of decisions; the young are what that group leaves behind. */
const workerMemory = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 }

/** What is worth waking the thread for before this turn of the event loop ends: while it decides these, the next come. */
const enough = 4

interface Waiting {
  resolve(outcome: Outcome): void
  reject(error: Error): void
}

/** Hands decisions to the thread that commits them in groups, so that no request ever waits for the disk of another. */
export class Decider {
  readonly #options: WorkerOptions
  readonly #onCommitted: () => void
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #next = 0
  #asking: Numbered[] = []
  #onTold: (() => void)[] = []

  /** `onCommitted` is called after each commit, before anybody is told of it. */
  constructor(options: WorkerOptions, onCommitted: () => void) {
    this.#options = options
    this.#onCommitted = onCommitted
  }

  decide(decision: Decision): Promise<Decided> {
    return this.#hand(decision) as Promise<Decided> // the worker answers in kind
  }

  decideCode(code: TypedCode): Promise<TypedCodeDecided> {
    return this.#hand(code) as Promise<TypedCodeDecided> // the worker answers in kind
  }

  async addEvaluation(evaluation: KeptEvaluation): Promise<void> {
    if (this.#waiting.size >= writesWaitingMax) throw new OverloadError('Too many writes are waiting.')
    await this.#hand(pack(evaluation))
  }

  #hand(asked: Asked): Promise<Outcome> {
    if (this.#waiting.size >= waitingMax) return Promise.reject(new OverloadError('Too many decisions are waiting.'))
    return new Promise((resolve, reject) => {
      const number = this.#next++
      this.#waiting.set(number, { resolve, reject })
      if (this.#asking.length === 0) setImmediate(() => this.#ask())
      this.#asking.push([number, asked])
      if (this.#asking.length >= enough) this.#ask()
    })
  }

  #ask(): void {
    if (this.#asking.length === 0) return
    this.#worker ??= this.#start()
    this.#worker.postMessage(this.#asking)
    this.#asking = []
  }

  /** Resolves when the decisions of this moment have had their turn: at once when there are none. */
  async turn(): Promise<void> {
    if (this.#waiting.size > 0) await new Promise<void>((resolve) => this.#onTold.push(resolve))
  }

  /** Resolves when every decision has been told, and ends the thread. */
  async close(): Promise<void> {
    while (this.#waiting.size > 0) await this.turn()
    await this.#worker?.terminate()
  }

  /** At the first decision: the command line, which makes none, never pays for it. */
  #start(): Worker {
    const worker = new Worker(workerFile, {
      workerData: this.#options,
      resourceLimits: workerMemory,
    })
    worker.on('message', (told: Told) => this.#tell(told))
    // Nothing of what it had not told was accepted; the next decision starts another one.
    worker.on('error', (error) => this.#failAll(worker, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#failAll(worker, new Error('The writing thread ended.')))
    return worker
  }

  #tell(outcomes: Told): void {
    this.#onCommitted()
    for (const [number, outcome, problem] of outcomes) {
      const one = this.#waiting.get(number)
      this.#waiting.delete(number)
      if (outcome) one?.resolve(outcome)
      else one?.reject(new Error(problem ?? 'A decision got no outcome.'))
    }
    for (const told of this.#onTold.splice(0)) told()
  }

  #failAll(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    // Who is told of a failure must not be decided by the next thread.
    this.#asking = []
    for (const one of this.#waiting.values()) one.reject(error)
    this.#waiting.clear()
    for (const told of this.#onTold.splice(0)) told()
  }
}
