import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { EngineCore } from '../../server/engine/ports.ts'
import { registerYubikey } from '../../server/engine/token-codes.ts'
import type { Store } from '../../server/store/open.ts'
import type { Customer } from '../../server/vocabulary/customer.ts'
import { type Answered, type Key, post, testKey, wrongCode } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { type Nodes, startNodes } from '../support/nodes.ts'
import { storeOn } from '../support/store.ts'
import { oathCode } from '../support/totp.ts'
import { logRow, newYubikey, touch } from '../support/yubikey.ts'

const times = 40
const startedAtMs = Date.now()
const wrong = 'Invalid OTP provided. Please try again.'
let count = 0

for (const name of databaseNames) {
  describe(`hardware tokens on ${name}`, () => {
    let nodes: Nodes
    let store: Store
    before(async () => {
      nodes = await startNodes(name)
      store = await storeOn(nodes.place)
    })
    after(async () => {
      await store.close()
      await nodes.stop()
    })

    const call = async (path: string, body: object, key: Key = testKey, index = 0) => {
      const { baseUrl } = nodes.processes[index % nodes.processes.length] as { baseUrl: string } // there is at least one
      const asked = { customerKey: key.customerKey, ...body }
      return post(baseUrl, `/moas/api${path}`, asked, { key, timestamp: startedAtMs - ++count })
    }
    const done = async (path: string, body: object, key: Key = testKey) => {
      const answer = await call(path, body, key)
      assert.equal(answer.body.status, 'SUCCESS', answer.text)
      return answer.body
    }
    const tokens = (what: string, body: object, key?: Key) => call(`/admin/tokens/${what}`, body, key)
    const validate = (username: string, token: string, index = 0) =>
      call('/auth/validate', { username, token: ' '.repeat(index) + token, authType: 'HARDWARE TOKEN' }, testKey, index)

    const newUser = async (key?: Key) => {
      const username = `owner-${++count}@example.com`
      await done('/admin/users/create', { username }, key)
      return username
    }
    const newToken = async (rest: string, key?: Key) => {
      const [seed, serial] = [randomBytes(20), `T-${++count}`]
      await done('/admin/tokens/import', { file: `${serial},${seed.toString('hex')},${rest}` }, key)
      return { serial, code: (step: number) => oathCode(seed, step, 8) }
    }
    const importYubikey = async () => {
      const yubikey = newYubikey()
      await done('/admin/tokens/import', { file: logRow(yubikey) })
      return { serial: yubikey.publicId, ...yubikey }
    }
    const newOwner = async (rest = 'HOTP,8') => {
      const [username, token] = [await newUser(), await newToken(rest)]
      await done('/admin/tokens/assign', { serial: token.serial, username })
      return { username, ...token }
    }
    const newCustomer = async (): Promise<Key> => {
      const key = { customerKey: 30_000 + ++count, apiKey: `key-of-${count}` }
      await store.write((tx) => tx.customers.add(key.customerKey, 'Other', key.apiKey, Date.now()))
      return key
    }
    const all = (job: (index: number) => Promise<Answered>) =>
      Promise.all(Array.from({ length: times }, (_, at) => job(at)))

    it(`a code works once, ${times} at once`, async () => {
      const { username, code } = await newOwner()
      assertOneSuccess(await all((index) => validate(username, code(3), index)))
    })

    it(`a touch of a YubiKey works once, ${times} at once`, async () => {
      const [username, yubikey] = [await newUser(), await importYubikey()]
      await done('/admin/tokens/assign', { serial: yubikey.serial, username })
      const otp = touch(yubikey, 1, 1)
      assertOneSuccess(await all((index) => validate(username, otp, index)))
    })

    it('older code after newer: it is refused, of every kind', async () => {
      const counting = await newOwner()
      await isAccepted(validate(counting.username, counting.code(5)))
      for (const step of [0, 4, 5]) await isRefused(validate(counting.username, counting.code(step)))

      const clock = await newOwner('TOTP,8,SHA1,60')
      const now = Math.floor(Date.now() / 60_000)
      await isAccepted(validate(clock.username, clock.code(now + 1)))
      for (const step of [now, now + 1]) await isRefused(validate(clock.username, clock.code(step)))

      const [username, yubikey] = [await newUser(), await importYubikey()]
      await done('/admin/tokens/assign', { serial: yubikey.serial, username })
      await isAccepted(validate(username, touch(yubikey, 2, 0)))
      for (const [plugged, used] of [
        [2, 0],
        [1, 255],
        [1, 0],
      ] as const)
        await isRefused(validate(username, touch(yubikey, plugged, used)))
    })

    it('the counter of a HOTP token moves only forward and only on success', async () => {
      const { username, code } = await newOwner()
      for (const token of [code(11), wrongCode(code(0))]) await isRefused(validate(username, token))
      await isAccepted(validate(username, code(0))) // ten ahead is the last that counts, and nothing has moved it
      await isAccepted(validate(username, code(10)))
      await isRefused(validate(username, code(21)))
      for (const step of [9, 10]) await isRefused(validate(username, code(step)))
      await isAccepted(validate(username, code(20)))
    })

    it('resync is not replay: neither its codes nor older ones work, for a sign-in or another resync', async () => {
      const { username, serial, code } = await newOwner()
      const resync = (first: number) => tokens('resync', { serial, token: code(first), nextToken: code(first + 1) })
      await isAccepted(validate(username, code(2)))
      for (const first of [0, 1, 2]) await isRefused(resync(first))
      await isAccepted(resync(50))
      for (const first of [49, 50, 51]) await isRefused(resync(first))
      for (const step of [49, 50, 51]) await isRefused(validate(username, code(step)))
      await isAccepted(validate(username, code(52)))
    })

    it(`a resync counts once, ${times} at once`, async () => {
      const { serial, code } = await newOwner()
      assertOneSuccess(
        await all((index) =>
          call(
            '/admin/tokens/resync',
            { serial, token: `${' '.repeat(index)}${code(60)}`, nextToken: code(61) },
            testKey,
            index,
          ),
        ),
      )
    })

    it('wrong pairs at a resync are counted with wrong codes, and lock both', async () => {
      const { username, serial, code } = await newOwner()
      for (let tries = 0; tries < 5; tries++) {
        await isRefused(validate(username, wrongCode(code(0))))
        await isRefused(tokens('resync', { serial, token: code(300), nextToken: code(301) }))
      }
      const { body } = await tokens('resync', { serial, token: code(20), nextToken: code(21) })
      assert.match(body.message ?? '', /locked/)
      assert.match((await validate(username, code(0))).body.message ?? '', /locked/)
    })

    it("a foreign customer's token is unknown in every call, and its codes are wrong", async () => {
      const other = await newCustomer()
      const [username, mine] = [await newUser(other), await newOwner()]
      const free = await newToken('HOTP,8')
      for (const { serial } of [mine, free]) {
        const pair = { token: mine.code(0), nextToken: mine.code(1) }
        for (const what of ['assign', 'unassign', 'disable', 'enable', 'resync']) {
          const { body } = await tokens(what, { serial, username, ...pair }, other)
          assert.deepEqual([body.status, body.message], ['FAILED', 'There is no token of this serial number.'], what)
        }
      }
      const { tokens: seen, total } = await done('/admin/tokens/list', {}, other)
      assert.deepEqual([seen, total], [[], 0])
      const exported = await done('/admin/tokens/export', { plain: true }, other)
      assert.equal(exported['exported'], 0)
      const foreign = { username: mine.username, token: mine.code(0), authType: 'HARDWARE TOKEN' }
      const { body } = await call('/auth/validate', foreign, other)
      assert.deepEqual([body.status, body.message], ['FAILED', wrong])
      await isAccepted(validate(mine.username, mine.code(0)))
    })

    it('the same serial number may be of two customers, and each has his own token', async () => {
      const other = await newCustomer()
      const mine = await newOwner()
      const seed = randomBytes(20)
      await done('/admin/tokens/import', { file: `${mine.serial},${seed.toString('hex')},HOTP,8` }, other)
      const username = await newUser(other)
      await done('/admin/tokens/assign', { serial: mine.serial, username }, other)
      const answer = await call(
        '/auth/validate',
        { username, token: oathCode(seed, 0, 8), authType: 'HARDWARE TOKEN' },
        other,
      )
      assert.equal(answer.body.status, 'SUCCESS', answer.text)
      await isRefused(validate(mine.username, oathCode(seed, 1, 8)))
    })

    it(`a token is never in two hands: of ${times} assignments at once one succeeds`, async () => {
      const { serial, code } = await newToken('HOTP,8')
      const users = await Promise.all(Array.from({ length: times }, () => newUser()))
      const answers = await all((index) =>
        call('/admin/tokens/assign', { serial, username: users[index] }, testKey, index),
      )
      assertOneSuccess(answers)
      const owner = answers.findIndex(({ body }) => body.status === 'SUCCESS')
      for (const [index, username] of users.entries())
        assert.equal((await validate(username, code(0))).body.status === 'SUCCESS', index === owner)
    })

    it('what was used in one hand is used in the next: no way of taking a token back rewinds it', async () => {
      const { serial, code } = await newToken('HOTP,8')
      let step = -1
      const ways: readonly ((username: string) => Promise<unknown>)[] = [
        () => done('/admin/tokens/unassign', { serial }),
        async () => {
          await done('/admin/tokens/disable', { serial })
          await done('/admin/tokens/unassign', { serial })
          await done('/admin/tokens/enable', { serial })
        },
        (username) => done('/admin/users/delete', { username }),
        async (username) => {
          await done('/admin/tokens/disable', { serial })
          await done('/admin/users/delete', { username })
          await done('/admin/tokens/enable', { serial })
        },
        () => done('/admin/tokens/unassign', { serial }),
      ]
      for (const takeBack of ways) {
        const username = await newUser()
        await done('/admin/tokens/assign', { serial, username })
        if (step >= 0) for (const old of [0, step]) await isRefused(validate(username, code(old)))
        step += 2
        await isAccepted(validate(username, code(step)))
        await takeBack(username)
        await isRefused(validate(username, code(step + 1)))
      }
    })

    it('a token that is taken back while codes arrive never goes on before one that was accepted', async () => {
      const { username, serial, code } = await newOwner()
      const [moved, ...answers] = await Promise.all([
        tokens('disable', { serial }),
        ...Array.from({ length: 6 }, (_, step) => validate(username, code(step), step)),
      ])
      assert.equal(moved.body.status, 'SUCCESS', moved.text)
      await done('/admin/tokens/enable', { serial })
      const newest = answers.findLastIndex(({ body }) => body.status === 'SUCCESS')
      if (newest >= 0) await isRefused(validate(username, code(newest)))
      await isAccepted(validate(username, code(newest + 1)))
    })

    describe('a YubiKey that is registered by a touch', () => {
      let customer: Customer
      let ports: EngineCore
      before(async () => {
        const found = await store.read.customers.find(testKey.customerKey)
        assert.ok(found)
        customer = found
        ports = { store, clock: Date.now, observe: () => undefined }
      })
      const register = (username: string, otp: string, of = customer) =>
        registerYubikey(ports, { customer: of, username, otp, request: null, requestId: null })

      it('is assigned to who touched it, and that touch is used up', async () => {
        const [username, yubikey] = [await newUser(), await importYubikey()]
        const otp = touch(yubikey, 4, 2)
        assert.deepEqual(await register(username, otp), { ok: true, serial: yubikey.serial, username })
        await isRefused(validate(username, otp))
        await isRefused(validate(username, touch(yubikey, 4, 1)))
        await isAccepted(validate(username, touch(yubikey, 4, 3)))
        assert.equal((await register(username, touch(yubikey, 4, 4))).ok, true, 'again, by himself')
        assert.deepEqual(await register(username, touch(yubikey, 4, 4)), { ok: false, reason: 'used' })
      })

      it(`is in one hand when ${times} register it at once with touches of their own`, async () => {
        const yubikey = await importYubikey()
        const users = await Promise.all(Array.from({ length: times }, () => newUser()))
        const outcomes = await Promise.all(users.map((username, used) => register(username, touch(yubikey, 1, used))))
        assert.equal(outcomes.filter(({ ok }) => ok).length, 1)
      })

      it('is refused without a valid OTP, in another hand, disabled, unknown, or of another customer', async () => {
        const [mine, other] = [await newUser(), await newUser()]
        const [yubikey, disabled] = [await importYubikey(), await importYubikey()]
        await done('/admin/tokens/disable', { serial: disabled.serial })
        assert.equal((await register(mine, touch(yubikey, 1, 1))).ok, true)
        const foreign = await newCustomer()
        const foreigner = await store.read.customers.find(foreign.customerKey)
        assert.ok(foreigner)
        const foreignUser = await newUser(foreign)
        const unknown = { ...yubikey, publicId: newYubikey().publicId }
        const forged = { ...yubikey, privateId: randomBytes(6) }
        const refusal = { ok: false, reason: 'wrong' }
        for (const otp of [
          touch(yubikey, 1, 2),
          touch(disabled, 1, 1),
          touch(unknown, 1, 1),
          touch(forged, 1, 3),
          '123456',
          '',
        ])
          assert.deepEqual(await register(other, otp), refusal)
        assert.deepEqual(await register(foreignUser, touch(await importYubikey(), 1, 1), foreigner), refusal)
        assert.deepEqual(await register('nobody@example.com', touch(yubikey, 1, 4)), {
          ok: false,
          reason: 'unknown-user',
        })
        const { failures } = await store.read.guards.find(
          customer.id,
          (await store.read.users.find(customer.id, other))?.id ?? '',
          'hardware-token',
        )
        assert.equal(failures, 6)
      })

      it('is refused while the user is locked', async () => {
        const [username, yubikey] = [await newUser(), await importYubikey()]
        for (let tries = 0; tries < 10; tries++) await register(username, 'cccc')
        assert.deepEqual(await register(username, touch(yubikey, 1, 1)), { ok: false, reason: 'locked' })
      })
    })
  })
}

async function isAccepted(answering: Promise<Answered>): Promise<void> {
  const { body, text } = await answering
  assert.equal(body.status, 'SUCCESS', text)
}

async function isRefused(answering: Promise<Answered>): Promise<void> {
  const { body, text } = await answering
  assert.equal(body.status, 'FAILED', text)
}

function assertOneSuccess(answers: readonly Answered[]): void {
  const successes = answers.filter(({ body }) => body.status === 'SUCCESS')
  const others = new Set(answers.filter(({ body }) => body.status !== 'SUCCESS').map(({ body }) => body.status))
  assert.equal(successes.length, 1, answers[0]?.text)
  assert.deepEqual([...others], ['FAILED'])
}
