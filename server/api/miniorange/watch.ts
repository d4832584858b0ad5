import type { FastifyInstance } from 'fastify'
import type { Watch } from '../seen.ts'
import { diagnose } from './diagnose.ts'
import { signatureOf } from './endpoint.ts'

/** Shows every call of a scope with its answer, also one that could not be read. */
export function showTo(watch: Watch, scope: FastifyInstance): void {
  scope.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'POST') return
    const { headers, path, body } = signatureOf(request)
    await watch({
      id: request.id,
      path,
      code: reply.statusCode,
      customerKey: headers.customerKey,
      ms: reply.elapsedTime,
      outcome: request.outcome,
      body,
      answer: String(payload ?? ''),
      isRepeatable: true,
      diagnose: (keys) => diagnose(headers, { path, body }, keys),
    })
  })
}
