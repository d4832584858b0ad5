import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { codeFor, type Key, post, testKey, wrongCode } from '../support/caller.ts'
import { databaseNames, newPlace, type Place } from '../support/databases.ts'
import { customerWith } from '../support/links.ts'
import { forged, isTaken, newDevice, origin, pageCall, riskCall, sessionFor, signIn, visit } from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'

const minuteMs = 60_000

for (const name of databaseNames)
  describe(`adaptive sign-ins (${name})`, () => {
    let place: Place
    let nodes: readonly TestServer[]
    let one: TestServer
    let other: TestServer
    before(async () => {
      place = await newPlace(name)
      one = await startServer(place)
      // SQLite serves one process: there both are the same.
      other = name === 'PostgreSQL' ? await startServer(place) : one
      nodes = [...new Set([one, other])]
      for (const [limit, most] of Object.entries({ sendsPerAddress10Min: '1000', sendsPerPrefix10Min: '1000' }))
        await one.assembled.store.write((tx) => tx.settings.set(testKey.customerKey, limit, most, one.now()))
    })
    after(async () => {
      for (const node of nodes) await node.close()
      await place.remove()
    })

    let count = 0
    async function newUser(): Promise<string> {
      const username = `user${++count}@example.com`
      await one.call('/admin/users/create', { customerKey: testKey.customerKey, username })
      return username
    }

    const advance = (ms: number) => nodes.forEach((node) => void node.advance(ms))

    describe('a question belongs to the page that asked it', () => {
      it('a second browser can neither answer it, nor use up its tries, nor profit from it', async () => {
        const username = await newUser()
        const mine = await visit(one, username)
        assert.equal((await mine.call('challenge')).body.status, 'WAIT_FOR_INPUT')
        const code = await codeFor(one.baseUrl, username)

        const thiefs = newDevice()
        const foreign = await visit(other, username, thiefs)
        for (let tries = 0; tries < 7; tries++) {
          const answer = await foreign.call('validate', { token: tries % 2 ? code : wrongCode(code), saveDevice: true })
          assert.equal(answer.body.status, 'ERROR', answer.text)
          assert.equal(answer.body['resultToken'], undefined)
          assert.equal(answer.body['deviceToken'], undefined)
        }
        const { body } = await mine.call('validate', { token: code, saveDevice: true }, other)
        assert.equal(body.status, 'SUCCESS', body.message)
        const late = await foreign.call('validate', { token: code, saveDevice: true })
        assert.equal(late.body.status, 'ERROR')
        assert.equal((await visit(one, username, thiefs)).body.status, 'WAIT_FOR_INPUT')
      })

      it('another page of the same user, or one of another origin, cannot go on with its handle', async () => {
        const username = await newUser()
        const mine = await visit(one, username)
        await mine.call('challenge')
        const token = await codeFor(one.baseUrl, username)
        const session = await sessionFor(one, username)
        const body = { userKey: username, session, evaluation: mine.body['evaluation'], token, saveDevice: true }
        for (const from of ['https://evil.example.com', null, 'null', `${origin}.evil.example.com`]) {
          const answer = await pageCall(one, 'validate', body, from)
          assert.equal(answer.body.status, 'ERROR')
          assert.equal(answer.headers.get('access-control-allow-origin'), null)
        }
        const ofAnother = await pageCall(one, 'validate', { ...body, userKey: 'another@example.com' })
        assert.equal(ofAnother.body.status, 'ERROR')
        assert.equal((await mine.call('validate', { token, saveDevice: false })).body.status, 'SUCCESS')
      })

      it('gives one result, however often and wherever the right answer is sent at once', async () => {
        const username = await newUser()
        const mine = await visit(one, username)
        await mine.call('challenge')
        const token = await codeFor(one.baseUrl, username)
        const sent = Array.from({ length: 8 }, (_, at) =>
          mine.call('validate', { token, saveDevice: true }, at % 2 ? one : other),
        )
        const statuses = (await Promise.all(sent)).map(({ body }) => body.status)
        assert.equal(statuses.filter((status) => status === 'SUCCESS').length, 1, statuses.join())
      })
    })

    describe('a session', () => {
      it('is of one user, one origin and one customer, and evaluates once', async () => {
        const username = await newUser()
        const session = await sessionFor(one, username)
        const device = newDevice().report(session)
        const refused = [
          await pageCall(one, 'evaluate', { userKey: 'another@example.com', session, device }),
          await pageCall(one, 'evaluate', { userKey: username, session, device }, 'https://evil.example.com'),
          await pageCall(one, 'evaluate', { userKey: username, session, device }, null),
          await pageCall(one, 'evaluate', { userKey: username, session: forged(session), device }),
          await pageCall(one, 'evaluate', { userKey: username, session, device, customerKey: '999999' }),
        ]
        for (const { body, headers } of refused) {
          assert.equal(body.status, 'ERROR')
          assert.equal(headers.get('access-control-allow-origin'), null)
        }
        const first = await pageCall(other, 'evaluate', { userKey: username, session, device })
        assert.equal(first.body.status, 'WAIT_FOR_INPUT', first.text)
        assert.equal(first.headers.get('access-control-allow-origin'), origin)
      })

      it('is opened once by one request: a captured copy opens none', async () => {
        const body = { username: await newUser(), origin }
        const options = { timestamp: one.now() }
        const opened = await post(one.baseUrl, '/api/risk/session', body, options)
        assert.equal(opened.body.status, 'SUCCESS')
        const copy = await post(other.baseUrl, '/api/risk/session', body, options)
        assert.equal(copy.body.status, 'ERROR')
        assert.equal(copy.body['session'], undefined)
      })

      it('lives five minutes', async () => {
        const username = await newUser()
        const session = await sessionFor(one, username)
        advance(5 * minuteMs + 1_000)
        const { body } = await pageCall(one, 'evaluate', {
          userKey: username,
          session,
          device: newDevice().report(session),
        })
        assert.equal(body.status, 'ERROR')
      })

      it('registers only where the backend said so, nobody twice, and only contacts that it verified', async () => {
        const questions = [
          { question: 'What is your favourite color?', answer: 'red' },
          { question: 'What is you frequent flyer number?', answer: 'FL12548' },
        ]
        const username = `new${++count}@example.com`
        const profile = { userKey: username, phone: '+14155550123', alternateEmail: 'other@example.com', questions }
        const plain = await sessionFor(one, username)
        assert.equal((await pageCall(one, 'register', { ...profile, session: plain })).body.status, 'ERROR')

        const session = await sessionFor(one, username, { mayRegister: true, phone: '+14155550199' })
        const made = await pageCall(one, 'register', { ...profile, session })
        assert.equal(made.body.status, 'SUCCESS', made.text)
        assert.match(String(made.body.message), /has not verified/)
        const { store } = one.assembled
        const user = await store.read.users.find(testKey.customerKey, username)
        assert.equal(user?.phone, null)
        assert.equal(user?.email, username)

        const again = await sessionFor(other, username, { mayRegister: true, phone: '+14155550123' })
        const second = await pageCall(other, 'register', { ...profile, session: again })
        assert.equal(second.body.status, 'ERROR')
        assert.deepEqual(await store.read.users.find(testKey.customerKey, username), user)
      })
    })

    describe('a remembered device', () => {
      it('passes with its token and key, which it alone has', async () => {
        const username = await newUser()
        const mine = newDevice()
        await signIn(one, username, mine, true)
        const stolen = mine.token
        const copied = newDevice()
        assert.equal((await visit(one, username, copied)).body.status, 'WAIT_FOR_INPUT', 'a copied fingerprint')
        const thief = newDevice(stolen)
        assert.equal((await visit(other, username, thief)).body.status, 'WAIT_FOR_INPUT', 'a copied token')
        const session = await sessionFor(one, username)
        const { publicKey: _, signature: __, ...unsigned } = mine.report(session)
        const bare = await pageCall(one, 'evaluate', { userKey: username, session, device: unsigned })
        assert.equal(bare.body.status, 'WAIT_FOR_INPUT', 'a copied token without any key')
      })

      it('is of one user', async () => {
        const [mine, another] = [await newUser(), await newUser()]
        const device = newDevice()
        await signIn(one, mine, device, true)
        await signIn(one, another, newDevice(), true)
        assert.equal((await visit(one, another, newDevice(device.token))).body.status, 'WAIT_FOR_INPUT')
        assert.equal((await visit(one, mine, device)).body.status, 'SUCCESS')
      })

      it('is not one when the proof is of another session', async () => {
        const username = await newUser()
        const device = newDevice()
        await signIn(one, username, device, true)
        const old = device.report(await sessionFor(one, username))
        const session = await sessionFor(one, username)
        const { body } = await pageCall(one, 'evaluate', { userKey: username, session, device: old })
        assert.equal(body.status, 'WAIT_FOR_INPUT')
      })

      it('is forgotten when its user wants that', async () => {
        const username = await newUser()
        const device = newDevice()
        await signIn(one, username, device, true)
        const { body } = await riskCall(one, 'devices', { username })
        const [{ deviceId }] = body['devices'] as [{ deviceId: string }]
        assert.equal((await riskCall(one, 'device-removal', { username, deviceId })).body.status, 'SUCCESS')
        assert.equal((await visit(other, username, device)).body.status, 'WAIT_FOR_INPUT')
      })
    })

    describe('a result', () => {
      it('is taken once, on whichever node', async () => {
        const username = await newUser()
        const resultToken = await signIn(one, username)
        const taken = await Promise.all(
          Array.from({ length: 8 }, (_, at) => isTaken(at % 2 ? one : other, username, resultToken)),
        )
        assert.equal(taken.filter(Boolean).length, 1)
        assert.equal(await isTaken(other, username, resultToken), false)
      })

      it('is refused when it is forged, of another user, action or customer, or late', async () => {
        const username = await newUser()
        const foreign: Key = await customerWith(one, {}, 'Another')
        const result = await signIn(one, username)
        assert.equal(await isTaken(one, username, forged(result)), false)
        assert.equal(await isTaken(other, username, result, foreign), false)
        assert.equal(await isTaken(other, username, result), true, 'and none of that used it up')
        assert.equal(await isTaken(one, 'another@example.com', await signIn(one, username)), false)
        const resultToken = await signIn(one, username)
        const payment = await riskCall(one, 'redeem', { username, resultToken, action: 'payment' })
        assert.equal(payment.body.status, 'FAILED')
        const late = await signIn(one, username)
        advance(minuteMs + 1_000)
        assert.equal(await isTaken(other, username, late), false)
      })
    })

    it('nothing is learned of sign-ins that did not finish', async () => {
      const username = await newUser()
      const weigh = async () => {
        const facts = { username, ipAddress: '203.0.113.9', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0' }
        return (await riskCall(one, 'evaluate', facts)).body
      }
      await signIn(one, username)
      const first = await weigh()
      for (let tries = 0; tries < 12; tries++) assert.equal((await weigh()).status, 'WAIT_FOR_INPUT')
      const after = await weigh()
      assert.ok(Number(after['riskScore']) >= Number(first['riskScore']), JSON.stringify([first, after]))
    })
  })
