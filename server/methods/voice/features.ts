/** What the models are made of: the recipe is Kaldi's, and must not change by itself. */
export const featureRate = 8_000
export const featureCount = 39

const frameLength = 200
const hop = 80
const fftSize = 256
const bands = 80
const lowHz = 20
const highHz = 3_600
const preEmphasis = 0.97
const cepstra = 20
const epsilon = 1.1920928955078125e-7

/** Frames of `featureCount` values each, one after another. */
export type Features = Float32Array

/** Cepstra and their slopes of speech at 8 kHz, normalised over the whole; empty for less than five frames. */
export function featuresOf(speech: Float32Array): Features {
  const count = Math.max(0, 1 + Math.floor((speech.length - frameLength) / hop))
  if (count < 5) return new Float32Array(0)
  const statics = Array.from({ length: count }, (_, frame) => cepstraOf(speech.subarray(frame * hop)))
  const features = new Float32Array(count * featureCount)
  for (let frame = 0; frame < count; frame++) {
    const near = [-2, -1, 1, 2].map((step) => statics[Math.max(0, Math.min(count - 1, frame + step))] as Float64Array)
    const [before2, before1, after1, after2] = near as [Float64Array, Float64Array, Float64Array, Float64Array]
    const own = statics[frame] as Float64Array
    const at = frame * featureCount
    for (let c = 1; c < cepstra; c++) features[at + c - 1] = own[c] as number
    for (let c = 0; c < cepstra; c++) {
      const slope1 = (after1[c] as number) - (before1[c] as number)
      const slope2 = (after2[c] as number) - (before2[c] as number)
      features[at + cepstra - 1 + c] = slope1 / 10 + slope2 / 5
    }
  }
  return normalised(features, count)
}

/** Each value with the mean 0 and the variance 1 over all frames. */
function normalised(features: Features, count: number): Features {
  for (let one = 0; one < featureCount; one++) {
    let [sum, squares] = [0, 0]
    for (let frame = 0; frame < count; frame++) {
      const value = features[frame * featureCount + one] as number
      sum += value
      squares += value * value
    }
    const mean = sum / count
    const deviation = Math.sqrt(Math.max(squares / count - mean * mean, 0)) + 1e-8
    for (let frame = 0; frame < count; frame++) {
      const at = frame * featureCount + one
      features[at] = ((features[at] as number) - mean) / deviation
    }
  }
  return features
}

function cepstraOf(samples: Float32Array): Float64Array {
  const real = new Float64Array(fftSize)
  const imaginary = new Float64Array(fftSize)
  let mean = 0
  for (let index = 0; index < frameLength; index++) mean += (samples[index] as number) / frameLength
  for (let index = 0; index < frameLength; index++) {
    const own = (samples[index] as number) - mean
    const before = (samples[Math.max(0, index - 1)] as number) - mean
    real[index] = 32_768 * (own - preEmphasis * before) * (povey[index] as number)
  }
  transform(real, imaginary)
  const cepstrum = new Float64Array(cepstra)
  for (const [band, { first, weights }] of mel.entries()) {
    let energy = 0
    for (const [index, weight] of weights.entries()) {
      const bin = first + index
      energy += weight * ((real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2)
    }
    const half = Math.log(Math.max(energy, epsilon)) / 2
    const row = band >> 1
    for (let c = 0; c < cepstra; c++) cepstrum[c] = (cepstrum[c] as number) + half * cosine(c, row)
  }
  return cepstrum
}

/** Kaldi's own window. */
const povey = Float64Array.from(
  { length: frameLength },
  (_, index) => (0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (frameLength - 1))) ** 0.85,
)

interface Band {
  /** The first bin of the spectrum that counts. */
  readonly first: number
  readonly weights: readonly number[]
}

/** Triangles on the mel scale, as Kaldi draws them: straight in mel, not in hertz. */
const mel: readonly Band[] = Array.from({ length: bands }, (_, band) => {
  const [low, high] = [melOf(lowHz), melOf(highHz)]
  const width = (high - low) / (bands + 1)
  const [left, centre, right] = [low + band * width, low + (band + 1) * width, low + (band + 2) * width]
  const all = Array.from({ length: fftSize / 2 }, (_, bin) => {
    const at = melOf((bin * featureRate) / fftSize)
    if (at <= left || at >= right) return 0
    return at <= centre ? (at - left) / width : (right - at) / width
  })
  const first = all.findIndex((weight) => weight > 0)
  return first < 0 ? { first: 0, weights: [] } : { first, weights: all.slice(first).filter((weight) => weight > 0) }
})

function melOf(hertz: number): number {
  return 1127 * Math.log(1 + hertz / 700)
}

const rows = bands / 2
const cosines = Float64Array.from({ length: cepstra * rows }, (_, index) => {
  const [c, row] = [Math.floor(index / rows), index % rows]
  return Math.sqrt((c === 0 ? 1 : 2) / rows) * Math.cos((Math.PI * c * (row + 0.5)) / rows)
})

/** Of the orthonormal DCT-II. */
function cosine(c: number, row: number): number {
  return cosines[c * rows + row] as number
}

const twiddles = Array.from({ length: fftSize / 2 }, (_, k) => {
  const angle = (-2 * Math.PI * k) / fftSize
  return [Math.cos(angle), Math.sin(angle)] as const
})

/** The fast Fourier transform in place (radix 2). */
function transform(real: Float64Array, imaginary: Float64Array): void {
  for (let index = 1, reversed = 0; index < fftSize; index++) {
    let bit = fftSize >> 1
    for (; reversed & bit; bit >>= 1) reversed ^= bit
    reversed ^= bit
    if (index < reversed) swap(real, imaginary, index, reversed)
  }
  for (let size = 2; size <= fftSize; size *= 2)
    for (let start = 0; start < fftSize; start += size)
      for (let k = 0; k < size / 2; k++) butterfly(real, imaginary, start + k, size / 2, (k * fftSize) / size)
}

function butterfly(real: Float64Array, imaginary: Float64Array, at: number, half: number, turn: number): void {
  const [cos, sin] = twiddles[turn] as readonly [number, number]
  const [re, im] = [real[at + half] as number, imaginary[at + half] as number]
  const [turnedRe, turnedIm] = [re * cos - im * sin, re * sin + im * cos]
  const [ownRe, ownIm] = [real[at] as number, imaginary[at] as number]
  real[at] = ownRe + turnedRe
  imaginary[at] = ownIm + turnedIm
  real[at + half] = ownRe - turnedRe
  imaginary[at + half] = ownIm - turnedIm
}

function swap(real: Float64Array, imaginary: Float64Array, a: number, b: number): void {
  for (const list of [real, imaginary]) {
    const kept = list[a] as number
    list[a] = list[b] as number
    list[b] = kept
  }
}
