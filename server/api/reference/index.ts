import { readFileSync } from 'node:fs'
import type { FastifyPluginAsync } from 'fastify'
import { hidden, stylesheet } from '../page.ts'
import { type Description, groupsOf, type ShownGroup } from './calls.ts'
import { type Reader, referencePage } from './page.ts'

/** The reference at `/docs`: made from what the server itself describes, so that it cannot tell of other calls. */
export function referencePages(readerOf: () => Promise<Reader>): FastifyPluginAsync {
  const style = stylesheet('tools.css', 'reference/reference.css')
  const script = readFileSync(new URL('reference.js', import.meta.url))
  let groups: readonly ShownGroup[] | undefined

  return async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(safeHeaders)
    })
    app.get('/docs', hidden, async (_request, reply) => {
      groups ??= groupsOf(app.swagger() as Description) // of our own schemas
      return reply.type('text/html; charset=utf-8').send(referencePage(groups, await readerOf()))
    })
    app.get('/docs/style.css', hidden, async (_request, reply) => reply.type('text/css; charset=utf-8').send(style))
    app.get('/docs/script.js', hidden, async (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(script),
    )
  }
}

const safeHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}
