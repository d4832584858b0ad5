import type { MethodId } from '../vocabulary/method.ts'
import { readRange } from './addresses.ts'
import type { RuleId } from './facts.ts'
import { type Shape, shapes } from './shape.ts'

/** `allow`: told in the findings, nothing more. `notify`: the user and the site are told. */
export type PolicyAction = 'allow' | 'notify' | 'challenge' | 'deny'

/** How a customer, an app or a group wants risk decided. Everything has a default, so `{}` is a policy. */
export interface Policy {
  /** `report`: decides nothing and asks everybody, and says what it would have decided. */
  readonly mode: 'enforce' | 'report'
  /** What the score is told by: all that is known, or address and browser alone as Freeman et al. 2016 weigh them. Rules add to both. */
  readonly model: 'own' | 'freeman'
  /** Scores from which a second factor is asked, and from which nothing helps; 101: never. */
  readonly challengeAt: number
  readonly denyAt: number
  /** ISO 3166 two letters. `allowed` empty: all that are not blocked. */
  readonly countries: Lists
  /** Addresses and CIDR ranges. */
  readonly networks: Lists
  readonly hours: {
    /** IANA name, such as `Europe/Oslo`. */
    readonly zone: string
    /** 1 (Monday) – 7. */
    readonly days: readonly number[]
    /** `HH:MM`; `until` is not in it any more. */
    readonly from: string
    readonly until: string
    readonly otherwise: PolicyAction
  } | null
  readonly devices: {
    readonly max: number
    /** What a sign-in with a new device gets when the user has as many as that. */
    readonly otherwise: PolicyAction
    /** How long a remembered device passes without a second factor. */
    readonly rememberDays: number
    /** `fingerprint`: a device that looks the same passes without its token. Whoever copies its looks passes too. */
    readonly proof: 'token' | 'fingerprint'
  }
  /** What single rules are worth where they speak against the user, instead of their own points, and what they ask for at least. */
  readonly rules: Readonly<Partial<Record<RuleId, { readonly points?: number; readonly action?: PolicyAction }>>>
  /** What a second factor must be worth from a score on (see `obligations.ts`); the last that applies counts. */
  readonly methods: readonly { readonly from: number; readonly least: number }[]
  /** Methods that never count. */
  readonly refused: readonly MethodId[]
}

interface Lists {
  readonly allowed: readonly string[]
  readonly blocked: readonly string[]
  readonly otherwise: PolicyAction
}

export const defaultPolicy: Policy = {
  mode: 'enforce',
  model: 'own',
  challengeAt: 50,
  denyAt: 101,
  countries: { allowed: [], blocked: [], otherwise: 'deny' },
  networks: { allowed: [], blocked: [], otherwise: 'deny' },
  hours: null,
  devices: { max: 10, otherwise: 'challenge', rememberDays: 30, proof: 'token' },
  rules: {
    'bad-network': { action: 'challenge' },
    'impossible-travel': { action: 'challenge' },
    prompts: { action: 'challenge' },
    'not-me': { action: 'challenge' },
    'stolen-token': { action: 'notify' },
  },
  methods: [
    { from: 0, least: 1 },
    { from: 75, least: 2 },
  ],
  refused: [],
}

const actions = shapes.oneOf('allow', 'notify', 'challenge', 'deny')
const country = shapes.text(/^[A-Z]{2}$/, 'two capital letters of ISO 3166')
const range = shapes.that(
  (value) => typeof value === 'string' && readRange(value) !== undefined,
  'an address or a CIDR range',
)
const zone = shapes.that((value) => typeof value === 'string' && isZone(value), 'a time zone such as Europe/Oslo')
const time = shapes.text(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'a time such as 08:30')
/** Rules of which a policy may say what they are worth. */
export const ruleNames = [
  ...(['new-country', 'network', 'bad-network', 'impossible-travel', 'hour'] as const),
  ...(['new-device', 'no-token', 'stolen-token', 'failures', 'prompts', 'not-me'] as const),
] as const satisfies readonly RuleId[]

const rule = shapes.object({ points: shapes.whole(0, 100), action: actions })
const policyShape: Shape = shapes.object({
  mode: shapes.oneOf('enforce', 'report'),
  model: shapes.oneOf('own', 'freeman'),
  challengeAt: shapes.whole(0, 100),
  denyAt: shapes.whole(1, 101),
  countries: shapes.object({
    allowed: shapes.list(country, 250),
    blocked: shapes.list(country, 250),
    otherwise: actions,
  }),
  networks: shapes.object({ allowed: shapes.list(range, 500), blocked: shapes.list(range, 500), otherwise: actions }),
  hours: shapes.orNull(
    shapes.all({ zone, days: shapes.list(shapes.whole(1, 7), 7), from: time, until: time, otherwise: actions }),
  ),
  devices: shapes.object({
    max: shapes.whole(1, 10),
    otherwise: actions,
    rememberDays: shapes.whole(0, 365),
    proof: shapes.oneOf('token', 'fingerprint'),
  }),
  rules: shapes.object(Object.fromEntries(ruleNames.map((name) => [name, rule]))),
  methods: shapes.list(shapes.all({ from: shapes.whole(0, 100), least: shapes.whole(1, 5) }), 10),
  refused: shapes.list(shapes.text(/^[a-z-]{1,40}$/, 'the name of a method'), 20),
})

/** A policy from what somebody wrote, its gaps filled with the defaults; or every problem, as sentences that begin with the place. */
export function readPolicy(value: unknown): { readonly policy: Policy } | { readonly problems: readonly string[] } {
  const problems = policyShape(value, 'policy')
  if (problems.length > 0) return { problems }
  const given = value as Partial<Policy> // the shape was checked
  return {
    policy: {
      ...defaultPolicy,
      ...given,
      countries: { ...defaultPolicy.countries, ...given.countries },
      networks: { ...defaultPolicy.networks, ...given.networks },
      devices: { ...defaultPolicy.devices, ...given.devices },
      rules: mergedRules(given.rules ?? {}),
      methods: [...(given.methods ?? defaultPolicy.methods)].sort((one, other) => one.from - other.from),
    },
  }
}

/** A rule that only says what it is worth keeps what it asks for. */
function mergedRules(given: Policy['rules']): Policy['rules'] {
  const { rules } = defaultPolicy
  const merged = Object.entries(given).map(([name, own]) => [name, { ...rules[name as RuleId], ...own }]) // its own names
  return { ...rules, ...Object.fromEntries(merged) }
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
