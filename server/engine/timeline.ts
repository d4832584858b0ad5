import type { AuditEntry } from '../vocabulary/audit.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { MethodId } from '../vocabulary/method.ts'

export type Tone = 'good' | 'bad' | 'warn' | 'plain'

/** A line of the audit in words. */
export interface Told {
  readonly group: 'asked' | 'approved' | 'refused' | 'delivery' | 'change' | 'lock' | 'notice' | 'admin'
  readonly tone: Tone
  readonly text: string
  readonly why: string | null
}

/** One thing that a line of the audit tells, under its name there. */
export interface Fact {
  readonly name: string
  readonly value: string
}

/** What each method is called in the middle of a sentence. */
export const methodWords: Readonly<Record<string, string>> = {
  'message-code': 'a code by message',
  'message-link': 'a link to accept or deny',
  'time-code': 'a code of an authenticator app',
  'hardware-token': 'a code of a hardware token',
  questions: 'security questions',
  'recovery-code': 'a recovery code',
  passkey: 'a passkey',
  push: 'a question to the phone',
  'qr-scan': 'a code scanned by the phone',
  voice: 'the voice',
  password: 'a password',
} satisfies Record<MethodId | 'password', string>

/** How much a method proves: strong ones cannot be typed away to a stranger. */
export const strengths: Readonly<Record<string, 'strong' | 'fair' | 'weak'>> = {
  passkey: 'strong',
  push: 'fair',
  'qr-scan': 'fair',
  'hardware-token': 'fair',
  'time-code': 'fair',
  'message-link': 'fair',
  'message-code': 'weak',
  'recovery-code': 'fair',
  questions: 'weak',
  voice: 'weak',
} satisfies Record<MethodId, 'strong' | 'fair' | 'weak'>

/** What the weighing of a sign-in came to, for the question that it led to. */
export interface Weighed {
  readonly score: number
  /** What was noticed, a sentence each. */
  readonly because: readonly string[]
}

/** Says a line of the audit: what happened and, where something was asked or refused, why. */
export function tell(entry: AuditEntry, challenge: Challenge | undefined, weighed?: Weighed): Told {
  const detail = detailOf(entry)
  const with_ = entry.method ? (methodWords[entry.method] ?? entry.method) : 'something'
  const told = tellers[entry.kind]?.(entry, with_, detail, challenge)
  if (told && weighed && entry.kind === 'challenge' && entry.outcome === 'asked')
    return { ...told, why: `Asked at risk ${rounded(weighed.score)}. ${becauseOf(weighed.because)}` }
  return told ?? plain('change', `${entry.kind}: ${entry.outcome}.`)
}

/** The facts of a line, without what the sentence says. */
export function factsOf(entry: AuditEntry): Fact[] {
  const { by, reason, before, after, ...rest } = detailOf(entry)
  const texts = { by, reason, ...prefixed('before', before), ...prefixed('after', after), ...rest }
  return Object.entries(texts)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => ({ name, value: typeof value === 'object' ? JSON.stringify(value) : String(value) }))
}

/** Who did it, when it was not the user. */
export function actorOf(entry: AuditEntry): string | null {
  const { by } = detailOf(entry)
  return typeof by === 'string' ? by : null
}

type Detail = Readonly<Record<string, unknown>>
type Teller = (entry: AuditEntry, with_: string, detail: Detail, challenge: Challenge | undefined) => Told | undefined

const tellers: Readonly<Record<string, Teller>> = {
  challenge: (entry, with_, detail) => tellChallenge(entry.outcome, with_, detail),
  answer: (entry, with_, _, challenge) => tellAnswer(entry.outcome, with_, challenge),
  resync: ({ outcome }) =>
    outcome === 'accepted'
      ? good('change', 'The hardware token was brought back in step.')
      : refusal('Bringing the hardware token back in step failed.', whyRefused[outcome] ?? null),
  enrolment: ({ outcome }, with_, detail) => tellEnrolment(outcome, with_, detail),
  user: ({ outcome }, _, detail) => {
    if (outcome === 'imported') {
      const { added, changed, refused } = detail
      return plain(
        'change',
        `Users were imported${byOf(detail)}: ${added} new, ${changed} changed, ${refused} left out.`,
      )
    }
    const changed = Array.isArray(detail['changed']) ? `: ${detail['changed'].join(', ')}` : ''
    return { ...plain('change', `The user was ${outcome}${changed}${byOf(detail)}.`), why: reasonOf(detail) }
  },
  token: ({ outcome }, _, detail) => ({
    ...plain('change', `Hardware token ${detail['serial'] ?? ''} was ${outcome}${byOf(detail)}.`.replace('  ', ' ')),
    why: reasonOf(detail),
  }),
  unlock: (_, __, detail) => ({ ...good('lock', `The locks were opened${byOf(detail)}.`), why: reasonOf(detail) }),
  method: ({ outcome }, with_, detail) => ({
    ...plain('change', `${sentence(with_)} was ${outcome}${byOf(detail)}.`),
    why: reasonOf(detail),
  }),
  invitation: ({ outcome }, __, detail) => ({
    ...plain('admin', `An invitation was ${outcome}${byOf(detail)}.`),
    why: reasonOf(detail),
  }),
  report: (_, __, detail) => ({
    ...{ group: 'refused', tone: 'bad', text: 'The user said: this was not me.' },
    why: typeof detail['about'] === 'string' ? `About: ${detail['about']}.` : null,
  }),
  risk: ({ outcome }, __, detail) => tellRisk(outcome, detail),
  'risk-device': (_, __, detail) => ({
    ...plain(
      'change',
      `${detail['device'] === 'all' ? 'All remembered devices were' : 'A remembered device was'} forgotten${byOf(detail)}.`,
    ),
    why: reasonOf(detail),
  }),
  'risk-user': () => plain('admin', 'What risk was weighed by was erased.'),
  'risk-policy': ({ outcome }, __, detail) =>
    plain('admin', `The risk policy of ${detail['scope'] || 'the customer'} was ${outcome}${byOf(detail)}.`),
  console: ({ outcome }, __, detail) =>
    plain('admin', `${sentence(String(detail['call'] ?? 'console'))}: ${outcome}${byOf(detail)}.`),
  admin: ({ outcome }, __, detail) =>
    plain('admin', `Admin ${detail['of'] ?? ''}: ${outcome.replaceAll('-', ' ')}${byOf(detail)}.`),
  group: ({ outcome }, __, detail) =>
    plain('change', `Group ${detail['name'] ?? ''}: ${outcome.replaceAll('-', ' ')}${byOf(detail)}.`),
  setting: ({ outcome }, __, detail) => plain('admin', `The setting ${detail['name']} was ${outcome}${byOf(detail)}.`),
  customer: ({ outcome }, __, detail) =>
    plain('admin', `The customer: ${outcome.replaceAll('-', ' ')}${byOf(detail)}.`),
  app: ({ outcome }, __, detail) =>
    plain('admin', `The app ${detail['name'] ?? detail['app'] ?? ''} was ${outcome}${byOf(detail)}.`),
  webhook: ({ outcome }, __, detail) => plain('admin', `A webhook was ${outcome}${byOf(detail)}.`),
  notify: ({ outcome }) => plain('notice', `A question to the operator was ${outcome}.`),
}

function tellChallenge(outcome: string, with_: string, detail: Detail): Told | undefined {
  const purpose = typeof detail['transactionName'] === 'string' ? ` for "${detail['transactionName']}"` : ''
  if (outcome === 'asked') {
    const why = `Because an app asked for it${purpose}.`
    return { group: 'asked', tone: 'plain', text: `Asked for ${with_}${purpose}.`, why }
  }
  if (outcome === 'delivery-failed') {
    const why = 'No gateway took the message, so the question was withdrawn.'
    return { group: 'delivery', tone: 'bad', text: `Could not ask for ${with_}${purpose}.`, why }
  }
  if (outcome === 'refused')
    return refusal(
      `Was not asked for ${with_}${purpose}.`,
      whyNotAsked[String(detail['reason'])] ?? String(detail['reason']),
    )
  return undefined
}

const whyNotAsked: Readonly<Record<string, string>> = {
  locked: 'The method is locked after too many wrong answers.',
  disabled: 'The method is disabled for good after fifty wrong answers; only a reset opens it.',
  'too-many': 'Too many messages went to this contact, its neighbours or this address.',
  'suspicious-prefix': 'Messages to numbers like this one are sent and hardly ever answered.',
  'prompts-paused': 'The user denied or ignored several questions in a row, or was asked too often.',
  'over-budget': "The customer's messages of the day are used up.",
  country: 'Numbers of this country are not sent to.',
}

/** Why a sign-in was decided as it was, in the sentences of the rules that noticed something. */
function becauseOf(because: unknown): string {
  return Array.isArray(because) && because.length > 0 ? `Because: ${because.join(' ')}` : 'Nothing was unusual.'
}

function rounded(score: unknown): string {
  return `${typeof score === 'number' ? Math.round(score) : '?'} of 100`
}

function tellRisk(outcome: string, detail: Detail): Told | undefined {
  const { score, because } = detail
  const said: Readonly<Record<string, Told>> = {
    allow: good('approved', `Let in without a second factor, at risk ${rounded(score)}.`),
    challenge: plain('asked', `A second factor was needed, at risk ${rounded(score)}.`),
    deny: refusal(`Refused by the risk policy, at risk ${rounded(score)}.`, null),
    completed: good('approved', 'The sign-in was finished; the next ones are compared with it.'),
    redeemed: plain('approved', 'The site took the result.'),
    mistaken: refusal('A page brought the result for another user or for something else, and it was refused.', null),
    failed: plain('refused', 'The site said that the sign-in failed.'),
    'not-me': refusal('Somebody said that this sign-in was not the user.', null),
    mine: good('approved', 'The user said that this sign-in was his after all.'),
  }
  const told = said[outcome]
  const isDecision = outcome === 'allow' || outcome === 'challenge' || outcome === 'deny'
  return told && { ...told, why: isDecision ? becauseOf(because) : `It was weighed at risk ${rounded(score)}.` }
}

function tellAnswer(outcome: string, with_: string, challenge: Challenge | undefined): Told | undefined {
  if (outcome === 'accepted') return good('approved', `Signed in with ${with_}.`)
  if (outcome === 'denied')
    return refusal(`Denied the question by ${with_}.`, 'The user said that it was not him, or tapped the wrong button.')
  if (outcome === 'judging') return undefined
  const why = outcome === 'closed' && challenge ? whyOver(challenge) : whyRefused[outcome]
  return refusal(`Refused ${with_}.`, why ?? null)
}

const whyRefused: Readonly<Record<string, string>> = {
  wrong: 'The answer was wrong.',
  locked: 'The method was locked after too many wrong answers; even a right answer is refused until the lock ends.',
  disabled: 'The method is disabled for good after fifty wrong answers; only a reset opens it.',
  used: 'The code was right, but had been used before: each counts once.',
  repeated: 'This very request had been sent before: a copy does nothing.',
  closed: 'The question was over: answered, expired, or replaced by a newer one.',
}

function whyOver({ state, createdAtMs, expiresAtMs }: Challenge): string {
  const life = Math.round((expiresAtMs - createdAtMs) / 1000)
  const reasons: Readonly<Record<Challenge['state'], string>> = {
    pending: `The question had expired: it lived ${life} seconds.`,
    expired: `The question had expired: it lived ${life} seconds.`,
    approved: 'The question had been answered already.',
    denied: 'The question had been denied.',
    spent: 'The question had ended after too many wrong answers.',
    cancelled: 'A newer question had replaced this one.',
  }
  return reasons[state]
}

function tellEnrolment(outcome: string, with_: string, detail: Detail): Told | undefined {
  const what = sentence(with_)
  const why = reasonOf(detail)
  const by = byOf(detail)
  const said: Readonly<Record<string, Told>> = {
    accepted: good('change', `${what} was set up.`),
    offered: plain('change', `${what} was offered, and waits to be set up${by}.`),
    'phone-offered': plain('change', 'A phone was offered to be paired.'),
    'phone-paired': good('change', 'A phone was paired.'),
    'phone-removed': plain('change', `A phone was removed${by}.`),
    'phone-renamed': plain('change', 'A phone was renamed.'),
    made: plain('change', `New recovery codes were made${by}; older ones ended.`),
    'made-temporary': plain('change', `A temporary code was made${by}.`),
    registered: plain('change', 'Security questions were set.'),
    removed: plain('change', `${what} was removed${by}.`),
  }
  const told = said[outcome]
  return told ? { ...told, why } : refusal(`Setting up ${with_} failed.`, whyRefused[outcome] ?? null)
}

function good(group: Told['group'], text: string): Told {
  return { group, tone: 'good', text, why: null }
}

function plain(group: Told['group'], text: string): Told {
  return { group, tone: 'plain', text, why: null }
}

function refusal(text: string, why: string | null): Told {
  return { group: 'refused', tone: 'bad', text, why }
}

function byOf({ by }: Detail): string {
  return typeof by === 'string' ? ` by ${by}` : ''
}

function reasonOf({ reason }: Detail): string | null {
  return typeof reason === 'string' ? `Reason: ${reason}` : null
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function detailOf({ detail }: AuditEntry): Detail {
  return detail === null ? {} : (JSON.parse(detail) as Detail) // written as JSON of an object everywhere
}

function prefixed(name: string, value: unknown): Detail {
  if (typeof value !== 'object' || value === null) return value === undefined ? {} : { [name]: value }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [`${name} ${key}`, one]))
}
