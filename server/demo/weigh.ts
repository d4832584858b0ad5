import { evaluate } from '../engine/adaptive.ts'
import { countFinished } from '../engine/adaptive-learn.ts'
import { readPolicies, setPolicy } from '../engine/adaptive-policy.ts'
import { complete, redeem, tell } from '../engine/adaptive-results.ts'
import type { RiskCore } from '../engine/ports.ts'
import { noNetwork } from '../risk/evidence.ts'
import type { Network } from '../risk/facts.ts'
import type { Store } from '../store/open.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { type DemoEvent, eventOf, idOf, numbers } from './history.ts'
import { places } from './people.ts'
import type { Act } from './weighed.ts'

const whereabouts: Readonly<Record<string, readonly [latitude: number, longitude: number]>> = {
  Austin: [30.3, -97.7],
  Boston: [42.4, -71.1],
  Madrid: [40.4, -3.7],
  Bogotá: [4.7, -74.1],
}

/** What is known of the demo's addresses: providers have numbers that are kept for documentation (RFC 5398). */
const networks: ReadonlyMap<string, Network> = new Map(
  places.map(({ ipAddress, country, city }, index): [string, Network] => {
    const [latitude = null, longitude = null] = whereabouts[city] ?? []
    const asn = `AS${64_496 + index}`
    return [ipAddress, { ...noNetwork, asn, organisation: `Provider of ${city}`, country, city, latitude, longitude }]
  }),
)

const answeredAfterMs = 20_000

/** What a browser of somebody has, and which sign-in was his last. */
interface Remembered {
  readonly tokens: Map<string, string>
  readonly last: Map<string, string>
}

/**
 * Has the engine itself weigh each sign-in at its own time, so that nothing of it is made up but who came. `upTo` keeps what
 * befell people elsewhere until then, because the log is written in its order. Returns what was asked and answered.
 */
export async function weigh(
  store: Store,
  customer: Customer,
  acts: readonly Act[],
  upTo: (atMs: number) => Promise<void>,
): Promise<DemoEvent[]> {
  let nowMs = 0
  const engine: RiskCore = {
    ...{ store, clock: () => nowMs, observe: () => undefined },
    networkOf: (address) => networks.get(address) ?? noNetwork,
    policies: (id) => readPolicies(store.read.riskPolicies.all, id),
  }
  const random = numbers(20_260_303)
  const remembered: Remembered = { tokens: new Map(), last: new Map() }
  const happened: DemoEvent[] = []
  const visit = async (act: SignIn): Promise<void> => {
    const asked = await signIn(engine, customer, act, remembered)
    if (asked === undefined) return
    const happening = { method: act.person.method, challengeId: idOf(random), place: act.place, random }
    const note = async (kind: string, outcome: string) => {
      const event = eventOf(act.person.id, { ...happening, kind, outcome, atMs: nowMs })
      happened.push(event)
      await store.write((tx) => tx.audit.append(customer.id, event.note, outcome, nowMs))
    }
    await note('challenge', 'asked')
    await store.write((tx) => tx.riskEvaluations.ask(customer.id, asked, happening.challengeId))
    if (act.ends === 'unanswered') return
    nowMs += answeredAfterMs
    await note('answer', act.ends === 'proved' ? 'accepted' : 'wrong')
    await end(engine, customer, asked, act, remembered)
  }
  for (const act of acts) {
    nowMs = act.atMs
    await upTo(nowMs)
    if (act.kind === 'sign-in') await visit(act)
    else if (act.kind === 'block') await block(engine, customer, act.network)
    else await tell(engine, customer, remembered.last.get(act.person.id) ?? '', 'not-me')
  }
  await countFinished(store)
  return happened
}

type SignIn = Extract<Act, { kind: 'sign-in' }>

/** The evaluation that waits for an answer; undefined: none has to be given, or none helps. */
async function signIn(
  engine: RiskCore,
  customer: Customer,
  { person, facts, browser }: SignIn,
  { tokens, last }: Remembered,
): Promise<string | undefined> {
  const outcome = await evaluate(engine, {
    ...{ customer, who: { username: person.username }, app: null, groups: [], facts, deviceKey: null },
    deviceToken: browser === 'own' ? (tokens.get(person.id) ?? null) : null,
    ...{ isUntrusted: false, requestId: 'demo' },
  })
  if (!outcome.ok) throw new Error(`The sign-in of ${person.username} was not weighed: ${outcome.reason}`)
  last.set(person.id, outcome.id)
  if (outcome.deviceToken) tokens.set(person.id, outcome.deviceToken)
  if (outcome.resultToken) await take(engine, customer, person, outcome.resultToken)
  return outcome.decision === 'challenge' ? outcome.id : undefined
}

/** The answer counts, or does not. */
async function end(
  engine: RiskCore,
  customer: Customer,
  id: string,
  { person, browser, ends }: SignIn,
  { tokens }: Remembered,
): Promise<void> {
  if (ends !== 'proved') {
    await tell(engine, customer, id, 'failed')
    return
  }
  const proof = { method: person.method }
  const outcome = await complete(engine, { customer, id, proof, trustsDevice: browser === 'own' })
  if (!outcome.ok) throw new Error(`The sign-in of ${person.username} was not finished: ${outcome.reason}`)
  if (outcome.deviceToken) tokens.set(person.id, outcome.deviceToken)
  await take(engine, customer, person, outcome.resultToken)
}

/** As the site does that weighed it. */
function take(engine: RiskCore, customer: Customer, { username }: SignIn['person'], resultToken: string) {
  return redeem(engine, customer, { resultToken, username, action: 'sign-in' })
}

async function block(engine: RiskCore, customer: Customer, network: string): Promise<void> {
  const policy = { networks: { blocked: [network] } }
  const outcome = await setPolicy(engine, { customer, scope: '', policy, requestId: 'demo' })
  if (!outcome.ok) throw new Error(outcome.problems.join(' '))
}
