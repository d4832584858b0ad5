import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { json } from '../cli/command.ts'
import { type Answer, type Fields, nodeOrders, pathOf, postTo, signedFields } from '../support/apps.ts'
import { testKey, wrongCode } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { enrolled, type Nodes, startNodes, withMasterKey } from '../support/nodes.ts'
import { openRaw } from '../support/raw.ts'
import { totp } from '../support/totp.ts'

/** Two vendors' doors lead to one room: codes, limits and locks are those of the user, whichever door and node he takes. */

const times = 40
const { customerKey } = testKey

for (const name of databaseNames) {
  describe(`both vendors' doors on ${name}`, () => {
    let nodes: Nodes
    let app: { readonly key: string; readonly secret: string }
    before(async () => {
      nodes = await startNodes(name)
      const added = await json<{ integrationKey: string; secretKey: string }>(
        nodes.place,
        ['apps', 'add', '--customer', String(customerKey), '--name', 'Shop'],
        withMasterKey,
      )
      app = { key: added.integrationKey, secret: added.secretKey }
    })
    after(() => nodes.stop())

    let seconds = Math.floor(Date.now() / 1000) + 250
    /** Signed with a time of its own, to the nodes in turn. */
    const centagate = (index: number, call: string, fields: Fields): Promise<Answer> => {
      seconds -= 1
      return postSigned(index, call, fields, seconds * 1000)
    }
    const postSigned = (index: number, call: string, fields: Fields, atMs: number): Promise<Answer> => {
      const { baseUrl } = nodes.processes[index % nodes.processes.length] ?? assert.fail('there is a node')
      return postTo(baseUrl, pathOf(call), signedFields(app, fields, nodeOrders[call] ?? '', atMs))
    }
    const miniOrange = (index: number, path: string, body: object) =>
      nodes.node(index)(path, { customerKey, ...body }, { timestamp: Date.now() - index })
    const user = async (username: string, phone: string): Promise<void> => {
      const { body } = await miniOrange(0, '/admin/users/create', { username, phone })
      assert.equal(body.status, 'SUCCESS')
    }
    /** How often each was told. */
    const counted = (words: readonly string[]) =>
      Object.fromEntries([...new Set(words)].map((word) => [word, words.filter((one) => one === word).length]))

    it(`one code by SMS works once, ${times} at once through both doors and all nodes`, async () => {
      const [username, phone] = ['both-sms@example.com', '+15550200001']
      await user(username, phone)
      const { body } = await miniOrange(0, '/auth/challenge', { username, authType: 'SMS' })
      const code = await nodes.codeFor(phone)
      const words = await Promise.all(
        Array.from({ length: times }, async (_, index) => {
          if (index % 2 === 0) return (await centagate(index >> 1, 'auth/authSmsOtp', { username, smsOtp: code })).code
          const token = ' '.repeat(index) + code
          return (await miniOrange(index >> 1, '/auth/validate', { txId: body.txId, token })).body.status ?? ''
        }),
      )
      const successes = words.filter((word) => word === '0' || word === 'SUCCESS')
      assert.equal(successes.length, 1, JSON.stringify(counted(words)))
    })

    it(`one code of an authenticator works once, ${times} at once through both doors and all nodes`, async () => {
      const username = 'both-otp@example.com'
      const secret = await enrolled(nodes.node(0), username)
      const otp = totp(secret, Date.now() + 30_000) // of the next step, because this one is used up
      const words = await Promise.all(
        Array.from({ length: times }, async (_, index) => {
          if (index % 2 === 0) return (await centagate(index >> 1, 'auth/authOtp', { username, otp })).code
          const token = ' '.repeat(index) + otp
          const body = { username, token, authType: 'GOOGLE AUTHENTICATOR' }
          return (await miniOrange(index >> 1, '/auth/validate', body)).body.status ?? ''
        }),
      )
      const successes = words.filter((word) => word === '0' || word === 'SUCCESS')
      assert.equal(successes.length, 1, JSON.stringify(counted(words)))
    })

    it(`one hmac counts once, ${times} copies at once to all nodes`, async () => {
      const [username, phone] = ['both-hmac@example.com', '+15551200002']
      await user(username, phone)
      await centagate(0, 'req/requestSmsOtp', { username })
      const smsOtp = await nodes.codeFor(phone)
      const atMs = Date.now()
      const answers = await Promise.all(
        Array.from({ length: times }, (_, index) => postSigned(index, 'auth/authSmsOtp', { username, smsOtp }, atMs)),
      )
      const codes = counted(answers.map(({ code }) => code))
      assert.equal(codes['0'], 1, JSON.stringify(codes))
    })

    it(`one request for a code, ${times} copies at once to all nodes, is one message`, async () => {
      const [username, phone] = ['both-ask@example.com', '+15552200003']
      await user(username, phone)
      const atMs = Date.now()
      const answers = await Promise.all(
        Array.from({ length: times }, (_, index) => postSigned(index, 'req/requestSmsOtp', { username }, atMs)),
      )
      assert.ok(answers.some(({ code }) => code === '0'))
      const raw = await openRaw(nodes.place)
      const messages = await raw.run('select id from inbox_messages where "to" = $1', phone)
      await raw.close()
      assert.equal(messages.length, 1)
    })

    it(`one token goes on once, ${times} at once with the codes of two methods`, async () => {
      const [username, phone] = ['both-token@example.com', '+15553200004']
      await user(username, phone)
      const secret = await enrolled(nodes.node(0), username)
      const { inside } = await centagate(0, 'req/requestSmsOtp', { username })
      const authToken = String(inside['authToken'])
      const [smsOtp, otp] = [await nodes.codeFor(phone), totp(secret, Date.now() + 30_000)]
      const answers = await Promise.all(
        Array.from({ length: times }, (_, index) =>
          index % 2 === 0
            ? centagate(index >> 1, 'auth/authSmsOtp', { username, smsOtp, authToken })
            : centagate(index >> 1, 'auth/authOtp', { username, otp, authToken }),
        ),
      )
      assert.equal(
        answers.filter(({ code }) => code === '0').length,
        1,
        JSON.stringify(counted(answers.map(({ code }) => code))),
      )
    })

    it('wrong answers at one door lock the other', async () => {
      const username = 'both-locked@example.com'
      const secret = await enrolled(nodes.node(0), username)
      const otp = totp(secret, Date.now() + 30_000)
      for (let count = 0; count < 5; count++) {
        assert.equal((await centagate(count, 'auth/authOtp', { username, otp: wrongCode(otp) })).code, '23001')
        const body = { username, token: wrongCode(otp) + ' '.repeat(count), authType: 'GOOGLE AUTHENTICATOR' }
        assert.equal((await miniOrange(count, '/auth/validate', body)).body.status, 'FAILED')
      }
      for (const index of nodes.processes.keys()) {
        assert.equal((await centagate(index, 'auth/authOtp', { username, otp })).code, '23036')
        const body = { username, token: otp + ' '.repeat(index), authType: 'GOOGLE AUTHENTICATOR' }
        assert.match((await miniOrange(index, '/auth/validate', body)).body.message ?? '', /locked/)
      }
    })

    it('messages through one door count at the other', async () => {
      const [username, phone] = ['both-limited@example.com', '+15554200005']
      await user(username, phone)
      await withinOneWindow()
      for (let count = 0; count < 3; count++) {
        const { body } = await miniOrange(count, '/auth/challenge', { username, authType: 'SMS' })
        assert.equal(body.status, 'SUCCESS')
      }
      for (let count = 0; count < 2; count++)
        assert.equal((await centagate(count, 'req/requestSmsOtp', { username })).code, '0')
      assert.equal((await centagate(0, 'req/requestSmsOtp', { username })).code, '23002')
      const { body } = await miniOrange(9, '/auth/challenge', { username, authType: 'SMS' })
      assert.match(body.message ?? '', /Too many messages/)
    })

    it('a code of one door ends that of the other: one waits at a time', async () => {
      const [username, phone] = ['both-replaced@example.com', '+15555200006']
      await user(username, phone)
      const { body } = await miniOrange(0, '/auth/challenge', { username, authType: 'SMS' })
      await centagate(1, 'req/requestSmsOtp', { username })
      const status = await miniOrange(0, '/auth/auth-status', { txId: body.txId })
      assert.equal(status.body.status, 'FAILED')
      const smsOtp = await nodes.codeFor(phone)
      assert.equal((await centagate(0, 'auth/authSmsOtp', { username, smsOtp })).code, '0')
    })
  })
}

/** Messages are counted in windows of ten minutes by the clock. */
async function withinOneWindow(): Promise<void> {
  const leftMs = 600_000 - (Date.now() % 600_000)
  if (leftMs < 5_000) await new Promise((resolve) => setTimeout(resolve, leftMs))
}
