import { readFileSync } from 'node:fs'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { decideLink, type LinkView, readLink } from '../../engine/link.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Language } from '../../engine/templates.ts'
import { askingPage, type Ending, endingPage, type Problem } from './page.ts'

const formBytesMax = 1_024

interface LinkParams {
  readonly id: string
  readonly secret: string
}

/** The pages behind accept and deny links: a GET only shows, a POST decides, nothing redirects or loads from elsewhere. */
export function linkPages(engine: Engine): FastifyPluginAsync {
  const style = readFileSync(new URL('style.css', import.meta.url))

  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: formBytesMax }, (_request, body, done) => {
      done(null, new URLSearchParams(String(body)))
    })
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers(safeHeaders)
      done()
    })
    app.get('/link/style.css', hidden, (_request, reply) => reply.type('text/css; charset=utf-8').send(style))

    app.get<{ Params: LinkParams }>('/link/:id/:secret', hidden, async (request, reply) => {
      const view = await readLink(engine, request.params.id, request.params.secret)
      const language = languageOf(request, view)
      return send(reply, view ? askingPage(language, view, request.url, null) : endingPage(language, 'over', ''))
    })

    app.post<{ Params: LinkParams }>('/link/:id/:secret', hidden, async (request, reply) => {
      const view = await readLink(engine, request.params.id, request.params.secret)
      const language = languageOf(request, view)
      if (!view) return send(reply, endingPage(language, 'over', ''))
      const result = await decide(engine, view, request)
      if ('ending' in result) return send(reply, endingPage(language, result.ending, view.customer.name))
      return send(reply, askingPage(language, view, request.url, result.problem))
    })

    // A link that lost its end, or got a longer one, on its way through a mail program.
    const over = (request: FastifyRequest, reply: FastifyReply) =>
      send(reply, endingPage(languageOf(request, undefined), 'over', ''))
    app.get('/link/*', hidden, async (request, reply) => over(request, reply))
    app.post('/link/*', hidden, async (request, reply) => over(request, reply))
    app.get('/link', hidden, async (request, reply) => over(request, reply))
    app.post('/link', hidden, async (request, reply) => over(request, reply))
  }
}

type Result = { readonly ending: Ending } | { readonly problem: Problem | null }

/** What a posted form comes to. One that is posted as it came, with nothing typed, decides and spends nothing. */
async function decide(
  engine: Engine,
  view: LinkView,
  request: FastifyRequest<{ Params: LinkParams }>,
): Promise<Result> {
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
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

const hidden = { schema: { hide: true } }

const safeHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
}

function send(reply: FastifyReply, page: string): string {
  reply.type('text/html; charset=utf-8')
  return page
}

/** The browser's language where we speak it, else the customer's. */
function languageOf(request: FastifyRequest, view: LinkView | undefined): Language {
  const wanted = String(request.headers['accept-language'] ?? '')
    .slice(0, 200)
    .toLowerCase()
  const first = /\b(en|es)\b/.exec(wanted)?.[1]
  return first === 'es' || first === 'en' ? first : (view?.customer.settings.language ?? 'en')
}
