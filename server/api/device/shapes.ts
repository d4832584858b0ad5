import Type from 'typebox'
import type { AccountInfo, PushSubscriptionInfo, Device as ShownDevice } from '../../../contract/device/pairing.ts'
import type { Prompt as ShownPrompt } from '../../../contract/device/prompts.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Paired, Prompt } from '../../engine/prompts.ts'
import type { Language } from '../../engine/templates.ts'
import { whereaboutsOf } from '../../engine/whereabouts.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { Device, PushSubscription } from '../../vocabulary/device.ts'
import type { User } from '../../vocabulary/user.ts'
import { logoPath } from '../logo.ts'

/** What the phone app sends and is sent, as `contract/device/` says it. */

const time = (description: string) => Type.Integer({ description: `${description}, in milliseconds since 1970.` })
const nullable = (type: Parameters<typeof Type.Union>[0][number]) => Type.Union([type, Type.Null()])

const nowMs = time('The time of the server')

const account = Type.Object({
  customerName: Type.String(),
  username: Type.String(),
  logo: nullable(Type.String({ description: "The path of the customer's logo, a PNG; null: it has none." })),
  language: Type.String({ enum: ['en', 'es'] }),
})

const device = Type.Object({
  id: Type.String(),
  name: Type.String(),
  createdAtMs: time('When it was paired'),
  lastUsedAtMs: nullable(time('Its last request, give or take a minute')),
  isPushWorking: Type.Boolean({ description: 'A push subscription is kept, and its service did not call it gone.' }),
})

const prompt = Type.Object({
  id: Type.String(),
  kind: Type.String({ enum: ['push', 'scan', 'voice'] }),
  account,
  transactionName: nullable(Type.String({ description: 'What is asked for; null: to sign in.' })),
  origin: nullable(Type.String({ description: 'The address the sign-in came from, as the site says.' })),
  place: nullable(
    Type.String({ description: "Where that is, such as `Lisbon, Portugal`, by the operator's files of addresses." }),
  ),
  browser: nullable(Type.String({ description: 'Such as `Firefox on Windows`, as the site says.' })),
  createdAtMs: time('When it was asked'),
  expiresAtMs: time('When it ends'),
  needsNumber: Type.Boolean({ description: 'Approving needs the digits that the login page shows.' }),
  page: nullable(Type.String({ description: 'Of a voice: the path of the page where the user speaks.' })),
})

export const bodies = {
  code: Type.Object({
    code: Type.String({ maxLength: 200, description: '`<id>.<secret>`, from the fragment of the scanned link.' }),
  }),
  push: Type.Object({
    endpoint: Type.String({ maxLength: 1_000 }),
    keys: Type.Object({ p256dh: Type.String({ maxLength: 200 }), auth: Type.String({ maxLength: 100 }) }),
  }),
  name: Type.String({ maxLength: 200, description: '1–60 characters.' }),
  publicKey: Type.Object({
    kty: Type.Literal('EC'),
    crv: Type.Literal('P-256'),
    x: Type.String({ maxLength: 100 }),
    y: Type.String({ maxLength: 100 }),
  }),
}

export const shapes = {
  server: Type.Object({ nowMs, nonce: Type.String(), vapidPublicKey: Type.String() }),
  offer: Type.Object({ nowMs, account, expiresAtMs: time('When the code ends') }),
  registered: Type.Object({
    nowMs,
    device,
    account,
    softToken: nullable(
      Type.Object({
        secret: Type.String({ description: 'In base32.' }),
        digits: Type.Literal(6),
        periodSeconds: Type.Literal(30),
        algorithm: Type.Literal('SHA1'),
        uri: Type.String({ description: '`otpauth://totp/…`' }),
      }),
    ),
  }),
  device: Type.Object({
    nowMs,
    device,
    account,
    voice: Type.String({ enum: ['off', 'unset', 'set'], description: 'Whether the user has set his voice up.' }),
  }),
  voice: Type.Object({
    nowMs,
    page: Type.String({ description: 'The path of the page where the user sets his voice up.' }),
    expiresAtMs: time('When the link ends'),
  }),
  done: Type.Object({ nowMs }),
  prompts: Type.Object({ nowMs, prompts: Type.Array(prompt) }),
  scanned: Type.Object({ nowMs, prompt }),
  answered: Type.Object({ nowMs, state: Type.String({ enum: ['approved', 'denied'] }) }),
}

export function accountOf({ customer, user }: { readonly customer: Customer; readonly user: User }): AccountInfo {
  const { name: customerName, settings } = customer
  return { customerName, username: user.username, logo: logoPath(customer), language: settings.language }
}

export function deviceOf({ id, name, createdAtMs, lastUsedAtMs, push }: Device): ShownDevice {
  return { id, name, createdAtMs, lastUsedAtMs, isPushWorking: push !== null }
}

export function promptOf(
  engine: Pick<Engine, 'networkOf'>,
  paired: Pick<Paired, 'customer' | 'user'>,
  prompt: Prompt,
  language: Language,
): ShownPrompt {
  const { kind, needsNumber, pageSecret, challenge } = prompt
  const { id, transactionName, origin, createdAtMs, expiresAtMs } = challenge
  const what = { transactionName, origin, ...whereaboutsOf(engine, challenge, language) }
  const page = pageSecret === null ? null : `/voice/${id}/${pageSecret}`
  return { id, kind, account: accountOf(paired), ...what, createdAtMs, expiresAtMs, needsNumber, page }
}

export function pushOf(given: PushSubscriptionInfo | null | undefined): PushSubscription | null {
  return given ? { endpoint: given.endpoint, p256dh: given.keys.p256dh, auth: given.keys.auth } : null
}
