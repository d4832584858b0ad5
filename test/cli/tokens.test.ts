import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { testKey } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { oathCode } from '../support/totp.ts'
import { countersign, json } from './command.ts'

const customerKey = testKey.customerKey
const key = Buffer.from('12345678901234567890')
const username = 'alice@example.com'

describe('tokens while a server runs', () => {
  let server: TestServer
  let file: string
  const run = (...words: string[]) => countersign(server.place, ['tokens', ...words])
  const done = (...words: string[]) => json(server.place, ['tokens', ...words])
  const validate = async (step: number) => {
    const body = { customerKey, username, token: oathCode(key, step), authType: 'HARDWARE TOKEN' }
    return (await server.call('/auth/validate', body)).body.status
  }

  before(async () => {
    server = await startServer()
    await server.call('/admin/users/create', { username })
    file = join(server.place.dataDir, 'seeds.csv')
    writeFileSync(file, `A1,${key.toString('hex')},HOTP\nA2,sh0rt\nA3,${key.toString('hex').slice(0, 20)},TOTP\n`)
  })
  after(() => server.close())

  it('import tells row by row what it would not take, and a dry run keeps nothing', async () => {
    const { code, stdout } = await run('import', file, '--dry-run')
    assert.equal(code, 1)
    assert.equal(
      stdout,
      '2 of 3 tokens would be imported (oath-csv).\nWeak, with fewer than 128 bits: A3\nRow 2 (A2): The secret is neither hexadecimal nor base32.\n',
    )
    assert.equal((await done('list'))['total'], 0)
    assert.equal((await run('import', file)).code, 1)
    assert.equal((await done('list'))['total'], 2)
  })

  it('assign, resync, disable, enable, unassign, and what they refuse', async () => {
    assert.deepEqual(await done('assign', 'A1', username), { customerKey, serial: 'A1', username })
    assert.equal(await validate(0), 'SUCCESS')
    assert.match((await run('list')).stdout, /^A1 +HOTP SHA1 6 digits +assigned +alice@example\.com +20/m)
    await done('resync', 'A1', oathCode(key, 70), oathCode(key, 71))
    assert.deepEqual([await validate(71), await validate(72)], ['FAILED', 'SUCCESS'])
    await done('disable', 'A1')
    assert.equal(await validate(73), 'FAILED')
    await done('enable', 'A1')
    assert.equal(await validate(73), 'SUCCESS')
    await done('unassign', 'A1')
    assert.equal(await validate(74), 'FAILED')
    for (const [words, says] of [
      [['assign', 'A9', username], /no token of this serial number/],
      [['assign', 'A1', 'bob'], /no user of this name/],
      [['resync', 'A1', '1', '2'], /assigned to nobody/],
      [['import', join(server.place.dataDir, 'none.csv')], /cannot be read/],
      [['import', file, '--format', 'pskc'], /not well-formed XML/],
    ] as const) {
      const { code, stderr } = await run(...words)
      assert.equal(code, 1)
      assert.match(stderr, says)
    }
  })

  it('export prints PSKC that can be imported, and seeds only when told', async () => {
    const secret = key.toString('base64')
    const { stdout, code } = await run('export', '--key', '00112233445566778899aabbccddeeff')
    assert.equal(code, 0)
    assert.ok(stdout.startsWith('<?xml') && !stdout.includes(secret))
    assert.ok((await run('export', '--plain')).stdout.includes(secret))
    for (const words of [[], ['--plain', '--password', 'x'], ['--key', '00', '--password', 'x'], ['--key', '0011']])
      assert.equal((await run('export', ...words)).code, 2, words.join(' '))
    const pskc = join(server.place.dataDir, 'seeds.xml')
    writeFileSync(pskc, stdout)
    const other = { customerKey: 77, name: 'Other' }
    await json(server.place, ['customers', 'add', '--name', other.name, '--key', '77'])
    assert.equal((await run('import', pskc, '--customer', '77')).code, 1)
    const imported = await done('import', pskc, '--customer', '77', '--key', '00112233445566778899aabbccddeeff')
    assert.deepEqual([imported['format'], imported['added']], ['pskc', 2])
  })

  it('are told in the audit, which holds', async () => {
    const found = await json<{ customers: { problem: unknown }[] }>(server.place, ['audit', 'verify'])
    assert.ok(JSON.stringify(found).includes('"problem":null'))
  })
})
