import type { AuditNote } from '../vocabulary/audit.ts'
import type { MethodId } from '../vocabulary/method.ts'
import { attacker, type DemoPerson, type Place, places } from './people.ts'

/** What befell people in thirty days, the oldest first. Always the same for the same people and the same end. */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
export const daysBack = 30
/** When the attack began, in days before the end. */
export const attackDaysBack = 3

/** A line of the made-up audit. */
export interface DemoEvent {
  readonly atMs: number
  readonly outcome: string
  readonly note: AuditNote
}

/** Whom it befell, with his id. */
export type Known = DemoPerson & { readonly id: string }

export function historyOf(people: readonly Known[], endMs: number): DemoEvent[] {
  const random = numbers(20_260_101)
  const events = [...workdays(people, endMs, random), ...attackOf(people, endMs, random)]
  return events.sort((left, right) => left.atMs - right.atMs)
}

/** People sign in once or twice on workdays, and now and then get it wrong. */
function workdays(people: readonly Known[], endMs: number, random: () => number): DemoEvent[] {
  const days = Array.from({ length: daysBack + 1 }, (_, index) => daysBack - index)
  const events = days.flatMap((day) => {
    const startMs = endMs - (endMs % dayMs) - day * dayMs
    const isWeekend = [0, 6].includes(new Date(startMs).getUTCDay())
    // Today is always a busy day: it is the one that is looked at first.
    const share = isWeekend && day > 0 ? 0.08 : 0.8
    const atWork = people.filter(({ isEnabled }) => isEnabled && random() < share)
    const times = atWork.flatMap((person) => (random() < 0.5 ? [person] : [person, person]))
    return times.flatMap((person) => somewhere(person, day === 0 ? endMs - dayMs : startMs, random))
  })
  return events.filter(({ atMs }) => atMs <= endMs)
}

/** At some time of the working day, mostly from where he always is. */
function somewhere(person: Known, startMs: number, random: () => number): DemoEvent[] {
  const atMs = startMs + (8 + random() * 9) * hourMs
  const isTravelling = random() < 0.06
  const place = isTravelling ? places[Math.floor(random() * places.length)] : person.home
  return signIn(person, place ?? person.home, atMs, random)
}

function signIn(person: Known, place: Place, atMs: number, random: () => number): DemoEvent[] {
  const { method } = person
  const events: DemoEvent[] = []
  const isAsked = method !== 'time-code' && method !== 'hardware-token'
  const challengeId = isAsked ? idOf(random) : null
  const tell = (kind: string, outcome: string, afterMs: number) =>
    events.push(eventOf(person.id, { kind, outcome, method, challengeId, atMs: atMs + afterMs, place, random }))
  if (isAsked) tell('challenge', 'asked', 0)
  const luck = random()
  if (luck < 0.05) return events // nobody answered
  if (luck < 0.13) tell('answer', 'wrong', 9_000 + random() * 20_000)
  if (method === 'message-link' && luck > 0.985) tell('answer', 'denied', 15_000)
  else tell('answer', 'accepted', 12_000 + random() * 40_000)
  return events
}

/** One night: a list of stolen passwords is tried from one address, a few are worn out, and one gives in. */
function attackOf(people: readonly Known[], endMs: number, random: () => number): DemoEvent[] {
  const startMs = endMs - (endMs % dayMs) - attackDaysBack * dayMs + 2 * hourMs
  const events: DemoEvent[] = []
  const victims = people.filter(({ isEnabled }) => isEnabled).slice(5, 45)
  for (const [index, person] of victims.entries()) {
    const isHunted = index % 13 === 0
    const tries = isHunted ? 10 : 2
    for (let count = 0; count < tries; count++) {
      const atMs = startMs + index * 25_000 + count * 4_000
      events.push(
        eventOf(person.id, {
          ...attack,
          kind: 'answer',
          outcome: 'wrong',
          method: person.method,
          challengeId: null,
          atMs,
          random,
        }),
      )
    }
    if (isHunted)
      for (let count = 0; count < 4; count++) {
        const atMs = startMs + index * 25_000 + 50_000 + count * 6_000
        events.push(
          eventOf(person.id, {
            ...attack,
            kind: 'answer',
            outcome: 'locked',
            method: person.method,
            challengeId: null,
            atMs,
            random,
          }),
        )
      }
  }
  const [worn] = people.filter(({ method, isEnabled }) => method === 'message-link' && isEnabled)
  if (!worn) return events
  for (let count = 0; count < 6; count++) {
    const atMs = startMs + 20 * minuteMs + count * 3 * minuteMs
    const about = { ...attack, method: worn.method, challengeId: idOf(random), random }
    events.push(eventOf(worn.id, { ...about, kind: 'challenge', outcome: 'asked', atMs }))
    const outcome = count === 5 ? 'accepted' : 'denied'
    events.push(eventOf(worn.id, { ...about, kind: 'answer', outcome, atMs: atMs + 20_000 }))
  }
  return events
}

const attack = { place: attacker }

interface Happening {
  readonly kind: string
  readonly outcome: string
  readonly method: MethodId
  readonly challengeId: string | null
  readonly atMs: number
  readonly place: Place
  readonly random: () => number
}

export function eventOf(
  subject: string,
  { kind, outcome, method, challengeId, atMs, place, random }: Happening,
): DemoEvent {
  const transactionName = kind === 'challenge' ? { transactionName: 'Sign in' } : {}
  const detail = JSON.stringify({ ...transactionName, ...place })
  const requestId = `demo-${Math.floor(random() * 0xffffff).toString(36)}`
  return { atMs: Math.floor(atMs), outcome, note: { kind, subject, method, challengeId, requestId, detail } }
}

/** Numbers from 0 to 1, always the same ones (mulberry32): a demo looks the same each time. */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function idOf(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
}
