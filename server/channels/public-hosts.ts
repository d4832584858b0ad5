import { type LookupAddress, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Resolves a name to addresses on the internet only: what is connected to is what was looked at. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '')
    const open = addresses.filter(({ address }) => isPublic(address))
    const [first] = open
    if (!first) return callback(Object.assign(new Error('the host is in a private network'), { code: 'EPRIVATE' }), '')
    if (options.all) callback(null, open)
    else callback(null, first.address, first.family)
  })
}

/** Whether the host of an address is written as an IP address that is none of the internet: nothing is looked up then. */
export function isPrivateLiteral({ hostname }: URL): boolean {
  const literal = hostname.replaceAll(/[[\]]/g, '')
  return isIP(literal) !== 0 && !isPublic(literal)
}

const privateRanges = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  privateRanges.addSubnet(net, bits, 'ipv4')
// Documentation, and what carries an IPv4 address inside: Teredo and 6to4.
for (const [net, bits] of [
  ['2001:db8::', 32],
  ['2001::', 32],
  ['2002::', 16],
] as const)
  privateRanges.addSubnet(net, bits, 'ipv6')
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

/** Whether an address is one of the internet (the IANA special-purpose registries). */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !privateRanges.check(address, 'ipv4')
  return globalUnicast.check(address, 'ipv6') && !privateRanges.check(address, 'ipv6')
}
