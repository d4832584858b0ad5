import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Engine } from '../../engine/ports.ts'

/**
 * The time in milliseconds as plain text, which plugins put into their `Timestamp`. Whatever they send with it, often
 * nothing, is not looked at: it is asked by those whose clock is wrong.
 */
export function serveTimestamp(app: FastifyInstance, { clock }: Engine, isListed: boolean): void {
  app.post('/rest/mobile/get-timestamp', {
    schema: {
      summary: 'The time in milliseconds, as plain text',
      tags: ['miniOrange'],
      hide: !isListed,
      body: Type.Object({}),
      response: { 200: Type.String({ pattern: '^[0-9]{13}$' }) },
      security: [],
    },
    handler: async (request, reply) => {
      request.outcome = 'told'
      return reply.type('text/plain; charset=utf-8').send(String(clock()))
    },
  })
}
