import type { Assessment, Obligation, SignInFacts } from '../risk/facts.ts'
import type { Customer } from '../vocabulary.ts'
import type { Engine } from './ports.ts'

/**
 * Weigh one sign-in. In a browser flow `session` is the token that the site's backend was given, with the origin of the
 * page that sent it; a signed call of a backend names the user itself.
 */
export interface EvaluateRequest {
  readonly customer: Customer
  readonly who:
    | { readonly username: string }
    | { readonly session: string; readonly username: string | null; readonly origin: string | null }
  /** The app and groups whose policy goes before the customer's; null and empty: none. */
  readonly app: string | null
  readonly groups: readonly string[]
  readonly facts: SignInFacts
  /** What the browser presented (cookie or header), as it was given out; null: none. */
  readonly deviceToken: string | null
  /**
   * SHA-256, in base64url, of the key that the browser has proved to hold in this session; null: none. `complete` keeps it
   * with the device that it remembers; from then on the token counts only together with that key, also after it rotated.
   */
  readonly deviceKey: string | null
  /** Nothing of this sign-in may ever be trusted or learned: a page without a session, where the customer allows it. */
  readonly isUntrusted: boolean
  readonly requestId: string
}

export interface Evaluation extends Assessment {
  /** UUID; names the evaluation in `recall`, `ask`, `complete` and `tell`. Lives 15 minutes. To the browser that made it, and to no other. */
  readonly id: string
  /** How the user may be asked, strongest first; empty unless the decision is `challenge`, and then too when he has nothing that counts. */
  readonly obligations: readonly Obligation[]
  /** What the browser must present the next time instead of what it presented now; null: keep what you have, if any. */
  readonly deviceToken: string | null
  readonly isKnownDevice: boolean
  /** For the site's backend to redeem, once, within 60 seconds; null unless the decision is `allow` and somebody may rely on it. */
  readonly resultToken: string | null
}

/** `bad-session`: unknown, expired, finished, evaluated too often, of another origin or of another user. */
export type EvaluateOutcome =
  | ({ readonly ok: true } & Evaluation)
  | { readonly ok: false; readonly reason: 'bad-session' | 'disabled-user' }

/**
 * Reads what is known, weighs, and keeps the evaluation. An unknown user looks like one without history. Whatever
 * breaks inside gives `challenge` with the finding `engine`, never `allow`.
 */
export async function evaluate(_engine: Engine, _request: EvaluateRequest): Promise<EvaluateOutcome> {
  throw new Error('not yet')
}

/** `origin`: of the page that evaluated, so that no other may go on; null for a signed call. */
export type Recalled = Evaluation & {
  readonly username: string
  readonly origin: string | null
  readonly isUntrusted: boolean
}

/** The evaluation of an id as it was decided, while it lives; undefined: unknown, of another customer, or over. */
export async function recall(
  _engine: Engine,
  _customer: Customer,
  _id: string,
): Promise<Recalled | undefined> {
  throw new Error('not yet')
}
