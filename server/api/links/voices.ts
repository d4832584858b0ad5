import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Engine } from '../../engine/ports.ts'
import type { Language } from '../../engine/templates.ts'
import {
  answerByVoice,
  denyByVoice,
  readVoicePage,
  type VoiceHint,
  type VoiceOutcome,
  type VoicePage,
} from '../../engine/voice.ts'
import {
  type EnrolmentOutcome,
  finishVoiceEnrolment,
  readVoiceEnrolment,
  tryRecording,
  type VoiceEnrolmentPage,
} from '../../engine/voice-enrolment.ts'
import { formOf, hidden, languageOf, servePages } from '../page.ts'
import { wayBack } from './back.ts'
import { answerBroken } from './broken.ts'
import { type Ending, endingPage } from './page.ts'
import { voiceEnrolmentPage, voicePage } from './voice-page.ts'
import { words } from './words.ts'

/** One recording of a mebibyte in base64; of an enrolment there are five, of five seconds each. */
const formBytesMax = 1_500_000
const enrolmentBytesMax = 5_000_000

interface PageParams {
  readonly id: string
  readonly secret: string
}

/** The page behind a voice link, to answer or to set one up: a GET only shows, a POST brings what was said. */
export function voicePages(engine: Engine): FastifyPluginAsync {
  return async (app) => {
    servePages(app, { formBytesMax: enrolmentBytesMax, isScripted: true, isListening: true })
    serveScripts(app)
    serveRecordings(app, engine)
    app.get('/voice/done', hidden, async (request) => {
      const language = languageOf(request)
      return endingPage(language, 'voiceSet', undefined, wayBack(language, request.url))
    })

    app.get<{ Params: PageParams }>('/voice/:id/:secret', hidden, async (request) => {
      const { id, secret } = request.params
      const view = await readVoicePage(engine, id, secret)
      if (view) return voicePage(engine, languageOf(request, view.customer), view, request.url, null, engine.clock())
      const enrolment = await readVoiceEnrolment(engine, id, secret)
      const language = languageOf(request, enrolment?.customer)
      const back = wayBack(language, request.url)
      if (!enrolment) return endingPage(language, 'over', undefined, back)
      if (!enrolment.isAllowed) return endingPage(language, 'turnedOff', enrolment.customer, back)
      return voiceEnrolmentPage(language, enrolment, request.url)
    })

    app.post<{ Params: PageParams }>('/voice/:id/:secret', { ...hidden, bodyLimit: formBytesMax }, async (request) => {
      const { id, secret } = request.params
      const view = await readVoicePage(engine, id, secret)
      const language = languageOf(request, view?.customer)
      const back = wayBack(language, request.url)
      if (!view) return endingPage(language, 'over', undefined, back)
      const result = await settle(engine, view, request)
      if ('ending' in result) return endingPage(language, result.ending, view.customer, back)
      // A wrong answer may have been the last one that this link takes.
      const next = await readVoicePage(engine, id, secret)
      if (!next) return endingPage(language, 'over', view.customer, back)
      return voicePage(engine, language, next, request.url, result.hint, engine.clock())
    })

    answerBroken(app, '/voice', { bodyLimit: formBytesMax })
  }
}

function serveScripts(app: FastifyInstance): void {
  for (const [path, file] of [
    ['/voice/script.js', 'voice.js'],
    ['/voice/capture.js', 'voice-capture.js'],
  ] as const) {
    const script = readFileSync(new URL(file, import.meta.url))
    app.get(path, hidden, (_request, reply) => reply.type('text/javascript; charset=utf-8').send(script))
  }
}

type Result = { readonly ending: Ending } | { readonly hint: VoiceHint | null }

/** What a posted form comes to. One without a recording decides and spends nothing. */
async function settle(
  engine: Engine,
  view: VoicePage,
  request: FastifyRequest<{ Params: PageParams }>,
): Promise<Result> {
  const form = formOf(request.body)
  const { secret } = request.params
  const text = form.get('recording')
  if (form.get('decision') === 'deny') return told(request, await denyByVoice(engine, view, secret, request.id))
  if (!text) return { hint: null }
  const spoken = { secret, file: bytesOf(text), prompt: numberOf(form.get('prompt')) }
  return told(request, await answerByVoice(engine, view, spoken, request.id))
}

function told(request: FastifyRequest, outcome: VoiceOutcome): Result {
  request.outcome = outcome.kind === 'again' ? outcome.hint : outcome.kind
  return outcome.kind === 'again' ? { hint: outcome.hint } : { ending: outcome.kind }
}

/** The script of an enrolment asks here what is wrong with a recording, and sends all of them; it is answered in JSON. */
function serveRecordings(app: FastifyInstance, engine: Engine): void {
  app.post<{ Params: PageParams }>('/voice/:id/:secret/recordings', hidden, async (request, reply) => {
    reply.type('application/json; charset=utf-8')
    const { id, secret } = request.params
    const view = await readVoiceEnrolment(engine, id, secret)
    const language = languageOf(request, view?.customer)
    if (!view) return JSON.stringify({ kind: 'over', sentence: words[language].over })
    if (!view.isAllowed) return JSON.stringify({ kind: 'turned-off', sentence: turnedOff(language, view) })
    const form = formOf(request.body)
    const files = form.getAll('recording').slice(0, view.prompts.length).map(bytesOf)
    const [file] = files
    if (!file || form.get('consent') !== 'yes') return sayWrong(language, view, 0, 'unreadable')
    const index = form.get('index')
    if (index === null) return finish(engine, view, files, request, language)
    const problem = await tryRecording(engine, view, { file, index: numberOf(index) })
    return problem ? sayWrong(language, view, numberOf(index), problem) : JSON.stringify({ kind: 'heard' })
  })
}

async function finish(
  engine: Engine,
  view: VoiceEnrolmentPage,
  files: readonly Uint8Array[],
  request: FastifyRequest,
  language: Language,
): Promise<string> {
  const outcome = await finishVoiceEnrolment(engine, view, files, request.id)
  request.outcome = outcome.kind
  if (outcome.kind === 'wrong') return sayWrong(language, view, outcome.at, outcome.problem)
  const say = words[language]
  const sentences: Readonly<Record<Exclude<EnrolmentOutcome['kind'], 'wrong'>, string>> = {
    enrolled: say.voiceSet,
    more: say.voiceMore,
    repeated: say.voiceHints.repeated,
    'turned-off': turnedOff(language, view),
    over: say.over,
  }
  return JSON.stringify({ kind: outcome.kind, sentence: sentences[outcome.kind] })
}

function turnedOff(language: Language, { customer }: VoiceEnrolmentPage): string {
  return words[language].turnedOffHint.replaceAll('{customer}', () => customer.name)
}

function sayWrong(language: Language, { customer }: VoiceEnrolmentPage, at: number, hint: VoiceHint): string {
  const sentence = words[language].voiceHints[hint].replaceAll('{customer}', () => customer.name)
  return JSON.stringify({ kind: 'wrong', at, sentence })
}

function bytesOf(base64url: string): Uint8Array {
  return Buffer.from(base64url, 'base64url')
}

function numberOf(text: string | null): number {
  return text !== null && /^[0-9]{1,3}$/.test(text) ? Number(text) : -1
}
