import Type from 'typebox'
import type { PairingOffer, Registered, ServerInfo } from '../../../contract/device/pairing.ts'
import { calls, newDevice } from '../../../contract/device.ts'
import { pair, readOffer, type SoftToken } from '../../engine/pairing.ts'
import { endpoint } from './endpoint.ts'
import { accountOf, bodies, deviceOf, pushOf, shapes } from './shapes.ts'

export function serverCall(vapidPublicKey: string) {
  return endpoint({
    call: calls.server,
    summary: 'The time, a first nonce, and the key of this server for push messages',
    signedBy: 'nobody',
    answer: shapes.server,
    async handle({ engine, nonces }): Promise<ServerInfo> {
      const nowMs = engine.clock()
      return { nowMs, nonce: nonces.issue(nowMs), vapidPublicKey }
    },
  })
}

export const pairingCall = endpoint({
  call: calls.pairing,
  summary: 'Whose phone a scanned code pairs; changes nothing',
  signedBy: 'nobody',
  body: bodies.code,
  answer: shapes.offer,
  async handle({ engine, body }) {
    const view = await readOffer(engine, body.code)
    if (typeof view === 'string') return view
    return {
      nowMs: engine.clock(),
      account: accountOf(view),
      expiresAtMs: view.offer.expiresAtMs,
    } satisfies PairingOffer
  },
})

export const registerCall = endpoint({
  call: calls.register,
  summary: 'Pair a phone: its key, its name, and where push messages for it go. Brings its soft token, once',
  signedBy: 'new key',
  code: 201,
  body: Type.Object({
    ...bodies.code.properties,
    name: bodies.name,
    publicKey: bodies.publicKey,
    push: Type.Optional(Type.Union([bodies.push, Type.Null()])),
  }),
  answer: shapes.registered,
  async handle({ engine, body, signed, requestId }) {
    const { code, name, publicKey, push } = body
    if (signed.deviceId !== newDevice || !signed.isSignedBy(publicKey)) return 'bad-signature'
    const request = { code, name, publicKey, push: pushOf(push), request: signed.mark, requestId }
    const outcome = await pair(engine, request)
    if (!outcome.ok) return outcome.reason === 'repeated' ? 'stale-nonce' : outcome.reason
    return {
      nowMs: engine.clock(),
      device: deviceOf(outcome.device),
      account: accountOf(outcome),
      softToken: outcome.softToken && shownToken(outcome.softToken),
    } satisfies Registered
  },
})

function shownToken({ secretText, uri }: SoftToken): Registered['softToken'] {
  return { secret: secretText, digits: 6, periodSeconds: 30, algorithm: 'SHA1', uri }
}
