import type { FastifyPluginAsync } from 'fastify'
import type { Engine } from '../../engine/ports.ts'
import { deviceCall, pushCall, removeCall, renameCall, voiceCall } from './device.ts'
import { refuse, serve } from './endpoint.ts'
import { serveEvents } from './events.ts'
import { nonces } from './nonce.ts'
import { pairingCall, registerCall, serverCall } from './pairing.ts'
import { answerCall, promptsCall, scanCall } from './prompts.ts'

const bodyBytesMax = 16 * 1024

/** What the phone app speaks; `contract/device.ts` tells how. `vapidPublicKey`: what push messages are signed with. */
export function deviceApi(engine: Engine, vapidPublicKey: string): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) => {
      done(null, body)
    })
    app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
      if ((error.statusCode ?? 500) < 500) return refuse(request, reply, 'bad-request')
      request.log.error({ err: error, requestId: request.id }, 'a call failed')
      return refuse(request, reply, 'failed')
    })
    const given = nonces(await engine.store.serverKey('device-nonces'))
    const all = [
      serverCall(vapidPublicKey),
      pairingCall,
      registerCall,
      deviceCall,
      renameCall,
      pushCall,
      removeCall,
      voiceCall,
      promptsCall,
      scanCall,
      answerCall,
    ]
    for (const one of all) serve(app, engine, given, one)
    serveEvents(app, engine, given)
  }
}
