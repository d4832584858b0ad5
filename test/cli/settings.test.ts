import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

const customerKey = testKey.customerKey
const rememberedMs = 1_100

for (const name of databaseNames) {
  describe(`settings while a server runs on ${name}`, () => {
    let server: TestServer
    const command = (...words: string[]) => countersign(server.place, ['settings', ...words])

    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    const codeLength = async (): Promise<number> => {
      await sleep(rememberedMs)
      await server.call('/auth/challenge', { customerKey, email: 'bob@example.com', authType: 'EMAIL' })
      return (await server.codeFor('bob@example.com')).length
    }

    it('a changed one is in use, and its default again when it is unset', async () => {
      const changed = await json(server.place, ['settings', 'set', 'codeLength', '8'])
      const meaning = 'Digits of a code sent by message, 6–8.'
      assert.deepEqual(changed, { name: 'codeLength', customerKey, value: 8, isDefault: false, meaning })
      assert.equal(await codeLength(), 8)
      const unset = await json(server.place, ['settings', 'unset', 'codeLength'])
      assert.deepEqual(unset, { name: 'codeLength', customerKey, value: 6, isDefault: true, meaning })
      assert.equal(await codeLength(), 6)
    })

    it('the empty value returns to the default too', async () => {
      await command('set', 'issuer', 'Acme')
      assert.deepEqual((await command('get', 'issuer')).stdout, 'Acme\n')
      const { code, stdout } = await command('set', 'issuer', '')
      assert.equal(code, 0)
      assert.match(stdout, /issuer of customer 11627 is now \(empty\), the default/)
    })

    it('one of the server needs no customer and takes none', async () => {
      const set = await json(server.place, ['settings', 'set', 'smtpFrom', 'Acme <mfa@example.com>'])
      assert.equal(set['customerKey'], null)
      const { code, stderr } = await command('set', 'smtpFrom', 'x@example.com', '--customer', String(customerKey))
      assert.equal(code, 1)
      assert.match(stderr, /leave --customer away/)
    })

    it('a secret is never shown', async () => {
      const secret = 'smtp://user:hunter2@127.0.0.1:9'
      const outputs = [
        await command('set', 'smtpUrl', secret),
        await command('get', 'smtpUrl'),
        await command('get'),
        await command('get', '--json'),
        await command('set', 'smtpUrl', `${secret} nonsense`.slice(1)),
      ]
      for (const { stdout, stderr } of outputs) assert.doesNotMatch(stdout + stderr, /hunter2/)
      assert.equal(outputs[1]?.stdout, '(set)\n')
      assert.equal(outputs[4]?.code, 1)
      await command('unset', 'smtpUrl')
      assert.equal((await json(server.place, ['settings', 'get', 'smtpUrl']))['value'], '')
    })

    it('of a list of gateways only the secrets are not shown, and a mistake in it is told by its place', async () => {
      const gateway = { id: 'mail', type: 'smtp', via: ['email'], from: 'A <a@example.com>' }
      const secret = 'smtp://user:hunter2@127.0.0.1:9'
      const list = JSON.stringify([{ ...gateway, url: secret }])
      const outputs = [
        await command('set', 'providers', list),
        await command('get', 'providers'),
        await command('get'),
        await command('set', 'providers', list.replace('"smtp"', '"smpp"')),
      ]
      for (const { stdout, stderr } of outputs) assert.doesNotMatch(stdout + stderr, /hunter2/)
      assert.deepEqual(JSON.parse(outputs[1]?.stdout ?? ''), [gateway])
      assert.match(outputs[2]?.stdout ?? '', /^providers +mail +server$/m)
      assert.equal(outputs[3]?.code, 1)
      assert.match(outputs[3]?.stderr ?? '', /^providers\[0\]\.\w+ (is missing|is not known here|must be)/)
      await command('unset', 'providers')
    })

    it('a value that may not be is refused with the meaning, and an unknown name with those that are known', async () => {
      const bad = await command('set', 'attemptsMax', '11')
      assert.deepEqual(
        [bad.code, bad.stderr],
        [1, 'attemptsMax cannot be "11". It means: Wrong answers that end a challenge, 1–10.\n'],
      )
      const unknown = await command('set', 'attempts', '3')
      assert.equal(unknown.code, 1)
      assert.match(unknown.stderr, /^There is no setting attempts\. There are: providers, smtpUrl, .*attemptsMax/)
    })

    it('all are shown with what they mean', async () => {
      const { settings } = await json<{ settings: { name: string; customerKey: number | null }[] }>(server.place, [
        'settings',
        'get',
      ])
      assert.ok(settings.some((one) => one.name === 'smtpUrl' && one.customerKey === null))
      assert.ok(settings.some((one) => one.name === 'codeLength' && one.customerKey === customerKey))
      assert.match((await command('get')).stdout, /^codeTtlSeconds +300 +default +customer 11627$/m)
    })
  })
}
