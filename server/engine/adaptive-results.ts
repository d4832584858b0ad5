import type { RiskAction } from '../risk/facts.ts'
import type { Customer, MethodId } from '../vocabulary.ts'
import type { Engine } from './ports.ts'

/** How long a result waits to be redeemed. */
export const resultTtlMs = 60_000

/**
 * The question that was asked because of an evaluation (`engine/challenge.ts` made it): only its answer completes the
 * evaluation from now on. False when the evaluation is over, denied, or of somebody else than the challenged user.
 */
export async function ask(_engine: Engine, _customer: Customer, _id: string, _challengeId: string): Promise<boolean> {
  throw new Error('not yet')
}

/** The challenge that an evaluation waits for; undefined: none, or the evaluation is over. */
export async function asked(_engine: Engine, _customer: Customer, _id: string): Promise<string | undefined> {
  throw new Error('not yet')
}

export interface CompleteRequest {
  readonly customer: Customer
  readonly id: string
  /**
   * `challenge`: the evaluation's own challenge, which must be approved in the store. `method`: the caller has just had
   * an unasked answer (an authenticator app) accepted by `engine/answer.ts`. `caller`: a signed call says that the site
   * itself has seen a second factor.
   */
  readonly proof: 'challenge' | { readonly method: MethodId } | 'caller'
  /** The user wants this device remembered. */
  readonly trustsDevice: boolean
}

export type CompleteOutcome =
  | { readonly ok: true; readonly resultToken: string; readonly deviceToken: string | null }
  /** `method-too-weak`: the policy does not count it at this risk. `too-many-devices`: completed, and not remembered, is no refusal. */
  | { readonly ok: false; readonly reason: 'unknown' | 'denied' | 'not-approved' | 'method-too-weak' }

/** The user proved himself: the sign-in is finished and learned, its device remembered, and a result given out. Works once. */
export async function complete(_engine: Engine, _request: CompleteRequest): Promise<CompleteOutcome> {
  throw new Error('not yet')
}

export interface Redeemed {
  readonly evaluationId: string
  readonly username: string
  /** Of the session; null when there was none. */
  readonly action: string | null
  readonly origin: string | null
  readonly decision: RiskAction
  readonly score: number
  /** What proved the user beside his habits; null when nothing had to. */
  readonly method: string | null
  readonly challengeId: string | null
  readonly atMs: number
}

/** Counts once, on however many nodes; undefined: forged, expired, of another customer, or redeemed before. Learns an allowed sign-in. */
export async function redeem(
  _engine: Engine,
  _customer: Customer,
  _resultToken: string,
): Promise<Redeemed | undefined> {
  throw new Error('not yet')
}

/**
 * What the site or the user says of a sign-in afterwards, within 180 days. `failed`: a wrong password or factor.
 * `not-me`: the user did not do it; forgets the device that did it, unlearns nothing that never was learned, and raises
 * the risk of the user's sign-ins for 30 days. `mine`: takes `not-me` back. False: no such evaluation.
 */
export async function tell(
  _engine: Engine,
  _customer: Customer,
  _id: string,
  _what: 'failed' | 'not-me' | 'mine',
): Promise<boolean> {
  throw new Error('not yet')
}
