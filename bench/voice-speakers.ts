import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clip, examineClip } from '../server/methods/voice/clip.ts'
import { readWav, type Sound, writeWav } from '../server/methods/voice/wav.ts'

/** What one speaker said: some to set his voice up with, and the rest to try it. */
export interface Speaker {
  readonly name: string
  readonly enrolled: readonly Clip[]
  readonly tried: readonly Clip[]
}

/** Recordings of single digits, put together to six, and what was said. */
export interface Spoken {
  readonly file: Uint8Array
  readonly digits: string
}

const enrolledCount = 3

/** `SPEAKER-N.wav`: the first three set the voice up, the others try it. */
export function sentences(folder: string): Speaker[] {
  const byName = Map.groupBy(wavFiles(folder), (file) => file.split('-')[0] ?? file)
  return [...byName].map(([name, files]) => {
    const clips = files.map((file) => heard(readFileSync(join(folder, file)), file))
    return { name, enrolled: clips.slice(0, enrolledCount), tried: clips.slice(enrolledCount) }
  })
}

/** The takes that set a voice up, and those that try it. */
const takes = { enrolled: ['0', '7', '16'], tried: ['28', '41'] } as const
const stringsPerTake = 6
const gapSeconds = 0.15

/** `DIGIT_SPEAKER_TAKE.wav`: six digits of one take each, drawn by a fixed seed, with 150 ms between them. */
export function digitStrings(folder: string): { readonly speakers: Speaker[]; readonly spoken: Spoken[] } {
  const names = [...new Set(wavFiles(folder).map((file) => file.split('_')[1] ?? ''))].sort()
  const draw = drawing(1)
  const all = names.map((name) => {
    const speak = (take: string) => spokenBy(folder, name, take, draw())
    return {
      name,
      enrolled: takes.enrolled.map(speak),
      tried: takes.tried.flatMap((take) => Array.from({ length: stringsPerTake }, () => speak(take))),
    }
  })
  const clips = (list: readonly Spoken[]) => list.map(({ file, digits }) => heard(file, digits))
  const speakers = all.map(({ name, enrolled, tried }) => ({ name, enrolled: clips(enrolled), tried: clips(tried) }))
  return { speakers, spoken: all.flatMap(({ tried }) => tried) }
}

function spokenBy(folder: string, name: string, take: string, digits: string): Spoken {
  const parts = [...digits].map((digit) => {
    const sound = readWav(readFileSync(join(folder, `${digit}_${name}_${take}.wav`)))
    if (typeof sound === 'string') throw new Error(`${digit}_${name}_${take}.wav: ${sound}`)
    return sound
  })
  return { file: writeWav(joined(parts)), digits }
}

function joined(parts: readonly Sound[]): Sound {
  const sampleRate = parts[0]?.sampleRate ?? 8_000
  const gap = new Float32Array(Math.round(gapSeconds * sampleRate))
  const samples = parts.flatMap(({ samples: one }, index) => (index === 0 ? [...one] : [...gap, ...one]))
  return { sampleRate, samples: Float32Array.from(samples) }
}

/** Six different digits at a time, always the same ones for a seed. */
function drawing(seed: number): () => string {
  let state = seed
  const next = (below: number) => {
    state = (state * 16_807) % 2_147_483_647
    return state % below
  }
  return () => {
    const left = [...'0123456789']
    return Array.from({ length: 6 }, () => left.splice(next(left.length), 1)[0]).join('')
  }
}

/** Other digits than these, for whoever says the wrong ones. */
export function otherDigits(): () => string {
  return drawing(2)
}

export function wavFiles(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.wav'))
        .sort()
    : []
}

function heard(file: Uint8Array, what: string): Clip {
  const clip = examineClip(file)
  if (typeof clip === 'string') throw new Error(`${what}: ${clip}`)
  return clip
}
