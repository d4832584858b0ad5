import type { FastifyPluginAsync } from 'fastify'
import { namedCustomer } from '../../engine/named-customer.ts'
import { relatedOrigins } from '../../engine/passkey-site.ts'
import type { Engine } from '../../engine/ports.ts'
import { hidden } from '../page.ts'

/**
 * The list by which browsers let pages of other domains use the passkeys of one (WebAuthn Level 3 section 5.11). They ask the
 * domain itself, without a word of whose passkeys they are; so where several customers share this server, nobody's pages are
 * listed unless a proxy in front says whose the domain is, by `?customer=`.
 */
export function relatedOriginList(engine: Engine): FastifyPluginAsync {
  return async (app) => {
    app.get('/.well-known/webauthn', hidden, async (request, reply) => {
      const customer = await namedCustomer(engine, (request.query as { customer?: unknown }).customer) // any query parses to this
      const origins = customer ? relatedOrigins(customer, engine.baseUrl) : []
      if (origins.length === 0)
        return reply.code(404).type('text/plain; charset=utf-8').send('No pages of other domains are listed here.')
      return reply.header('cache-control', 'public, max-age=60').send({ origins })
    })
  }
}
