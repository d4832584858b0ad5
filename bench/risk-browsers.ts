import type { Chance } from './risk-chance.ts'
import type { Row } from './risk-csv.ts'
import type { Country } from './risk-networks.ts'

const dayMs = 86_400_000
/** Before the first sign-in; versions of browsers are counted from here. */
export const startMs = Date.UTC(2025, 0, 6)

/** One browser of one user, as it is now: some of it drifts. */
export interface Browser {
  token: string
  isTokenGiven: boolean
  readonly type: 'mobile' | 'desktop' | 'tablet'
  readonly os: string
  readonly name: string
  /** Days that it is behind the newest version. */
  readonly lagDays: number
  readonly gpu: string
  canvas: string
  screen: string
  language: string
  readonly timeZone: string
  readonly hardware: string
  fonts: string
  readonly audio: string
  /** One in three clears its cookies every few weeks (Li and Cao 2020). */
  readonly clears: boolean
}

const screens = {
  mobile: ['390x844', '393x852', '360x800', '412x915', '430x932', '384x854'],
  desktop: ['1920x1080', '1536x864', '1366x768', '1440x900', '2560x1440', '1470x956'],
  tablet: ['820x1180', '768x1024', '800x1280'],
} as const

/** One as people of this country have it. */
export function makeBrowser(chance: Chance, country: Country): Browser {
  const type = chance.by(
    ['mobile', 'desktop', 'tablet'] as const,
    (one) => ({ mobile: 66, desktop: 31, tablet: 3 })[one],
  )
  const os =
    type === 'desktop'
      ? chance.by(['Windows', 'macOS', 'Linux'], (one) => (one === 'Windows' ? 65 : one === 'macOS' ? 30 : 5))
      : chance.by(['iOS', 'Android'], (one) => (one === 'iOS' ? 60 : 40))
  const isApple = os === 'iOS' || os === 'macOS'
  const name = isApple
    ? chance.by(['Safari', 'Chrome'], (one) => (one === 'Safari' ? 70 : 30))
    : chance.by(['Chrome', 'Edge', 'Firefox'], (one) => ({ Chrome: 70, Edge: 20, Firefox: 10 })[one] ?? 0)
  const gpu = `${os} GPU ${chance.whole(5)}`
  return {
    token: chance.hex(12),
    isTokenGiven: false,
    ...{ type, os, name, gpu },
    lagDays: chance.whole(21),
    canvas: chance.hex(2),
    screen: chance.pick(screens[type]),
    language: chance.next() < 0.9 ? country.code.toLowerCase() : 'en',
    timeZone: country.code,
    hardware: `${chance.pick([4, 6, 8, 8, 12, 16])}/${chance.pick([4, 8, 8, 16])}`,
    fonts: isApple ? 'apple' : String(Math.floor(chance.next() ** 2 * 400)),
    audio: isApple ? 'apple' : String(chance.whole(12)),
    clears: chance.next() < 0.32,
  }
}

/** What changes in so many days (FP-Stalker 2018; Andriamilanto 2022). */
export function drift(browser: Browser, chance: Chance, days: number): void {
  if (chance.happens(days, 250)) browser.screen = chance.pick(screens[browser.type])
  if (browser.fonts !== 'apple' && chance.happens(days, 300)) browser.fonts = String(chance.whole(400))
  if (chance.happens(days, 400)) browser.language = 'en'
  if (chance.happens(days, 300)) browser.canvas = chance.hex(2)
  if (!chance.happens(days, browser.clears ? 21 : 400)) return
  browser.token = chance.hex(12)
  browser.isTokenGiven = false
}

/** As it shows itself at a time: user agents are reduced, versions move on every four weeks. */
export function shown(browser: Browser, atMs: number): Row {
  const { name, os, lagDays, gpu, canvas } = browser
  const weeks = (atMs - startMs) / dayMs - lagDays
  const version = name === 'Safari' ? 18 + Math.floor(weeks / 120) : 131 + Math.floor(weeks / 28)
  return {
    ua: `Mozilla/5.0 (${os}) ${name}/${version}`,
    browser: `${name} ${version}`,
    os: `${os} ${os === 'Android' ? 13 + (lagDays % 3) : 18}`,
    device: browser.type,
    fp_canvas: `${canvas} ${gpu} ${Math.floor(version / 3)}`,
    fp_gpu: gpu,
    fp_screen: browser.screen,
    fp_lang: browser.language,
    fp_tz: browser.timeZone,
    fp_hw: browser.hardware,
    fp_fonts: browser.fonts,
    fp_audio: browser.audio,
  }
}
