import { type Features, featureCount, featureRate } from './features.ts'

/** What all speakers have in common (a mixture of diagonal Gaussians), and forty others to compare with. */
export interface Background {
  readonly components: number
  /** log of weight and normalising constant, a number for each component. */
  readonly constants: Float64Array
  /** [component][feature] */
  readonly means: Float32Array
  /** [component][feature], inverted. */
  readonly precisions: Float32Array
  readonly weights: Float64Array
  /** Means of other speakers, each as `means`. */
  readonly cohort: readonly Float32Array[]
}

/** The JSON of a trained background model. */
export interface BackgroundFile {
  readonly sampleRate: number
  readonly components: number
  readonly dim: number
  readonly weights: readonly number[]
  readonly means: readonly (readonly number[])[]
  readonly variances: readonly (readonly number[])[]
}

/** Best components of a frame that its score is made of. */
const best = 5
const relevance = 8

/** Reads the two trained files: the mixture as JSON, the cohort as float32 [speaker][component][feature]. Throws on others. */
export function readBackground(file: BackgroundFile, cohort: Uint8Array): Background {
  const { components, dim, weights } = file
  const size = components * dim
  if (file.sampleRate !== featureRate || dim !== featureCount || weights.length !== components)
    throw new Error('The background model is not of this recipe.')
  if (cohort.length === 0 || cohort.length % (4 * size) !== 0) throw new Error('The cohort is not of this model.')
  const means = Float32Array.from(file.means.flat())
  const variances = file.variances.flat()
  if (means.length !== size || variances.length !== size || variances.some((one) => !(one > 0)))
    throw new Error('The background model is not whole.')
  const view = new DataView(cohort.buffer, cohort.byteOffset, cohort.byteLength)
  const all = Float32Array.from({ length: cohort.length / 4 }, (_, index) => view.getFloat32(4 * index, true))
  return {
    components,
    weights: Float64Array.from(weights),
    means,
    precisions: Float32Array.from(variances, (one) => 1 / one),
    constants: Float64Array.from(weights, (weight, k) => {
      const logs = variances.slice(k * dim, (k + 1) * dim).reduce((sum, one) => sum + Math.log(one), 0)
      return Math.log(weight) - 0.5 * (dim * Math.log(2 * Math.PI) + logs)
    }),
    cohort: Array.from({ length: all.length / size }, (_, one) => all.slice(one * size, (one + 1) * size)),
  }
}

/** The means of one speaker: those of the background, moved towards what he said (MAP, means only). */
export function adapt(background: Background, features: readonly Features[]): Float32Array {
  const { components, means } = background
  const counts = new Float64Array(components)
  const sums = new Float64Array(means.length)
  const logs = new Float64Array(components)
  for (const clip of features)
    for (let at = 0; at < clip.length; at += featureCount) {
      logsOf(background, clip, at, logs)
      const total = logSum(logs)
      for (let k = 0; k < components; k++) {
        const share = Math.exp((logs[k] as number) - total)
        if (share < 1e-8) continue
        counts[k] = (counts[k] as number) + share
        for (let one = 0; one < featureCount; one++) {
          const place = k * featureCount + one
          sums[place] = (sums[place] as number) + share * (clip[at + one] as number)
        }
      }
    }
  return means.map((mean, place) => {
    const count = counts[Math.floor(place / featureCount)] as number
    return ((sums[place] as number) + relevance * mean) / (count + relevance)
  })
}

/** How much better the speaker explains what was said than the others do: T-normed, in standard deviations of the cohort. */
export function score(background: Background, speaker: Float32Array, features: Features): number {
  const [own = 0, ...others] = gains(background, [speaker, ...background.cohort], features)
  const mean = others.reduce((sum, one) => sum + one, 0) / others.length
  const variance = others.reduce((sum, one) => sum + (one - mean) ** 2, 0) / others.length
  return (own - mean) / (Math.sqrt(variance) + 1e-12)
}

/** The mean over all frames of log p(frame | speaker) − log p(frame | background), for each speaker. */
function gains(background: Background, speakers: readonly Float32Array[], features: Features): number[] {
  const { components, means } = background
  const logs = new Float64Array(components)
  const totals = speakers.map(() => 0)
  const few = new Float64Array(best)
  for (let at = 0; at < features.length; at += featureCount) {
    logsOf(background, features, at, logs)
    const chosen = bestOf(logs)
    for (const [index, k] of chosen.entries()) few[index] = logs[k] as number
    const common = logSum(few)
    for (const [who, speaker] of speakers.entries()) {
      for (const [index, k] of chosen.entries())
        few[index] = (logs[k] as number) + shift(background, speaker, means, k, features, at)
      totals[who] = (totals[who] as number) + logSum(few) - common
    }
  }
  return totals.map((total) => (total * featureCount) / features.length)
}

/** log of weight × density of one frame, for each component. */
function logsOf(
  { components, constants, means, precisions }: Background,
  features: Features,
  at: number,
  logs: Float64Array,
) {
  for (let k = 0, place = 0; k < components; k++) {
    let distance = 0
    for (let one = 0; one < featureCount; one++, place++) {
      const difference = (features[at + one] as number) - (means[place] as number)
      distance += difference * difference * (precisions[place] as number)
    }
    logs[k] = (constants[k] as number) - 0.5 * distance
  }
}

/** How the log of one component changes when its mean is the speaker's. */
function shift(
  { precisions }: Background,
  speaker: Float32Array,
  means: Float32Array,
  k: number,
  features: Features,
  at: number,
): number {
  let sum = 0
  for (let one = 0, place = k * featureCount; one < featureCount; one++, place++) {
    const value = features[at + one] as number
    const [mine, common] = [value - (speaker[place] as number), value - (means[place] as number)]
    sum += (common * common - mine * mine) * (precisions[place] as number)
  }
  return 0.5 * sum
}

/** The components that fit best. */
function bestOf(logs: Float64Array): number[] {
  const chosen: number[] = []
  for (let rank = 0; rank < best; rank++) {
    let top = -1
    for (let k = 0; k < logs.length; k++)
      if (!chosen.includes(k) && (top < 0 || (logs[k] as number) > (logs[top] as number))) top = k
    chosen.push(top)
  }
  return chosen
}

function logSum(logs: Float64Array): number {
  let top = Number.NEGATIVE_INFINITY
  for (const one of logs) if (one > top) top = one
  let sum = 0
  for (const one of logs) sum += Math.exp(one - top)
  return top + Math.log(sum)
}
