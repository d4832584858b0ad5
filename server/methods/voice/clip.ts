import { fingerprint } from '../../security/digest.ts'
import { type Features, featureRate, featuresOf } from './features.ts'
import { resample } from './resample.ts'
import { findSpeech } from './speech.ts'
import { readWav, type Sound, type WavProblem, writeWav } from './wav.ts'

/** What is wrong with a recording, whoever speaks. */
export type ClipProblem = WavProblem | 'silent' | 'too-short' | 'too-noisy' | 'too-loud'

/** A recording that can be judged. */
export interface Clip {
  readonly features: Features
  /** 16 kHz, for whoever checks the words. */
  readonly wav: Uint8Array
  /** Of the samples, without the emptiness at both ends: what tells one recording from another, whatever its header. */
  readonly fingerprint: string
  readonly speechSeconds: number
}

/** Speech that a recording must hold; six digits that are said fast take two seconds. */
const speechSecondsMin = 1.5
const snrDbMin = 6
/** A share of samples at the end of the scale: louder is torn. */
const clippedMax = 0.02
const wordsRate = 16_000

/** Reads a WAV file and says what is wrong with it, or what it holds. */
export function examineClip(file: Uint8Array): Clip | ClipProblem {
  const sound = readWav(file)
  if (typeof sound === 'string') return sound
  const narrow = resample(sound, featureRate)
  const speech = findSpeech(narrow)
  if (!speech) return 'silent'
  if (speech.seconds < speechSecondsMin) return 'too-short'
  if (share(sound) > clippedMax) return 'too-loud'
  if (speech.snrDb < snrDbMin) return 'too-noisy'
  return {
    features: featuresOf(speech.samples),
    wav: writeWav(resample(sound, wordsRate)),
    fingerprint: fingerprint(trimmed(sound)).toString('hex'),
    speechSeconds: speech.seconds,
  }
}

const clippedAt = 0.999

function share({ samples }: Sound): number {
  return samples.reduce((count, sample) => count + (Math.abs(sample) >= clippedAt ? 1 : 0), 0) / samples.length
}

function trimmed({ samples }: Sound): Uint8Array {
  const first = samples.findIndex((sample) => sample !== 0)
  const last = samples.findLastIndex((sample) => sample !== 0)
  const kept = samples.slice(first, last + 1)
  return new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength)
}
