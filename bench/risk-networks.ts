import type { Chance } from './risk-chance.ts'

/** Countries with their share of users, of attacks, and their round trip in milliseconds. */
export const countries = [
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
export type Country = (typeof countries)[number]
export type NetworkKind = 'home' | 'mobile' | 'dc'

/** Numbers of providers, by the code of their country. */
export type Networks = ReadonlyMap<string, Readonly<Record<NetworkKind, readonly number[]>>>

/** Providers of each country; the first ones have most customers. */
export function makeNetworks(chance: Chance): Networks {
  let number = 1_000 + chance.whole(100)
  const some = (count: number) => Array.from({ length: count }, () => number++)
  return new Map(countries.map(({ code }) => [code, { home: some(12), mobile: some(4), dc: some(6) }]))
}

/** Of homes and phones the first ones more often than the others. */
export function providerIn(chance: Chance, networks: Networks, country: Country, kind: NetworkKind): number {
  const list = networks.get(country.code)?.[kind] ?? []
  return kind === 'dc' ? chance.pick(list) : chance.by(list, (one) => 1 / (list.indexOf(one) + 1))
}

/** `pool`: networks of 16 addresses that the provider hands out. */
export function addressOf(chance: Chance, provider: number, pool: number): string {
  const block = chance.whole(pool)
  const last = (block & 15) * 16 + chance.whole(16)
  return `${20 + (provider >> 6)}.${(provider & 63) * 4 + (block >> 12)}.${(block >> 4) & 255}.${last}`
}
