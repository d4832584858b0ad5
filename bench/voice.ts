import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clip } from '../server/methods/voice/clip.ts'
import { examineClip } from '../server/methods/voice/clip.ts'
import type { VoiceEngine } from '../server/methods/voice/speaker.ts'
import { digitsMin, speakerMins } from '../server/methods/voice.ts'
import { loadMixture, shippedModel } from '../server/voice/model.ts'
import { digitsRatio, findPocketsphinx } from '../server/voice/pocketsphinx.ts'
import { measureLoad } from './voice-load.ts'
import { digitStrings, otherDigits, type Speaker, type Spoken, sentences, wavFiles } from './voice-speakers.ts'

// `npm run bench:voice -- DIR [MODEL]`: how often speakers of DIR are refused and let in, and what it costs. DIR holds
// SPEAKER-N.wav, or librispeech/ with such and fsdd/ with DIGIT_SPEAKER_TAKE.wav.

const rounds = 20
const [dir, model = shippedModel] = process.argv.slice(2)
if (!dir || !existsSync(dir)) {
  print('There is no folder of voices, so nothing was measured: npm run bench:voice -- DIR')
  process.exit()
}
const engine = loadMixture(model)
print(`engine ${engine.id}`)
const plain = ['.', 'librispeech'].filter((name) => wavFiles(join(dir, name)).some((file) => file.includes('-')))
const sets = plain.map((name) => ({ name, speakers: sentences(join(dir, name)) }))
const digits = wavFiles(join(dir, 'fsdd')).length > 0 ? digitStrings(join(dir, 'fsdd')) : undefined
for (const { name, speakers } of [...sets, ...(digits ? [{ name: 'fsdd', speakers: digits.speakers }] : [])])
  accuracy(name, engine, speakers)
const [first] = digits?.speakers ?? sets[0]?.speakers ?? []
if (first) cost(engine, first)
if (digits) await contentCheck(digits.spoken)
if (first && digits) await load(first, digits.spoken)

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function accuracy(name: string, voices: VoiceEngine, speakers: readonly Speaker[]): void {
  const own: number[] = []
  const others: number[] = []
  for (const { enrolled, ...mine } of speakers) {
    const template = voices.enrol(enrolled)
    for (const { name: who, tried } of speakers)
      for (const clip of tried) (who === mine.name ? own : others).push(voices.compare(template, clip))
  }
  print(`\n${name}: ${speakers.length} speakers, ${own.length} own and ${others.length} other tries`)
  for (const [threshold, least] of Object.entries(speakerMins)) {
    const [refused, letIn] = [own.filter((one) => !(one >= least)).length, others.filter((one) => one >= least).length]
    print(`  ${threshold} (${least}): FRR ${share(refused, own.length)}, FAR ${share(letIn, others.length)}`)
  }
  print(`  EER ${(100 * equalErrors(own, others)).toFixed(1)} %`)
}

function share(part: number, whole: number): string {
  return `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`
}

/** The error where both kinds are as near each other as the tries allow: their mean there. */
function equalErrors(own: readonly number[], others: readonly number[]): number {
  const errors = [...own, ...others].map((least) => {
    const refused = own.filter((one) => one < least).length / own.length
    const letIn = others.filter((one) => one >= least).length / others.length
    return { gap: Math.abs(refused - letIn), mean: (refused + letIn) / 2 }
  })
  return errors.sort((left, right) => left.gap - right.gap)[0]?.mean ?? Number.NaN
}

function cost(voices: VoiceEngine, { enrolled, tried }: Speaker): void {
  const template = voices.enrol(enrolled)
  const [clip] = tried as readonly [Clip]
  const verify = () => {
    examineClip(clip.wav)
    voices.compare(template, clip)
  }
  for (let round = 0; round < 5; round++) verify()
  print('\ncost, in this process')
  print(
    `  verify (read, features, T-norm of ${clip.speechSeconds.toFixed(1)} s): ${cpuMs(verify).toFixed(0)} ms of CPU`,
  )
  print(`  enrol (three): ${cpuMs(() => voices.enrol(enrolled)).toFixed(0)} ms of CPU`)
}

function cpuMs(job: () => void): number {
  const before = process.cpuUsage()
  for (let round = 0; round < rounds; round++) job()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / rounds
}

async function contentCheck(spoken: readonly Spoken[]): Promise<void> {
  const found = findPocketsphinx()
  if (!found) return print('\ndigits: pocketsphinx is not installed, so nothing was measured')
  const other = otherDigits()
  let [refused, letIn] = [0, 0]
  const startedMs = performance.now()
  for (const { file, digits: said } of spoken) {
    const clip = examineClip(file)
    if (typeof clip === 'string') throw new Error(clip)
    if (!((await digitsRatio(found, clip.wav, said)) >= digitsMin)) refused++
    if ((await digitsRatio(found, clip.wav, other())) >= digitsMin) letIn++
  }
  const ms = (performance.now() - startedMs) / spoken.length / 2
  print(
    `\ndigits (${digitsMin}): right ones refused ${share(refused, spoken.length)}, others let in ${share(letIn, spoken.length)}`,
  )
  print(`  ${ms.toFixed(0)} ms each, processes and all`)
}

async function load(speaker: Speaker, spoken: readonly Spoken[]): Promise<void> {
  const { aloneMs, besideMs, recordings, cpuMsPerRecording, memoryMb } = await measureLoad(speaker, spoken)
  const shown = ({ median, p95 }: typeof aloneMs) => `median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`
  print('\nload: codes of authenticators validated while ten people speak all the time')
  print(`  alone:  ${shown(aloneMs)}`)
  print(`  beside: ${shown(besideMs)}; ${(besideMs.median / aloneMs.median).toFixed(2)} times the median`)
  print(
    `  ${recordings} recordings, ${cpuMsPerRecording.toFixed(0)} ms of the server's CPU each (all it did meanwhile)`,
  )
  print(`  memory ${memoryMb.before.toFixed(0)} MB, then ${memoryMb.after.toFixed(0)} MB`)
}
