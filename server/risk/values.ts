import { networksOf } from './addresses.ts'
import type { Browser } from './browser.ts'
import { hourSpan } from './evidence.ts'
import type { Network, SignInFacts } from './facts.ts'
import type { Values } from './levels.ts'

/** Components that are weighed one by one; the others are taken together. */
const single = ['canvas', 'webgl', 'screen', 'languages', 'timeZone', 'hardware', 'fonts', 'audio'] as const
/** Mean the same thing on every system only together with it. */
const perSystem: ReadonlySet<string> = new Set(['webgl', 'hardware', 'fonts', 'audio'])

/** What is counted of a sign-in. */
export function valuesOf(facts: SignInFacts, network: Network, browser: Browser, atMs: number): Values {
  const place = facts.address === null ? undefined : networksOf(facts.address)
  const { components, userAgent, roundTripMs } = facts
  const rest = Object.entries(components).filter(([name]) => !single.some((one) => one === name))
  const values = {
    country: network.country,
    asn: network.asn,
    prefix: place?.prefix,
    address: place?.address,
    deviceType: browser.deviceType,
    osName: browser.osName,
    os: browser.os,
    browserName: browser.browserName,
    browser: browser.browser,
    userAgent,
    ...Object.fromEntries(single.map((name) => [name, componentOf(name, components[name], browser)])),
    rest: rest.length === 0 ? null : JSON.stringify(rest.sort(([one], [other]) => (one < other ? -1 : 1))),
    roundTrip: roundTripMs === null ? null : String(Math.round(Math.log2(Math.max(1, roundTripMs)) * 2)),
    networkKind: network.kind,
    hour: String(hourSpan(atMs)),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value))
}

function componentOf(name: string, value: string | undefined, { osName, deviceType }: Browser): string | undefined {
  if (!value) return undefined
  if (perSystem.has(name)) return `${osName} ${value}`
  return name === 'screen' ? `${deviceType} ${value}` : value
}
