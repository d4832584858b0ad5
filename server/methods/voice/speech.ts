import type { Sound } from './wav.ts'

/** Where somebody speaks, and how well it can be heard. */
export interface Speech {
  /** The speaking alone, joined. */
  readonly samples: Float32Array
  readonly seconds: number
  /** How much louder the speaking is than the rest, in dB; infinite when there is no rest. */
  readonly snrDb: number
}

const frameSeconds = 0.03
const hopSeconds = 0.01
const hangoverFrames = 8
/** Below this, in dB of full scale, nobody can be heard. */
const quietDb = -65
/**
 * Below this a frame is digital silence, as joined recordings and noise gates leave it. It never counts as speech: its
 * frames are all alike, and would make everybody who has some look like everybody else who has.
 */
const emptyDb = -80

/** Finds speech by its energy (the recipe of the background model, which heard the same); undefined for silence. */
export function findSpeech({ sampleRate, samples }: Sound): Speech | undefined {
  const length = Math.round(frameSeconds * sampleRate)
  const hop = Math.round(hopSeconds * sampleRate)
  const energies = energiesOf(samples, length, hop)
  const sorted = energies.toSorted()
  const [low, high] = [percentile(sorted, 10), percentile(sorted, 95)]
  if (energies.length === 0 || high < quietDb) return undefined
  const threshold = Math.max(high - 30, low + 0.35 * (high - low))
  const isLoud = Array.from(energies, (energy) => energy > threshold)
  const isSpoken = Array.from(
    energies,
    (energy, frame) =>
      energy > emptyDb && isLoud.slice(Math.max(0, frame - hangoverFrames), frame + hangoverFrames + 1).includes(true),
  )
  const spoken = pick(samples, isSpoken, hop)
  return {
    samples: spoken,
    seconds: spoken.length / sampleRate,
    snrDb: meanDb(energies, isLoud, true) - meanDb(energies, isSpoken, false),
  }
}

/** Of each frame in dB of full scale, without its direct current. */
function energiesOf(samples: Float32Array, length: number, hop: number): Float64Array {
  const count = Math.max(0, 1 + Math.floor((samples.length - length) / hop))
  return Float64Array.from({ length: count }, (_, frame) => {
    let [sum, squares] = [0, 0]
    for (let index = frame * hop; index < frame * hop + length; index++) {
      const sample = samples[index] as number
      sum += sample
      squares += sample * sample
    }
    return 10 * Math.log10(Math.max(squares / length - (sum / length) ** 2, 0) + 1e-10)
  })
}

function pick(samples: Float32Array, isSpoken: readonly boolean[], hop: number): Float32Array {
  const parts = isSpoken.flatMap((is, frame) => (is ? [samples.subarray(frame * hop, (frame + 1) * hop)] : []))
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** The mean power of the frames that are marked, or of those that are not; −∞ without any. */
function meanDb(energies: Float64Array, marks: readonly boolean[], which: boolean): number {
  const chosen = energies.filter((_, frame) => marks[frame] === which)
  return 10 * Math.log10(chosen.reduce((sum, energy) => sum + 10 ** (energy / 10), 0) / chosen.length || 0)
}

/** Of sorted values, between its neighbours in proportion. */
function percentile(sorted: Float64Array, percent: number): number {
  const at = ((sorted.length - 1) * percent) / 100
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0]
  return below + (above - below) * (at - Math.floor(at))
}
