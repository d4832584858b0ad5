import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answerRefusals, challengeRefusals } from '../../server/api/miniorange/words.ts'
import { testKey, wrongCode } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { type Call, enrolled, type Nodes, startNodes } from '../support/nodes.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'

const guesses = 300
const minuteMs = 60_000
const { customerKey } = testKey

for (const name of databaseNames) {
  describe(`attempts against processes on ${name}`, () => {
    let nodes: Nodes
    before(async () => {
      nodes = await startNodes(name)
    })
    after(() => nodes.stop())

    const challenge = async (index: number, phone: string) => {
      const { body } = await nodes.node(index)('/auth/challenge', { customerKey, phone, authType: 'SMS' })
      assert.equal(body.status, 'SUCCESS', body.message)
      return { txId: String(body.txId), code: await nodes.codeFor(phone) }
    }
    const validate = async (index: number, body: object) => {
      const answer = await nodes.node(index)('/auth/validate', { customerKey, ...body })
      return answer.body
    }
    const statusOf = async (index: number, txId: string) =>
      (await nodes.node(index)('/auth/auth-status', { txId })).body.status
    /** How many guesses were really compared. */
    const compared = async (where: string, value: string) => {
      const raw = await openRaw(nodes.place)
      try {
        const [row] = await raw.run(
          `select count(*) as count from audit_rows where outcome in ('wrong', 'accepted') and ${where} = $1`,
          value,
        )
        return Number(row?.['count'])
      } finally {
        await raw.close()
      }
    }
    const guessAll = async (
      forbidden: readonly string[],
      guess: (token: string, index: number) => Promise<unknown>,
    ) => {
      const codes = Array.from({ length: guesses + forbidden.length }, (_, n) => String(n * 3_001).padStart(6, '0'))
      const wrong = codes.filter((code) => !forbidden.includes(code)).slice(0, guesses)
      await Promise.all(wrong.map(guess))
    }

    it(`${guesses} guesses at once against one challenge spend five tries, and then the right code is refused`, async () => {
      const { txId, code } = await challenge(0, '+15550200001')
      const messages = new Map<unknown, number>()
      await guessAll([code], async (token, index) => {
        const { status, message } = await validate(index, { txId, token })
        assert.equal(status, 'FAILED')
        messages.set(message, (messages.get(message) ?? 0) + 1)
      })
      assert.equal(await compared('challenge_id', txId), 5)
      assert.equal(messages.get(answerRefusals.wrong), 5)
      assert.equal(messages.get(answerRefusals.spent), guesses - 5, [...messages.keys()].join(' '))
      for (const index of [0, 1]) {
        assert.equal((await validate(index, { txId, token: code })).status, 'FAILED')
        assert.equal(await statusOf(index, txId), 'FAILED')
      }
    })

    it(`${guesses} guesses at once against one authenticator are ten, and then the right code is refused everywhere`, async () => {
      const username = 'guessed@example.com'
      const secret = await enrolled(nodes.node(0), username)
      const near = [-1, 0, 1, 2].map((steps) => totp(secret, Date.now() + steps * 30_000))
      const before = await compared('method', 'time-code')
      await guessAll(near, async (token, index) => {
        assert.equal((await validate(index, { username, authType: 'SOFT TOKEN', token })).status, 'FAILED')
      })
      assert.equal((await compared('method', 'time-code')) - before, 10)
      const token = totp(secret, Date.now() + 30_000)
      for (const index of [0, 1]) {
        assert.equal((await validate(index, { username, token })).message, answerRefusals.locked)
        const again = await nodes.node(index)('/auth/validate-google-auth-secret', {
          customerKey,
          username,
          secret,
          token,
        })
        assert.equal(again.body.status, 'FAILED')
      }
    })

    it('a captured guess counts once, however often it is sent again, and a captured success never counts again', async () => {
      const { txId, code } = await challenge(0, '+15550200004')
      const send = (token: string, timestamp: number) =>
        Array.from({ length: 20 }, (_, index) =>
          nodes.node(index)('/auth/validate', { customerKey, txId, token }, { timestamp }),
        )
      const guesses = await Promise.all(send(wrongCode(code), Date.now()))
      const told = (message: string) => guesses.filter(({ body }) => body.message === message).length
      assert.deepEqual([told(answerRefusals.wrong), told(answerRefusals.repeated)], [1, 19])
      assert.equal(await compared('challenge_id', txId), 1)

      const timestamp = Date.now()
      const answers = await Promise.all(send(code, timestamp))
      assert.equal(answers.filter(({ body }) => body.status === 'SUCCESS').length, 1)
      for (const { body } of await Promise.all(send(code, timestamp)))
        assert.equal(body.message, answerRefusals.repeated)
    })

    it('a lock that was made on one process holds on the other', async () => {
      const username = 'locked@example.com'
      const secret = await enrolled(nodes.node(0), username)
      for (let n = 0; n < 10; n++) await validate(0, { username, token: wrongCode(totp(secret, Date.now())) })
      const token = totp(secret, Date.now() + 30_000)
      assert.equal((await validate(1, { username, token })).message, answerRefusals.locked)
    })

    it('a code that was sent by one process is accepted on the other, and both tell the same status', async () => {
      const { txId, code } = await challenge(0, '+15550200002')
      for (const index of [0, 1]) assert.equal(await statusOf(index, txId), 'IN_PROGRESS')
      assert.equal((await validate(1, { txId, token: code })).status, 'SUCCESS')
      for (const index of [0, 1]) assert.equal(await statusOf(index, txId), 'SUCCESS')
    })

    it('a newer code from the other process ends the older one', async () => {
      const phone = '+15550200003'
      const older = await challenge(0, phone)
      const newer = await challenge(1, phone)
      assert.equal((await validate(0, { txId: older.txId, token: older.code })).message, answerRefusals.replaced)
      assert.equal((await validate(0, { txId: newer.txId, token: newer.code })).status, 'SUCCESS')
    })
  })

  describe(`failures over time on ${name}`, () => {
    let server: TestServer
    let call: Call
    before(async () => {
      server = await startServer(name)
      call = server.call
      // So many questions to one person that the limits of sending would hide those of guessing.
      await Promise.all([server.set('sendsPerContact10Min', '20'), server.set('sendsPerContactDay', '100')])
    })
    after(() => server.close())

    const challenge = async (body: object) =>
      (await call('/auth/challenge', { customerKey, authType: 'SMS', ...body })).body
    const validate = async (body: object) => (await call('/auth/validate', { customerKey, ...body })).body
    const codeOf = (secret: string) => totp(secret, server.now())
    const guess = async (username: string, times: number) => {
      const messages: unknown[] = []
      // Letters are never right, and cost an attempt like digits do.
      for (let n = 0; n < times; n++) messages.push((await validate({ username, token: 'abcdef' })).message)
      return messages
    }
    const enrol = async (username: string) => {
      const secret = await enrolled(call, username, server.now())
      server.advance(30_000) // to a step that is not used up
      return secret
    }
    const userNamed = async (username: string) =>
      (await server.assembled.store.read.users.find(customerKey, username)) ?? assert.fail('no such user')
    const failuresOf = async (username: string, method: string) =>
      (await server.assembled.store.read.guards.find(customerKey, (await userNamed(username)).id, method)).failures
    const newUser = async (username: string, phone: string) => {
      const made = await call('/admin/users/create', { customerKey, username, phone })
      assert.equal(made.body.status, 'SUCCESS', made.text)
    }
    /** Fifty wrong answers in a row, each lock waited for. */
    const exhaust = async (tenTimes: () => Promise<unknown>) => {
      for (const minutes of [30, 60, 120, 240, 480]) {
        await tenTimes()
        server.advance(minutes * minuteMs)
      }
    }

    it('a lock ends after its time, and the next one is longer', async () => {
      const username = 'locked-twice@example.com'
      const secret = await enrol(username)
      const isLocked = async () =>
        (await validate({ username, token: codeOf(secret) })).message === answerRefusals.locked
      for (const minutes of [30, 60, 120]) {
        assert.deepEqual(await guess(username, 10), Array(10).fill(answerRefusals.wrong))
        assert.ok(await isLocked())
        server.advance((minutes - 1) * minuteMs)
        assert.ok(await isLocked(), `still after ${minutes - 1} minutes`)
        server.advance(minuteMs)
      }
      assert.equal((await validate({ username, token: codeOf(secret) })).status, 'SUCCESS')
      await guess(username, 10)
      server.advance(30 * minuteMs)
      assert.equal((await validate({ username, token: codeOf(secret) })).status, 'SUCCESS', 'a success starts anew')
    })

    it('ten wrong answers to one contact lock it too, whatever challenges they answer', async () => {
      const phone = '+15550200011'
      const txIds: unknown[] = []
      for (const count of [4, 4, 2]) {
        const { txId, status } = await challenge({ phone })
        assert.equal(status, 'SUCCESS')
        txIds.push(txId)
        for (let n = 0; n < count; n++)
          assert.equal((await validate({ txId, token: 'abcdef' })).message, answerRefusals.wrong)
      }
      const code = await server.codeFor(phone)
      assert.equal((await validate({ txId: txIds.at(-1), token: code })).message, answerRefusals.locked)
      assert.equal((await challenge({ phone })).message, challengeRefusals.locked.message)
      server.advance(30 * minuteMs)
      const { txId } = await challenge({ phone })
      assert.equal((await validate({ txId, token: await server.codeFor(phone) })).status, 'SUCCESS')
    })

    it('asking again does not reset the failures of a user', async () => {
      const username = 'asked-again'
      await newUser(username, '+15550200012')
      for (let failures = 1; failures <= 6; failures++) {
        const { txId } = await challenge({ username })
        await validate({ txId, token: 'abcdef' })
        assert.equal(await failuresOf(username, 'message-code'), failures)
      }
    })

    it('a success resets its own method only', async () => {
      const username = 'two-methods'
      const phone = '+15550200013'
      await newUser(username, phone)
      await enrol(username)
      await guess(username, 3)
      const { txId } = await challenge({ username })
      for (let n = 0; n < 3; n++) await validate({ txId, token: 'abcdef' })
      assert.equal((await validate({ txId, token: await server.codeFor(phone) })).status, 'SUCCESS')
      assert.equal(await failuresOf(username, 'message-code'), 0)
      assert.equal(await failuresOf(username, 'time-code'), 3)
    })

    it('a lock of one method leaves the other one open', async () => {
      const username = 'other-way-in'
      const phone = '+15550200014'
      await newUser(username, phone)
      await enrol(username)
      await guess(username, 10)
      const { txId } = await challenge({ username })
      assert.equal((await validate({ txId, token: await server.codeFor(phone) })).status, 'SUCCESS')
    })

    for (const authType of [undefined, 'SOFT TOKEN', 'GOOGLE AUTHENTICATOR', 'SMS']) {
      it(`a stranger's name gets the same answers as a user's, lock and all (authType ${authType ?? 'left out'})`, async () => {
        const suffix = (authType ?? 'none').toLowerCase().replaceAll(' ', '-')
        const names = [`enrolled-${suffix}`, `without-authenticator-${suffix}`, `nobody-${suffix}`] as const
        await enrol(names[0])
        await newUser(names[1], '+15550200015')
        const told = []
        for (const username of names) {
          const answers = []
          for (let n = 0; n < 12; n++) {
            const { txId, ...rest } = await validate({ username, token: '1234567', ...(authType ? { authType } : {}) })
            answers.push({ ...rest, hasTxId: txId !== undefined })
          }
          told.push(answers)
        }
        assert.deepEqual(told[1], told[0])
        assert.deepEqual(told[2], told[0])
      })
    }

    it("a stranger's lock ends like a user's, and nothing ever lets him in", async () => {
      const username = 'nobody-at-all'
      assert.deepEqual(await guess(username, 11), [...Array(10).fill(answerRefusals.wrong), answerRefusals.locked])
      server.advance(30 * minuteMs)
      assert.deepEqual(await guess(username, 1), [answerRefusals.wrong])
    })

    it('fifty wrong answers in a row disable a method until somebody unlocks it', async () => {
      const username = 'disabled-sms'
      const phone = '+15550200016'
      await newUser(username, phone)
      await exhaust(async () => {
        for (const count of [5, 5]) {
          const { txId } = await challenge({ username })
          for (let n = 0; n < count; n++) await validate({ txId, token: 'abcdef' })
        }
      })
      assert.equal((await challenge({ username })).message, challengeRefusals.disabled.message)
      server.advance(30 * 24 * 60 * minuteMs)
      assert.equal((await challenge({ username })).message, challengeRefusals.disabled.message)
      const { id } = await userNamed(username)
      await server.assembled.store.write((tx) => tx.guards.unlock(customerKey, id))
      const { txId } = await challenge({ username })
      assert.equal((await validate({ txId, token: await server.codeFor(phone) })).status, 'SUCCESS')
    })

    it('fifty wrong answers in a row disable an authenticator until a new one is set up', async () => {
      const username = 'disabled-token'
      const secret = await enrol(username)
      await exhaust(() => guess(username, 10))
      assert.equal((await validate({ username, token: codeOf(secret) })).message, answerRefusals.disabled)
      const fresh = await enrol(username)
      assert.equal((await validate({ username, token: codeOf(secret) })).status, 'FAILED', 'the old one is gone')
      assert.equal((await validate({ username, token: codeOf(fresh) })).status, 'SUCCESS')
    })

    it('fifty wrong answers in a row never disable a contact that nobody enrolled', async () => {
      const phone = '+15550200017'
      await exhaust(async () => {
        for (const count of [5, 5]) {
          const { txId } = await challenge({ phone })
          for (let n = 0; n < count; n++) await validate({ txId, token: 'abcdef' })
        }
      })
      const { txId } = await challenge({ phone })
      assert.equal((await validate({ txId, token: await server.codeFor(phone) })).status, 'SUCCESS')
    })
  })
}
