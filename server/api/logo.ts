import type { FastifyPluginAsync } from 'fastify'
import type { Customer } from '../vocabulary/customer.ts'
import { hidden } from './page.ts'

type Owner = Pick<Customer, 'id' | 'logo'>
type Find = (customerId: number, digest: string) => Promise<Uint8Array | undefined>

/** The logos of customers. Each has its digest in its path, so that browsers need never ask again. */
export function logoPictures(find: Find): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { file: string; customerId: string } }>(
      '/logo/:customerId/:file',
      hidden,
      async ({ params }, reply) => {
        const digest = /^([0-9a-f]{64})\.png$/.exec(params.file)?.[1]
        const isKey = /^[1-9][0-9]{0,11}$/.test(params.customerId)
        const png = digest && isKey ? await find(Number(params.customerId), digest) : undefined
        reply.headers(safeHeaders)
        if (!png) return reply.code(404).type('text/plain; charset=utf-8').send('There is no such logo.')
        return reply
          .header('cache-control', 'public, max-age=31536000, immutable')
          .type('image/png')
          .send(Buffer.from(png.buffer, png.byteOffset, png.byteLength))
      },
    )
  }
}

const safeHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
}

/** Where a customer's logo is; null when it has none. */
export function logoPath(customer: Owner & { readonly logo: string }): string
export function logoPath(customer: Owner): string | null
export function logoPath({ id, logo }: Owner): string | null {
  return logo ? `/logo/${id}/${logo}.png` : null
}

/** HTML; empty when there is no logo. The name stands beside it, so that nobody need hear of the picture. */
export function logoImage(customer: Owner): string {
  const path = logoPath(customer)
  return path === null ? '' : `<img src="${path}" alt="">`
}

/** Logo and name above a page that has a heading of its own; empty when there is no logo. `name` is HTML. */
export function logoLine(customer: Owner, name: string): string {
  const image = logoImage(customer)
  return image && `<p class="brand">${image}${name}</p>\n`
}
