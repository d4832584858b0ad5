import type { Clip } from './clip.ts'
import { adapt, type Background, score } from './speaker-model.ts'

/** What is kept of a voice: no sound, but what an engine needs to know it again. */
export interface Template {
  /** The engine and the model that made it; no other can judge by it. */
  readonly engine: string
  /** float32, little endian, in base64. */
  readonly vector: string
  /** How like each other the recordings are that it was made of. */
  readonly selfScore: number
}

/** What an engine may look at. */
export type Sounding = Pick<Clip, 'features' | 'wav'>

/** One way to know a voice again. Slow: it runs beside the event loop. */
export interface VoiceEngine {
  /** With its version and the digest of its model. */
  readonly id: string
  /** A voice from several recordings. */
  enrol(clips: readonly Sounding[]): Template
  /** How like the voice a recording is: about 1 for its own, about 0 for others. Not a number when it cannot be told. */
  compare(template: Template, clip: Sounding): number
}

/** Of the recipe in `features.ts` and `speaker-model.ts`: a change of its results needs another number. */
const version = 'gmm-ubm-1'
/** Three recordings that are this like each other are enough to know a voice by. */
export const selfScoreMin = 4

/** The name of the engine with a model, by the SHA-256 of its files. */
export function mixtureId(modelDigest: string): string {
  return `${version}:${modelDigest.slice(0, 16)}`
}

/** Gaussian mixtures with T-norm; a score is told as the share of the user's own at enrolment. */
export function mixtureEngine(background: Background, id: string): VoiceEngine {
  return {
    id,
    enrol(sounding) {
      const clips = sounding.map(({ features }) => features)
      const others = (index: number) => clips.filter((_, other) => other !== index)
      const own = clips.map((clip, index) => score(background, adapt(background, others(index)), clip))
      const means = adapt(background, clips)
      return {
        engine: id,
        vector: Buffer.from(means.buffer).toString('base64'),
        selfScore: own.reduce((sum, one) => sum + one, 0) / own.length,
      }
    },
    compare({ vector, selfScore }, { features }) {
      const bytes = Buffer.from(vector, 'base64')
      const means = new Float32Array(bytes.length / 4).map((_, index) => bytes.readFloatLE(4 * index))
      if (means.length !== background.means.length) return Number.NaN
      // A voice that hardly fits itself must not let everybody in.
      return score(background, means, features) / Math.max(selfScoreMin, selfScore)
    },
  }
}
