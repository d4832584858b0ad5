import type { ServerInfo } from '../../../contract/device/pairing.ts'
import { type Refusal, type RefusalCode, refusals } from '../../../contract/device/refusals.ts'
import { requestText } from '../../../contract/device/signed.ts'
import { calls, headers, newDevice } from '../../../contract/device.ts'
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
const triesMax = 2

/** The nonce that the next call of a device signs. */
const nonces = new Map<string, string>()

/** A call that nobody signs. */
export async function ask<T>(call: Call, body?: unknown): Promise<Outcome<T>> {
  return outcomeOf(await reach(call, textOf(body), {}, AbortSignal.timeout(timeoutMs)))
}

/** A signed call. */
export async function askSigned<T>(signer: Signer, call: Call, body?: unknown): Promise<Outcome<T>> {
  return outcomeOf(await reachSigned(signer, call, textOf(body), AbortSignal.timeout(timeoutMs)))
}

/** The live stream of a device as the response it is, or why it does not open. */
export async function openStream(signer: Signer, signal: AbortSignal): Promise<Response | Outcome<never>> {
  const response = await reachSigned(signer, calls.events, undefined, signal)
  return response?.ok && response.body ? response : outcomeOf(response)
}

/** Signs and sends; once more when only the nonce was refused. */
async function reachSigned(
  signer: Signer,
  call: Call,
  body: string | undefined,
  signal: AbortSignal,
): Promise<Response | undefined> {
  for (let attempt = 1; ; attempt++) {
    const signed = await signedHeaders(signer, call, body)
    const response = signed && (await reach(call, body, signed, signal))
    keepNonce(signer, response)
    if (response?.status !== refusals['stale-nonce'].status || attempt === triesMax) return response
    const outcome = await outcomeOf(response.clone())
    if (outcome.ok || outcome.code !== 'stale-nonce') return response
  }
}

const textOf = (body: unknown) => (body === undefined ? undefined : JSON.stringify(body))

const unreachable = { ok: false, code: 'offline', message: '' } as const

async function reach(
  { method, path }: Call,
  body: string | undefined,
  more: Record<string, string>,
  signal: AbortSignal,
): Promise<Response | undefined> {
  const content = body === undefined ? {} : { body }
  const language = document.documentElement.lang // which the user may have chosen otherwise than the browser's
  const headers = {
    'accept-language': language,
    ...more,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  return fetch(path, { method, headers, cache: 'no-store', signal, ...content }).catch(() => undefined)
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
