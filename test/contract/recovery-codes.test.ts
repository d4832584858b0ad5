import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeTemporaryCode } from '../../server/engine/temporary-code.ts'
import { type Answered, inbox, testKey } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { customerKey, newAuthenticator, newCustomer, newUser, stranger, succeed } from './people.ts'

/** Our extension: ten codes for the day when nothing else is at hand. */

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const make = (username: string, more: object = {}) => server.call('/auth/recovery-codes', { username, ...more })
const use = (username: string, token: string, more: object = {}) =>
  server.call('/auth/validate', { customerKey, username, token, authType: 'RECOVERY CODE', ...more })
const codesOf = async (username: string) => (await succeed(make(username))).body['recoveryCodes'] as string[]
const leftOf = async (username: string) =>
  (await succeed(server.call('/admin/users/get', { customerKey, username }))).body['recoveryCodesLeft']
const isFailed = ({ body, text }: Answered, message: string) =>
  assert.deepEqual([body.status, body.message], ['FAILED', message], text)

const wrong = 'Invalid OTP provided. Please try again.'
const used = 'This code was already used. Request or wait for a new one.'

/** What a user was told at his address, newest first, once there is anything. */
async function told(username: string, count: number): Promise<string[]> {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 50) {
    const messages = await inbox(server.baseUrl, username)
    if (messages.length >= count) return messages.map(({ text }) => text)
    await sleep(50)
  }
  return assert.fail(`${username} was not told ${count} times`)
}

describe('recovery-codes', () => {
  it('gives ten codes, and tells the user', async () => {
    const { username } = await newUser(server)
    const { body, code } = await make(username, { customerKey })
    assert.equal(code, 200)
    const { recoveryCodes, ...rest } = body
    const message = 'Success'
    assert.deepEqual(rest, { username, status: 'SUCCESS', message, statusCode: 'SUCCESS', statusMessage: message })
    const codes = recoveryCodes as string[]
    assert.equal(new Set(codes).size, 10)
    for (const one of codes) assert.match(one, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
    assert.equal(await leftOf(username), 10)
    const [notice = ''] = await told(username, 1)
    assert.match(notice, /^New recovery codes were made/)
    for (const one of codes) assert.ok(!notice.includes(one))
  })

  it('is refused for an unknown and a disabled user, without a signature, and for the user of another customer', async () => {
    isFailed(await make(stranger().username), 'Invalid username or email.')
    const { username } = await newUser(server)
    const unsigned = await server.call('/auth/recovery-codes', { username }, { signed: false })
    assert.equal(unsigned.body.status, 'ERROR')
    const key = await newCustomer(server)
    isFailed(await server.call('/auth/recovery-codes', { username }, { key }), 'Invalid username or email.')
    await succeed(server.call('/admin/users/disable', { customerKey, username }))
    isFailed(await make(username), 'This user is disabled.')
    assert.equal(await leftOf(username), 0)
  })

  it('a byte-identical repeat makes no other codes', async () => {
    const { username } = await newUser(server)
    const timestamp = server.now()
    const send = () => server.call('/auth/recovery-codes', { username }, { timestamp })
    const { body } = await succeed(send())
    const again = await send()
    assert.deepEqual([again.body.status, again.body['recoveryCodes']], ['ERROR', undefined])
    await succeed(use(username, (body['recoveryCodes'] as string[])[0] ?? ''))
  })

  it('a temporary code ends in time and with the next one; a set stays as it is', async () => {
    const { username } = await newUser(server)
    const [own = ''] = await codesOf(username)
    const { store } = server.assembled
    const customer = (await store.read.customers.find(testKey.customerKey)) ?? assert.fail()
    const help = async (hours: number) => {
      const request = { customer, username, hours, requestId: null, by: { by: 'help desk' } }
      const outcome = await makeTemporaryCode({ store, clock: server.now }, request)
      return outcome.ok ? outcome.code : assert.fail(outcome.reason)
    }
    const replaced = await help(24)
    const once = await help(1)
    isFailed(await use(username, replaced), wrong)
    await succeed(use(username, once))
    isFailed(await use(username, once), used)
    const late = await help(2)
    server.advance(2 * 3_600_000)
    isFailed(await use(username, late), wrong)
    assert.equal(await leftOf(username), 10)
    await succeed(use(username, own))
    assert.equal(await leftOf(username), 9)
  })

  it('new ones end those before, used or not', async () => {
    const { username } = await newUser(server)
    const old = await codesOf(username)
    await succeed(use(username, old[0] ?? ''))
    const fresh = await codesOf(username)
    assert.equal(await leftOf(username), 10)
    for (const code of old.slice(0, 3)) isFailed(await use(username, code), wrong)
    await succeed(use(username, fresh[0] ?? ''))
  })
})

describe('validate of a recovery code', () => {
  it('is SUCCESS once for each, in any order and spelling', async () => {
    const { username } = await newUser(server)
    const codes = await codesOf(username)
    const spellings = [
      (code: string) => code,
      (code: string) => code.toLowerCase(),
      (code: string) => code.replace('-', ''),
      (code: string) => code.replace('-', ' - '),
      (code: string) => code.replaceAll('0', 'O').replaceAll('1', 'l'),
    ]
    for (const [index, code] of codes.toReversed().entries()) {
      const { body } = await succeed(use(username, spellings[index % spellings.length]?.(code) ?? ''))
      assert.equal(body['responseType'], 'VALIDATE')
      assert.equal(body['authType'], 'RECOVERY CODE')
      assert.match(String(body.txId), /^[0-9a-f-]{36}$/)
      assert.equal(await leftOf(username), 9 - index)
    }
    for (const code of codes) isFailed(await use(username, code), used)
  })

  it('works after a challenge too, as older clients ask for every token', async () => {
    const { username } = await newUser(server)
    const [code = '', other = ''] = await codesOf(username)
    const body = { customerKey, username, authType: 'recovery code' }
    const { txId } = (await succeed(server.call('/auth/challenge', body))).body
    isFailed(await server.call('/auth/validate', { txId, token: 'AAAAA-BBBBB' }), wrong)
    await succeed(server.call('/auth/validate', { txId, token: code }))
    isFailed(await use(username, code), used)
    await succeed(use(username, other))
    const { username: none } = await newUser(server)
    isFailed(await server.call('/auth/challenge', { ...body, username: none }), 'The user has not set up this method.')
  })

  it('is wrong for the code of another user, for a code of an app, and the other way round', async () => {
    const { username } = await newUser(server)
    const other = await newUser(server)
    const [code = ''] = await codesOf(username)
    await codesOf(other.username)
    const app = await newAuthenticator(server, username)
    isFailed(await use(other.username, code), wrong)
    isFailed(await use(username, app.nextCode()), wrong)
    isFailed(await use(username, code, { authType: 'GOOGLE AUTHENTICATOR' }), wrong)
    await succeed(use(username, code))
  })

  it('ten wrong ones lock it, and leave the app of the user alone', async () => {
    const { username } = await newUser(server)
    const [code = ''] = await codesOf(username)
    const app = await newAuthenticator(server, username)
    for (let n = 0; n < 10; n++) isFailed(await use(username, `AAAAA-0000${n}`), wrong)
    isFailed(await use(username, code), 'Too many wrong answers. This method is locked for a while.')
    await succeed(server.call('/auth/validate', { customerKey, username, token: app.nextCode() }))
    server.advance(30 * 60_000)
    await succeed(use(username, code))
  })

  it('tells the user when two and fewer are left', async () => {
    const { username } = await newUser(server)
    const codes = await codesOf(username)
    for (const code of codes.slice(0, 7)) await succeed(use(username, code))
    await sleep(2_500) // more than a sweep
    assert.equal((await told(username, 1)).length, 1, 'of the set alone')
    await succeed(use(username, codes[7] ?? ''))
    const [few = ''] = await told(username, 2)
    assert.match(few, /^A recovery code was used, and few are left/)
    for (const code of codes.slice(8)) await succeed(use(username, code))
    assert.equal((await told(username, 4)).length, 4)
  })

  it("is refused to a customer whose user he is not, as an unknown name's", async () => {
    const { username } = await newUser(server)
    const [code = ''] = await codesOf(username)
    const key = await newCustomer(server)
    const body = { customerKey: key.customerKey, username, token: code, authType: 'RECOVERY CODE' }
    isFailed(await server.call('/auth/validate', body, { key }), wrong)
    assert.equal(testKey.customerKey, Number(customerKey))
    await succeed(use(username, code))
  })
})
