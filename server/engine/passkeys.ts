import { challengeIdIn } from '../methods/webauthn.ts'
import type { Facts } from '../vocabulary/audit.ts'
import type { ListedCredential } from '../vocabulary/credential.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Assertion } from '../vocabulary/passkey.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import { type AnswerOutcome, answer } from './answer.ts'
import { challenge } from './challenge.ts'
import type { ChallengeOutcome } from './challenge-outcome.ts'
import { foldUsername } from './contacts.ts'
import { notify } from './notices.ts'
import type { Asked } from './person.ts'
import type { Engine } from './ports.ts'

/** One request about the passkeys of one user. */
export interface PasskeyRequest {
  readonly customer: Customer
  readonly username: string
  readonly request: RequestMark | null
  readonly requestId: string | null
}

export interface AssertionRequest extends PasskeyRequest {
  readonly requestId: string
  /** The method in the caller's own word, such as `FIDO`; it comes back in outcomes. */
  readonly label: string
  readonly transactionName: string | null
  /** The address the user signs in from, as the caller says. */
  readonly origin: string | null
  readonly facts?: Facts | undefined
}

/**
 * Asks an enrolled user for a passkey: `outcome.passkey.publicKey` goes to `navigator.credentials.get`. The same as
 * `challenge`, for callers whose words have no other methods.
 */
export function beginAssertion(engine: Engine, request: AssertionRequest): Promise<ChallengeOutcome> {
  const asked: Asked = { method: 'passkey', via: [], label: request.label }
  return challenge(engine, {
    ...request,
    asked,
    readOwnMethod: () => asked,
    emailMethod: asked,
    phone: null,
    email: null,
    language: null,
    showsMatchNumber: false,
  })
}

export interface JudgeAssertionRequest extends PasskeyRequest {
  readonly requestId: string
  readonly assertion: Assertion
  readonly facts?: Facts | undefined
}

/**
 * Judges what a browser gave, and settles the question it answers: once, with its attempt, audit and counter. The
 * question is the one named in the assertion itself, and must be this user's.
 */
export function judgeAssertion(engine: Engine, request: JudgeAssertionRequest): Promise<AnswerOutcome> {
  const { username, assertion } = request
  return answer(engine, {
    ...request,
    to: { challengeId: challengeIdOf(assertion), username },
    readOwnMethod: () => undefined,
    answer: { kind: 'assertion', assertion },
  })
}

/** The challenge that an assertion says it answers; the id of none when it says nothing of the kind. */
export function challengeIdOf({ clientDataJSON }: Assertion): string {
  return challengeIdIn(clientDataJSON) ?? ''
}

export type ListOutcome =
  | { readonly ok: true; readonly passkeys: readonly ListedCredential[] }
  | { readonly ok: false; readonly reason: 'unknown-user' }

/** The passkeys of a user, the oldest first. */
export async function listPasskeys(
  { store }: Pick<Engine, 'store'>,
  { customer, username }: Pick<PasskeyRequest, 'customer' | 'username'>,
): Promise<ListOutcome> {
  const user = await store.read.users.find(customer.id, foldUsername(username))
  if (!user) return { ok: false, reason: 'unknown-user' }
  return { ok: true, passkeys: await store.read.credentials.list(customer.id, user.id, 'passkey') }
}

export type RemoveOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unknown-user' | 'unknown-passkey' | 'repeated' }

/** Removes one passkey and tells the user. An open question stays open for those that he has left. */
export async function removePasskey(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  { customer, username, request, requestId }: PasskeyRequest,
  passkeyId: string,
): Promise<RemoveOutcome> {
  const nowMs = clock()
  return store.write(async (tx): Promise<RemoveOutcome> => {
    if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    const user = await tx.users.find(customer.id, foldUsername(username))
    if (!user) return { ok: false, reason: 'unknown-user' }
    if (!(await tx.credentials.remove(customer.id, user.id, 'passkey', passkeyId)))
      return { ok: false, reason: 'unknown-passkey' }
    const detail = JSON.stringify({ passkeyId })
    const note = { kind: 'enrolment', subject: user.id, method: 'passkey', challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, 'removed', nowMs)
    const { id: userId, username: name } = user
    await notify(tx, { customer, event: 'passkey-removed', userId, username: name, contacts: user, nowMs })
    return { ok: true }
  })
}
