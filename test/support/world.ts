import { randomUUID } from 'node:crypto'
import type { Store } from '../../server/store/open.ts'
import type { Subject } from '../../server/vocabulary/challenge.ts'
import type { Credential } from '../../server/vocabulary/credential.ts'
import type { Decided, Decision } from '../../server/vocabulary/decision.ts'
import type { User } from '../../server/vocabulary/user.ts'
import { aChallenge, aCredential, aMark, aNote, aUser, type NewChallenge, nowMs } from './store.ts'

export const customerId = 101

/** Two users and a stranger of one customer, for tests of decisions. */
export interface World {
  readonly user: User
  readonly subject: Subject
  /** Active; its last step is 5. */
  readonly credential: Credential
  /** Offered to the same user and not yet confirmed. */
  readonly pending: Credential
  readonly otherUser: User
  readonly otherCredential: Credential
  /** Waits for the user's answer. */
  readonly challenge: NewChallenge
  /** Waits for the answer of somebody who is known only by a contact. */
  readonly stranger: NewChallenge
  /** A request that nobody has sent yet. */
  readonly request: NonNullable<Decision['request']>
}

export async function newWorld(store: Store): Promise<World> {
  const [user, otherUser] = [aUser(customerId), aUser(customerId)]
  const [credential, otherCredential] = [aCredential({ lastStep: 5 }), aCredential({ lastStep: 5 })]
  const pending = aCredential({ state: 'pending' })
  const subject = { key: user.id, isUser: true }
  const challenge = aChallenge(customerId, { subject, userId: user.id })
  const stranger = aChallenge(customerId)
  await store.write(async (tx) => {
    for (const one of [user, otherUser]) await tx.users.add(one, one.username)
    await tx.credentials.offer(customerId, user.id, credential, nowMs)
    await tx.credentials.offer(customerId, user.id, aCredential({ method: 'message-code' }), nowMs)
    await tx.credentials.offer(customerId, user.id, pending, nowMs)
    await tx.credentials.offer(customerId, otherUser.id, otherCredential, nowMs)
    for (const one of [challenge, stranger]) await tx.challenges.replace(one, nowMs)
  })
  return { user, subject, credential, pending, otherUser, otherCredential, challenge, stranger, request: aMark() }
}

export async function ask(store: Store, more: Partial<NewChallenge> = {}): Promise<NewChallenge> {
  const challenge = aChallenge(customerId, more)
  await store.write((tx) => tx.challenges.replace(challenge, nowMs))
  return challenge
}

/** The decision on a code of the user's authenticator, as the engine makes it; right, and of a step not seen yet. */
export function tokenDecision({ user, subject, credential }: World, more: Partial<Decision> = {}): Decision {
  return {
    customerId,
    nowMs,
    verdict: 'right',
    method: 'time-code',
    subject,
    challengeId: null,
    credential: { id: credential.id, userId: user.id, step: 6 },
    isConfirming: false,
    request: null,
    audit: aNote({ subject: subject.key, method: 'time-code', requestId: randomUUID() }),
    ...more,
  }
}

/** How often each outcome came. */
export function counted(outcomes: readonly Decided[]): Partial<Record<Decided, number>> {
  const counts: Partial<Record<Decided, number>> = {}
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}
