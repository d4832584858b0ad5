import type { RiskPolicy, RiskStep } from '../../../contract/console/risk.ts'
import { methodName, plural } from '../parts/words.ts'
import { never } from './decide.ts'

/** What becomes of a sign-in, after "others are …". */
const steps: Readonly<Record<RiskStep, string>> = {
  allow: 'only told of',
  notify: 'let in, and the user is told',
  challenge: 'asked for a second factor',
  deny: 'refused',
}

export const worths: Readonly<Record<number, string>> = {
  1: 'any method counts',
  2: 'security questions and voice do not count',
  3: 'neither codes by message nor anything weaker counts',
  4: 'only a phone, a token or an app counts',
  5: 'only passkeys count',
}

/** What the rules notice, as a sign-in is told of. */
export const ruleNames: Readonly<Record<string, string>> = {
  'new-country': 'From a country never seen before',
  network: 'From a network never seen before',
  'bad-network': 'From an address on a list of bad ones',
  'impossible-travel': 'Farther than anybody travels in that time',
  hour: 'At an hour that is unusual',
  'new-device': 'On a device that is not remembered',
  'no-token': 'Without the token of a device',
  'stolen-token': 'With a token that was replaced before',
  failures: 'After failed attempts',
  prompts: 'After three questions nobody answered',
  'not-me': 'After one that the user said was not his',
}

/** What becomes of a sign-in at least, after "A sign-in …". */
const atLeast: Readonly<Record<RiskStep, string>> = {
  allow: 'is only told of',
  notify: 'is told to the user',
  challenge: 'needs a second factor',
  deny: 'is refused',
}

const days = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** A policy for risk as it would be told to somebody. */
export function sentencesOf(policy: RiskPolicy): readonly string[] {
  const { mode, model, challengeAt, denyAt, devices, refused } = policy
  return [
    ...(mode === 'report'
      ? [
          'This policy only reports: everybody is asked for a second factor, and the log says what it would have decided.',
        ]
      : []),
    ...(model === 'freeman'
      ? [
          'The score is that of Freeman et al. (2016): it looks at the address, the browser and how often a user signs in, and at nothing else.',
        ]
      : []),
    challengeAt === 0
      ? 'A second factor is asked of everybody.'
      : `Somebody on a remembered device is let in without a second factor below a risk of ${challengeAt}.`,
    denyAt >= never ? 'No score alone refuses anybody.' : `From a risk of ${denyAt} on nobody is let in.`,
    devices.rememberDays === 0
      ? 'No device is let in without a second factor, remembered or not.'
      : `A device is remembered for ${plural(devices.rememberDays, 'day')}; at most ${plural(devices.max, 'device')} for each user, further ones are ${steps[devices.otherwise]}.`,
    ...(devices.proof === 'fingerprint'
      ? ['A device that only looks the same counts as remembered: whoever copies its looks gets in.']
      : []),
    ...listsOf('countries', policy.countries, countryName),
    ...listsOf('networks', policy.networks, (range) => range),
    ...hoursOf(policy.hours),
    ...rulesOf(policy.rules),
    ...policy.methods
      .filter(({ least }) => least > 1)
      .map(({ from, least }) => `From a risk of ${from} on ${worths[least]}.`),
    ...(refused.length > 0 ? [`Never counts: ${refused.map(methodName).join(', ')}.`] : []),
  ]
}

function listsOf(
  what: string,
  { allowed, blocked, otherwise }: RiskPolicy['countries'],
  name: (one: string) => string,
) {
  const become = otherwise === 'allow' ? 'told of, and nothing more' : steps[otherwise]
  return [
    ...(allowed.length > 0 ? [`Sign-ins from other ${what} than ${shown(allowed, name)} are ${become}.`] : []),
    ...(blocked.length > 0 ? [`Sign-ins from the ${what} ${shown(blocked, name)} are ${become}.`] : []),
  ]
}

function rulesOf(rules: RiskPolicy['rules']): string[] {
  return Object.entries(rules).flatMap(([rule, { points, action = 'allow' }]) => {
    // No number: the field itself says so.
    const isPlain = points === undefined || Number.isNaN(points)
    if (isPlain && action === 'allow') return []
    const name = ruleNames[rule] ?? rule
    const begun = `A sign-in ${name.charAt(0).toLowerCase()}${name.slice(1)}`
    if (isPlain) return [`${begun} ${atLeast[action]}.`]
    const added = `${begun} adds ${points} points to the risk`
    return [action === 'allow' ? `${added}.` : `${added} and ${atLeast[action]}.`]
  })
}

const shownMax = 6

function shown(list: readonly string[], name: (one: string) => string): string {
  const more = list.length > shownMax ? ` and ${list.length - shownMax} more` : ''
  return list.slice(0, shownMax).map(name).join(', ') + more
}

function hoursOf(hours: RiskPolicy['hours']): string[] {
  if (!hours) return []
  const { from, until, zone, otherwise } = hours
  const named = hours.days.length === 7 ? 'every day' : hours.days.map((day) => days[day]).join(', ')
  return [`Sign-ins outside ${from}–${until}, ${named} (${zone}), are ${steps[otherwise]}.`]
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code
}
