import { isWithin } from './addresses.ts'
import type { Evidence } from './evidence.ts'
import type { Assessment, Finding, RiskAction, RuleId } from './facts.ts'
import type { Policy, PolicyAction } from './policy-file.ts'
import { countryName, findingsOf, startingScore } from './rules.ts'

/** Findings after which `allow` is never the answer, whatever a policy says. */
const neverAllowed: ReadonlySet<RuleId> = new Set(['no-history', 'stolen-token', 'engine'])

/** What a policy makes of the evidence. It can only raise what the score says. */
export function assess(evidence: Evidence, policy: Policy): Assessment {
  const rules = meantRules(evidence, policy)
  const own = ownFindings(evidence, policy)
  const findings = [...findingsOf(evidence, rules, policy.model), ...own.map(({ finding }) => finding)]
  const sum = findings.reduce((total, finding) => total + finding.points, startingScore)
  const score = Math.max(0, Math.min(100, sum))
  const asked = [
    ...findings.flatMap(({ rule }) => rules[rule]?.action ?? []),
    ...own.map(({ action }) => action),
    ...(score >= policy.denyAt ? (['deny'] as const) : score >= policy.challengeAt ? (['challenge'] as const) : []),
    ...(needsProof(evidence, policy, findings) ? (['challenge'] as const) : []),
  ]
  const unenforced = heaviest(asked)
  // A policy that only reports leaves everything as it would be without it: everybody is asked.
  const decision = policy.mode === 'report' ? 'challenge' : unenforced
  const notifies = policy.mode === 'enforce' && (asked.includes('notify') || asked.includes('deny'))
  return { decision, score, findings, unenforced, notifies }
}

/** What the policy says of single rules, without those that speak for the user this time: it means the others. */
function meantRules({ isSeen, nats, likeness }: Evidence, { rules, devices }: Policy): Policy['rules'] {
  const isUsual: Readonly<Partial<Record<RuleId, boolean>>> = {
    network: isSeen.address || isSeen.prefix,
    hour: nats.hour <= 0,
    // Where tokens count, looks make no device known.
    'new-device': devices.proof === 'fingerprint' && (likeness === 'same' || likeness === 'drifted'),
  }
  return Object.fromEntries(Object.entries(rules).filter(([rule]) => !isUsual[rule as RuleId])) // its own names
}

/** Without the token of a remembered device there is no passing, unless the policy takes a likeness for one. */
function needsProof({ token, isTrusted, likeness }: Evidence, policy: Policy, findings: readonly Finding[]): boolean {
  if (findings.some(({ rule }) => neverAllowed.has(rule))) return true
  if (token === 'known') return !isTrusted
  return policy.devices.proof === 'token' || likeness !== 'same' || !isTrusted
}

function heaviest(asked: readonly PolicyAction[]): RiskAction {
  return asked.includes('deny') ? 'deny' : asked.includes('challenge') ? 'challenge' : 'allow'
}

interface Own {
  readonly finding: Finding
  readonly action: PolicyAction
}

/** What breaks the policy's own lists. */
function ownFindings(evidence: Evidence, { countries, networks, hours, devices }: Policy): Own[] {
  const { address, network, atMs, token, devices: count } = evidence
  const found: Own[] = []
  const add = (rule: RuleId, action: PolicyAction, because: string) =>
    found.push({ finding: { rule, points: 0, because }, action })
  const { country } = network
  if (country === null ? countries.allowed.length > 0 : !isListed(country, countries))
    add('allowed-countries', countries.otherwise, countrySentence(country))
  if (address === null ? networks.allowed.length > 0 : !isIn(address, networks))
    add('allowed-networks', networks.otherwise, 'The policy does not allow this network.')
  if (hours && !isOpen(atMs, hours))
    add(
      'allowed-hours',
      hours.otherwise,
      `The policy allows sign-ins from ${hours.from} to ${hours.until} (${hours.zone}).`,
    )
  if (token !== 'known' && count >= devices.max)
    add(
      'device-limit',
      devices.otherwise,
      `The user has ${count} remembered devices, which is as many as the policy allows.`,
    )
  return found
}

function countrySentence(country: string | null): string {
  return country === null
    ? 'The country of this address is not known, and the policy allows only some.'
    : `The policy does not allow sign-ins from ${countryName(country)}.`
}

function isListed(country: string, { allowed, blocked }: Policy['countries']): boolean {
  return !blocked.includes(country) && (allowed.length === 0 || allowed.includes(country))
}

function isIn(address: string, { allowed, blocked }: Policy['networks']): boolean {
  return !isWithin(address, blocked) && (allowed.length === 0 || isWithin(address, allowed))
}

type Hours = NonNullable<Policy['hours']>

/** Whether a moment is within the hours, in their zone; a span may go over midnight and belongs to the day it began. */
function isOpen(atMs: number, { zone, days, from, until }: Hours): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  }).formatToParts(atMs)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  const time = `${part('hour')}:${part('minute')}`
  const today = weekdays.indexOf(part('weekday')) + 1
  const yesterday = ((today + 5) % 7) + 1
  if (from <= until) return days.includes(today) && time >= from && time < until
  return (days.includes(today) && time >= from) || (days.includes(yesterday) && time < until)
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
