import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isFromOwnNetwork } from './network.ts'

const from = (ip: string, headers: Record<string, string> = {}, ips?: string[]) =>
  isFromOwnNetwork({ ip, ips, headers } as Parameters<typeof isFromOwnNetwork>[0])

describe('a call comes from our own network', () => {
  it('by this machine, private and link-local addresses, in either notation', () => {
    for (const ip of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1'])
      assert.equal(from(ip), true, ip)
    for (const ip of ['169.254.1.1', '::ffff:10.0.0.1', 'fd00::1', 'fe80::1', 'fe80::1%eth0'])
      assert.equal(from(ip), true, ip)
  })

  it('and by no other', () => {
    for (const ip of ['192.0.2.1', '172.32.0.1', '11.0.0.1', '8.8.8.8', '::ffff:8.8.8.8', '2001:db8::1', '::', '', 'x'])
      assert.equal(from(ip), false, ip)
  })

  it('from where a trusted proxy says, and never by a proxy that nobody named', () => {
    const forwarded = { 'x-forwarded-for': '10.0.0.1' }
    assert.equal(from('127.0.0.1', forwarded), false)
    assert.equal(from('127.0.0.1', { forwarded: 'for=10.0.0.1' }), false)
    assert.equal(from('127.0.0.1', forwarded, ['127.0.0.1']), false, 'another proxy was named')
    assert.equal(from('10.0.0.1', forwarded, ['127.0.0.1', '10.0.0.1']), true)
    assert.equal(from('8.8.8.8', forwarded, ['127.0.0.1', '8.8.8.8']), false)
  })
})
