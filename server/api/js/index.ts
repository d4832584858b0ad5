import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

const folder = new URL('../../../dist/js', import.meta.url)
const keptSeconds = 3_600

/** The browser SDK, as the build left it, under `/js/`: for pages of every site. */
export const sdkFiles: FastifyPluginAsync = async (app) => {
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/js/',
    schemaHide: true,
    index: false,
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply) {
      reply.header('cache-control', `public, max-age=${keptSeconds}`)
      // Modules are loaded by CORS; there is nothing secret in them.
      reply.header('access-control-allow-origin', '*')
      reply.header('cross-origin-resource-policy', 'cross-origin')
    },
  })
}
