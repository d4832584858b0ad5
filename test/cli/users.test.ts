import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { testKey, wrongCode } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { newPasskey } from '../support/passkeys.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import { countersign, json } from './command.ts'

const customerKey = testKey.customerKey
const stepMs = 30_000

for (const name of databaseNames) {
  describe(`users while a server runs on ${name}`, () => {
    let server: TestServer
    const unlock = (...words: string[]) => json(server.place, ['users', 'unlock', ...words])

    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    /** Ten wrong codes of an authenticator app. */
    const lock = async (username: string): Promise<void> => {
      for (let count = 0; count < 10; count++) {
        await server.call('/auth/validate', { customerKey, username, token: `00000${count}` })
      }
    }

    it('a locked user can answer again once unlocked, however his name is spelled', async () => {
      const enrol = { customerKey, username: 'alice@example.com' }
      const secret = String((await server.call('/auth/google-auth-secret', enrol)).body['secret'])
      const code = () => totp(secret, server.now())
      await server.call('/auth/validate-google-auth-secret', { ...enrol, secret, token: code() })
      server.advance(2 * stepMs)
      await lock('alice@example.com')
      const refused = await server.call('/auth/validate', { customerKey, username: 'alice@example.com', token: code() })
      assert.match(refused.body.message ?? '', /locked/)

      const unlocked = await unlock('ALICE@example.com')
      assert.deepEqual(unlocked, { customerKey, who: 'ALICE@example.com', isUser: true, methodsUnlocked: 1 })
      const taken = await server.call('/auth/validate', { customerKey, username: 'alice@example.com', token: code() })
      assert.equal(taken.body.status, 'SUCCESS')
    })

    it('a locked phone number of somebody who is not enrolled can be asked again once unlocked', async () => {
      const ask = () => server.call('/auth/challenge', { customerKey, phone: '+12025550143', authType: 'SMS' })
      for (let round = 0; round < 2; round++) {
        const { txId } = (await ask()).body
        const token = wrongCode(await server.codeFor('+12025550143'))
        for (let count = 0; count < 5; count++) await server.call('/auth/validate', { customerKey, txId, token })
      }
      assert.match((await ask()).body.message ?? '', /locked/)
      const unlocked = await unlock('--contact', '(202) 555-0143')
      assert.deepEqual(unlocked, { customerKey, who: '(202) 555-0143', isUser: false, methodsUnlocked: 1 })
      assert.equal((await ask()).body.status, 'SUCCESS')
    })

    it('a locked name that nobody enrolled is unlocked like a user, and a mistyped one is told', async () => {
      await lock('nobody@example.com')
      assert.equal((await unlock('nobody@example.com'))['methodsUnlocked'], 1)
      const { code, stderr } = await countersign(server.place, ['users', 'unlock', 'nobody@example.com'])
      assert.equal(code, 1)
      assert.match(stderr, /has no user nobody@example\.com/)
    })

    it('unlocking somebody who is not locked says so and is fine', async () => {
      const { code, stdout } = await countersign(server.place, ['users', 'unlock', 'alice@example.com'])
      assert.deepEqual([code, stdout], [0, 'alice@example.com had no wrong answers to forget.\n'])
    })

    it('a name and a contact together, or neither, are not understood', async () => {
      for (const words of [[], ['alice', '--contact', '+12025550143']]) {
        const { code, stderr } = await countersign(server.place, ['users', 'unlock', ...words])
        assert.equal(code, 2)
        assert.match(stderr, /Give the name of a user, or --contact/)
      }
      const { code, stderr } = await countersign(server.place, ['users', 'unlock', '--contact', 'twelve'])
      assert.equal(code, 1)
      assert.match(stderr, /neither a phone number nor an e-mail address/)
    })

    it('get recovery codes, ten shown once, each good for one sign-in', async () => {
      await server.call('/admin/users/create', { customerKey, username: 'carol' })
      const words = ['users', 'recovery-codes', 'Carol']
      const old = await json<{ recoveryCodes: string[] }>(server.place, words)
      const { code, stdout } = await countersign(server.place, words)
      assert.equal(code, 0)
      const codes = stdout.match(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/gm) ?? []
      assert.deepEqual([old.recoveryCodes.length, codes.length], [10, 10])
      const use = async (token: string | undefined) => {
        const body = { customerKey, username: 'carol', authType: 'RECOVERY CODE', token }
        return (await server.call('/auth/validate', body)).body.status
      }
      assert.equal(await use(old.recoveryCodes[0]), 'FAILED', 'ended by the newer ones')
      assert.equal(await use(codes[9]), 'SUCCESS')
      assert.equal(await use(codes[9]), 'FAILED')
      await server.call('/admin/users/delete', { customerKey, username: 'carol' })
    })

    it('that do not exist or are disabled get no recovery codes', async () => {
      const none = await countersign(server.place, ['users', 'recovery-codes', 'nobody-at-all'])
      assert.equal(none.code, 1)
      assert.match(none.stderr, /has no user nobody-at-all/)
      await server.call('/admin/users/create', { customerKey, username: 'dave' })
      await server.call('/admin/users/disable', { customerKey, username: 'dave' })
      const disabled = await countersign(server.place, ['users', 'recovery-codes', 'dave'])
      assert.equal(disabled.code, 1)
      assert.match(disabled.stderr, /dave is disabled/)
      await server.call('/admin/users/delete', { customerKey, username: 'dave' })
    })

    it('have passkeys, which are listed and removed one by one', async () => {
      const username = 'keys@example.com'
      await server.call('/admin/users/create', { username })
      const none = await countersign(server.place, ['users', 'passkeys', username])
      assert.deepEqual([none.code, none.stdout], [0, `${username} has no passkeys.\n`])
      await newPasskey(server, username)
      const list = async () => {
        const words = ['users', 'passkeys', username]
        const { passkeys } = await json<{ passkeys: { id: string; name: string }[] }>(server.place, words)
        return passkeys
      }
      const [one] = await list()
      assert.equal(one?.name, 'My key')
      const { stdout } = await countersign(server.place, ['users', 'passkeys', username])
      assert.match(stdout, /^My key +20\S+ +20\S+ +[0-9a-f]{32}$/m)
      const remove = (name: string, id = '') => countersign(server.place, ['users', 'remove-passkey', name, id])
      assert.match((await remove(username, 'unknown')).stderr, /has no passkey unknown/)
      assert.match((await remove('nobody-here', one?.id)).stderr, /has no user nobody-here/)
      assert.equal((await remove(username, one?.id)).stdout, 'The passkey is removed.\n')
      assert.deepEqual(await list(), [])
      await server.call('/admin/users/delete', { username })
    })

    it('are listed a page at a time', async () => {
      await server.call('/admin/users/create', { username: 'bob', phone: '+12025550199', authType: 'SMS' })
      const whole = await json<{ users: { username: string }[] }>(server.place, ['users', 'list'])
      assert.deepEqual({ ...whole, users: [] }, { customerKey, total: 2, offset: 0, limit: 50, users: [] })
      assert.deepEqual(
        whole.users.map(({ username }) => username),
        ['alice@example.com', 'bob'],
      )
      const page = await json<{ users: object[] }>(server.place, ['users', 'list', '--limit', '1', '--offset', '1'])
      assert.deepEqual(Object.keys(page.users[0] ?? {}), [
        'id',
        'username',
        'email',
        'phone',
        'firstName',
        'lastName',
        'preferredMethod',
        'isEnabled',
        'addedAt',
      ])
      const { stdout } = await countersign(server.place, ['users', 'list', '--customer', String(customerKey)])
      assert.match(stdout, /^1–2 of 2 users of customer 11627$/m)
      assert.match(stdout, /^bob +- +\+12025550199 +SMS +enabled +20/m)
    })
  })
}
