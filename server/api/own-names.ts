import { isIP } from 'node:net'
import type { FastifyPluginAsync } from 'fastify'

/**
 * Pages that show keys and messages to whoever asks, in development, under names that only this network knows, and the base
 * URL's. A site on the internet can let its own name lead here (DNS rebinding), and read what its visitor's browser then
 * takes for its own pages; but that browser says its name in `Host`.
 */
export function underOwnNames(pages: FastifyPluginAsync, baseUrl: () => string): FastifyPluginAsync {
  return async (app) => {
    app.addHook('onRequest', async ({ headers }, reply) => {
      if (isOwnName(headers.host, baseUrl())) return
      return reply
        .code(403)
        .type('text/plain; charset=utf-8')
        .send(`Development pages open at ${baseUrl()}. Set COUNTERSIGN_BASE_URL to open them at another name.\n`)
    })
    await app.register(pages)
  }
}

/** Names that nobody on the internet can own: without a dot, or below what is kept for private use (RFC 6761, 6762, 8375). */
const privateName = /^[^.]+$|\.(localhost|local|test|internal|home\.arpa)$/

/** No `Host`: no browser. */
function isOwnName(host: string | undefined, baseUrl: string): boolean {
  if (host === undefined) return true
  if (!URL.canParse(`http://${host}`)) return false
  const name = new URL(`http://${host}`).hostname.replace(/\.$/, '')
  return isIP(name.replaceAll(/[[\]]/g, '')) !== 0 || privateName.test(name) || name === new URL(baseUrl).hostname
}
