import type { FastifyInstance } from 'fastify'
import type { Engine } from '../../engine/ports.ts'
import { bytesOf, readJson } from '../body.ts'
import type { Watch } from '../seen.ts'
import { diagnose } from './diagnose.ts'
import { segmentsOf } from './endpoint.ts'
import { textsOf } from './fields.ts'

/** Shows every call of a scope with its answer, also one that could not be read. */
export function showTo(watch: Watch, scope: FastifyInstance, engine: Pick<Engine, 'app' | 'clock'>): void {
  scope.addHook('onSend', async (request, reply, payload) => {
    const body = bytesOf(request)
    const json = readJson(body)
    const fields = textsOf(typeof json === 'string' ? {} : json)
    const app = fields.integrationKey === undefined ? undefined : await engine.app(fields.integrationKey)
    const [folder, name] = segmentsOf(request.url)
    await watch({
      id: request.id,
      path: request.url.split('?')[0] ?? '',
      code: reply.statusCode,
      customerKey: app && String(app.customerId),
      ms: reply.elapsedTime,
      outcome: request.outcome,
      body,
      answer: String(payload ?? ''),
      isRepeatable: false,
      diagnose: () => app && diagnose(`${folder}/${name}`, app, fields, engine.clock()),
    })
  })
}
