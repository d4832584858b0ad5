import type { Sound } from './wav.ts'

/** Zero crossings of the low-pass on each side. */
const crossings = 16
/** Of the Kaiser window: what is cut off is 60 dB down. */
const beta = 6
/** The share of the narrower band that is kept. */
const rollOff = 0.95

/** The same sound at another rate, low-passed so that nothing folds back (windowed sinc, polyphase). */
export function resample({ sampleRate, samples }: Sound, rate: number): Sound {
  if (sampleRate === rate) return { sampleRate, samples }
  const shared = divisorOf(sampleRate, rate)
  const [step, phases] = [sampleRate / shared, rate / shared]
  const cutoff = Math.min(1, rate / sampleRate) * rollOff
  const reach = Math.ceil(crossings / cutoff)
  const filters = Array.from({ length: phases }, (_, phase) => filterOf(phase / phases, cutoff, reach))
  const out = new Float32Array(Math.floor((samples.length * phases) / step))
  for (let index = 0; index < out.length; index++) {
    const at = index * step
    const from = Math.floor(at / phases) - reach + 1
    const filter = filters[at % phases] as Float64Array // there is one for each phase
    let sum = 0
    const first = Math.max(0, -from)
    const last = Math.min(filter.length, samples.length - from)
    for (let tap = first; tap < last; tap++) sum += (samples[from + tap] as number) * (filter[tap] as number)
    out[index] = sum
  }
  return { sampleRate: rate, samples: out }
}

/** The taps for an output that lies `offset` of a sample after an input; together they weigh 1. */
function filterOf(offset: number, cutoff: number, reach: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * reach }, (_, tap) => {
    const distance = tap - reach + 1 - offset
    const inside = 1 - (distance / reach) ** 2
    return inside <= 0 ? 0 : sinc(cutoff * distance) * bessel(beta * Math.sqrt(inside))
  })
  const weight = taps.reduce((sum, tap) => sum + tap, 0)
  return taps.map((tap) => tap / weight)
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** The modified Bessel function of the first kind and order 0, by its series. */
function bessel(x: number): number {
  let sum = 1
  for (let term = 1, k = 1; term > 1e-12 * sum; k++) {
    term *= (x / 2 / k) ** 2
    sum += term
  }
  return sum
}

function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b)
}
