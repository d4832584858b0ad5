import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, inbox, type Key } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { generous, isSent, paused, sent } from '../support/limits.ts'
import { acceptAsShown, customerWith, deny, linksFor, linksIn, newAddress, newPhone } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'

const minuteMs = 60_000

for (const database of databaseNames)
  describe(`time and settings of the limits, on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())

    const challenge = (key: Key, body: object) =>
      server.call('/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
    const customer = (settings: Record<string, string> = {}) => customerWith(server, { ...generous, ...settings })

    /** The start of the next day in UTC. */
    function nextDay(): void {
      const dayMs = 24 * 60 * minuteMs
      server.advance(dayMs - (server.now() % dayMs))
    }

    async function countUntilRefused(ask: () => Promise<Answered>, most = 120): Promise<number> {
      for (let count = 0; count < most; count++) if (!isSent(await ask())) return count
      return most
    }

    it('a contact is free again ten minutes after each message, and after ten a day after the first of them', async () => {
      const key = await customerWith(server)
      const email = newAddress()
      const ask = () => challenge(key, { email, authType: 'EMAIL' })
      assert.equal(await countUntilRefused(ask), 5)
      server.advance(10 * minuteMs)
      assert.equal(await countUntilRefused(ask), 5)
      server.advance(10 * minuteMs)
      assert.equal(await countUntilRefused(ask), 0)
      server.advance((23 * 60 + 39) * minuteMs)
      assert.equal(await countUntilRefused(ask), 0)
      server.advance(minuteMs)
      assert.equal(await countUntilRefused(ask), 5)
      server.advance(10 * minuteMs)
      assert.equal(await countUntilRefused(ask), 5)
    })

    it('no ten minutes hold more, wherever they begin: half at their end leaves half for the next', async () => {
      const key = await customerWith(server, { sendsPerContact10Min: '4' })
      const email = newAddress()
      const ask = () => challenge(key, { email, authType: 'EMAIL' })
      // To the last seconds of ten minutes of the clock on the wall, and over their end.
      server.advance(10 * minuteMs - (server.now() % (10 * minuteMs)) - 3_000)
      for (let times = 0; times < 2; times++) assert.ok(isSent(await ask()))
      server.advance(5 * minuteMs)
      assert.equal(await countUntilRefused(ask), 2)
      server.advance(4 * minuteMs)
      assert.equal(await countUntilRefused(ask), 0)
      server.advance(minuteMs)
      assert.equal(await countUntilRefused(ask), 2)
    })

    it('the budget is new every day', async () => {
      nextDay()
      const key = await customer({ messagesPerDay: '2' })
      const ask = () => challenge(key, { email: newAddress(), authType: 'EMAIL' })
      assert.equal(await countUntilRefused(ask), 2)
      server.advance(60 * minuteMs)
      assert.equal(await countUntilRefused(ask), 0)
      nextDay()
      assert.equal(await countUntilRefused(ask), 2)
    })

    it('a stopped prefix is tried again after ten minutes', async () => {
      const key = await customer()
      let index = 0
      const ask = () => challenge(key, { phone: `+1808555${String(4_000 + index++)}`, authType: 'SMS' })
      assert.equal(await countUntilRefused(ask), 21)
      server.advance(9 * minuteMs)
      assert.equal(await countUntilRefused(ask), 0)
      server.advance(minuteMs + 10_000)
      assert.equal(await countUntilRefused(ask), 21)
    })

    it('prompts are free again an hour after the first of the five', async () => {
      const key = await customer()
      const email = newAddress()
      const ask = () => challenge(key, { email, authType: 'OUT OF BAND EMAIL' })
      assert.ok(isSent(await ask()))
      server.advance(30 * minuteMs)
      assert.equal(await countUntilRefused(ask), 4)
      server.advance(29 * minuteMs)
      assert.equal(await countUntilRefused(ask), 0)
      server.advance(minuteMs + 1_000)
      assert.equal(await countUntilRefused(ask), 1)
    })

    for (const ending of ['denied', 'not answered'] as const)
      it(`three that were ${ending} pause prompts for an hour, and then one is enough to pause them again`, async () => {
        const key = await customer()
        const email = newAddress()
        const ask = () => challenge(key, { email, authType: 'OUT OF BAND EMAIL' })
        const end = async () => {
          if (ending === 'denied') await deny((await linksFor(server.baseUrl, email)).deny)
          else server.advance(5 * minuteMs + 1_000)
        }
        for (let times = 0; times < 3; times++) {
          assert.ok(isSent(await ask()), String(times))
          await end()
        }
        assert.equal((await ask()).body.message, paused)
        server.advance(59 * minuteMs)
        assert.equal((await ask()).body.message, paused)
        server.advance(minuteMs)
        assert.ok(isSent(await ask()))
        await end()
        assert.equal((await ask()).body.message, paused)
      })

    it('a message that could not be handed over tires nobody: it is no prompt', async () => {
      const failing = await startServer(database)
      try {
        await failing.set('smtpUrl', 'smtp://127.0.0.1:1', 0)
        const key = await customerWith(failing, generous)
        const ask = (authType: string) =>
          failing.call('/auth/challenge', { customerKey: key.customerKey, username: user, authType }, { key })
        const user = newAddress()
        const creating = { customerKey: key.customerKey, username: user, phone: newPhone() }
        assert.ok(isSent(await failing.call('/admin/users/create', creating, { key })))
        for (let times = 0; times < 5; times++) assert.equal((await ask('OUT OF BAND EMAIL')).body.status, 'ERROR')
        assert.equal((await ask('OUT OF BAND SMS')).body.message, sent)
      } finally {
        await failing.close()
      }
    })

    const adjustable: readonly (readonly [
      setting: string,
      value: string,
      count: number,
      body: (index: number) => object,
    ])[] = [
      ['sendsPerContact10Min', '2', 2, () => ({ email: 'the-one@example.com', authType: 'EMAIL' })],
      ['sendsPerContact10Min', '20', 20, () => ({ email: 'the-two@example.com', authType: 'EMAIL' })],
      ['sendsPerContactDay', '1', 1, () => ({ email: 'the-three@example.com', authType: 'EMAIL' })],
      ['sendsPerPrefix10Min', '1', 1, (index) => ({ phone: `+1907555${5_000 + index}`, authType: 'SMS' })],
      [
        'sendsPerAddress10Min',
        '2',
        2,
        (index) => ({ email: `at${index}@example.com`, authType: 'EMAIL', ipAddress: '203.0.113.11' }),
      ],
      ['messagesPerDay', '0', 0, (index) => ({ email: `by${index}@example.com`, authType: 'EMAIL' })],
    ]
    for (const [setting, value, count, body] of adjustable)
      it(`${setting} of ${value} lets ${count} through`, async () => {
        const key = await customer({ [setting]: value })
        let index = 0
        assert.equal(await countUntilRefused(() => challenge(key, body(index++)), 25), count)
      })

    const hard: readonly (readonly [setting: string, value: string, fallback: number, body: () => object])[] = [
      ['sendsPerContact10Min', '21', 5, () => ({ email: 'a-one@example.com', authType: 'EMAIL' })],
      ['sendsPerContact10Min', '0', 5, () => ({ email: 'a-two@example.com', authType: 'EMAIL' })],
      ['sendsPerContact10Min', '-1', 5, () => ({ email: 'a-three@example.com', authType: 'EMAIL' })],
      ['sendsPerContact10Min', 'unlimited', 5, () => ({ email: 'a-four@example.com', authType: 'EMAIL' })],
      ['sendsPerContactDay', '101', 10, () => ({ email: 'a-five@example.com', authType: 'EMAIL' })],
      [
        'sendsPerAddress10Min',
        '1001',
        20,
        () => ({ email: newAddress(), authType: 'EMAIL', ipAddress: '203.0.113.12' }),
      ],
    ]
    for (const [setting, value, fallback, body] of hard)
      it(`${setting} of ${value} is past its hard limit: the default of ${fallback} holds`, async () => {
        const key = await customer({ [setting]: value })
        assert.equal(await countUntilRefused(() => challenge(key, body()), fallback + 3), fallback)
      })

    it('links that were sent before a pause still work in it', async () => {
      const key = await customer()
      const email = newAddress()
      const ask = () => challenge(key, { email, authType: 'OUT OF BAND EMAIL' })
      assert.equal(await countUntilRefused(ask), 5)
      const [newest] = await inbox(server.baseUrl, email)
      assert.equal((await acceptAsShown(linksIn(newest?.text ?? ''))).title, 'Accepted')
    })
  })
