import Bowser from 'bowser'
import type { SignInFacts } from './facts.ts'

/** What a browser says of itself. */
export interface Browser {
  /** `desktop`, `mobile`, `tablet`; empty: not told. */
  readonly deviceType: string
  readonly osName: string
  /** With its version, as far as it is told. */
  readonly os: string
  readonly browserName: string
  readonly browser: string
  /** Major version; 0: not told. */
  readonly version: number
  /** Such as `Chrome on Windows`. */
  readonly label: string
}

export const unknownBrowser: Browser = {
  ...{ deviceType: '', osName: '', os: '', browserName: '', browser: '', version: 0, label: '' },
}

/** Reads the user agent, and what client hints add to it: user agents are frozen, and say Windows 10 of Windows 11. */
export function readBrowser({ userAgent, hints }: Pick<SignInFacts, 'userAgent' | 'hints'>): Browser {
  if (!userAgent) return unknownBrowser
  const parsed = Bowser.parse(userAgent)
  const osName = hints['platform'] || parsed.os.name || ''
  const osVersion = hints['platformVersion'] || parsed.os.version || ''
  const browserName = parsed.browser.name ?? ''
  const brands = hints['brands']
  const version = majorOf(brands) || majorOf(parsed.browser.version)
  return {
    deviceType: parsed.platform.type ?? '',
    osName,
    os: `${osName} ${majorOf(osVersion) || osVersion}`.trim(),
    browserName,
    browser: `${browserName} ${version || ''}`.trim(),
    version,
    label: [browserName, osName].filter((part) => part !== '').join(' on '),
  }
}

const browserNames = new Set(Object.values(Bowser.BROWSER_MAP))
const osNames = new Set(['', ...Object.values(Bowser.OS_MAP)])

/** Of a browser that is known by name; of every other one the name is what the user agent itself says. */
export function isKnownBrowser({ browserName, osName }: Pick<Browser, 'browserName' | 'osName'>): boolean {
  return browserNames.has(browserName) && osNames.has(osName)
}

/** The last number of `Chrome 142` and the first of `142.0.1`. */
function majorOf(text: string | undefined): number {
  return Number(/(\d+)(?:\.[\d.]*)?$/.exec(text ?? '')?.[1] ?? 0)
}
