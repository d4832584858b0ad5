/**
 * What the phone app (`web/authenticator`, served at `/app`) and the server say to each other: how, and the table of every
 * call. Files of `device/` hold what is sent and answered, and, once for both sides, what is signed, as functions.
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
 * lives as long as the prompt, with `openedByApp` behind it. Denying and reporting are signed answers as above; `approve` gets `needs-voice`.
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
