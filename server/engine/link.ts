import { methods } from '../methods/index.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { type AnswerOutcome, answer } from './answer.ts'
import type { Engine } from './ports.ts'
import { toolsFor } from './tools.ts'

/** What the bearer of a link sees. Reading it decides nothing. */
export interface LinkView {
  readonly customer: Customer
  readonly challenge: Challenge
  readonly may: 'accept' | 'deny'
  /** A number for the page to show; null when the user must take it from where he signs in. */
  readonly numberToShow: string | null
}

/** The question behind a link; undefined for a link that was altered, is of another challenge, or is over. */
export async function readLink(engine: Engine, challengeId: string, secret: string): Promise<LinkView | undefined> {
  if (!/^[0-9a-f-]{36}$/.test(challengeId)) return undefined
  const challenge = await engine.store.read.challenges.find(challengeId)
  if (challenge?.state !== 'pending' || challenge.expiresAtMs <= engine.clock()) return undefined
  const customer = await engine.customer(challenge.customerId)
  const { pending, method } = challenge
  const seen = customer && methods[method].look?.({ challengeId, pending, secret }, toolsFor(customer, engine.clock()))
  return seen && customer && { customer, challenge, ...seen }
}

/** What the bearer of a link decided on its page. */
export interface LinkDecision {
  readonly isAccepted: boolean
  /** The match number as it was typed. */
  readonly number: string | null
}

/** Decides what a link asks; an altered link is turned away before it can spend a try. */
export async function decideLink(
  engine: Engine,
  view: LinkView,
  secret: string,
  { isAccepted, number }: LinkDecision,
  requestId: string,
): Promise<AnswerOutcome> {
  return answer(engine, {
    customer: view.customer,
    to: { challengeId: view.challenge.id, username: null },
    readOwnMethod: () => undefined,
    answer: { kind: 'decision', secret, isAccepted, number },
    request: null,
    requestId,
  })
}
