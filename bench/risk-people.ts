import { loginOf, type Row } from './risk-csv.ts'
import type { Login } from './risk-protocol.ts'

/**
 * People who sign in for thirteen months, and four kinds of attackers who try to. Invented: no set of real sign-ins can be
 * had. Shares and spans follow what was published where something was (docs/risk-model.md says what and where); the rest
 * is assumed. Device types 66/31/3, countries with one main one, sign-ins per user log-normal with a stratum of 40.
 */
export function makeLogins(seed: number, users: number): Login[] {
  const chance = chanceOf(seed)
  const land = makeNetworks(chance)
  const rows: Row[] = []
  for (let user = 0; user < users; user++) signInsOf(makeUser(chance, land, String(user)), chance, land, rows)
  return rows.map(loginOf).sort((one, other) => one.atMs - other.atMs)
}

const dayMs = 86_400_000
const startMs = Date.UTC(2025, 0, 6)
const spanDays = 390

/** Countries with their share of users, of attacks, and their round trip in milliseconds. */
const countries = [
  { code: 'NO', users: 70, attacks: 0.1, rtt: 25 },
  { code: 'US', users: 6, attacks: 6, rtt: 120 },
  { code: 'DE', users: 5, attacks: 3, rtt: 40 },
  { code: 'GB', users: 4, attacks: 2, rtt: 40 },
  { code: 'SE', users: 4, attacks: 1, rtt: 30 },
  { code: 'PL', users: 3, attacks: 2, rtt: 50 },
  { code: 'FR', users: 2, attacks: 1, rtt: 45 },
  { code: 'NL', users: 2, attacks: 2, rtt: 38 },
  { code: 'BR', users: 1, attacks: 6, rtt: 220 },
  { code: 'IN', users: 1, attacks: 5, rtt: 180 },
  { code: 'RU', users: 0.5, attacks: 9, rtt: 90 },
  { code: 'CN', users: 0.2, attacks: 7, rtt: 240 },
  { code: 'VN', users: 0.2, attacks: 6, rtt: 270 },
  { code: 'UA', users: 0.3, attacks: 4, rtt: 75 },
] as const
type Country = (typeof countries)[number]
type NetworkKind = 'home' | 'mobile' | 'dc'
/** Hours of the day by how many sign in, as published: flat by day, low at night. */
const hours = [1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 5, 4, 3, 2]

interface Chance {
  /** 0 up to, not with, 1. */
  next(): number
  whole(end: number): number
  pick<T>(list: readonly T[]): T
  by<T>(list: readonly T[], weight: (one: T) => number): T
  normal(): number
  /** Whether something with this mean happens within a time. */
  happens(days: number, meanDays: number): boolean
  hex(letters: number): string
}

/** Mulberry32: the same people for the same seed, on every machine. */
function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (end: number) => Math.floor(next() * end)
  const pick = <T>(list: readonly T[]): T => list[whole(list.length)] as T // lists here are never empty
  return {
    next,
    whole,
    pick,
    by(list, weight) {
      let left = next() * list.reduce((sum, one) => sum + weight(one), 0)
      for (const one of list) {
        left -= weight(one)
        if (left < 0) return one
      }
      return pick(list)
    },
    normal: () => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next()),
    happens: (days, meanDays) => next() < 1 - Math.exp(-days / meanDays),
    hex: (letters) => Array.from({ length: letters }, () => whole(16).toString(16)).join(''),
  }
}

type Networks = ReadonlyMap<string, Readonly<Record<NetworkKind, readonly number[]>>>

/** Providers of each country; the first ones have most customers. */
function makeNetworks(chance: Chance): Networks {
  let number = 1_000 + chance.whole(100)
  const some = (count: number) => Array.from({ length: count }, () => number++)
  return new Map(countries.map(({ code }) => [code, { home: some(12), mobile: some(4), dc: some(6) }]))
}

function providerIn(chance: Chance, networks: Networks, country: Country, kind: NetworkKind): number {
  const list = networks.get(country.code)?.[kind] ?? []
  return kind === 'dc' ? chance.pick(list) : chance.by(list, (one) => 1 / (list.indexOf(one) + 1))
}

/** `pool`: networks of 16 addresses that the provider hands out. */
function addressOf(chance: Chance, provider: number, pool: number): string {
  const block = chance.whole(pool)
  const last = (block & 15) * 16 + chance.whole(16)
  return `${20 + (provider >> 6)}.${(provider & 63) * 4 + (block >> 12)}.${(block >> 4) & 255}.${last}`
}

interface Browser {
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

function makeBrowser(chance: Chance, country: Country): Browser {
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
function drift(browser: Browser, chance: Chance, days: number): void {
  if (chance.happens(days, 250)) browser.screen = chance.pick(screens[browser.type])
  if (browser.fonts !== 'apple' && chance.happens(days, 300)) browser.fonts = String(chance.whole(400))
  if (chance.happens(days, 400)) browser.language = 'en'
  if (chance.happens(days, 300)) browser.canvas = chance.hex(2)
  if (!chance.happens(days, browser.clears ? 21 : 400)) return
  browser.token = chance.hex(12)
  browser.isTokenGiven = false
}

/** As it shows itself at a time: user agents are reduced, versions move on every four weeks. */
function shown(browser: Browser, atMs: number): Row {
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

interface User {
  readonly name: string
  readonly country: Country
  readonly signIns: number
  readonly browsers: Browser[]
  home: { provider: number; address: string }
  readonly mobile: number
  readonly office: { readonly provider: number; readonly address: string } | null
  readonly hasVpn: boolean
  readonly peakHour: number
}

function makeUser(chance: Chance, networks: Networks, name: string): User {
  const country = chance.by(countries, ({ users }) => users)
  const isRegular = chance.next() < 0.3
  const extra = chance.by([0, 1, 2], (count) => [57, 32, 11][count] ?? 0)
  const office = providerIn(chance, networks, country, 'home')
  return {
    ...{ name, country },
    signIns: isRegular ? 40 : Math.max(1, Math.round(Math.exp(0.9 + chance.normal()))),
    browsers: Array.from({ length: 1 + extra }, () => makeBrowser(chance, country)),
    home: lease(chance, providerIn(chance, networks, country, 'home')),
    mobile: providerIn(chance, networks, country, 'mobile'),
    office: chance.next() < 0.35 ? { provider: office, address: addressOf(chance, office, 64) } : null,
    hasVpn: chance.next() < 0.05,
    peakHour: chance.by([...hours.keys()], (hour) => hours[hour] ?? 0),
  }
}

function lease(chance: Chance, provider: number) {
  return { provider, address: addressOf(chance, provider, 4_096) }
}

interface Where {
  readonly country: Country
  readonly provider: number
  readonly address: string
  readonly kind: NetworkKind
}

/** Where a sign-in comes from: at home, on the way, at work, by VPN, in a café, abroad. */
function whereabouts(
  { country, home, mobile, office, hasVpn }: User,
  browser: Browser,
  chance: Chance,
  networks: Networks,
): Where {
  const x = chance.next()
  const at = (where: Country, provider: number, kind: NetworkKind, pool: number): Where => ({
    ...{ country: where, provider, kind },
    address: addressOf(chance, provider, pool),
  })
  if (hasVpn && x < 0.3) {
    const exit = chance.next() < 0.7 ? country : chance.pick(countries)
    return at(exit, providerIn(chance, networks, exit, 'dc'), 'dc', 32)
  }
  if (x < 0.02) {
    const abroad = chance.by(countries, ({ users }) => users)
    return at(abroad, providerIn(chance, networks, abroad, 'home'), 'home', 4_096)
  }
  if (browser.type === 'mobile' && x < 0.32) return at(country, mobile, 'mobile', 256)
  if (office && browser.type === 'desktop' && x < 0.5) return { country, ...office, kind: 'home' }
  if (x > 0.97) return at(country, providerIn(chance, networks, country, 'home'), 'home', 4_096)
  return { country, ...home, kind: 'home' }
}

function signInsOf(user: User, chance: Chance, networks: Networks, rows: Row[]): void {
  const { signIns, browsers } = user
  const gapDays = signIns === 40 ? chance.pick([1.5, 4, 8]) : chance.pick([3, 10, 30])
  let atMs = startMs + chance.next() * dayMs * (signIns === 40 ? 60 : 300)
  let days = 0
  for (let made = 0; made < signIns && atMs < startMs + spanDays * dayMs; made++) {
    live(user, chance, networks, days)
    const browser = (chance.next() < 0.78 ? browsers[0] : chance.pick(browsers)) as Browser // everybody has one
    const hour = chance.next() < 0.7 ? (user.peakHour + Math.round(2 * chance.normal()) + 48) % 24 : chance.whole(24)
    const timeMs = Math.floor(atMs / dayMs) * dayMs + (hour + chance.next()) * 3_600_000
    const where = whereabouts(user, browser, chance, networks)
    rows.push(
      row(
        user,
        timeMs,
        where,
        shown(browser, timeMs),
        chance,
        browser.isTokenGiven ? browser.token : '',
        `legit:${browser.token}`,
      ),
    )
    browser.isTokenGiven = true
    if (made > 0 && chance.next() < 0.125) attack(user, timeMs + chance.next() * dayMs, chance, networks, rows)
    days = gapDays * Math.max(0.1, -Math.log(chance.next() + 1e-9))
    atMs += dayMs * days
  }
}

/** What becomes of a user in so many days: browsers change and are replaced, leases end, providers are left. */
function live(user: User, chance: Chance, networks: Networks, days: number): void {
  const { browsers, country } = user
  for (const browser of browsers) drift(browser, chance, days)
  if (chance.happens(days, 420)) browsers[chance.whole(browsers.length)] = makeBrowser(chance, country)
  if (chance.happens(days, 90)) user.home = lease(chance, user.home.provider)
  if (chance.happens(days, 900)) user.home = lease(chance, providerIn(chance, networks, country, 'home'))
}

/** One of each kind, with the password and never with a token. */
function attack(user: User, atMs: number, chance: Chance, networks: Networks, rows: Row[]): void {
  const { country, browsers, home } = user
  const abroad = chance.by(countries, ({ attacks }) => attacks)
  const from = (where: Country, hosting: number): Where => {
    const kind = chance.next() < hosting ? 'dc' : 'home'
    const provider = providerIn(chance, networks, where, kind)
    return { country: where, provider, kind, address: addressOf(chance, provider, 4_096) }
  }
  const victim = browsers[0] as Browser // everybody has one
  const add = (where: Where, browser: Browser, label: string) =>
    rows.push(row(user, atMs, where, shown(browser, atMs), chance, '', label))
  const own = makeBrowser(chance, abroad)
  add(from(abroad, 0.6), own, 'naive')
  add(from(country, 0.98), own, 'vpn')
  const { type, os, name, screen, language, timeZone } = victim
  add(
    from(country, 0.98),
    { ...own, type, os, name, screen, language, timeZone, gpu: `${os} GPU ${chance.whole(5)}` },
    'targeted',
  )
  // A residential proxy in the victim's own provider, and his browser copied to the last component.
  add({ country, kind: 'home', ...lease(chance, home.provider) }, victim, 'very_targeted')
}

function row(user: User, atMs: number, where: Where, looks: Row, chance: Chance, token: string, label: string): Row {
  const rtt = where.country.rtt * (where.kind === 'mobile' ? 1.9 : 1) * Math.exp(0.25 * chance.normal())
  return {
    ...{
      user: user.name,
      ts: String(Math.round(atMs)),
      ip: where.address,
      asn: String(where.provider),
      net: where.kind,
    },
    ...{
      country: where.country.code,
      ...looks,
      device_token: token,
      rtt_ms: String(Math.max(2, Math.round(rtt))),
      label,
    },
  }
}
