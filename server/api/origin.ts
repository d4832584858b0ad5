import type { FastifyRequest } from 'fastify'

/**
 * Whether a browser says that a page of ours sent it (Fetch Metadata), or at least where it comes from. What says neither
 * is no browser that a foreign page could use; its cookie and token are looked at all the same.
 */
export function isOwnSite({ baseUrl }: { readonly baseUrl: string }, { headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin, host } = headers
  if (origin === undefined) return true
  return origin === new URL(baseUrl).origin || (URL.canParse(origin) && new URL(origin).host === host)
}
