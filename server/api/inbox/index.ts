import { readFileSync } from 'node:fs'
import type { FastifyPluginAsync } from 'fastify'

/** One message as the inbox shows it. */
export interface InboxEntry {
  readonly id: number
  readonly channel: string
  readonly to: string
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
  readonly sentAtMs: number
}

const messagesMax = 200

/**
 * The development inbox: every message that no gateway is set up for, as a live page and as JSON, newest first.
 * It is not registered at all in production.
 */
export function inboxPages(
  list: (to: string | null, limit: number) => Promise<readonly InboxEntry[]>,
): FastifyPluginAsync {
  const files = {
    '/dev/inbox': ['inbox.html', 'text/html; charset=utf-8'],
    '/dev/inbox.css': ['inbox.css', 'text/css; charset=utf-8'],
    '/dev/inbox.js': ['inbox.js', 'text/javascript; charset=utf-8'],
  } as const

  return async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers({
        'content-security-policy':
          "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
    })
    for (const [path, [file, type]] of Object.entries(files)) {
      const content = readFileSync(new URL(file, import.meta.url))
      app.get(path, { schema: { hide: true } }, async (_request, reply) => reply.type(type).send(content))
    }
    app.get('/dev/inbox.json', { schema: { hide: true } }, async (request) => {
      const { to } = request.query as { to?: unknown } // any query string parses to this
      return list(typeof to === 'string' && to !== '' ? to : null, messagesMax)
    })
  }
}
