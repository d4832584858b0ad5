import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeOrders, pathOf, postTo, signedFields } from '../support/apps.ts'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

interface Added {
  readonly integrationKey: string
  readonly secretKey: string
  readonly name: string
  readonly hmacOrder: string
  readonly trustedIps: readonly string[]
  readonly factors: number
}

/** Servers remember an app for one second. */
const rememberedMs = 1_100

for (const database of databaseNames) {
  describe(`apps while a server runs on ${database}`, () => {
    let server: TestServer
    const command = (...words: string[]) => countersign(server.place, ['apps', ...words])
    const add = (name: string, ...words: string[]) =>
      json<Added>(server.place, ['apps', 'add', '--customer', String(testKey.customerKey), '--name', name, ...words])
    const call = async (key: string, secret: string, order = nodeOrders['auth/authSmsOtp'] ?? '') => {
      // Without the browser the orders would be the same text.
      const fields = { username: 'nobody', smsOtp: '123456', userAgent: 'Mozilla' }
      const body = signedFields({ key, secret }, fields, order, server.now())
      return (await postTo(server.baseUrl, pathOf('auth/authSmsOtp'), body)).code
    }

    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())

    it('an added one calls at once with the keys that were printed', async () => {
      const added = await add('Shop')
      assert.match(added.integrationKey, /^[0-9a-f]{64}$/)
      assert.deepEqual([added.hmacOrder, added.trustedIps, added.factors], ['node', [], 1])
      assert.equal(await call(added.integrationKey, added.secretKey), '23010')
    })

    it('are listed without their secret keys', async () => {
      const { integrationKey, secretKey } = await add('Listed', '--factors', '2', '--hmac-order', 'php')
      const { stdout } = await command('list')
      assert.match(stdout, new RegExp(`^Listed +${integrationKey} +php +any +2 +all +20`, 'm'))
      const { apps } = await json<{ apps: Added[] }>(server.place, ['apps', 'list'])
      assert.ok(!JSON.stringify(apps).includes(secretKey))
      assert.ok(apps.some((app) => app.integrationKey === integrationKey))
    })

    it('sign in the order they were given', async () => {
      const { integrationKey, secretKey } = await add('Table', '--hmac-order', 'table')
      const table = 'username smsOtp userAgent integrationKey supportFido browserFp unixTimestamp ipAddress'
      assert.equal(await call(integrationKey, secretKey), '23022')
      assert.equal(await call(integrationKey, secretKey, table), '23010')
      await json(server.place, ['apps', 'change', 'Table', '--hmac-order', 'node'])
      await sleep(rememberedMs)
      assert.equal(await call(integrationKey, secretKey, table), '23022')
      assert.equal(await call(integrationKey, secretKey), '23010')
    })

    it('call from trusted addresses only', async () => {
      const { integrationKey, secretKey } = await add('Far', '--trusted-ip', '192.0.2.0/24, 2001:db8::1')
      assert.equal(await call(integrationKey, secretKey), '23020')
      await json(server.place, ['apps', 'change', integrationKey, '--trusted-ip', '127.0.0.0/8,::1'])
      await sleep(rememberedMs)
      assert.equal(await call(integrationKey, secretKey), '23010')
      const { trustedIps } = await json<Added>(server.place, ['apps', 'change', 'Far', '--trusted-ip', 'any'])
      assert.deepEqual(trustedIps, [])
    })

    it('a rotated secret key works, and the old one stops within about a second', async () => {
      const { integrationKey, secretKey } = await add('Rotated')
      assert.equal(await call(integrationKey, secretKey), '23010')
      const rotated = await json<Added>(server.place, ['apps', 'rotate', 'Rotated'])
      assert.equal(rotated.integrationKey, integrationKey)
      await sleep(rememberedMs)
      assert.equal(await call(integrationKey, secretKey), '23022')
      assert.equal(await call(integrationKey, rotated.secretKey), '23010')
      const graced = await json<Added>(server.place, ['apps', 'rotate', 'Rotated', '--grace', '60'])
      await sleep(rememberedMs)
      for (const secret of [rotated.secretKey, graced.secretKey])
        assert.equal(await call(integrationKey, secret), '23010')
      assert.equal(await call(integrationKey, secretKey), '23022')
    })

    it('a removed one is unknown', async () => {
      const { integrationKey, secretKey } = await add('Removed')
      assert.equal(await call(integrationKey, secretKey), '23010')
      await json(server.place, ['apps', 'remove', 'Removed'])
      await sleep(rememberedMs)
      assert.equal(await call(integrationKey, secretKey), '23024')
      assert.equal((await command('remove', 'Removed')).code, 1)
    })

    it('what cannot be is refused with a sentence', async () => {
      await add('Twice')
      for (const [words, code, sentence] of [
        [['add', '--name', 'Twice'], 1, /has an app "Twice" already/],
        [['add', '--name', 'a:b'], 1, /1–60 visible characters/],
        [['add', '--name', 'X', '--hmac-order', 'perl'], 2, /Allowed choices are node, java, php, table, framed/],
        [['add', '--name', 'X', '--trusted-ip', '300.1.1.1'], 2, /addresses or CIDR ranges/],
        [['add', '--name', 'X', '--factors', '3'], 2, /a number, 1–2/],
        [['change', 'Twice'], 2, /Give --hmac-order, --trusted-ip, --factors, --group or --any-group/],
        [['rotate', 'Nowhere'], 1, /has no app "Nowhere".*apps list/],
      ] as const) {
        const ended = await command(...words)
        assert.equal(ended.code, code, ended.stderr)
        assert.match(ended.stderr, sentence)
      }
    })

    it('every change is in the audit, without a key', async () => {
      const { integrationKey, secretKey } = await add('Audited')
      await json(server.place, ['apps', 'change', 'Audited', '--factors', '2'])
      const { secretKey: next } = await json<Added>(server.place, ['apps', 'rotate', 'Audited'])
      await json(server.place, ['apps', 'remove', 'Audited'])
      const raw = await openRaw(server.place)
      const rows = await raw.run("select outcome, detail from audit_rows where kind = 'app' order by id desc limit 4")
      await raw.close()
      assert.deepEqual(
        rows.map(({ outcome }) => outcome),
        ['deleted', 'key-rotated', 'updated', 'created'],
      )
      for (const secret of [integrationKey, secretKey, next]) assert.ok(!JSON.stringify(rows).includes(secret))
    })
  })
}
