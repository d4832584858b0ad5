import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../support/databases.ts'
import {
  type Asked,
  accept,
  ask,
  at,
  customerWith,
  deny,
  eventually,
  isOver,
  type Nodes,
  newAddress,
  startNodes,
} from '../support/links.ts'

for (const database of databaseNames)
  describe(`DENY and ACCEPT at once, on ${database === 'PostgreSQL' ? 'two processes on PostgreSQL' : database}`, () => {
    let nodes: Nodes
    before(async () => {
      nodes = await startNodes(database)
    })
    after(() => nodes.close())

    const states = async (txId: string): Promise<string[]> => {
      const answers = await Promise.all(
        ([0, 1] as const).map((node) => nodes.call(node, '/auth/auth-status', { txId }, { signed: false })),
      )
      return answers.map(({ body }) => String(body.status))
    }

    async function asked(): Promise<Asked> {
      const key = await customerWith(nodes.server)
      const send = (body: object) =>
        nodes.call(0, '/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
      return ask(send, nodes.urls[0])
    }

    it('end in exactly one state, which is the same everywhere and for ever', async () => {
      for (let round = 0; round < 6; round++) {
        const { txId, links, number } = await asked()
        const pages = await Promise.all(
          Array.from({ length: 12 }, (_, index) => {
            const baseUrl = nodes.urls[index % 2] ?? ''
            return index % 4 < 2 ? accept(at(baseUrl, links.accept), number) : deny(at(baseUrl, links.deny))
          }),
        )
        const [state = '', other] = await states(txId)
        assert.equal(other, state)
        const won = { SUCCESS: 'Accepted', DENIED: 'Denied' }[state]
        assert.ok(won, state)
        const told = pages.map(({ title }) => title)
        if (won === 'Accepted') {
          assert.equal(told.filter((title) => title === 'Accepted').length, 1, 'one of many accepted')
          assert.ok(!told.includes('Denied'), 'nobody is told another end')
        } else {
          assert.ok(!told.includes('Accepted'), 'nobody is told another end')
          assert.ok(told.includes('Denied'))
        }
        for (const again of [await accept(links.accept, number), await deny(links.deny)]) assert.ok(isOver(again))
        assert.deepEqual(await states(txId), [state, state])
      }
    })

    it('a link of one node is good on the other', async () => {
      const { txId, links, number } = await asked()
      assert.equal((await accept(at(nodes.urls[1], links.accept), number)).title, 'Accepted')
      assert.deepEqual(await states(txId), ['SUCCESS', 'SUCCESS'])
    })

    it('many ACCEPTs at once are one', async () => {
      const { links, number } = await asked()
      const pages = await Promise.all(
        Array.from({ length: 20 }, (_, index) => accept(at(nodes.urls[index % 2] ?? '', links.accept), number)),
      )
      assert.equal(pages.filter(({ title }) => title === 'Accepted').length, 1)
    })

    it('guesses at every number at once are three', async () => {
      let accepted = 0
      for (let round = 0; round < 3; round++) {
        const { txId, links, number } = await asked()
        const numbers = Array.from({ length: 100 }, (_, index) => String(index).padStart(2, '0'))
        const wrong = numbers.filter((one) => one !== number)
        const pages = await Promise.all(
          wrong.slice(0, 40).map((one, index) => accept(at(nodes.urls[index % 2] ?? '', links.accept), one)),
        )
        accepted += pages.filter(({ title }) => title === 'Accepted').length
        assert.deepEqual(await states(txId), ['FAILED', 'FAILED'])
        assert.ok(isOver(await accept(links.accept, number)))
        const { attempts } = await spentOn(txId)
        assert.equal(attempts, 3)
      }
      assert.equal(accepted, 0)
    })

    it('an ACCEPT and a newer challenge at once: what was accepted stays accepted, what was replaced never is', async () => {
      for (let round = 0; round < 4; round++) {
        const key = await customerWith(nodes.server)
        const email = newAddress()
        const send = (body: object) =>
          nodes.call(1, '/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
        const older = await ask(send, nodes.urls[0], { email })
        const [page] = await Promise.all([
          accept(at(nodes.urls[0], older.links.accept), older.number),
          send({ email, authType: 'OUT OF BAND EMAIL' }),
        ])
        const expected = page.title === 'Accepted' ? 'SUCCESS' : 'FAILED'
        assert.ok(await eventually(async () => (await states(older.txId)).every((state) => state === expected)))
      }
    })

    async function spentOn(txId: string): Promise<{ attempts: number }> {
      const failures = await nodes.server.assembled.store.read.challenges.find(txId)
      assert.ok(failures)
      const { key } = failures.subject
      const guard = await nodes.server.assembled.store.read.guards.find(failures.customerId, key, 'message-link')
      return { attempts: guard.failures }
    }
  })
