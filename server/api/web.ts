import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

export interface WebApp {
  /** Where it is served, such as `/console`. */
  readonly path: string
  /** The folder that the build left it in. */
  readonly folder: string
  /** What it may load: a Content-Security-Policy. */
  readonly policy?: string
  /** What it may use of the device: a Permissions-Policy. */
  readonly permissions?: string
}

/** Files of its own and nothing else: scripts, styles, pictures, calls. */
export const ownFilesOnly =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const yearSeconds = 31_536_000

/**
 * An app that runs in the browser, as the build left it. Files whose names carry a digest are kept for a year, the others
 * are asked for again each time; a path that is no file belongs to the app itself, and gets its first page.
 */
export function webApp({ path, folder, policy = ownFilesOnly, permissions }: WebApp): FastifyPluginAsync {
  const headers = {
    'content-security-policy': policy,
    'permissions-policy': permissions ?? 'camera=(), microphone=(), geolocation=()',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'x-robots-tag': 'noindex',
  }
  const files: FastifyPluginAsync = async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.headers(headers)
      const [asked, query] = request.url.split('?', 2)
      // A service worker speaks for what is below its own folder, so that the app's address must end as a folder's does.
      if (asked === path) return reply.redirect(query ? `${path}/?${query}` : `${path}/`)
    })
    await app.register(fastifyStatic, {
      root: folder,
      schemaHide: true,
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, file) {
        const isNamedByDigest = file.includes('/assets/')
        reply.header('cache-control', isNamedByDigest ? `public, max-age=${yearSeconds}, immutable` : 'no-cache')
      },
    })
    app.setNotFoundHandler((request, reply) => {
      const name = request.url.split('?')[0]?.split('/').at(-1) ?? ''
      if (request.method === 'GET' && !name.includes('.')) return reply.sendFile('index.html')
      return reply.code(404).type('text/plain; charset=utf-8').send('There is no such file.')
    })
  }
  return async (app) => {
    await app.register(files, { prefix: path })
  }
}
