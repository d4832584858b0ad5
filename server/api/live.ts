import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { hidden, stylesheet } from './page.ts'

export interface LivePage {
  /** Where it is served, such as `/dev/inbox`; its style and its script lie beside it, as `.css` and `.js`. */
  readonly path: string
  /** Its three files, from here and without their endings. */
  readonly files: string
}

/** Makes a scope one of a page for developers that grows by itself: nothing but what lies here is loaded, nothing is kept. */
export function serveLivePage(app: FastifyInstance, { path, files }: LivePage): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(safeHeaders)
  })
  const read = (ending: string) => readFileSync(new URL(`${files}.${ending}`, import.meta.url))
  const served = [
    [path, 'text/html', read('html')],
    [`${path}.css`, 'text/css', stylesheet('tools.css', 'live.css', `${files}.css`)],
    [`${path}.js`, 'text/javascript', read('js')],
  ] as const
  for (const [address, type, content] of served)
    app.get(address, hidden, async (_request, reply) => reply.type(`${type}; charset=utf-8`).send(content))
}

const safeHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}
