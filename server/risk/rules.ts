import type { Evidence } from './evidence.ts'
import type { Finding, RuleId } from './facts.ts'
import { productOf } from './freeman.ts'
import type { Policy } from './policy-file.ts'

/** The score of somebody of whom nothing speaks for or against him; every finding adds its points to it. */
export const startingScore = 60
/** Points of one nat of evidence (see `score.ts`). */
const pointsPerNat = 2.5

/** What a rule says when it notices something. `points` null: the rule's own worth. A policy may change either. */
export interface Noticed {
  readonly points: number | null
  readonly because: string
}

type Rule = (evidence: Evidence) => Noticed | undefined

/** Rules in the order they are told when they weigh the same. Those of a policy's own lists are in `policy.ts`. */
const rules = {
  'no-history': ({ signIns }) =>
    signIns > 0
      ? undefined
      : {
          points: 0,
          because: `There is no earlier sign-in to compare this one with, so that it stands at ${startingScore} of 100.`,
        },
  history: ({ signIns, nats }) =>
    signIns === 0
      ? undefined
      : {
          points: nats.length * pointsPerNat,
          because: `The user is known from ${counted(signIns, 'earlier sign-in')}.`,
        },
  'known-device': ({ token, deviceLabel, nats }) =>
    token === 'known'
      ? {
          points: (nats.token + nats.device) * pointsPerNat,
          because: `The user has this device remembered${on(deviceLabel)}.`,
        }
      : undefined,
  'new-device': newDevice,
  'no-token': ({ token, signIns, nats }) =>
    token !== 'none' || signIns === 0
      ? undefined
      : { points: nats.token * pointsPerNat, because: 'The browser brought no token of a remembered device.' },
  'stolen-token': ({ token }) =>
    token === 'stolen'
      ? { points: null, because: 'The browser brought a token that was replaced before: somebody may have copied it.' }
      : undefined,
  'new-country': ({ signIns, network, isSeen, nats }) =>
    signIns === 0 || network.country === null || isSeen.country
      ? undefined
      : { points: nats.country * pointsPerNat, because: `First sign-in from ${countryName(network.country)}.` },
  network,
  hour: ({ signIns, hour, nats }) => {
    if (signIns === 0) return undefined
    const span = `between ${twoDigits(hour * 3)}:00 and ${twoDigits((hour * 3 + 3) % 24)}:00 UTC`
    const because = nats.hour > 0 ? `The user seldom signs in ${span}.` : `The user often signs in ${span}.`
    return { points: nats.hour * pointsPerNat, because }
  },
  'bad-network': ({ network: { lists } }) =>
    lists.length === 0 ? undefined : { points: null, because: `The address is on the list ${lists.join(' and ')}.` },
  'impossible-travel': ({ travel }) =>
    travel
      ? {
          points: null,
          because: `The last sign-in was ${Math.round(travel.km)} km away and ${shownHours(travel.hours)} ago: nobody travels as fast.`,
        }
      : undefined,
  failures: ({ failures, addressFailures }) => {
    const most = Math.max(failures, addressFailures / 3)
    if (most < 2) return undefined
    const because =
      failures >= addressFailures / 3
        ? `There were ${Math.round(failures)} failed attempts for this user of late.`
        : `There were ${Math.round(addressFailures)} failed attempts from this address of late.`
    return { points: Math.min(30, Math.round(most) * 5), because }
  },
  prompts: ({ prompts }) =>
    prompts < promptsMax
      ? undefined
      : { points: null, because: `The user was asked ${Math.round(prompts)} times of late and did not answer.` },
  'not-me': ({ isReported }) =>
    isReported ? { points: null, because: 'The user said of an earlier sign-in that it was not his.' } : undefined,
  engine: ({ isBroken }) =>
    isBroken ? { points: 0, because: 'The risk could not be weighed, so the user is asked.' } : undefined,
} as const satisfies Partial<Record<RuleId, Rule>>

/** Unanswered questions in a row, of late, that are not chance any more. */
const promptsMax = 3

/** What the rules without points of their own are worth, where the policy says nothing else. */
export const worth: Readonly<Partial<Record<RuleId, number>>> = {
  'stolen-token': 40,
  'bad-network': 20,
  'impossible-travel': 30,
  prompts: 20,
  'not-me': 40,
}

/** Of habits only what weighs is told. */
const habits: ReadonlySet<RuleId> = new Set(['history', 'hour', 'network'])

/** What our own score is told by; another model's points stand in for theirs. */
const ofOurScore: ReadonlySet<RuleId> = new Set([
  ...(['history', 'known-device', 'new-device', 'no-token', 'new-country', 'network', 'hour'] as const),
])

/** Everything that the rules notice, with its points, heaviest first. `own`: what a policy says of single rules. */
export function findingsOf(evidence: Evidence, own: Policy['rules'], model: Policy['model']): Finding[] {
  const found = Object.entries(rules).flatMap(([name, rule]): Finding[] => {
    const noticed = rule(evidence)
    if (!noticed) return []
    const id = name as RuleId // the table's keys
    const isLeftOut = model !== 'own' && ofOurScore.has(id)
    const weight = own[id]?.points ?? (isLeftOut ? 0 : (noticed.points ?? worth[id] ?? 0))
    const finding = { rule: id, points: Math.round(weight) + 0, because: noticed.because }
    return finding.points === 0 && habits.has(id) && !own[id] ? [] : [finding]
  })
  if (model === 'freeman') found.push(...freemanFinding(evidence))
  return found.sort((one, other) => Math.abs(other.points) - Math.abs(one.points))
}

/** The odds as a share of 100, told as what they add to where every score begins. */
function freemanFinding({ freeman, signIns }: Evidence): Finding[] {
  // Without history another rule says so.
  if (!freeman && signIns === 0) return []
  if (!freeman)
    return [{ rule: 'freeman', points: 0, because: 'There is no score of Freeman et al. for this sign-in.' }]
  const odds = productOf(freeman)
  const times = (factor: number | null) => (factor === null ? 'not told' : `× ${shownOdds(factor)}`)
  const { address, userAgent, share } = freeman
  return [
    {
      rule: 'freeman',
      points: Math.round(odds === Number.POSITIVE_INFINITY ? 100 : (100 * odds) / (1 + odds)) - startingScore,
      because:
        `By the model of Freeman et al. an attacker is ${shownOdds(odds)} times as likely as the user: ` +
        `address ${times(address)}, browser ${times(userAgent)}, how often the user signs in ${times(share)}. It looks at nothing else.`,
    },
  ]
}

function shownOdds(odds: number): string {
  return odds >= 1_000 ? 'over 1,000' : odds < 0.001 ? 'under 0.001' : String(Number(odds.toPrecision(2)))
}

function newDevice({ token, signIns, likeness, deviceLabel, nats }: Evidence): Noticed | undefined {
  if (token === 'known' || signIns === 0) return undefined
  const points = nats.device * pointsPerNat
  if (likeness === 'same') return { points, because: `The device looks like one of the user's${on(deviceLabel)}.` }
  if (likeness === 'drifted')
    return { points, because: `The device looks much like one of the user's${on(deviceLabel)}.` }
  return { points, because: `First sign-in with this device${on(deviceLabel)}.` }
}

function network({ signIns, network: { organisation, asn, kind }, isSeen, nats }: Evidence): Noticed | undefined {
  if (signIns === 0) return undefined
  const name = organisation ?? asn
  const shown = name === null ? '' : ` (${name}${kind === 'hosting' ? ', a hosting company' : ''})`
  // What a seen country says is told with the network.
  const points = (nats.place + (isSeen.country ? nats.country : 0)) * pointsPerNat
  if (isSeen.address) return { points, because: `The user signed in from this very address before${shown}.` }
  if (isSeen.prefix) return { points, because: `The user signed in from this network before${shown}.` }
  if (isSeen.asn) return { points, because: `The user signed in by this provider before${shown}, from elsewhere.` }
  return { points, because: `First sign-in from this network${shown}.` }
}

const regions = new Intl.DisplayNames('en', { type: 'region' })

export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code
}

function on(label: string): string {
  return label === '' ? '' : ` (${label})`
}

function counted(count: number, noun: string): string {
  const whole = Math.max(1, Math.round(count))
  return `${whole} ${noun}${whole === 1 ? '' : 's'}`
}

function shownHours(hours: number): string {
  return hours < 1 ? `${Math.max(1, Math.round(hours * 60))} minutes` : `${Math.round(hours)} hours`
}

const twoDigits = (hour: number): string => String(hour).padStart(2, '0')
