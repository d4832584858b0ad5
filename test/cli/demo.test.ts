import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { people } from '../../server/demo/people.ts'
import { testKey } from '../support/caller.ts'
import { adminOf, type ConsoleClient } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { json } from './command.ts'

/** Sign-ins of the last days were let in, asked and refused, and somebody said of one that it was not his. */
async function looksWeighed(client: ConsoleClient): Promise<void> {
  const policy = (await client.do('risk.look')).scopes[0]?.policy ?? assert.fail()
  assert.deepEqual(policy.networks.blocked, ['203.0.113.0/24'])
  const { total, cells } = await client.do('risk.replay', { body: { scope: '', policy } })
  assert.ok(total > 60, `${total} weighed`)
  for (const least of ['allow', 'challenge', 'deny'])
    assert.ok(
      cells.some((cell) => cell.least === least),
      least,
    )
  const [worn] = (await client.do('users.list', { query: { q: people[9]?.username ?? '' } })).items
  const timeline = await client.do('users.timeline', { params: { id: worn?.id ?? '' }, query: { limit: 50 } })
  const told = timeline.items.map(({ text, why }) => `${text} ${why}`).join('\n')
  for (const sentence of [
    /not the user/,
    /Refused by the risk policy, at risk 7/,
    /Asked at risk .*First sign-in with this/,
  ])
    assert.match(told, sentence)
}

for (const name of databaseNames) {
  describe(`the demo (${name})`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    /** How many rows each table has that belongs to customers. */
    const counts = async () => {
      const raw = await openRaw(server.place)
      try {
        const found: Record<string, number> = {}
        for (const table of ['users', 'credentials', 'challenges', 'deliveries', 'delivery_tries', 'tokens', 'apps'])
          found[table] = (await raw.run(`select 1 from ${table}`)).length
        for (const table of [
          'groups',
          'group_members',
          'guards',
          'settings',
          'audit_rows',
          'customers',
          ...['risk_evaluations', 'risk_users', 'risk_devices', 'risk_policies', 'risk_counts'],
        ])
          found[table] = (await raw.run(`select 1 from ${table}`)).length
        // Of others a block may be closed meanwhile.
        const ofNobody = 'select 1 from audit_blocks where customer_id not in (select id from customers)'
        found['audit_blocks'] = (await raw.run(ofNobody)).length
        return found
      } finally {
        await raw.close()
      }
    }

    it('is filled, makes every page alive, and goes without a trace', async () => {
      const { client } = await adminOf(server, 'owner')
      await server.assembled.store.closeAudit(server.now())
      const before_ = await counts()
      const { body: made } = { body: await json(server.place, ['demo', 'fill']) }
      assert.equal((made as { users: number }).users, 60)
      assert.deepEqual(await json(server.place, ['demo', 'fill']), {
        customerKey: (made as { customerKey: number }).customerKey,
      })
      const reference = await (await fetch(`${server.baseUrl}/docs`)).text()
      assert.ok(reference.includes(testKey.apiKey), 'development goes on with the customer that was there')
      client.customerId = (made as { customerKey: number }).customerKey
      const home = await client.do('home.look')
      assert.ok(home.today.approved > 10)
      assert.equal(home.users.locked, 1)
      const open = home.today.byMethod.reduce((total, { unanswered }) => total + unanswered, 0)
      assert.equal(home.today.waiting, open, 'codes of apps hide no open question')
      const { items, total } = await client.do('users.list')
      assert.equal(total, 60)
      assert.ok(items.some(({ methods }) => methods.includes('passkey')))
      assert.equal((await client.do('groups.list')).total, 6)
      assert.ok((await client.do('tokens.list', { query: { state: 'assigned' } })).total > 0)
      const { byDay, noStrongMethod, usesSms } = await client.do('activity.reports', { query: { days: 30 } })
      const attacked = Math.max(...byDay.map(({ refused }) => refused))
      assert.ok(attacked > 80, `a day of the attack is seen: ${attacked}`)
      assert.ok(noStrongMethod.total > 0 && usesSms.total > 0)
      assert.equal((await client.do('activity.audit')).isWhole, true)
      await looksWeighed(client)
      await json(server.place, ['demo', 'clear'])
      assert.deepEqual(await counts(), before_)
      assert.deepEqual(await json(server.place, ['demo', 'clear']), { customerKey: null })
    })
  })
}
