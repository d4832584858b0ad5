import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** This machine, and addresses that no router of the internet carries (RFC 1918, 3927, 4193, 4291). */
const own = new BlockList()
for (const [start, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  own.addSubnet(start, bits, 'ipv4')
own.addAddress('::1', 'ipv6')
own.addSubnet('fc00::', 7, 'ipv6')
own.addSubnet('fe80::', 10, 'ipv6')

/**
 * Whether somebody calls from this machine or a private network. What a proxy passed on counts as coming from where the
 * proxy says, if it is one of the trusted ones, and else from nowhere: behind it could be anybody.
 */
export function isFromOwnNetwork({ ip, ips, headers }: Pick<FastifyRequest, 'ip' | 'ips' | 'headers'>): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined
  const isBelieved = (ips?.length ?? 0) > 1
  return (!isForwarded || isBelieved) && isOwnAddress(ip)
}

function isOwnAddress(address: string): boolean {
  const [plain = ''] = address.split('%') // fe80::1%eth0
  const family = isIP(plain)
  return family !== 0 && own.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}
