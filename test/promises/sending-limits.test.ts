import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { codeFor } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import {
  atOnce,
  callsOf,
  foreign,
  inTurn,
  isSent,
  overBudget,
  sent,
  sentOf,
  suspicious,
  told,
  tooMany,
} from '../support/limits.ts'
import { customerWith, type Nodes, newAddress, newPhone, startNodes, withinDay } from '../support/links.ts'

for (const database of databaseNames)
  describe(`the limits of ${database === 'PostgreSQL' ? 'two processes on PostgreSQL together' : database}`, () => {
    let nodes: Nodes
    before(async () => {
      nodes = await startNodes(database)
    })
    after(() => nodes.close())
    beforeEach(() => withinDay())

    const { challenge, customer, messagesTo } = callsOf(() => nodes)

    it('five messages to one number in ten minutes, on both together, and no sixth', async () => {
      const key = await customerWith(nodes.server)
      const phone = newPhone()
      const answers = await inTurn(8, () => challenge(key, { phone, authType: 'SMS' }))
      assert.deepEqual(told(answers), { [sent]: 5, [tooMany]: 3 })
      assert.equal((await messagesTo(phone)).length, 5)
    })

    it('five, also when twenty are asked at once', async () => {
      const key = await customerWith(nodes.server)
      const phone = newPhone()
      const answers = await atOnce(20, (index) =>
        challenge(key, { phone, authType: 'SMS', transactionName: `number ${index}` }),
      )
      assert.deepEqual(told(answers), { [sent]: 5, [tooMany]: 15 })
      assert.equal((await messagesTo(phone)).length, 5)
    })

    it('ten messages to one contact in a day, on both together, also when twenty are asked at once', async () => {
      const key = await customerWith(nodes.server, { sendsPerContact10Min: '20' })
      const email = newAddress()
      const answers = await atOnce(20, (index) =>
        challenge(key, { email, authType: 'EMAIL', transactionName: `number ${index}` }),
      )
      assert.deepEqual(told(answers), { [sent]: 10, [tooMany]: 10 })
      assert.equal((await messagesTo(email)).length, 10)
    })

    it('one number is one contact, however it is spelled and whatever it is called by', async () => {
      const key = await customerWith(nodes.server)
      const spellings = [
        ['SMS', '+14155550123'],
        ['PHONE VERIFICATION', '4155550123'],
        ['WHATSAPP', '(415) 555-0123'],
        ['OUT OF BAND SMS', '1-415-555-0123'],
        ['SMS', '+1 415.555.0123'],
        ['SMS', '０１１ 1 415 555 0123'],
        ['SMS', '＋１４１５５５５０１２３'],
      ] as const
      const answers = await inTurn(spellings.length, (index) => {
        const [authType, phone] = spellings[index] ?? ['', '']
        return challenge(key, { phone, authType })
      })
      assert.deepEqual(told(answers), { [sent]: 5, [tooMany]: 2 })
    })

    it('one address is one contact, however it is spelled', async () => {
      const key = await customerWith(nodes.server)
      const email = newAddress()
      const spellings = [
        email,
        email.toUpperCase(),
        `  ${email} `,
        email.replace('s', 'S'),
        email.replace('example', 'EXAMPLE'),
        email.replace('s', 'ｓ'),
        email,
      ]
      const answers = await inTurn(spellings.length, (index) =>
        challenge(key, { email: spellings[index], authType: index % 2 === 0 ? 'EMAIL' : 'OUT OF BAND EMAIL' }),
      )
      assert.equal(sentOf(answers), 5)
    })

    it('a contact is the same whoever is asked there: enrolled users and strangers share it', async () => {
      const key = await customer({ sendsPerContact10Min: '3' })
      const [phone, username] = [newPhone(), newAddress()]
      const creating = { customerKey: key.customerKey, username, phone }
      assert.ok(isSent(await nodes.call(0, '/admin/users/create', creating, { key })))
      const ways = [{ username }, { phone }, { username: newAddress(), phone }, { username }, { phone }]
      const answers = await inTurn(ways.length, (index) => challenge(key, { ...ways[index], authType: 'SMS' }))
      assert.deepEqual(told(answers), { [sent]: 3, [tooMany]: 2 })
    })

    it('messages to one prefix, whatever the number', async () => {
      const key = await customer({ sendsPerPrefix10Min: '6' })
      const answers = await atOnce(12, (index) =>
        challenge(key, { phone: `+1212555${String(1_000 + index)}`, authType: 'SMS' }),
      )
      assert.deepEqual(told(answers), { [sent]: 6, [tooMany]: 6 })
      assert.ok(isSent(await challenge(key, { phone: '+13035550001', authType: 'SMS' })), 'another prefix is free')
      assert.ok(isSent(await challenge(key, { email: newAddress(), authType: 'EMAIL' })), 'an address has none')
    })

    it('a prefix whose codes nobody types is stopped after twenty messages, on both together', async () => {
      const key = await customer()
      const answers = await atOnce(30, (index) =>
        challenge(key, { phone: `+1617555${String(2_000 + index)}`, authType: 'SMS' }),
      )
      assert.deepEqual(told(answers), { [sent]: 21, [suspicious]: 9 })
      assert.ok(isSent(await challenge(key, { phone: '+13035550002', authType: 'SMS' })), 'another prefix is free')
    })

    it('a prefix whose codes are typed is not stopped: one in ten is enough', async () => {
      const key = await customer()
      for (let index = 0; index < 40; index++) {
        const phone = `+1512555${String(3_000 + index)}`
        const answer = await challenge(key, { phone, authType: 'SMS' })
        assert.ok(isSent(answer), `${index}: ${answer.body.message}`)
        if (index % 9 !== 0) continue
        const token = await codeFor(nodes.urls[0], phone)
        assert.ok(isSent(await nodes.call(0, '/auth/validate', { txId: answer.body.txId, token }, { key })))
      }
    })

    it('messages for one client address, whoever they are for', async () => {
      const key = await customer({ sendsPerAddress10Min: '4' })
      const answers = await atOnce(9, () =>
        challenge(key, { email: newAddress(), authType: 'EMAIL', ipAddress: '203.0.113.7' }),
      )
      assert.deepEqual(told(answers), { [sent]: 4, [tooMany]: 5 })
      const other = { email: newAddress(), authType: 'EMAIL', ipAddress: '203.0.113.8' }
      assert.ok(isSent(await challenge(key, other)), 'another address is free')
      assert.ok(isSent(await challenge(key, { email: newAddress(), authType: 'EMAIL' })), 'no address is free')
    })

    it('a /64 of IPv6 is one client address, however it is written', async () => {
      const key = await customer({ sendsPerAddress10Min: '3' })
      const spellings = [
        '2001:db8:1:2::1',
        '2001:DB8:1:2:ffff::9',
        '2001:0db8:0001:0002:0000:0000:0000:0003',
        '2001:db8:1:2:3:4:5:6',
        '2001:db8:1:3::1',
      ]
      const answers = await inTurn(spellings.length, (index) =>
        challenge(key, { email: newAddress(), authType: 'EMAIL', ipAddress: spellings[index] }),
      )
      assert.deepEqual(answers.map(isSent), [true, true, true, false, true])
    })

    it('the messages of a customer in a day, by every way', async () => {
      const key = await customer({ messagesPerDay: '7' })
      const bodies = [
        () => ({ email: newAddress(), authType: 'EMAIL' }),
        () => ({ phone: newPhone(), authType: 'SMS' }),
        () => ({ email: newAddress(), authType: 'OUT OF BAND EMAIL' }),
        () => ({ phone: newPhone(), authType: 'PHONE VERIFICATION' }),
      ]
      const answers = await atOnce(16, (index) => challenge(key, bodies[index % bodies.length]?.() ?? {}))
      assert.deepEqual(told(answers), { [sent]: 7, [overBudget]: 9 })
    })

    it('a message by two ways is two of the budget', async () => {
      const key = await customer({ messagesPerDay: '3' })
      const ask = () => challenge(key, { email: newAddress(), phone: newPhone(), authType: 'SMS AND EMAIL' })
      const answers = await inTurn(2, ask)
      assert.deepEqual(told(answers), { [sent]: 1, [overBudget]: 1 })
      assert.ok(isSent(await challenge(key, { email: newAddress(), authType: 'EMAIL' })), 'the third is still there')
    })

    it('notices are within the budget too: it is the most that a day can cost', async () => {
      const key = await customer({ messagesPerDay: '3' })
      const [username, phone] = [`somebody${key.customerKey}`, newPhone()]
      const change = (path: string, body: object) =>
        nodes.call(0, path, { customerKey: key.customerKey, username, ...body }, { key })
      assert.ok(isSent(await change('/admin/users/create', { phone, authType: 'SMS' })))
      for (let times = 0; times < 8; times++)
        assert.ok(isSent(await change('/admin/users/update', { authType: times % 2 === 0 ? 'EMAIL' : 'SMS' })))
      await new Promise((resolve) => setTimeout(resolve, 5_000)) // two sweeps
      const messages = await messagesTo(phone)
      assert.ok(messages.length <= 3, `${messages.length} messages of a budget of 3`)
    })

    it('other countries than the allowed ones get nothing, by no way', async () => {
      const key = await customer()
      for (const authType of ['SMS', 'WHATSAPP', 'PHONE VERIFICATION', 'OUT OF BAND SMS', 'SMS AND EMAIL']) {
        const email = newAddress()
        for (const phone of ['+4930123456', '011 49 30 123456', '+18765550101', '+16135550101']) {
          const { body } = await challenge(key, { phone, email, authType })
          assert.deepEqual([body.status, body.message], ['FAILED', foreign])
        }
        assert.deepEqual(await messagesTo(email), [])
      }
      for (const phone of ['+4930123456', '+18765550101', '+16135550101']) assert.deepEqual(await messagesTo(phone), [])
    })

    it('the allowed countries are a setting', async () => {
      const key = await customer({ allowedCountries: 'DE, MX' })
      const toldOf = async (phone: string) => (await challenge(key, { phone, authType: 'SMS' })).body.message
      assert.equal(await toldOf('+4930123457'), sent)
      assert.equal(await toldOf('+525512345678'), sent)
      assert.equal(await toldOf('+442079460958'), foreign)
      assert.equal(await toldOf('+12125550199'), foreign)
      const any = await customer({ allowedCountries: '*' })
      assert.ok(isSent(await challenge(any, { phone: '+442079460959', authType: 'SMS' })))
    })

    it('what is refused counts nothing: the limits are as full as before', async () => {
      const key = await customer({ messagesPerDay: '10', sendsPerContact10Min: '2', sendsPerAddress10Min: '4' })
      const [email, ipAddress] = [newAddress(), '203.0.113.9']
      const ask = (to: string) => challenge(key, { email: to, authType: 'EMAIL', ipAddress })
      assert.equal(sentOf(await inTurn(12, () => ask(email))), 2)
      assert.deepEqual(told(await inTurn(3, () => ask(newAddress()))), { [sent]: 2, [tooMany]: 1 })
      const free = () => challenge(key, { email: newAddress(), authType: 'EMAIL' })
      assert.deepEqual(told(await inTurn(8, free)), { [sent]: 6, [overBudget]: 2 })
    })

    it('what is refused for its country, its number or its name counts nothing', async () => {
      const key = await customer({ messagesPerDay: '1' })
      const { customerKey } = key
      assert.ok(!isSent(await challenge(key, { phone: '+4930123456', authType: 'SMS' })))
      assert.ok(!isSent(await challenge(key, { phone: '123', authType: 'SMS' })))
      assert.ok(!isSent(await challenge(key, { username: 'nobody', authType: 'SMS' })))
      assert.ok(!isSent(await challenge(key, { phone: newPhone(), authType: 'PIGEON' })))
      const wrongKey = { customerKey, apiKey: 'another-api-key' }
      assert.ok(!isSent(await challenge(wrongKey, { phone: newPhone(), authType: 'SMS' })))
      assert.ok(isSent(await challenge(key, { phone: newPhone(), authType: 'SMS' })))
    })

    it('a request that is repeated byte for byte is one message, and one of every limit', async () => {
      const key = await customer({ messagesPerDay: '2' })
      const email = newAddress()
      const timestamp = nodes.server.now()
      const body = { customerKey: key.customerKey, email, authType: 'EMAIL' }
      const answers = await atOnce(6, (index) =>
        nodes.call(index % 2 === 0 ? 0 : 1, '/auth/challenge', body, { key, timestamp }),
      )
      assert.equal(new Set(answers.map(({ body: { txId } }) => txId)).size, 1)
      assert.equal((await messagesTo(email)).length, 1)
      assert.ok(isSent(await challenge(key, { email: newAddress(), authType: 'EMAIL' })))
    })

    it('one customer never uses up what another has', async () => {
      const [one, other] = [await customer({ messagesPerDay: '1' }), await customer({ messagesPerDay: '1' })]
      const [email, ipAddress] = [newAddress(), '203.0.113.10']
      for (const key of [one, other]) assert.ok(isSent(await challenge(key, { email, authType: 'EMAIL', ipAddress })))
    })

    it('an earlier code lives on when a newer one is refused', async () => {
      const key = await customer({ sendsPerContact10Min: '1' })
      const email = newAddress()
      const first = await challenge(key, { email, authType: 'EMAIL' })
      assert.ok(!isSent(await challenge(key, { email, authType: 'EMAIL' })))
      const token = await codeFor(nodes.urls[0], email)
      assert.ok(isSent(await nodes.call(1, '/auth/validate', { txId: first.body.txId, token }, { key })))
    })

    it('the answer has the same shape for a user, a stranger and a name that nobody has', async () => {
      const key = await customer({ sendsPerContact10Min: '1' })
      const username = newAddress()
      const creating = { customerKey: key.customerKey, username }
      assert.ok(isSent(await nodes.call(0, '/admin/users/create', creating, { key })))
      const stranger = newAddress()
      for (const who of [{ username }, { email: stranger }])
        assert.ok(isSent(await challenge(key, { ...who, authType: 'EMAIL' })))
      const known = await challenge(key, { username, authType: 'EMAIL' })
      const unknown = await challenge(key, { email: stranger, authType: 'EMAIL' })
      const nobody = await challenge(key, { username: newAddress(), authType: 'EMAIL' })
      assert.equal(known.text, unknown.text)
      assert.equal(known.body.message, tooMany)
      assert.deepEqual(Object.keys(nobody.body).sort(), Object.keys(known.body).sort())
      assert.deepEqual([nobody.code, nobody.body.status], [known.code, known.body.status])
    })

    it('are seen in /metrics by method and reason, without a name or a contact', async () => {
      const key = await customer({ messagesPerDay: '0' })
      const email = newAddress()
      await nodes.call(0, '/auth/challenge', { customerKey: key.customerKey, email, authType: 'EMAIL' }, { key })
      const text = await (await fetch(`${nodes.urls[0]}/metrics`)).text()
      assert.match(text, /countersign_challenges_total\{method="message-code",outcome="over-budget"\} [1-9]/)
      assert.ok(!text.includes(email))
    })
  })
