import type { SignInFacts } from '../risk/facts.ts'
import { attackDaysBack, type Known, numbers } from './history.ts'
import { attacker, type Place, places } from './people.ts'

/** Sign-ins at the web shop of the demo, which are weighed: who came, from where, on which browser, and how it ended. */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const daysBack = 7
const regularsCount = 12

export type Act =
  | {
      readonly kind: 'sign-in'
      readonly atMs: number
      readonly person: Known
      readonly place: Place
      readonly facts: SignInFacts
      /** `own`: his usual browser, which he has remembered. */
      readonly browser: 'own' | 'other'
      /** What becomes of the question, if one is asked. */
      readonly ends: 'proved' | 'unanswered' | 'failed'
    }
  /** He says that the last of his sign-ins was not his. */
  | { readonly kind: 'report'; readonly atMs: number; readonly person: Known }
  /** From then on the attacker's network is refused. */
  | { readonly kind: 'block'; readonly atMs: number; readonly network: string }

/** The oldest first; always the same for the same people and the same end. */
export function actsOf(people: readonly Known[], endMs: number): Act[] {
  const random = numbers(20_260_202)
  const regulars = people.filter(({ isEnabled }, index) => isEnabled && index % 3 === 0).slice(0, regularsCount)
  const days = Array.from({ length: daysBack + 1 }, (_, index) => daysBack - index)
  const visits = days.flatMap((day) =>
    regulars.filter(() => day === daysBack || random() < 0.85).map((person) => visitOf(person, day, endMs, random)),
  )
  return [...visits, ...attackOn(regulars, endMs)]
    .filter(({ atMs }) => atMs <= endMs)
    .sort((left, right) => left.atMs - right.atMs)
}

const midnight = (day: number, endMs: number): number => endMs - (endMs % dayMs) - day * dayMs

/** As always, at some time of the working day; now and then abroad, on another browser, or without an answer. */
function visitOf(person: Known, day: number, endMs: number, random: () => number): Act {
  // Today is always a busy day: it is the one that is looked at first.
  const startMs = day === 0 ? endMs - dayMs : midnight(day, endMs)
  const atMs = Math.floor(startMs + (8 + random() * 9) * hourMs)
  const isFirst = day === daysBack
  const [isAbroad, isElsewhere, isLost] = [0.05, 0.07, 0.04].map((share) => random() < share && !isFirst)
  const place = isAbroad ? (places[Math.floor(random() * places.length)] ?? person.home) : person.home
  const browser = isElsewhere ? 'other' : 'own'
  const ends = isLost ? 'unanswered' : 'proved'
  return { kind: 'sign-in', atMs, person, place, browser, facts: factsOf(person, place, browser), ends }
}

/** Some stolen passwords, of which one user confirmed; he says so in the morning, and the network is refused from then on. */
function attackOn(regulars: readonly Known[], endMs: number): Act[] {
  const nightMs = midnight(attackDaysBack, endMs) + 2 * hourMs
  const attempt = (person: Known, atMs: number, ends: 'proved' | 'failed'): Act => ({
    ...{ kind: 'sign-in', atMs, person, place: attacker, browser: 'other', facts: attackerFacts, ends },
  })
  const victims = regulars.slice(3, 8)
  const [worn] = victims
  if (!worn) return []
  const morningMs = nightMs + 7 * hourMs
  return [
    ...victims.map((person, index) =>
      attempt(person, nightMs + index * 4 * minuteMs, index === 0 ? 'proved' : 'failed'),
    ),
    { kind: 'report', atMs: morningMs, person: worn },
    { kind: 'block', atMs: morningMs + 20 * minuteMs, network: '203.0.113.0/24' },
    ...[26 * hourMs, 50 * hourMs].flatMap((laterMs) =>
      victims.slice(0, 3).map((person, index) => attempt(person, nightMs + laterMs + index * 3 * minuteMs, 'failed')),
    ),
    attempt(worn, endMs - 40 * minuteMs, 'failed'),
  ]
}

const browsers = [
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    'Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
    'macOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
    'Android',
  ],
] as const

function factsOf(person: Known, place: Place, browser: 'own' | 'other'): SignInFacts {
  const index = person.username.length + (browser === 'own' ? 0 : 1)
  const [userAgent, platform] = browsers[index % browsers.length] ?? browsers[0]
  const canvas = `${person.username} ${browser}`
  const components = { canvas, fonts: platform, screen: '1920x1080 24 1', timeZone: 'Europe/Madrid' }
  return { address: place.ipAddress, userAgent, hints: { platform }, components, roundTripMs: 40 }
}

const attackerFacts: SignInFacts = {
  address: attacker.ipAddress,
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  hints: { platform: 'Linux' },
  components: { canvas: 'a rented machine', screen: '1280x720 24 1', timeZone: 'UTC' },
  roundTripMs: 310,
}
