import {
  askForPasskey,
  judgeNewPasskey,
  type NewPasskey,
  newPasskeyForBrowser,
} from '../methods/passkey-registration.ts'
import { randomId } from '../security/random.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Decided } from '../vocabulary/decision.ts'
import type { Attestation } from '../vocabulary/passkey.ts'
import { mayEnrol } from './allowed-methods.ts'
import { findEnrollee, type LinkRefusal, type LinkRequest, type OfferedLink, offerLink } from './enrolment-link.ts'
import { enrolmentSubject, mayFinish } from './first-method.ts'
import { tellUser } from './notices.ts'
import type { PasskeyPage } from './passkey-page.ts'
import { pageOf, siteOf } from './passkey-site.ts'
import type { Engine } from './ports.ts'
import { toolsFor } from './tools.ts'
import { passkeyMail } from './wording.ts'

/** 128 bits in hex. */
const idLetters = 32
/** Passkeys of one user. */
const passkeysMax = 20

export type RegistrationOutcome =
  | OfferedLink
  | { readonly ok: false; readonly reason: LinkRefusal | 'no-domain' | 'too-many-passkeys' }

/** Makes a one-time link by which a user registers a passkey. A newer link ends an older one. */
export async function beginRegistration(engine: Engine, request: LinkRequest): Promise<RegistrationOutcome> {
  const { customer } = request
  const site = siteOf(customer, engine.baseUrl)
  if (!site) return { ok: false, reason: 'no-domain' }
  const user = await findEnrollee(engine, request)
  if ('reason' in user) return user
  const tools = toolsFor(customer, engine.clock())
  const challengeId = randomId()
  const pending = askForPasskey(challengeId, user.id, site, tools)
  const from = { challengeId, pending, secrets: [], siteName: '', username: '' }
  const link = pageOf(engine.baseUrl, challengeId, newPasskeyForBrowser(from, tools).pageSecret)
  if (link === null) return { ok: false, reason: 'no-domain' }
  return offerLink(engine, request, {
    id: challengeId,
    user,
    subject: enrolmentSubject('passkey', user.id, request.isFirst),
    method: 'passkey',
    label: 'PASSKEY REGISTRATION',
    pending,
    link,
    mailOf: passkeyMail,
    barOf: async (tx) =>
      (await tx.credentials.list(customer.id, user.id, 'passkey')).length >= passkeysMax
        ? 'too-many-passkeys'
        : undefined,
  })
}

/**
 * What became of what a browser made. `wrong`: not what was asked for, and it may be tried again; `known`: registered
 * already; `turned-off`: the user's groups do not allow it any more; `over`: the link was used, replaced or has expired.
 */
export type Registered = 'registered' | 'wrong' | 'known' | 'turned-off' | 'over'

/** Registers what a browser made on the page of a link. The link settles with it, in one operation: it works once. */
export async function finishRegistration(
  engine: Engine,
  { customer, challenge, userId }: PasskeyPage,
  { attestation, name }: { readonly attestation: Attestation; readonly name: string },
  requestId: string,
): Promise<Registered> {
  if (challenge.pending === null) return 'over'
  const made = await judgeNewPasskey(challenge.pending, attestation)
  const offered = made && (await offer(engine, customer, challenge, { userId, made, name }))
  if (typeof offered === 'string') return offered
  const id = offered?.id
  const decided = await engine.store.decide({
    customerId: customer.id,
    nowMs: engine.clock(),
    verdict: made ? 'right' : 'wrong',
    method: 'passkey',
    subject: challenge.subject,
    challengeId: challenge.id,
    credential: made && id !== undefined ? { id, userId, step: made.step } : null,
    isConfirming: false, // it stands beside those he has
    request: null,
    audit: {
      kind: 'enrolment',
      subject: userId,
      method: 'passkey',
      challengeId: challenge.id,
      requestId,
      detail: null,
    },
  })
  engine.observe({ kind: 'answer', method: 'passkey', outcome: decided })
  if (decided === 'accepted' && id !== undefined) {
    await tellUser(engine, customer, userId, 'passkey-added', id)
    return 'registered'
  }
  if (id !== undefined) await engine.store.write((tx) => tx.credentials.remove(customer.id, userId, 'passkey', id))
  return ended[decided] ?? 'over'
}

const ended: Readonly<Partial<Record<Decided, Registered>>> = { wrong: 'wrong' }

/** Keeps the passkey as offered, for the decision to confirm; `known`: anybody registered it before. */
async function offer(
  { store, clock }: Engine,
  customer: Customer,
  challenge: Challenge,
  { userId, made, name }: { readonly userId: string; readonly made: NewPasskey; readonly name: string },
): Promise<{ readonly id: string } | 'known' | 'turned-off' | 'over'> {
  const nowMs = clock()
  // One authenticator's id is one row, whoever of the customer's users it claims to belong to (section 7.1 step 26).
  const id = toolsFor(customer, nowMs).digest('passkey', made.authenticatorsId).toString('hex').slice(0, idLetters)
  const credential = {
    id,
    method: 'passkey',
    state: 'pending',
    label: name,
    secret: made.secret,
    lastStep: made.step - 1,
    lastUsedAtMs: null,
  } as const
  return store.write(async (tx) => {
    if (!(await mayEnrol(tx, customer, userId, 'passkey'))) return 'turned-off'
    if (!(await mayFinish(tx, challenge, userId))) return 'over'
    return (await tx.credentials.offerBeside(customer.id, userId, credential, nowMs)) ? { id } : 'known'
  })
}
