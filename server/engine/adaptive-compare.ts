import { type Browser, readBrowser, unknownBrowser } from '../risk/browser.ts'
import { mostLike } from '../risk/device.ts'
import { type Evidence, evidenceOf, noNetwork } from '../risk/evidence.ts'
import type { SignInFacts } from '../risk/facts.ts'
import { leftOf, nobody, type RememberedDevice, type RiskSnapshot } from '../risk/kept.ts'
import { type Marks, marksOf } from '../risk/marks.ts'
import { seenOf } from '../risk/profile.ts'
import { rarityIn } from '../risk/score.ts'
import { valuesOf } from '../risk/values.ts'
import { fingerprint, same } from '../security/digest.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { failuresKey, markTool, worldOf } from './adaptive-counts.ts'
import { usersOf } from './adaptive-users.ts'
import type { RiskCore } from './ports.ts'

/** What a browser presented, and what came of looking at it. */
export interface ShownToken {
  readonly state: 'known' | 'none' | 'stolen'
  /** Whose token it is, or was. */
  readonly device: RememberedDevice | undefined
  /** The new token was given out and never shown: the answer may have been lost on its way. */
  readonly isOld: boolean
}

/** A sign-in beside what is known of its user. */
export interface Comparison {
  readonly evidence: Evidence
  readonly marks: Marks
  readonly browser: Browser
  readonly shown: ShownToken
}

/** What a browser shows of itself when somebody signs in. */
export interface ToCompare {
  readonly customer: Customer
  readonly facts: SignInFacts
  readonly deviceToken: string | null
  readonly deviceKey: string | null
}

/** Compares a sign-in with what is remembered of the user and of everybody. No snapshot: nobody of this name. */
export async function compare(
  engine: RiskCore,
  { customer, facts, deviceToken, deviceKey }: ToCompare,
  snapshot: RiskSnapshot | undefined,
  atMs: number,
): Promise<Comparison> {
  const { address } = facts
  const browser = browserOf(facts)
  const network = address === null ? noNetwork : engine.networkOf(address)
  const marks = marksOf(valuesOf(facts, network, browser, atMs), markTool(customer))
  const user = snapshot?.user ?? nobody
  const known = snapshot?.devices ?? []
  const failedFrom = failuresKey(marks, atMs)
  const [{ world, extra }, users] = await Promise.all([
    worldOf(engine, customer, marks, atMs, failedFrom),
    usersOf(engine, customer),
  ])
  const shown = readToken(deviceToken, deviceKey, known)
  const isThisOne = shown.state === 'known' ? shown.device : undefined
  const candidates = isThisOne ? [isThisOne] : known
  const likeness = mostLike(candidates, marks, browser.version, (level) => rarityIn(world, level))
  const trustedUntilMs = (isThisOne ?? known.find(({ id }) => id === likeness?.device.id))?.trustedUntilMs ?? 0
  const evidence = evidenceOf({
    ...{ atMs, address, network, marks, world, users, likeness },
    deviceLabel: browser.label,
    seen: seenOf(user.profile, marks, atMs),
    token: shown.state,
    isTrusted: trustedUntilMs > atMs,
    devices: known.length,
    lastPlace: user.place,
    failures: Math.max(leftOf(user.failures, atMs), snapshot?.wrongAnswers ?? 0),
    addressFailures: extra.reduce((sum, count) => sum + count, 0),
    prompts: leftOf(user.prompts, atMs),
    isReported: user.reportedUntilMs > atMs,
  })
  return { evidence, marks, browser, shown }
}

/** A token names its device, so that a replaced one is noticed. */
function readToken(text: string | null, deviceKey: string | null, known: readonly RememberedDevice[]): ShownToken {
  const [id, secret] = text?.split('.') ?? []
  const device = secret === undefined ? undefined : known.find((one) => one.id === id)
  if (!device || secret === undefined) return { state: 'none', device: undefined, isOld: false }
  const digest = tokenDigest(secret)
  const isCurrent = same(digest, device.tokenDigest)
  const isOld = !device.isTokenSeen && device.oldTokenDigest !== null && same(digest, device.oldTokenDigest)
  const hasKey = device.key === null || device.key === deviceKey
  return { state: (isCurrent || isOld) && hasKey ? 'known' : 'stolen', device, isOld }
}

export function tokenDigest(secret: string): Buffer {
  return fingerprint('device token', secret)
}

/** Reading a user agent takes longer than all the rest, and most people's are the same few. */
const browsers = new Map<string, Browser>()
const browsersMax = 5_000

function browserOf({ userAgent, hints }: SignInFacts): Browser {
  if (userAgent === null) return unknownBrowser
  const key = `${userAgent}\n${hints['platform'] ?? ''}\n${hints['platformVersion'] ?? ''}\n${hints['brands'] ?? ''}`
  const known = browsers.get(key)
  if (known) return known
  if (browsers.size >= browsersMax) browsers.clear()
  const browser = readBrowser({ userAgent, hints })
  browsers.set(key, browser)
  return browser
}
