import ipaddr from 'ipaddr.js'

type Range = ReturnType<typeof ipaddr.parseCIDR>

/** Address or CIDR range as it counts; undefined when it is none. */
export function readRange(text: string): Range | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text)
    const address = ipaddr.process(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    return undefined
  }
}

const read = new WeakMap<readonly string[], readonly Range[]>()

/** Whether an address is in one of these ranges. A list is read once. */
export function isWithin(address: string, ranges: readonly string[]): boolean {
  if (ranges.length === 0 || !ipaddr.isValid(address)) return false
  const known = read.get(ranges) ?? ranges.flatMap((text) => [readRange(text)].filter((range) => range !== undefined))
  read.set(ranges, known)
  const parsed = ipaddr.process(address)
  return known.some((range) => range[0].kind() === parsed.kind() && parsed.match(range))
}

/** The network that an address is in, as it is counted: /24 of IPv4, /48 of IPv6. Addresses of IPv6 change within their /64. */
export function networksOf(address: string): { readonly address: string; readonly prefix: string } | undefined {
  if (!ipaddr.isValid(address)) return undefined
  const parsed = ipaddr.process(address)
  const text = parsed.toNormalizedString()
  if (parsed.kind() === 'ipv4') return { address: text, prefix: text.split('.').slice(0, 3).join('.') }
  const parts = text.split(':')
  return { address: parts.slice(0, 4).join(':'), prefix: parts.slice(0, 3).join(':') }
}

/** What one subscriber has to himself: an IPv4 address, or the /64 of an IPv6 one. What is no address stays as it is. */
export function subscriberOf(address: string): string {
  return networksOf(address)?.address ?? address
}
