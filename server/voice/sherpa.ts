import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Sounding, VoiceEngine } from '../methods/voice/speaker.ts'
import { readWav } from '../methods/voice/wav.ts'

/** A neural network of the operator's, and the SHA-256 that its file must have, in hex. */
export interface OnnxModel {
  readonly file: string
  readonly sha256: string
}

/** What of `sherpa-onnx-node` is used; the package is not ours to install. */
interface Sherpa {
  readonly SpeakerEmbeddingExtractor: new (options: {
    readonly model: string
    readonly numThreads: number
    readonly debug: boolean
  }) => {
    createStream(): { acceptWaveform(wave: { readonly sampleRate: number; readonly samples: Float32Array }): void }
    compute(stream: unknown): Float32Array
  }
}

const packageName = 'sherpa-onnx-node'
/** A cosine of the own voice below this, and a score would be told of next to nothing. */
const selfScoreMin = 0.3

/** The sentence that says why a model cannot be used; undefined when it can. */
export function onnxProblem({ file, sha256 }: OnnxModel): string | undefined {
  try {
    const found = createHash('sha256').update(readFileSync(file)).digest('hex')
    if (found !== sha256) return `The SHA-256 of ${file} is ${found}, and not the one that was given.`
  } catch {
    return `${file} cannot be read.`
  }
  try {
    import.meta.resolve(packageName)
    return undefined
  } catch {
    return `An ONNX model needs the package ${packageName}: npm install ${packageName}@1.13.8`
  }
}

export function onnxId({ sha256 }: OnnxModel): string {
  return `onnx-experimental-1:${sha256.slice(0, 16)}`
}

/**
 * Experimental: speaker embeddings of the operator's network, compared by their cosine as a share of the user's own at
 * enrolment. Nobody measured what a threshold lets in here; that is up to who chooses the network.
 */
export async function loadOnnx(model: OnnxModel): Promise<VoiceEngine> {
  const loaded = (await import(packageName)) as Sherpa & { readonly default?: Sherpa }
  const { SpeakerEmbeddingExtractor } = loaded.default ?? loaded
  const extractor = new SpeakerEmbeddingExtractor({ model: model.file, numThreads: 1, debug: false })
  const embed = ({ wav }: Sounding): Float32Array => {
    const sound = readWav(wav)
    if (typeof sound === 'string') throw new Error('A clip holds no sound.') // `examineClip` wrote it
    const stream = extractor.createStream()
    stream.acceptWaveform(sound)
    return unit(extractor.compute(stream))
  }
  return cosineEngine(onnxId(model), embed)
}

/** Voices as directions. */
export function cosineEngine(id: string, embed: (clip: Sounding) => Float32Array): VoiceEngine {
  return {
    id,
    enrol(clips) {
      const all = clips.map(embed)
      const own = all.map((one, index) => cosine(one, mean(all.filter((_, other) => other !== index))))
      const selfScore = own.reduce((sum, one) => sum + one, 0) / own.length
      const { buffer } = mean(all)
      return { engine: id, vector: Buffer.from(buffer).toString('base64'), selfScore }
    },
    compare({ vector, selfScore }, clip) {
      const bytes = Buffer.from(vector, 'base64')
      const kept = new Float32Array(bytes.length / 4).map((_, index) => bytes.readFloatLE(4 * index))
      const heard = embed(clip)
      return kept.length === heard.length ? cosine(kept, heard) / Math.max(selfScoreMin, selfScore) : Number.NaN
    },
  }
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(cosine(vector, vector))
  return Float32Array.from(vector, (one) => one / length)
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0).map((_, index) =>
    vectors.reduce((total, one) => total + (one[index] ?? 0), 0),
  )
  return unit(sum)
}

/** Of vectors of length 1. */
function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, one, index) => sum + one * (right[index] ?? 0), 0)
}
