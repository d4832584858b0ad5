import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Store } from '../../server/store/open.ts'
import type { App } from '../../server/vocabulary/app.ts'
import { testKey } from './caller.ts'

/** Calls of CENTAGATE's API, signed anew here so that the server is not judged by itself. */

/** An app of the test customer. */
export async function newApp(store: Store, more: Partial<App> = {}): Promise<App> {
  const app: App = {
    id: randomUUID(),
    customerId: testKey.customerKey,
    name: `App ${randomUUID()}`,
    key: randomBytes(32).toString('hex'),
    secret: randomBytes(12).toString('hex'),
    oldSecret: null,
    oldSecretUntilMs: 0,
    signatureOrder: 'node',
    trustedAddresses: [],
    factors: 1,
    allowedGroups: [],
    createdAtMs: Date.now(),
    ...more,
  }
  await store.write((tx) => tx.apps.add(app))
  return app
}

export type Fields = Readonly<Record<string, string>>

/** What the Node sample signs after the fields of its own call. */
const nodeEnd = 'integrationKey unixTimestamp authToken supportFido ipAddress userAgent browserFp'

/** The order `node` of each call, from the vendor's pages. */
export const nodeOrders: Readonly<Record<string, string>> = {
  'req/requestSmsOtp': `username ${nodeEnd}`,
  'auth/authSmsOtp': `username smsOtp ${nodeEnd}`,
  'auth/authOtp': `username devAccId otp otpType ${nodeEnd}`,
  'auth/authCrOtp': `username devAccId crOtp otpType challenge ${nodeEnd}`,
  'req/requestMobilePushCR': `username devAccId details ${nodeEnd}`,
  'session/statecheck': `username authMethod ${nodeEnd}`,
  'req/requestAssertionOption': `username ${nodeEnd}`,
  'auth/authFido': `username ${nodeEnd}`,
  'req/requestSmsTransOtp':
    'username details transactionId authToken integrationKey unixTimestamp supportFido ipAddress userAgent browserFp',
  'trans/authoriseSmsTrans':
    'username details transactionId smsOtp authToken integrationKey unixTimestamp supportFido ipAddress userAgent browserFp',
}

/** The fields with their HMAC over those of `order`, in order and without separators. */
export function signedFields(
  app: Pick<App, 'key' | 'secret'>,
  fields: Fields,
  order: string,
  atMs = Date.now(),
): Fields {
  const all: Fields = { integrationKey: app.key, unixTimestamp: String(Math.floor(atMs / 1000)), ...fields }
  const text = order.split(' ').map((name) => all[name] ?? '')
  return { ...all, hmac: createHmac('sha256', app.secret).update(text.join('')).digest('hex') }
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly code: string
  readonly message: string
  /** As it came: JSON inside a text. */
  readonly object: string
  /** What is inside; `{}` when it is empty. */
  readonly inside: Readonly<Record<string, string>>
}

export async function postTo(
  baseUrl: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<Answer> {
  const response = await fetch(baseUrl + path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  })
  const text = await response.text()
  const { code, message, object } = JSON.parse(text) as Answer
  return { status: response.status, text, code, message, object, inside: object ? JSON.parse(object) : {} }
}

/** The documented path of a call. */
export function pathOf(call: string): string {
  return `${call === 'session/statecheck' ? '' : '/v2'}/CentagateWS/webresources/${call}`
}

/** Signs in the order `node` and posts to a call. Each call is of another second, so that no two are copies. */
export function callerOf(baseUrl: string, app: Pick<App, 'key' | 'secret'>, now: () => number = Date.now) {
  const used = new Set<number>()
  return (call: string, fields: Fields, path = pathOf(call)): Promise<Answer> => {
    let seconds = Math.floor(now() / 1000) + 250
    while (used.has(seconds)) seconds -= 1
    used.add(seconds)
    return postTo(baseUrl, path, signedFields(app, fields, nodeOrders[call] ?? '', seconds * 1000))
  }
}
