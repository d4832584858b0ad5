/**
 * What the phone app (`web/authenticator`, served at `/app`) and the server say to each other. Imports nothing; both
 * sides compile against it, and what is signed is written down here once, as functions.
 *
 * ## Words
 *
 * - *Pairing*: one user of one customer on one phone. An app may hold several; each has a key and a device id of its own
 *   and is asked for, signed and removed by itself. One pairing serves soft token, push and scan.
 * - *Prompt*: something that waits for a yes or no of this user. `push`: it came by itself. `scan`: its code was scanned.
 *   `voice`: it came by itself, and is answered by speaking.
 *
 * ## Codes that are scanned or opened
 *
 * All of them are links to the app, so that a phone's own camera opens the right page; what counts stands in the
 * fragment, which never reaches a server or its log. `readLink` reads them.
 *
 *     https://mfa.example.com/app#pair=<offer id>.<secret>      to pair; counts once, five minutes
 *     https://mfa.example.com/app#scan=<prompt id>.<secret>     on a login page; counts once, as long as the prompt lives
 *
 * The origin must be the app's own: a code of another server belongs to that server's app. The app takes the fragment
 * out of the address (`history.replaceState`) as soon as it has read it.
 *
 * ## Key
 *
 * `crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])`, kept in IndexedDB as
 * the `CryptoKey` it is. Every signature is `sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes)`: 64 raw bytes, r||s,
 * sent in base64url without padding. All binary values here are base64url without padding.
 *
 * ## A signed request
 *
 * Every call but `GET server` and `POST pairing` carries three headers (`headers`): the device id (`new` while
 * registering), a nonce of the server, and the signature over the UTF-8 bytes of `requestText(…)`. The body is signed by
 * the SHA-256 of exactly the bytes that are sent; without a body, of no bytes. `path` is everything from `/api/` on, with
 * the query if there is one.
 *
 * *Nonces.* `GET server` gives the first. Every answer of a signed call, also a refusal, brings the next one in the
 * header `Countersign-Nonce`. A nonce lives five minutes. It counts once for a call that changes something (POST, PUT,
 * PATCH, DELETE) and as often as one likes for a GET. A call that is refused with `stale-nonce` did nothing: sign it
 * again with the nonce of the refusal, once.
 *
 * *Clocks.* No phone's clock decides anything. Every body has `nowMs`, the server's time: the app keeps
 * `nowMs - Date.now()` with the pairing, shows TOTP codes and countdowns by it, and warns when it is more than a minute.
 *
 * ## Pairing
 *
 * 1. `POST pairing` with the code: whose account it is, to show before anything is made. Changes nothing.
 * 2. Make the key, ask for a name (suggest the kind of phone), and perhaps a push subscription with the VAPID key.
 * 3. `POST devices`, signed by the new key, device header `new`: the signature proves the key, the secret the right. 201
 *    brings the device id and, this once, the soft token, where the user's groups allow one. When the answer was lost, the very
 *    same key may ask again (with another nonce) until it makes its first other call; any other key gets `used-code`.
 *
 * The site that shows the QR code polls `registration-status` and reads `SUCCESS` from the moment of 201.
 *
 * ## Prompts
 *
 * `GET prompts` is the truth; the stream and Web Push only say that it is worth asking. An open app reads `GET events`
 * by `fetch` (an `EventSource` cannot sign) for the pairing it shows, and polls the others, or all of them where streams
 * do not get through, every five seconds while it is visible. Streams end after five minutes at most, and whenever a
 * server stops: open a new one, after a pause that grows from one second to thirty when that fails.
 *
 * `event: prompts` carries a `PromptList`, at once after opening and at every change; `event: removed` an empty object,
 * and then the pairing is no more; lines that begin with a colon come every fifteen seconds to keep the way open.
 *
 * *Answering.* Before approving, the app asks for its lock (PIN or platform authenticator). With `needsNumber` the user
 * types the two digits of his login page and they are the `proof`; nothing shows the number on the phone. Without it
 * approving is a press that is held for 1.5 seconds or more (and its keyboard equal), never a tap; the `proof` is empty.
 * For a scanned prompt the `proof` is the secret of the code, and holding approves too. Denying is a tap, and then offers
 * `report`: "I did not start this", which denies, pauses prompts for an hour and warns the user by mail. The app sends
 * one answer: `deny` when the user leaves that question, `report` when he says yes to it.
 *
 * The answer is signed once more, over `decisionText(…)` with the transaction name exactly as the prompt gave it: this
 * signature is what the decision rests on, and it is kept in the audit. A wrong number gets `wrong-number`; after the
 * third the prompt is over. Every refusal with a status from 400 to 499 is final for this answer.
 *
 * A `voice` prompt is approved by speaking on the server's own page, which the app opens at `page`: the path of a link that
 * lives as long as the prompt. Denying and reporting are signed answers as above; `approve` gets `needs-voice`.
 *
 * ## Scanning
 *
 * `POST scans` with the code shows the prompt behind it, if it asks the user of this pairing; `unknown-code` otherwise,
 * so an app with several pairings asks one after the other. Then it is answered like any other prompt.
 *
 * ## Setting a voice up
 *
 * `voice` in `DeviceInfo` says whether voices are used here and whether the user has one. `POST voice` makes a link to the page
 * where he sets it up, in place of the one he has: it counts once, for an hour, and a newer one ends it. The app opens it in
 * its own window with `openedByApp` behind the path: then the page links back to `/app/`.
 *
 * ## Web Push
 *
 * The payload is the JSON of `PushPayload`: no name, no text, only that something waits for a pairing. The service worker
 * shows a notice; it may ask `GET prompts` before (the key is in IndexedDB) and close the notice when nothing waits.
 * A subscription belongs to a pairing; several pairings of one app send the same one. Whenever the browser has another
 * subscription than it had (`pushsubscriptionchange`, or at start), the app sends it by `PUT push`. `isPushWorking` in
 * `GET device` turns false when the push service said that the subscription is gone: subscribe again, or show that the
 * app must be open to be asked.
 *
 * ## Refusals
 *
 * An HTTP status of 400 or more with `Refusal`. The code is stable, the message a plain English sentence; the app has
 * its own words by the code, and shows the message for a code it does not know. `unknown-device` on a signed call means
 * that the pairing was removed on the server: the app drops its key and says so. Network failures and 5xx may be
 * repeated; `Retry-After` is in seconds.
 */

export const basePath = '/api/device/v1'

/** Of signed requests. The nonce's comes back with every answer. */
export const headers = {
  device: 'Countersign-Device',
  nonce: 'Countersign-Nonce',
  signature: 'Countersign-Signature',
} as const

/** In place of a device id, while there is none. */
export const newDevice = 'new'

/** Every call; `:id` is a prompt's. Bodies and answers are JSON, but for the stream. */
export const calls = {
  /** → `ServerInfo`. Not signed. */
  server: { method: 'GET', path: `${basePath}/server` },
  /** `PairingCode` → `PairingOffer`. Not signed. */
  pairing: { method: 'POST', path: `${basePath}/pairing` },
  /** `Registration` → 201 `Registered`. Signed by the new key. */
  register: { method: 'POST', path: `${basePath}/devices` },
  /** → `DeviceInfo` */
  device: { method: 'GET', path: `${basePath}/device` },
  /** `Rename` → `DeviceInfo` */
  rename: { method: 'PATCH', path: `${basePath}/device` },
  /** Removes this pairing with its soft token → `Done` */
  remove: { method: 'DELETE', path: `${basePath}/device` },
  /** `PushChange` → `DeviceInfo` */
  push: { method: 'PUT', path: `${basePath}/device/push` },
  /** Nothing in the body → `VoiceLink` */
  voice: { method: 'POST', path: `${basePath}/voice` },
  /** → `PromptList` */
  prompts: { method: 'GET', path: `${basePath}/prompts` },
  /** → `text/event-stream`, see above. At most three at once for a device; a fourth ends the oldest. */
  events: { method: 'GET', path: `${basePath}/events` },
  /** `ScannedCode` → `ScannedPrompt` */
  scan: { method: 'POST', path: `${basePath}/scans` },
  /** `PromptAnswer` → `Answered` */
  answer: { method: 'POST', path: `${basePath}/prompts/:id/answer` },
} as const

/** What a signed request signs, as text. */
export function requestText(request: {
  readonly method: string
  /** From `/api/` on, with the query. */
  readonly path: string
  readonly device: string
  readonly nonce: string
  /** SHA-256 of the body's bytes in lower-case hex. */
  readonly bodySha256: string
}): string {
  const { method, path, device, nonce, bodySha256 } = request
  return ['countersign-device-v1', method, path, device, nonce, bodySha256].join('\n')
}

/** `report`: deny, and "I did not start this". */
export type PromptDecision = 'approve' | 'deny' | 'report'

/** What an answer signs, as text. The transaction name comes last, whatever it holds; null counts as empty. */
export function decisionText(answer: {
  readonly promptId: string
  readonly decision: PromptDecision
  readonly proof: string
  readonly transactionName: string | null
}): string {
  const { promptId, decision, proof, transactionName } = answer
  return ['countersign-decision-v1', promptId, decision, proof, transactionName ?? ''].join('\n')
}

/** Reads what was scanned or opened; undefined for anything else. `url` is whole; its origin is for the app to compare. */
export function readLink(
  url: string,
): { readonly kind: 'pair' | 'scan'; readonly origin: string; readonly code: string } | undefined {
  const found =
    /^(https?:\/\/[^/?#]+)\/app\/?#(pair|scan)=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9_-]{43})$/.exec(
      url,
    )
  const [, origin, kind, code] = found ?? []
  if (!origin || !code || (kind !== 'pair' && kind !== 'scan')) return undefined
  return { kind, origin, code }
}

/** What the app adds to the path of `VoiceLink`. */
export const openedByApp = '?app'

export interface ServerInfo {
  readonly nowMs: number
  /** The first nonce. */
  readonly nonce: string
  /** `applicationServerKey` for `pushManager.subscribe`: an uncompressed P-256 point in base64url. Never changes. */
  readonly vapidPublicKey: string
}

/** `<offer id>.<secret>`, as `readLink` gives it. */
export interface PairingCode {
  readonly code: string
}

export interface PairingOffer {
  readonly nowMs: number
  readonly account: AccountInfo
  readonly expiresAtMs: number
}

/** Whose pairing it is, to be shown. */
export interface AccountInfo {
  readonly customerName: string
  readonly username: string
  /** The path on this server of the customer's logo, a PNG of at most 256 × 256; another logo has another path. Null: none. */
  readonly logo: string | null
  /** The customer's language where a choice is needed; the app speaks the phone's. */
  readonly language: 'en' | 'es'
}

export interface Registration extends PairingCode {
  /** 1–60 characters without control characters, such as `Ana's Pixel`. */
  readonly name: string
  readonly publicKey: PublicKey
  readonly push?: PushSubscriptionInfo | null
}

/** The JWK of the public key; further members are ignored. */
export interface PublicKey {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** What `PushSubscription.toJSON()` gives; further members are ignored. The endpoint is https, 1,000 letters at most. */
export interface PushSubscriptionInfo {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

export interface Registered {
  readonly nowMs: number
  readonly device: Device
  readonly account: AccountInfo
  /** Null: the groups of the user do not let him sign in by these codes. */
  readonly softToken: SoftToken | null
}

export interface Device {
  readonly id: string
  readonly name: string
  readonly createdAtMs: number
  /** Of the last signed request, give or take a minute; null before the first. */
  readonly lastUsedAtMs: number | null
  /** A push subscription is kept, and the push service did not call it gone. */
  readonly isPushWorking: boolean
}

/** TOTP (RFC 6238). Handed over once; it goes with its pairing. */
export interface SoftToken {
  /** In base32 without padding. */
  readonly secret: string
  readonly digits: 6
  readonly periodSeconds: 30
  readonly algorithm: 'SHA1'
  /** The same as `otpauth://totp/…`. */
  readonly uri: string
}

export interface DeviceInfo {
  readonly nowMs: number
  readonly device: Device
  readonly account: AccountInfo
  readonly voice: VoiceState
}

/** `off`: voices are not used here. `unset`: this user has none yet. */
export type VoiceState = 'off' | 'unset' | 'set'

/** Where the user sets his voice up. */
export interface VoiceLink {
  readonly nowMs: number
  /** A path of this server. */
  readonly page: string
  readonly expiresAtMs: number
}

export interface Rename {
  readonly name: string
}

export interface PushChange {
  /** Null: none any more. */
  readonly push: PushSubscriptionInfo | null
}

export interface Done {
  readonly nowMs: number
}

export interface PromptList {
  readonly nowMs: number
  /** Newest first. */
  readonly prompts: readonly Prompt[]
}

export interface Prompt {
  readonly id: string
  readonly kind: 'push' | 'scan' | 'voice'
  readonly account: AccountInfo
  /** What is asked for, such as `Buy Casio Watch $200`; null: to sign in. One line without control characters. */
  readonly transactionName: string | null
  /** The address the sign-in came from, as the site says; null: it said nothing. */
  readonly origin: string | null
  /** Where that is, such as `Lisbon, Portugal`; null: not known. */
  readonly place: string | null
  /** The browser, such as `Firefox on Windows`, as the site says; null: it said nothing. */
  readonly browser: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
  /** True: approving needs the two digits that the login page shows. False: it needs a press that is held. */
  readonly needsNumber: boolean
  /** Of `voice`: the path on this server of the page where the user speaks; null for all others. */
  readonly page: string | null
}

/** `<prompt id>.<secret>`, as `readLink` gives it. */
export interface ScannedCode {
  readonly code: string
}

export interface ScannedPrompt {
  readonly nowMs: number
  readonly prompt: Prompt
}

export interface PromptAnswer {
  readonly decision: PromptDecision
  /** The digits that were typed, the secret of the scanned code, or empty. Empty when not approving a push. */
  readonly proof: string
  /** Over `decisionText`. */
  readonly signature: string
}

export interface Answered {
  readonly nowMs: number
  readonly state: 'approved' | 'denied'
}

/** What a push message says once it is decrypted. */
export interface PushPayload {
  readonly kind: 'prompt'
  /** The device id of the pairing. */
  readonly device: string
}

export interface Refusal {
  readonly error: {
    readonly code: RefusalCode
    readonly message: string
  }
}

/** Every code with its HTTP status and what it means. */
export const refusals = {
  'bad-request': { status: 400, message: 'The request cannot be read.' },
  'bad-name': { status: 400, message: 'A name has 1 to 60 characters, without control characters.' },
  'bad-key': { status: 400, message: 'The public key is not a P-256 key.' },
  'bad-push-service': {
    status: 400,
    message: 'The push service is not one this server sends to: it must be https and on the internet.',
  },
  'stale-nonce': { status: 401, message: 'The nonce is used up or too old. Sign again with the new one.' },
  'bad-signature': { status: 401, message: 'The signature does not fit the request.' },
  'unknown-device': { status: 401, message: 'This phone is not registered any more.' },
  'disabled-user': { status: 403, message: 'This account is disabled.' },
  'turned-off': { status: 403, message: 'The groups of this account do not allow it.' },
  'unknown-code': { status: 404, message: 'This code is not valid here, or it is for somebody else.' },
  'unknown-prompt': { status: 404, message: 'There is no such request for this account.' },
  'used-code': { status: 409, message: 'This code was used already. Ask for a new one.' },
  'too-many-devices': { status: 409, message: 'This account has as many phones as it may have. Remove one first.' },
  'no-voice': { status: 409, message: 'Voices are not used here.' },
  'needs-voice': { status: 409, message: 'This request is approved by speaking, on its page.' },
  'answered-prompt': { status: 409, message: 'This request was answered already.' },
  'denied-prompt': { status: 409, message: 'This request was denied.' },
  'replaced-prompt': { status: 409, message: 'This request was replaced by a newer one.' },
  'spent-prompt': { status: 409, message: 'Too many wrong numbers. This request is over.' },
  'expired-code': { status: 410, message: 'This code is too old. Ask for a new one.' },
  'expired-prompt': { status: 410, message: 'The time to answer is over.' },
  'wrong-number': { status: 422, message: 'The number is not the one on the login page.' },
  locked: { status: 423, message: 'Too many wrong answers. Approving is locked for a while.' },
  disabled: { status: 423, message: 'Too many wrong answers. An administrator must unlock approving.' },
  'too-many-requests': { status: 429, message: 'Too many requests. Wait a little.' },
  failed: { status: 500, message: 'Something went wrong. Try again.' },
  overloaded: { status: 503, message: 'The server is busy. Try again in a moment.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>

export type RefusalCode = keyof typeof refusals
