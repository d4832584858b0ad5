import { type Browser, drift, makeBrowser, shown, startMs } from './risk-browsers.ts'
import { type Chance, chanceOf } from './risk-chance.ts'
import { loginOf, type Row } from './risk-csv.ts'
import {
  addressOf,
  type Country,
  countries,
  makeNetworks,
  type NetworkKind,
  type Networks,
  providerIn,
} from './risk-networks.ts'
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
const spanDays = 390

/** Hours of the day by how many sign in, as published: flat by day, low at night. */
const hours = [1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 5, 4, 3, 2]

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
