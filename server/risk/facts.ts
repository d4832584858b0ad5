/** The nouns of risk. Imports nothing but the vocabulary's; facts go in, findings come out. */
import type { Via } from '../vocabulary/message.ts'
import type { MethodId } from '../vocabulary/method.ts'

/** What was seen of one sign-in. Everything but the address comes from the browser and may be a lie; null or absent: not told. */
export interface SignInFacts {
  /** IPv4 or IPv6, a complete literal; of the person, not of the site that calls. */
  readonly address: string | null
  readonly userAgent: string | null
  /** Of `navigator.userAgentData` or the `Sec-CH-UA-*` headers: `platform`, `platformVersion`, `model`, `brands` (`Chrome 142`), `mobile`. */
  readonly hints: Readonly<Record<string, string>>
  /** Components of the fingerprint by the collector's names, each value as text (lists: one entry a line); `values.ts` says which are weighed alone. */
  readonly components: Readonly<Record<string, string>>
  /** Milliseconds there and back between browser and server. */
  readonly roundTripMs: number | null
}

/** What every fact may weigh at most, in letters; longer ones are refused at the door. */
export const factLimits = { userAgentMax: 512, hintMax: 128, componentMax: 4_096, roundTripMsMax: 60_000 } as const

/** What is known of an address from the operator's own files; null: not known. */
export interface Network {
  /** Autonomous system, such as `AS64500`. */
  readonly asn: string | null
  readonly organisation: string | null
  /** ISO 3166 two letters. */
  readonly country: string | null
  readonly city: string | null
  readonly latitude: number | null
  readonly longitude: number | null
  /** Where such addresses stand, as far as their owner's name tells. */
  readonly kind: 'hosting' | 'mobile' | 'other' | null
  /** Names of the operator's lists that hold the address, such as `tor`. */
  readonly lists: readonly string[]
}

/** What a rule noticed. */
export interface Finding {
  readonly rule: RuleId
  /** What it adds to the score of 0–100; negative: speaks for the user; 0: only told. */
  readonly points: number
  /** A sentence that a help desk can read aloud, such as `First sign-in from Portugal.` Holds no secret and no raw identifier. */
  readonly because: string
}

/** Every rule there is; `rules.ts` and `policy.ts` say what each notices. */
export type RuleId =
  | 'no-history'
  | 'history'
  | 'freeman'
  | 'known-device'
  | 'new-device'
  | 'no-token'
  | 'stolen-token'
  | 'new-country'
  | 'network'
  | 'hour'
  | 'bad-network'
  | 'impossible-travel'
  | 'failures'
  | 'prompts'
  | 'not-me'
  | 'allowed-countries'
  | 'allowed-networks'
  | 'allowed-hours'
  | 'device-limit'
  | 'engine'

/** `allow`: no second factor is needed. `challenge`: one is. `deny`: not even one helps. */
export type RiskAction = 'allow' | 'challenge' | 'deny'

/** A way to ask this user, with what it is worth; see `strengths`. */
export interface Obligation {
  readonly method: MethodId
  /** How its message travels; null when it needs none. */
  readonly via: Via | null
}

/** What came of the weighing. */
export interface Assessment {
  readonly decision: RiskAction
  /** 0 (as always) – 100. */
  readonly score: number
  /** Heaviest first. */
  readonly findings: readonly Finding[]
  /** What the policy would have decided, when it only reports; else the same as `decision`. */
  readonly unenforced: RiskAction
  /** Whether user or operator are to be told. */
  readonly notifies: boolean
}
