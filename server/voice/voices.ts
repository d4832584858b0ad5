import { Worker } from 'node:worker_threads'
import type { Listener, Voices } from '../engine/ports.ts'
import type { Clip, ClipProblem } from '../methods/voice/clip.ts'
import type { Sounding, Template } from '../methods/voice/speaker.ts'
import { OverloadError } from '../vocabulary/overload.ts'
import { engineIdOf } from './model.ts'
import { digitsRatio, type Pocketsphinx } from './pocketsphinx.ts'
import { onnxId } from './sherpa.ts'
import type { Asked, Job, Told, WorkerOptions } from './worker.ts'

/** Recordings that wait or are listened to at most: about six seconds of work. */
const heldMax = 16
/** The model, its cohort, and the recording of ten seconds that is looked at. */
const workerMemoryMb = 96
/** A recording takes a tenth of a second; on a machine that is so busy, nobody waits any longer. */
const jobDeadlineMs = 10_000
const workerFile = new URL('./worker.ts', import.meta.url)

export interface VoicesOptions extends WorkerOptions {
  /** Undefined: nobody checks what is said. */
  readonly pocketsphinx: Pocketsphinx | undefined
}

/** What listens, with its threads, until it is closed. */
export interface OpenVoices extends Voices {
  close(): Promise<void>
}

/** One thread that listens, begun at the first recording. Recordings take turns, so that codes are not kept waiting. */
export function openVoices(options: VoicesOptions): OpenVoices {
  const { folder, onnx, pocketsphinx } = options
  const ear = new Ear({ folder, onnx })
  const listener = listenerOf(ear, pocketsphinx, onnx !== null)
  let held = 0
  let turn: Promise<unknown> = Promise.resolve()
  return {
    engine: onnx ? onnxId(onnx) : engineIdOf(folder),
    isReplayChecked: pocketsphinx !== undefined,
    async hold(job) {
      if (held >= heldMax) throw new OverloadError('Too many recordings are waiting.')
      held++
      const mine = turn.then(() => job(listener))
      turn = mine.catch(() => undefined)
      try {
        return await mine
      } finally {
        held--
      }
    },
    close: () => ear.close(),
  }
}

function listenerOf(ear: Ear, pocketsphinx: Pocketsphinx | undefined, isOnnx: boolean): Listener {
  // What crosses to the thread is copied in this one: only what its engine looks at.
  const sounding = ({ features, wav }: Clip): Sounding =>
    isOnnx ? { features: none, wav } : { features, wav: nothing }
  return {
    examine: (file) => ear.ask<Clip | ClipProblem>({ kind: 'examine', file }),
    // What cannot be compared is not the user's.
    compare: (template, clip) =>
      ear.ask<number>({ kind: 'compare', template, clip: sounding(clip) }).catch(() => Number.NaN),
    enrol: (clips) => ear.ask<Template>({ kind: 'enrol', clips: clips.map(sounding) }),
    digitsIn: async (clip, digits) =>
      pocketsphinx ? await digitsRatio(pocketsphinx, clip.wav, digits).catch(() => Number.NaN) : null,
  }
}

const none = new Float32Array(0)
const nothing = new Uint8Array(0)

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** The listening thread. One that dies, or takes too long, is replaced at the next recording. */
class Ear {
  readonly #options: WorkerOptions
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #next = 0

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  async ask<T>(job: Job): Promise<T> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    const number = this.#next++
    const late = setTimeout(() => void worker.terminate(), jobDeadlineMs)
    try {
      return (await new Promise((resolve, reject) => {
        this.#waiting.set(number, { resolve, reject })
        worker.postMessage({ number, job } satisfies Asked)
      })) as T // the worker's answer to this kind of job
    } finally {
      clearTimeout(late)
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(workerFile, {
      workerData: this.#options,
      resourceLimits: { maxOldGenerationSizeMb: workerMemoryMb, maxYoungGenerationSizeMb: 16 },
    })
    worker.unref()
    worker.on('message', ({ number, result, problem }: Told) => {
      const one = this.#waiting.get(number)
      this.#waiting.delete(number)
      if (problem === null) one?.resolve(result)
      else one?.reject(new Error(problem))
    })
    worker.on('error', (error) => this.#failAll(worker, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#failAll(worker, new Error('The listening thread ended.')))
    return worker
  }

  #failAll(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const one of this.#waiting.values()) one.reject(error)
    this.#waiting.clear()
  }
}
