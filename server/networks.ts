import { readFileSync, statSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { Reader, type Response } from 'maxmind'
import { noNetwork } from './risk/evidence.ts'
import type { Network } from './risk/facts.ts'
import { kindOf } from './risk/network-kind.ts'

/** The operator's own files about addresses. */
export interface NetworkFiles {
  /** `.mmdb` files of countries, cities, autonomous systems, from whichever maker. */
  readonly databases: readonly string[]
  /** Text files of addresses and CIDR ranges, one a line; `hosting` and `mobile` tell a kind, every other name a bad network. */
  readonly lists: readonly { readonly name: string; readonly file: string }[]
}

/** What the operator's files know of addresses. */
export interface Networks {
  of(address: string): Network
  /** Reads the files again that changed; returns what could not be read, and goes on with what it had. */
  reload(): string[]
}

/** Knows addresses by the operator's files; without any it knows nothing, and everything works all the same. */
export function openNetworks({ databases, lists }: NetworkFiles): Networks {
  const readers = databases.map((file) => watched(file, (path) => new Reader<Response>(readFileSync(path))))
  const ranges = lists.map(({ name, file }) => ({ name, list: watched(file, readList) }))
  return {
    of(address) {
      if (!ipaddr.isValid(address)) return noNetwork
      const found = readers.map((reader) => factsOf(reader.value?.get(address) ?? null))
      const known: Partial<Network> = Object.assign({}, ...found)
      const key = hexOf(ipaddr.process(address))
      const names = ranges.filter(({ list }) => list.value && isIn(key, list.value)).map(({ name }) => name)
      const told = (['hosting', 'mobile'] as const).find((kind) => names.includes(kind))
      const kind = told ?? kindOf(known.organisation ?? null)
      return { ...noNetwork, ...known, kind, lists: names.filter((name) => name !== 'hosting' && name !== 'mobile') }
    },
    reload: () => [...readers, ...ranges.map(({ list }) => list)].flatMap((file) => file.reload()),
  }
}

/** Something that is read from a file, anew when it was written since. */
function watched<T>(path: string, read: (path: string) => T) {
  let value: T | undefined
  let writtenMs = -1
  const reload = (): string[] => {
    try {
      const { mtimeMs } = statSync(path)
      if (mtimeMs === writtenMs) return []
      value = read(path)
      writtenMs = mtimeMs
      return []
    } catch (error) {
      return [`${path}: ${error instanceof Error ? error.message : String(error)}`]
    }
  }
  reload()
  return {
    get value() {
      return value
    },
    reload,
  }
}

/** What the makers of such files call things: MaxMind and DB-IP, IPinfo, ip-location-db. */
function factsOf(response: unknown): Partial<Network> {
  const at = (...path: readonly string[]): unknown =>
    path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), response)
  const text = (...values: readonly unknown[]) =>
    values.find((value): value is string => typeof value === 'string' && value !== '')
  const number = (...values: readonly unknown[]) =>
    values.map(Number).find((value, index) => values[index] !== undefined && Number.isFinite(value))
  const asn = text(at('asn')) ?? number(at('autonomous_system_number'))
  const facts = {
    country: text(at('country', 'iso_code'), at('country_code'), at('country'))?.toUpperCase(),
    city: text(at('city', 'names', 'en'), at('city')),
    latitude: number(at('location', 'latitude'), at('latitude'), at('lat')),
    longitude: number(at('location', 'longitude'), at('longitude'), at('lng')),
    asn: asn === undefined ? undefined : `AS${String(asn).replace(/^AS/i, '')}`,
    organisation: text(at('autonomous_system_organization'), at('as_name'), at('as_organization')),
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Ranges without overlap, in order. */
interface Ranges {
  readonly starts: readonly string[]
  readonly ends: readonly string[]
}

/** One address or range a line; `#` and `;` begin a remark. A line that is none is passed over: such lists have headings. */
function readList(path: string): Ranges {
  const spans = readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => spanOf(line.split(/[#;\s]/, 1)[0] ?? ''))
    .sort((one, other) => (one.start < other.start ? -1 : 1))
  const starts: string[] = []
  const ends: string[] = []
  for (const { start, end } of spans) {
    const last = ends.at(-1)
    if (last === undefined || start > last) {
      starts.push(start)
      ends.push(end)
    } else if (end > last) ends[ends.length - 1] = end
  }
  return { starts, ends }
}

type Address = ReturnType<typeof ipaddr.process>

function spanOf(text: string): { readonly start: string; readonly end: string }[] {
  try {
    if (!text.includes('/'))
      return ipaddr.isValid(text) ? [{ start: hexOf(ipaddr.process(text)), end: hexOf(ipaddr.process(text)) }] : []
    const [address, bits] = ipaddr.parseCIDR(text)
    const bytes = address.toByteArray()
    const host = (index: number): number => 0xff >> Math.max(0, Math.min(8, bits - index * 8))
    const edge = (of: (byte: number, index: number) => number) => hexOf(ipaddr.fromByteArray(bytes.map(of)))
    return [{ start: edge((byte, at) => byte & ~host(at) & 0xff), end: edge((byte, at) => byte | host(at)) }]
  } catch {
    return []
  }
}

/** Comparable as text; IPv4 and IPv6 stay apart by their length, which the first letter tells. */
function hexOf(address: Address): string {
  const bytes = Buffer.from(address.toByteArray())
  return `${address.kind() === 'ipv4' ? '4' : '6'}${bytes.toString('hex')}`
}

/** The last range that begins before it is the only one that can hold it. */
function isIn(key: string, { starts, ends }: Ranges): boolean {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? '') <= key) low = middle + 1
    else high = middle
  }
  return low > 0 && key <= (ends[low - 1] ?? '')
}
