import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { requestText } from '../../../contract/device/signed.ts'
import { headers as names, newDevice } from '../../../contract/device.ts'
import { isSignedBy } from '../../security/p256.ts'
import type { DeviceKey } from '../../vocabulary/device.ts'
import type { RequestMark } from '../../vocabulary/request-mark.ts'
import { bytesOf } from '../body.ts'
import type { Nonces } from './nonce.ts'

/** A request as it came, before anybody knows whether its signature is right. */
export interface Signed {
  /** `new` while registering. */
  readonly deviceId: string
  /** Of its nonce, which counts once for what changes something. */
  readonly mark: RequestMark
  isSignedBy(key: DeviceKey): boolean
}

export type SignatureRefusal = 'bad-signature' | 'stale-nonce' | 'unknown-device'

/** What the headers say; the nonce is looked at first, because its refusal brings a new one. */
export function readSigned(request: FastifyRequest, nonces: Nonces, nowMs: number): Signed | SignatureRefusal {
  const [device, nonce, signature] = [names.device, names.nonce, names.signature].map((name) => {
    const value = request.headers[name.toLowerCase()]
    return typeof value === 'string' ? value : ''
  }) as [string, string, string] // one for each name
  const mark = nonces.read(nonce, nowMs)
  if (!mark) return 'stale-nonce'
  if (device !== newDevice && !/^[0-9a-f-]{36}$/.test(device)) return 'unknown-device'
  const text = requestText({
    method: request.method,
    path: request.raw.url ?? '',
    device,
    nonce,
    bodySha256: hash('sha256', bytesOf(request), 'hex'),
  })
  return { deviceId: device, mark, isSignedBy: (key) => isSignedBy(key, text, signature) }
}
