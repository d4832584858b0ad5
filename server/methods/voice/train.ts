import { type Features, featureCount, featureRate } from './features.ts'
import { adapt, type BackgroundFile, readBackground } from './speaker-model.ts'

export interface TrainOptions {
  readonly components: number
  readonly roundsMax: number
  /** Speakers that others are compared with; they are spread over all that are given. */
  readonly cohort: number
  /** Told after each round: the mean log-likelihood of a frame, which only grows. */
  readonly onRound?: (round: number, likelihood: number) => void
}

export interface Trained {
  readonly file: BackgroundFile
  /** float32, little endian, [speaker][component][feature]. */
  readonly cohort: Uint8Array
}

const varianceMin = 0.01
/** A round that brings less than this, in log-likelihood of a frame, is the last one. */
const gainMin = 0.002

/**
 * A background model from the speech of many: a mixture fitted by expectation and maximisation, begun from frames that
 * are spread evenly over all speech, so that the same speech always gives the same model.
 */
export function train(speakers: readonly (readonly Features[])[], options: TrainOptions): Trained {
  const frames = joined(speakers.flat())
  let file = begin(frames, options.components)
  let last = Number.NEGATIVE_INFINITY
  for (let round = 1; round <= options.roundsMax; round++) {
    const { next, likelihood } = improve(file, frames)
    file = next
    options.onRound?.(round, likelihood)
    if (likelihood - last < gainMin) break
    last = likelihood
  }
  const background = readBackground(file, new Uint8Array(4 * options.components * featureCount))
  const chosen = Array.from({ length: Math.min(options.cohort, speakers.length) }, (_, index, of = options.cohort) => {
    const at = Math.floor((index * speakers.length) / Math.min(of, speakers.length))
    return adapt(background, speakers[at] ?? [])
  })
  return { file, cohort: bytesOf(chosen) }
}

function joined(clips: readonly Features[]): Features {
  const all = new Float32Array(clips.reduce((sum, clip) => sum + clip.length, 0))
  let at = 0
  for (const clip of clips) {
    all.set(clip, at)
    at += clip.length
  }
  return all
}

function begin(frames: Features, components: number): BackgroundFile {
  const count = frames.length / featureCount
  if (count < components * 10) throw new RangeError('There is too little speech for a model.')
  const means = Array.from({ length: components }, (_, k) => {
    const at = Math.floor(((k + 0.5) * count) / components) * featureCount
    return Array.from(frames.subarray(at, at + featureCount))
  })
  const weights = Array<number>(components).fill(1 / components)
  // Features have the variance 1 over each clip.
  const variances = means.map(() => Array<number>(featureCount).fill(1))
  return { sampleRate: featureRate, components, dim: featureCount, weights, means, variances }
}

/** One round of expectation and maximisation. */
function improve(
  file: BackgroundFile,
  frames: Features,
): { readonly next: BackgroundFile; readonly likelihood: number } {
  const { components } = file
  const counts = new Float64Array(components)
  const sums = new Float64Array(components * featureCount)
  const squares = new Float64Array(components * featureCount)
  const model = readBackground(file, new Uint8Array(4 * components * featureCount))
  const shares = new Float64Array(components)
  let likelihood = 0
  for (let at = 0; at < frames.length; at += featureCount) {
    likelihood += sharesOf(model, frames, at, shares)
    for (let k = 0; k < components; k++) {
      const share = shares[k] as number
      if (share < 1e-6) continue
      counts[k] = (counts[k] as number) + share
      for (let one = 0, place = k * featureCount; one < featureCount; one++, place++) {
        const value = frames[at + one] as number
        sums[place] = (sums[place] as number) + share * value
        squares[place] = (squares[place] as number) + share * value * value
      }
    }
  }
  const count = frames.length / featureCount
  return { next: maximised(file, count, counts, sums, squares), likelihood: likelihood / count }
}

/** The share of each component in a frame; returns the log of what they give together. */
function sharesOf(
  model: ReturnType<typeof readBackground>,
  frames: Features,
  at: number,
  shares: Float64Array,
): number {
  const { components, constants, means, precisions } = model
  let top = Number.NEGATIVE_INFINITY
  for (let k = 0, place = 0; k < components; k++) {
    let distance = 0
    for (let one = 0; one < featureCount; one++, place++) {
      const difference = (frames[at + one] as number) - (means[place] as number)
      distance += difference * difference * (precisions[place] as number)
    }
    const log = (constants[k] as number) - 0.5 * distance
    shares[k] = log
    if (log > top) top = log
  }
  let sum = 0
  for (let k = 0; k < components; k++) sum += shares[k] = Math.exp((shares[k] as number) - top)
  for (let k = 0; k < components; k++) shares[k] = (shares[k] as number) / sum
  return top + Math.log(sum)
}

function maximised(
  file: BackgroundFile,
  frames: number,
  counts: Float64Array,
  sums: Float64Array,
  squares: Float64Array,
): BackgroundFile {
  const row = (k: number, from: (place: number, count: number, one: number) => number) =>
    Array.from({ length: featureCount }, (_, one) => from(k * featureCount + one, counts[k] as number, one))
  const isAlive = (k: number) => (counts[k] as number) > 1
  const means = file.means.map((old, k) =>
    isAlive(k) ? row(k, (place, count) => (sums[place] as number) / count) : [...old],
  )
  const variances = file.variances.map((old, k) => {
    if (!isAlive(k)) return [...old]
    return row(k, (place, count, one) =>
      Math.max(varianceMin, (squares[place] as number) / count - (means[k]?.[one] ?? 0) ** 2),
    )
  })
  const weights = Array.from(counts, (count) => Math.max(count / frames, 1e-6))
  return { ...file, means, variances, weights }
}

function bytesOf(vectors: readonly Float32Array[]): Uint8Array {
  const size = vectors[0]?.length ?? 0
  const bytes = Buffer.alloc(4 * size * vectors.length)
  for (const [who, vector] of vectors.entries())
    for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, 4 * (who * size + index))
  return bytes
}
