import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { databaseNames } from '../support/databases.ts'
import { atOnce, callsOf, inTurn, isSent, paused, sent, sentOf, told } from '../support/limits.ts'
import {
  acceptAsShown,
  at,
  deny,
  linksFor,
  type Nodes,
  newAddress,
  newPhone,
  open,
  startNodes,
  withinDay,
} from '../support/links.ts'
import { openRaw } from '../support/raw.ts'

for (const database of databaseNames)
  describe(`the limits of ${database === 'PostgreSQL' ? 'two processes on PostgreSQL together' : database}`, () => {
    let nodes: Nodes
    before(async () => {
      nodes = await startNodes(database)
    })
    after(() => nodes.close())
    beforeEach(() => withinDay())

    const { challenge, customer, messagesTo } = callsOf(() => nodes)

    it('five prompts an hour, on both together', async () => {
      const key = await customer()
      const email = newAddress()
      const answers = await inTurn(8, () => challenge(key, { email, authType: 'OUT OF BAND EMAIL' }))
      assert.deepEqual(told(answers), { [sent]: 5, [paused]: 3 })
      assert.equal((await messagesTo(email)).length, 5)
      assert.ok(isSent(await challenge(key, { email, authType: 'EMAIL' })), 'a code can be asked for all the same')
    })

    it('five, also when fifteen are asked at once', async () => {
      const key = await customer()
      const email = newAddress()
      const answers = await atOnce(15, (index) =>
        challenge(key, { email, authType: 'OUT OF BAND EMAIL', transactionName: `number ${index}` }),
      )
      assert.deepEqual(told(answers), { [sent]: 5, [paused]: 10 })
    })

    it('five for one user, by whatever contact he is asked', async () => {
      const key = await customer()
      const username = newAddress()
      const creating = { customerKey: key.customerKey, username, phone: newPhone() }
      assert.ok(isSent(await nodes.call(0, '/admin/users/create', creating, { key })))
      const ways = [
        { username, authType: 'OUT OF BAND EMAIL' },
        { username, authType: 'OUT OF BAND SMS' },
        { username, phone: newPhone(), authType: 'OUT OF BAND SMS' },
        { username: username.toUpperCase(), authType: 'OUT OF BAND EMAIL' },
        { username, email: newAddress(), authType: 'OUT OF BAND EMAIL' },
        { username, phone: newPhone(), authType: 'OUT OF BAND SMS' },
      ]
      const answers = await inTurn(ways.length, (index) => challenge(key, ways[index] ?? {}))
      assert.deepEqual(told(answers), { [sent]: 5, [paused]: 1 })
    })

    it('five for one user, also when he is asked by fifteen contacts at once', async () => {
      const key = await customer()
      const username = newAddress()
      const creating = { customerKey: key.customerKey, username }
      assert.ok(isSent(await nodes.call(0, '/admin/users/create', creating, { key })))
      const answers = await atOnce(15, () =>
        challenge(key, { username, email: newAddress(), authType: 'OUT OF BAND EMAIL' }),
      )
      assert.deepEqual(told(answers), { [sent]: 5, [paused]: 10 })
    })

    it('a yes starts the count anew', async () => {
      const key = await customer()
      const email = newAddress()
      const ask = () => challenge(key, { email, authType: 'OUT OF BAND EMAIL' })
      assert.equal(sentOf(await inTurn(5, ask)), 5)
      assert.equal((await acceptAsShown(await linksFor(nodes.urls[0], email))).title, 'Accepted')
      assert.deepEqual(told(await inTurn(6, ask)), { [sent]: 5, [paused]: 1 })
    })

    it('three denials in a row pause prompts, whichever node they are denied at', async () => {
      const key = await customer()
      const email = newAddress()
      const ask = () => challenge(key, { email, authType: 'OUT OF BAND EMAIL' })
      for (let times = 0; times < 3; times++) {
        assert.ok(isSent(await ask()))
        const { deny: link } = await linksFor(nodes.urls[0], email)
        await deny(at(nodes.urls[times % 2] ?? '', link))
      }
      assert.deepEqual(told(await inTurn(2, ask)), { [paused]: 2 })
      assert.ok(isSent(await challenge(key, { email, authType: 'EMAIL' })), 'a code can be asked for all the same')
    })

    it('three prompts in a row that nobody answered pause them, whichever node they were asked by', async () => {
      const key = await customer()
      const email = newAddress()
      const ask = () => challenge(key, { email, authType: 'OUT OF BAND EMAIL' })
      const raw = await openRaw(nodes.server.place)
      try {
        for (let times = 0; times < 3; times++) {
          const { body } = await ask()
          assert.equal(body.status, 'SUCCESS', body.message)
          // As if it had been asked six minutes earlier: its five are over.
          const earlier = 'created_at_ms = created_at_ms - 360000, expires_at_ms = expires_at_ms - 360000'
          await raw.run(`update challenges set ${earlier} where id = $1`, String(body.txId))
        }
      } finally {
        await raw.close()
      }
      assert.deepEqual(told(await inTurn(2, ask)), { [paused]: 2 })
    })

    it('one prompt of a user waits at a time: a newer one ends the older, on both', async () => {
      const key = await customer()
      const username = newAddress()
      const creating = { customerKey: key.customerKey, username }
      assert.ok(isSent(await nodes.call(0, '/admin/users/create', creating, { key })))
      const contacts = Array.from({ length: 5 }, () => newAddress())
      const answers = await atOnce(5, (index) =>
        challenge(key, { username, email: contacts[index], authType: 'OUT OF BAND EMAIL' }),
      )
      assert.deepEqual(told(answers), { [sent]: 5 })
      for (const node of [0, 1] as const) {
        const states = await Promise.all(
          answers.map(
            async ({ body: { txId } }) => (await nodes.call(node, '/auth/auth-status', { txId }, { key })).body,
          ),
        )
        assert.deepEqual(states.map(({ status }) => status).sort(), [...Array(4).fill('FAILED'), 'IN_PROGRESS'])
        const waiting = states.findIndex(({ status }) => status === 'IN_PROGRESS')
        for (const [index, email] of contacts.entries()) {
          const { accept } = await linksFor(nodes.urls[0], email)
          assert.equal((await open(at(nodes.urls[node], accept))).mayAccept, index === waiting)
        }
      }
    })
  })
