import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openNetworks } from './networks.ts'
import { noNetwork } from './risk/evidence.ts'

describe('what is known of an address', () => {
  let folder: string
  const list = (name: string, text: string) => {
    const file = join(folder, `${name}.txt`)
    writeFileSync(file, text)
    return { name, file }
  }
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-networks-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('is nothing without files, and with an address that is none', () => {
    const networks = openNetworks({ databases: [], lists: [] })
    assert.deepEqual(networks.of('192.0.2.1'), noNetwork)
    assert.deepEqual(networks.of('bogus'), noNetwork)
  })

  it('is what the operator`s lists say, with remarks, ranges that overlap, and lines that are none', () => {
    const tor = list(
      'tor',
      '# exits\n192.0.2.0/25 ; one\n192.0.2.64/26\n2001:db8::/32\nnonsense\n198.51.100.7\n10.0.0.0/99\n',
    )
    const hosting = list('hosting', '203.0.113.0/24\n')
    const networks = openNetworks({ databases: [], lists: [tor, hosting] })
    const isBad = (address: string) => networks.of(address).lists.includes('tor')
    const addresses = [
      '192.0.2.0',
      '192.0.2.127',
      '192.0.2.128',
      '198.51.100.7',
      '198.51.100.8',
      '2001:db8:1::1',
      '2001:db9::1',
      '::ffff:192.0.2.5',
    ]
    assert.deepEqual(addresses.map(isBad), [true, true, false, true, false, true, false, true])
    assert.deepEqual(networks.of('203.0.113.9'), { ...noNetwork, kind: 'hosting' })
  })

  it('is read again when a file changes, and kept when it can no longer be read', () => {
    const tor = list('changing', '192.0.2.1\n')
    const networks = openNetworks({ databases: [], lists: [tor] })
    const isBad = () => networks.of('192.0.2.1').lists.length === 1
    writeFileSync(tor.file, '192.0.2.2\n')
    utimesSync(tor.file, 1, 1)
    assert.ok(isBad())
    assert.deepEqual(networks.reload(), [])
    assert.ok(!isBad())
    rmSync(tor.file)
    assert.match(networks.reload()[0] ?? '', /changing\.txt: ENOENT/)
    assert.equal(networks.of('192.0.2.2').lists.length, 1)
  })

  it('has the country from a file of the MMDB format', () => {
    const require = createRequire(import.meta.url)
    const packageFile = require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/package.json')
    const file = join(dirname(packageFile), 'geo-whois-asn-country.mmdb')
    assert.equal(openNetworks({ databases: [file], lists: [] }).of('193.157.1.1').country, 'NO')
  })
})
