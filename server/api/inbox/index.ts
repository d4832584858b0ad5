import type { FastifyPluginAsync } from 'fastify'
import { serveLivePage } from '../live.ts'
import { hidden } from '../page.ts'

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
  return async (app) => {
    serveLivePage(app, { path: '/dev/inbox', files: 'inbox/inbox' })
    app.get('/dev/inbox.json', hidden, async (request) => {
      const { to } = request.query as { to?: unknown } // any query string parses to this
      return list(typeof to === 'string' && to !== '' ? to : null, messagesMax)
    })
  }
}
