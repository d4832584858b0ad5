import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { Command } from 'commander'
import { eraseVoice } from '../engine/voice-enrolment.ts'
import { type Features, featureCount, featureRate, featuresOf } from '../methods/voice/features.ts'
import { resample } from '../methods/voice/resample.ts'
import { findSpeech } from '../methods/voice/speech.ts'
import { train } from '../methods/voice/train.ts'
import { readWav } from '../methods/voice/wav.ts'
import { modelFiles } from '../voice/model.ts'
import { reasonOf } from '../why-not-started.ts'
import { customerOf, nowOf, withStore } from './database.ts'
import { customerOption, example } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'

/** What the model that ships was trained with. */
const options = { components: 128, roundsMax: 20, cohort: 40 } as const
const speakersMin = 10
const minutesMin = 5
const framesPerMinute = 6_000

export function voice(program: Command, act: Act): void {
  const noun = program
    .command('voice')
    .description('Voices of users, and the model they are compared by; docs/voice.md explains it')
    .addHelpText('after', example('voice train ./speech --out ./voice-model', 'voice erase alice@example.com'))
  noun
    .command('train')
    .description('Make a background model from a folder of speech: WAV files, one folder or file name prefix a speaker')
    .argument('<dir>', 'folder with SPEAKER/….wav or SPEAKER-….wav, 16-bit PCM, up to 10 s each')
    .requiredOption('--out <dir>', 'folder for the model; COUNTERSIGN_VOICE_MODEL then names it')
    .addHelpText('after', example('voice train ./speech --out ./voice-model'))
    .action(act(trainModel))
  noun
    .command('erase')
    .description('Erase what is kept of the voice of a user, who is told')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addHelpText('after', example('voice erase alice@example.com'))
    .action(act(erase))
}

async function trainModel(dir: string, { out }: { readonly out: string }): Promise<Report> {
  const { speakers, skipped } = speechIn(resolve(dir))
  const frames = [...speakers.values()].flat().reduce((sum, one) => sum + one.length / featureCount, 0)
  const minutes = frames / framesPerMinute
  if (speakers.size < speakersMin || minutes < minutesMin) {
    const found = `${speakers.size} speakers and ${minutes.toFixed(1)} minutes of speech`
    throw new Refusal(`There are ${found} in ${dir}: a model needs ${speakersMin} speakers and ${minutesMin} minutes.`)
  }
  const folder = resolve(out)
  if (Object.values(modelFiles).some((name) => existsSync(join(folder, name))))
    throw new Refusal(
      `${folder} holds a model already. Choose another folder: voices belong to the model they were made with.`,
    )
  const { file, cohort } = train([...speakers.values()], options)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, modelFiles.mixture), JSON.stringify(file))
  writeFileSync(join(folder, modelFiles.cohort), cohort)
  const text = [
    `A model of ${speakers.size} speakers and ${minutes.toFixed(1)} minutes is in ${folder}.`,
    `Start the server with COUNTERSIGN_VOICE_MODEL=${folder}; every user then sets up his voice anew.`,
    ...(skipped.length > 0 ? [`Left out: ${skipped.join(', ')}`] : []),
  ].join('\n')
  return { text, json: { folder, speakers: speakers.size, minutes: Number(minutes.toFixed(2)), skipped } }
}

/** The features of every WAV file below a folder, by speaker. */
function speechIn(dir: string): { speakers: ReadonlyMap<string, Features[]>; skipped: readonly string[] } {
  const speakers = new Map<string, Features[]>()
  const skipped: string[] = []
  for (const path of filesIn(dir)) {
    const name = relative(dir, path)
    const speaker = name.includes(sep) ? dirname(name) : (/^[^-_.]+/.exec(basename(name))?.[0] ?? name)
    const features = featuresIn(path)
    if (features) speakers.set(speaker, [...(speakers.get(speaker) ?? []), features])
    else skipped.push(name)
  }
  return { speakers, skipped }
}

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.toLowerCase().endsWith('.wav'))
      .sort()
      .map((name) => join(dir, name))
      .filter((path) => statSync(path).isFile())
  } catch (error) {
    throw new Refusal(`The folder cannot be read: ${reasonOf(error)}.`)
  }
}

/** Undefined for what is no speech. */
function featuresIn(path: string): Features | undefined {
  const sound = readWav(readFileSync(path))
  const speech = typeof sound === 'string' ? undefined : findSpeech(resample(sound, featureRate))
  const features = speech && featuresOf(speech.samples)
  return features && features.length > 0 ? features : undefined
}

async function erase(name: string, { customer: key }: { readonly customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const nowMs = await nowOf(store)
    const request = { customer, username: name, request: null, requestId: null }
    const outcome = await eraseVoice({ store, clock: () => nowMs }, request)
    if (!outcome.ok)
      throw new Refusal(
        `There is no user ${name} in customer ${customer.id}. This lists them: npx countersign users list`,
      )
    const text = outcome.erased > 0 ? `The voice of ${name} is erased.` : `Nothing is kept of the voice of ${name}.`
    return { text, json: { customerKey: customer.id, username: name, erased: outcome.erased } }
  })
}
