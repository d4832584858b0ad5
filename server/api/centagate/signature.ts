import { createHmac } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import type { Engine } from '../../engine/ports.ts'
import { fingerprint, same } from '../../security/digest.ts'
import type { App } from '../../vocabulary/app.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { markLifeMs, type RequestMark } from '../../vocabulary/request-mark.ts'
import { type CallName, type Fields, orderOf, signedText } from './orders.ts'
import { type Reply, said } from './words.ts'

/** A call that is signed by somebody, with all that decides whether he may. */
export interface SignedCall {
  readonly call: CallName
  /** Checked by the schema: every field is of its form. */
  readonly fields: Fields & {
    readonly username: string
    readonly integrationKey: string
    readonly unixTimestamp: string
    readonly hmac: string
  }
  readonly body: Uint8Array
  /** Where the connection comes from, or what a trusted proxy says of it. */
  readonly address: string
}

/** Who called, and the mark that keeps a copy of the call from counting. */
export interface Caller {
  readonly app: App
  readonly customer: Customer
  readonly mark: RequestMark
}

/**
 * Who calls: an app, by an HMAC over the values of its fields in its own order. Nothing is said of addresses or clocks to
 * whoever cannot sign. The HMAC counts once, on all nodes, whatever comes with it.
 */
export async function authenticate(
  engine: Pick<Engine, 'app' | 'customer' | 'clock'>,
  signed: SignedCall,
): Promise<Caller | Reply> {
  const { call, fields, body, address } = signed
  const nowMs = engine.clock()
  const app = await engine.app(fields.integrationKey)
  const customer = app && (await engine.customer(app.customerId))
  if (!app || !customer) return said.unknownApp
  const given = Buffer.from(fields.hmac, 'hex')
  const text = signedText(call, app.signatureOrder, fields)
  if (!secretsOf(app, nowMs).some((secret) => same(hmacOf(secret, text), given))) return said.badSignature
  if (fields.authToken && !orderOf(call, app.signatureOrder).includes('authToken'))
    return { ...said.badInput, message: 'The order `table` does not sign the authToken of this call: leave it out.' }
  const timeMs = Number(fields.unixTimestamp) * 1000
  if (Math.abs(timeMs - nowMs) > customer.settings.timestampWindowSeconds * 1000) return said.expired
  if (!isTrusted(app, address)) return said.untrusted
  const mark = {
    digest: fingerprint('app', app.key, call, body),
    nonce: fingerprint('app-hmac', app.key, given),
    expiresAtMs: timeMs + markLifeMs,
  }
  return { app, customer, mark }
}

/** The secret, and the one before while it still counts. */
export function secretsOf({ secret, oldSecret, oldSecretUntilMs }: App, nowMs: number): string[] {
  return oldSecret !== null && oldSecretUntilMs > nowMs ? [secret, oldSecret] : [secret]
}

export function hmacOf(secret: string, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}

function isTrusted({ trustedAddresses }: App, address: string): boolean {
  if (trustedAddresses.length === 0) return true
  const trusted = new BlockList()
  for (const one of trustedAddresses) {
    const [start = '', bits] = one.split('/')
    if (bits === undefined) trusted.addAddress(start, familyOf(start))
    else trusted.addSubnet(start, Number(bits), familyOf(start))
  }
  // Sockets that speak both write IPv4 as ::ffff:192.0.2.1.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  return trusted.check(plain, familyOf(plain))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
