import { setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { examineClip } from '../methods/voice/clip.ts'
import type { Sounding, Template } from '../methods/voice/speaker.ts'
import { loadMixture } from './model.ts'
import { loadOnnx, type OnnxModel } from './sherpa.ts'

/** What this thread is started with. */
export interface WorkerOptions {
  readonly folder: string
  readonly onnx: OnnxModel | null
}

export type Job =
  | { readonly kind: 'examine'; readonly file: Uint8Array }
  | { readonly kind: 'compare'; readonly template: Template; readonly clip: Sounding }
  | { readonly kind: 'enrol'; readonly clips: readonly Sounding[] }

export interface Asked {
  readonly number: number
  readonly job: Job
}

export interface Told {
  readonly number: number
  readonly result: unknown
  /** What went wrong instead. */
  readonly problem: string | null
}

/** Behind the event loop: on Linux it is this thread's alone. */
const niceness = 10
setPriority(niceness)

const { folder, onnx } = workerData as WorkerOptions // given by `voices.ts`
const port = parentPort as MessagePort // this file only ever runs as a worker
const loading = onnx ? loadOnnx(onnx) : Promise.resolve(loadMixture(folder))

port.on('message', async ({ number, job }: Asked) => {
  try {
    port.postMessage({ number, result: await doneOf(job), problem: null } satisfies Told)
  } catch (error) {
    port.postMessage({ number, result: null, problem: String(error) } satisfies Told)
  }
})

async function doneOf(job: Job): Promise<unknown> {
  if (job.kind === 'examine') return examineClip(job.file)
  const engine = await loading
  return job.kind === 'compare' ? engine.compare(job.template, job.clip) : engine.enrol(job.clips)
}
