import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { hidden, stylesheet } from './page.ts'

export interface LivePage {
  /** Where it is served, such as `/dev/inbox`. */
  readonly path: string
  /** Its three files, from here and without their endings; style and script are served under `/dev/` by these names. */
  readonly files: string
}

/** Makes a scope one of a page for developers that grows by itself: nothing but what lies here is loaded, nothing is kept. */
export function serveLivePage(app: FastifyInstance, { path, files }: LivePage): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(safeHeaders)
  })
  const read = (file: string) => readFileSync(new URL(file, import.meta.url))
  const served = [
    [path, 'text/html', read(`${files}.html`)],
    [`/dev/${files}.css`, 'text/css', stylesheet('tools.css', 'live.css', `${files}.css`)],
    [`/dev/${files}.js`, 'text/javascript', read(`${files}.js`)],
    ['/dev/live-list.js', 'text/javascript', read('live-list.js')],
  ] as const
  for (const [url, type, content] of served)
    if (!app.hasRoute({ method: 'GET', url }))
      app.get(url, hidden, async (_request, reply) => reply.type(`${type}; charset=utf-8`).send(content))
}

const safeHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}
