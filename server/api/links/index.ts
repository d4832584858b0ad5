import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { decideLink, type LinkView, readLink } from '../../engine/link.ts'
import type { Engine } from '../../engine/ports.ts'
import { formOf, hidden, languageOf, servePages } from '../page.ts'
import { answerBroken } from './broken.ts'
import { askingPage, type Ending, endingPage, type Problem } from './page.ts'

interface LinkParams {
  readonly id: string
  readonly secret: string
}

/** The pages behind accept and deny links: a GET only shows, a POST decides, nothing redirects or loads from elsewhere. */
export function linkPages(engine: Engine): FastifyPluginAsync {
  return async (app) => {
    servePages(app)

    app.get<{ Params: LinkParams }>('/link/:id/:secret', hidden, async (request) => {
      const view = await readLink(engine, request.params.id, request.params.secret)
      const language = languageOf(request, view?.customer)
      return view ? askingPage(engine, language, view, request.url, null) : endingPage(language, 'over')
    })

    app.post<{ Params: LinkParams }>('/link/:id/:secret', hidden, async (request) => {
      const view = await readLink(engine, request.params.id, request.params.secret)
      const language = languageOf(request, view?.customer)
      if (!view) return endingPage(language, 'over')
      const result = await decide(engine, view, request)
      if ('ending' in result) return endingPage(language, result.ending, view.customer)
      return askingPage(engine, language, view, request.url, result.problem)
    })

    answerBroken(app, '/link')
  }
}

type Result = { readonly ending: Ending } | { readonly problem: Problem | null }

/** What a posted form comes to. One that is posted as it came, with nothing typed, decides and spends nothing. */
async function decide(
  engine: Engine,
  view: LinkView,
  request: FastifyRequest<{ Params: LinkParams }>,
): Promise<Result> {
  const form = formOf(request.body)
  const decision = form.get('decision')
  const number = form.get('number')?.trim() || null
  if (decision !== 'accept' && decision !== 'deny') return { problem: null }
  if (decision === 'accept' && number === null) return { problem: 'wrong' }
  const { id, secret } = request.params
  const outcome = await decideLink(engine, view, secret, { isAccepted: decision === 'accept', number }, request.id)
  request.outcome = outcome.ok ? 'accepted' : outcome.reason
  if (outcome.ok) return { ending: 'accepted' }
  const { reason } = outcome
  if (reason === 'denied') return { ending: 'denied' }
  if (reason !== 'wrong' && reason !== 'locked' && reason !== 'disabled') return { ending: 'over' }
  // A wrong number may have been the last one that this link takes.
  return (await readLink(engine, id, secret)) ? { problem: reason } : { ending: 'over' }
}
