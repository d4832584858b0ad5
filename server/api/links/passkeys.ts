import { readFileSync } from 'node:fs'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { answer } from '../../engine/answer.ts'
import { type PasskeyPage, readPasskeyPage } from '../../engine/passkey-page.ts'
import { finishRegistration, type Registered } from '../../engine/passkey-registration.ts'
import type { Engine } from '../../engine/ports.ts'
import { formOf, hidden, languageOf, servePages } from '../page.ts'
import { readAssertion, readAttestation } from '../webauthn.ts'
import { wayBack } from './back.ts'
import { answerBroken } from './broken.ts'
import { type Ending, endingPage } from './page.ts'
import { type Problem, passkeyPage } from './passkey-page.ts'

const formBytesMax = 64 * 1_024
const nameLengthMax = 60

interface PageParams {
  readonly id: string
  readonly secret: string
}

/** The page behind a passkey link, to sign in or to set one up: a GET only shows, a POST brings what the browser made. */
export function passkeyPages(engine: Engine): FastifyPluginAsync {
  const script = readFileSync(new URL('passkey.js', import.meta.url))

  return async (app) => {
    servePages(app, { formBytesMax, isScripted: true })
    app.get('/passkey/script.js', hidden, (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(script),
    )

    app.get<{ Params: PageParams }>('/passkey/:id/:secret', hidden, async (request) => {
      const view = await readPasskeyPage(engine, request.params.id, request.params.secret)
      const language = languageOf(request, view?.customer)
      const back = wayBack(language, request.url)
      if (!view) return endingPage(language, 'over', undefined, back)
      if (!view.isAllowed) return endingPage(language, 'turnedOff', view.customer, back)
      return passkeyPage(engine, language, view, request.url, null)
    })

    app.post<{ Params: PageParams }>('/passkey/:id/:secret', hidden, async (request) => {
      const { id, secret } = request.params
      const view = await readPasskeyPage(engine, id, secret)
      const language = languageOf(request, view?.customer)
      const back = wayBack(language, request.url)
      if (!view) return endingPage(language, 'over', undefined, back)
      if (!view.isAllowed) return endingPage(language, 'turnedOff', view.customer, back)
      const result = await settle(engine, view, request)
      if ('ending' in result) return endingPage(language, result.ending, view.customer, back)
      // A wrong answer may have been the last one that this link takes.
      const again = await readPasskeyPage(engine, id, secret)
      if (!again) return endingPage(language, 'over', view.customer, back)
      return passkeyPage(engine, language, again, request.url, result.problem)
    })

    answerBroken(app, '/passkey')
  }
}

type Result = { readonly ending: Ending } | { readonly problem: Problem | null }

/** What a posted form comes to. One without anything that a browser could have made decides and spends nothing. */
async function settle(
  engine: Engine,
  view: PasskeyPage,
  request: FastifyRequest<{ Params: PageParams }>,
): Promise<Result> {
  const form = formOf(request.body)
  const credential = form.get('credential')
  if (!credential) return { problem: null }
  return view.kind === 'registration'
    ? register(engine, view, credential, form.get('name') ?? '', request)
    : signIn(engine, view, credential, request)
}

async function register(
  engine: Engine,
  view: PasskeyPage,
  credential: string,
  name: string,
  request: FastifyRequest,
): Promise<Result> {
  const attestation = readAttestation(credential)
  if (!attestation) return { problem: 'wrong' }
  const outcome = await finishRegistration(engine, view, { attestation, name: shownName(name) }, request.id)
  request.outcome = outcome
  return outcomes[outcome]
}

const outcomes = {
  registered: { ending: 'registered' },
  'turned-off': { ending: 'turnedOff' },
  over: { ending: 'over' },
  wrong: { problem: 'wrong' },
  known: { problem: 'known' },
} as const satisfies Record<Registered, Result>

async function signIn(
  engine: Engine,
  { customer, challenge }: PasskeyPage,
  credential: string,
  request: FastifyRequest,
): Promise<Result> {
  const assertion = readAssertion(credential)
  if (!assertion) return { problem: 'wrong' }
  const outcome = await answer(engine, {
    customer,
    to: { challengeId: challenge.id, username: null },
    readOwnMethod: () => undefined,
    answer: { kind: 'assertion', assertion },
    request: null,
    requestId: request.id,
  })
  request.outcome = outcome.ok ? 'accepted' : outcome.reason
  if (outcome.ok) return { ending: 'accepted' }
  return outcome.reason === 'wrong' || outcome.reason === 'used' ? { problem: 'wrong' } : { ending: 'over' }
}

/** One line with something to see in it, as the user typed it. */
function shownName(text: string): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Z}]+/gu, ' ')
    .trim()
  return [...clean].slice(0, nameLengthMax).join('').trim() || 'Passkey'
}
