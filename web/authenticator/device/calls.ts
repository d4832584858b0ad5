import {
  calls,
  headers,
  newDevice,
  type Refusal,
  type RefusalCode,
  requestText,
  type ServerInfo,
} from '../../../contract/device.ts'
import { toBase64Url, utf8 } from '../vault/bytes.ts'

/** Who signs: a pairing, or a new key that has no device id yet. */
export interface Signer {
  readonly deviceId: string | null
  readonly key: CryptoKey
}

export type Problem = RefusalCode | 'offline'

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: Problem; readonly message: string }

export interface Call {
  readonly method: string
  readonly path: string
}

const timeoutMs = 20_000
const retryWithin = 1

/** The nonce that the next call of a device signs. */
const nonces = new Map<string, string>()

/** A call that nobody signs. */
export async function ask<T>(call: Call, body?: unknown): Promise<Outcome<T>> {
  return outcomeOf(await reach(call, body === undefined ? undefined : JSON.stringify(body), {}))
}

/** A signed call. One that was refused only for its nonce is signed once more. */
export async function askSigned<T>(signer: Signer, call: Call, body?: unknown): Promise<Outcome<T>> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  for (let attempt = 0; ; attempt++) {
    const signed = await signedHeaders(signer, call, text)
    if (!signed) return unreachable
    const response = await reach(call, text, signed)
    keepNonce(signer, response)
    const outcome = await outcomeOf<T>(response)
    if (outcome.ok || outcome.code !== 'stale-nonce' || attempt === retryWithin) return outcome
  }
}

/** The live stream of a device, as the response it is; undefined when it does not open. */
export async function openStream(signer: Signer, signal: AbortSignal): Promise<Response | Outcome<never>> {
  for (let attempt = 0; ; attempt++) {
    const signed = await signedHeaders(signer, calls.events, undefined)
    if (!signed) return unreachable
    const response = await fetch(calls.events.path, { headers: signed, signal, cache: 'no-store' }).catch(
      () => undefined,
    )
    keepNonce(signer, response)
    if (response?.ok && response.body) return response
    const outcome = await outcomeOf<never>(response)
    if (outcome.ok || outcome.code !== 'stale-nonce' || attempt === retryWithin) return outcome
  }
}

const unreachable = { ok: false, code: 'offline', message: '' } as const

async function reach(
  call: Call,
  body: string | undefined,
  more: Record<string, string>,
): Promise<Response | undefined> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  return fetch(call.path, {
    method: call.method,
    headers: { ...type, ...more },
    cache: 'no-store',
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body }),
  }).catch(() => undefined)
}

async function outcomeOf<T>(response: Response | undefined): Promise<Outcome<T>> {
  const body: unknown = await response?.json().catch(() => undefined)
  if (!response || body === undefined) return unreachable
  if (response.ok) return { ok: true, value: body as T } // one contract on both sides
  const { error } = body as Partial<Refusal>
  return { ok: false, code: error?.code ?? 'failed', message: error?.message ?? '' }
}

async function signedHeaders(
  { deviceId, key }: Signer,
  { method, path }: Call,
  body: string | undefined,
): Promise<Record<string, string> | undefined> {
  const device = deviceId ?? newDevice
  const nonce = nonces.get(device) ?? (await firstNonce())
  if (nonce === undefined) return undefined
  if (method !== 'GET') nonces.delete(device)
  const bodySha256 = hex(await crypto.subtle.digest('SHA-256', utf8(body ?? '')))
  const signature = await sign(key, requestText({ method, path, device, nonce, bodySha256 }))
  return { [headers.device]: device, [headers.nonce]: nonce, [headers.signature]: signature }
}

async function firstNonce(): Promise<string | undefined> {
  const outcome = await ask<ServerInfo>(calls.server)
  return outcome.ok ? outcome.value.nonce : undefined
}

function keepNonce({ deviceId }: Signer, response: Response | undefined): void {
  const next = response?.headers.get(headers.nonce)
  if (next) nonces.set(deviceId ?? newDevice, next)
}

export async function sign(key: CryptoKey, text: string): Promise<string> {
  return toBase64Url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, utf8(text)))
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
