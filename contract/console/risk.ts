import type { ConsoleRoute } from './route.ts'
import type { MethodWord, Via } from './words.ts'

export type RiskDecision = 'allow' | 'challenge' | 'deny'

/** `allow`: only told; `notify`: the user and the site are told. */
export type RiskStep = RiskDecision | 'notify'

interface RiskLists {
  /** Empty: all that are not blocked. */
  readonly allowed: readonly string[]
  readonly blocked: readonly string[]
  readonly otherwise: RiskStep
}

/** How risk is decided; docs/adaptive.md explains each part. */
export interface RiskPolicy {
  /** `report`: everybody is asked, and it is told what would have been decided. */
  readonly mode: 'enforce' | 'report'
  /** What the score is told by: all that is known, or address and browser alone (Freeman et al. 2016). */
  readonly model: 'own' | 'freeman'
  /** Scores (0–100) from which a second factor is asked, and from which nothing helps; 101: never. */
  readonly challengeAt: number
  readonly denyAt: number
  /** ISO 3166, two letters. */
  readonly countries: RiskLists
  /** Addresses and CIDR ranges. */
  readonly networks: RiskLists
  /** `days`: 1 (Monday) – 7; times as `HH:MM`. */
  readonly hours: {
    readonly zone: string
    readonly days: readonly number[]
    readonly from: string
    readonly until: string
    readonly otherwise: RiskStep
  } | null
  readonly devices: {
    readonly max: number
    readonly otherwise: RiskStep
    readonly rememberDays: number
    readonly proof: 'token' | 'fingerprint'
  }
  /** Points 0–100, instead of a rule's own, where it speaks against the user; and what it asks for at least. */
  readonly rules: Readonly<Record<string, { readonly points?: number; readonly action?: RiskStep }>>
  /** From a score on, what a second factor must be worth: 1 (known to the user) – 5 (cannot be phished). */
  readonly methods: readonly { readonly from: number; readonly least: number }[]
  /** Methods that never count. */
  readonly refused: readonly MethodWord[]
}

/** Whose policy: `''` the customer's, `group:<id>`, `app:<id>`. */
export interface RiskScope {
  readonly scope: string
  readonly kind: 'customer' | 'group' | 'app'
  readonly name: string
  /** False: it has none of its own, and the next wider one counts. */
  readonly isSet: boolean
  /** With its defaults; where there is none, the defaults. */
  readonly policy: RiskPolicy
}

/** A rule of which a policy may say what it is worth. */
export interface RiskRule {
  readonly rule: string
  /** Where the policy says nothing; null: as the score weighs what it notices. */
  readonly points: number | null
}

/** What came of a draft, on sign-ins as they were. */
export interface RiskReplay {
  readonly total: number
  /** False: there were more than were tried. */
  readonly isWhole: boolean
  /** How many have a score (rounded down) and are decided at least so by all but the thresholds. */
  readonly cells: readonly { readonly score: number; readonly least: RiskDecision; readonly count: number }[]
  /** Decided otherwise than they were; the newest 20. */
  readonly changed: readonly {
    readonly username: string
    readonly atMs: number
    readonly was: RiskDecision
    readonly would: RiskDecision
    readonly score: number
  }[]
  readonly changedTotal: number
}

export interface RiskSimulation {
  readonly decision: RiskDecision
  readonly score: number
  readonly findings: readonly { readonly points: number; readonly because: string }[]
  /** What would be asked for, strongest first; empty unless a second factor is. */
  readonly methods: readonly { readonly method: MethodWord; readonly via: Via | null }[]
  readonly devices: readonly { readonly id: string; readonly name: string }[]
}

export interface RiskCalls {
  /** The customer's, then groups and apps by name. */
  'risk.look': { answer: { scopes: readonly RiskScope[]; rules: readonly RiskRule[] } }
  /** `policy` null: takes it away. */
  'risk.set': { body: { scope: string; policy: RiskPolicy | null }; answer: RiskScope }
  /** Tries a draft on the last sign-ins; changes nothing. `days` 1–90, 7 when absent. */
  'risk.replay': { body: { scope: string; policy: RiskPolicy; days?: number }; answer: RiskReplay }
  /** "This user, from this address, on this device"; keeps nothing. `policy` absent: the one that counts for him. */
  'risk.simulate': {
    body: { username: string; address?: string; userAgent?: string; deviceId?: string; policy?: RiskPolicy }
    answer: RiskSimulation
  }
}

export const riskRoutes = {
  'risk.look': { method: 'GET', path: '/api/console/risk', needs: 'inspect' },
  'risk.set': { method: 'PUT', path: '/api/console/risk', needs: 'manage' },
  'risk.replay': { method: 'POST', path: '/api/console/risk/replay', needs: 'inspect' },
  'risk.simulate': { method: 'POST', path: '/api/console/risk/simulate', needs: 'inspect' },
} as const satisfies Record<keyof RiskCalls, ConsoleRoute>
