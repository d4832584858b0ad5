import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Engine } from '../../engine/ports.ts'
import { readBytes } from '../body.ts'
import type { Watch } from '../seen.ts'
import { answer, badInput, describeCall, type Endpoint, handle, noted, segmentsOf, served } from './endpoint.ts'
import { authFido, requestAssertionOption } from './fido.ts'
import { authCrOtp, authOtp } from './otp.ts'
import { requestMobilePushCR, statecheck } from './push.ts'
import { authSmsOtp, requestSmsOtp } from './sms.ts'
import { authoriseSmsTrans, requestSmsTransOtp } from './transaction.ts'
import { showTo } from './watch.ts'
import { said } from './words.ts'

/** Every call. A new one is its definition, its orders (`orders.ts`) and a line here. */
const endpoints = [
  requestSmsOtp,
  authSmsOtp,
  authOtp,
  authCrOtp,
  requestMobilePushCR,
  statecheck,
  requestSmsTransOtp,
  authoriseSmsTrans,
  requestAssertionOption,
  authFido,
] as unknown as readonly Endpoint[] // each keeps its own body type inside; here they are only served

const root = '/CentagateWS/webresources'

/** CENTAGATE Cloud's authentication API, under `/v2` and without it. `watch` is shown every call, in development. */
export function centagate(engine: Engine, watch?: Watch): FastifyPluginAsync {
  const calls = endpoints.map(served)
  const byPath = new Map(
    calls.flatMap((call) => [call.one.name, call.one.oldName ?? call.one.name].map((path) => [folded(path), call])),
  )
  return async (app) => {
    readBytes(app)
    refuseInShape(app)
    if (watch) showTo(watch, app, engine)
    for (const call of calls) {
      const { name, isVersioned, namesUser } = call.one
      describeCall(app, engine, call, `${isVersioned ? '/v2' : ''}${root}/${name}${namesUser ? '/:username' : ''}`)
    }
    // As clients spell it otherwise: the other prefix, other case, slashes at the end or twice.
    for (const prefix of ['/v2', '']) {
      app.all(`${prefix}${root}/*`, { config: { isCall: true }, schema: { hide: true } }, async (request, reply) => {
        const [folder = '', name = '', ...more] = segmentsOf(request.url)
        const call = request.method === 'POST' ? byPath.get(folded(`${folder}/${name}`)) : undefined
        if (call && more.length <= (call.one.namesUser ? 1 : 0))
          return answer(reply, await handle(engine, call, request, reply))
        return answer(reply.code(404), noted(request, said.unknownCall))
      })
    }
  }
}

function folded(path: string): string {
  return path.toLowerCase()
}

/** What could not even be read is refused in the vendor's shape too. */
function refuseInShape(app: FastifyInstance): void {
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error, requestId: request.id }, 'a call failed')
    // Framing keeps its HTTP status; nothing else leaves 200.
    reply.code(status >= 500 ? 200 : status)
    const message = status === 413 ? 'The body is larger than 64 KiB.' : error.message
    return answer(reply, noted(request, status >= 500 ? said.failed : badInput(message)))
  })
}
