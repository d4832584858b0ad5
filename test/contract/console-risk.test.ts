import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { RiskPolicy } from '../../contract/console/risk.ts'
import { adminOf, type ConsoleClient } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { pairedPhone } from '../support/device.ts'
import { newDevice, setPolicy, signIn, visit } from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'

const reason = 'Sold the laptop'

for (const name of databaseNames) {
  describe(`risk in the console (${name})`, () => {
    let server: TestServer
    let client: ConsoleClient
    before(async () => {
      server = await startServer(name)
      client = (await adminOf(server, 'owner', 11627)).client
    })
    after(() => server.close())

    const newPerson = async (username: string) => client.do('users.add', { body: { username, email: username } })
    const usual = async (): Promise<RiskPolicy> => (await client.do('risk.look')).scopes[0]?.policy ?? assert.fail()
    const set = (scope: string, policy: RiskPolicy | null) => client.call('risk.set', { body: { scope, policy } })

    it('the policy of a group counts for its members, on the page of the SDK too', async () => {
      const policy = {
        ...(await usual()),
        networks: { allowed: [], blocked: ['127.0.0.0/8'], otherwise: 'deny' },
      } as const
      const member = await newPerson('member@example.com')
      await newPerson('other@example.com')
      const group = await client.do('groups.save', { body: { name: 'Vault staff' } })
      const params = { id: group.id }
      await client.do('groups.changeMembers', { params, body: { add: [member.username], remove: [] } })
      const answer = await set(`group:${group.id}`, policy)
      assert.deepEqual([answer.body.name, answer.body.isSet], ['Vault staff', true])
      await setPolicy(server, {}) // waits until both are in use
      assert.equal((await visit(server, 'member@example.com')).body.status, 'DENY')
      assert.equal((await visit(server, 'other@example.com')).body.status, 'WAIT_FOR_INPUT')
      assert.equal((await set(`group:${group.id}`, null)).body.isSet, false)
    })

    it('a policy that does not read, or is for nobody, is refused with every reason', async () => {
      const wrong = await set('', { ...(await usual()), challengeAt: 500, denyAt: 0 })
      assert.equal(wrong.body.code, 'invalid')
      assert.equal(wrong.body.details?.length, 2)
      for (const scope of ['group:999', 'app:nobody', 'x']) assert.equal((await set(scope, await usual())).code, 404)
      const draft = { scope: '', policy: { ...(await usual()), challengeAt: -1 } }
      assert.equal((await client.call('risk.replay', { body: draft })).body.code, 'invalid')
    })

    it('a draft is tried on the sign-ins of the week, and changes nothing', async () => {
      const { cells, total, isWhole } = await client.do('risk.replay', { body: { scope: '', policy: await usual() } })
      assert.ok(total >= 1 && isWhole)
      assert.equal(
        cells.reduce((sum, { count }) => sum + count, 0),
        total,
      )
      const policy = { ...(await usual()), denyAt: 1 }
      const { changed, changedTotal } = await client.do('risk.replay', { body: { scope: '', policy } })
      assert.ok(changedTotal >= 1)
      assert.equal(changed[0]?.would, 'deny')
      assert.equal((await usual()).denyAt, 101)
    })

    it('a simulation says what would come of a sign-in, and why', async () => {
      const body = { username: 'other@example.com', address: '203.0.113.9' }
      const { decision, findings, methods } = await client.do('risk.simulate', { body })
      assert.equal(decision, 'challenge')
      assert.ok(findings.some(({ because }) => because.length > 10))
      assert.ok(methods.some(({ method, via }) => method === 'message-code' && via === 'email'))
      const call = (more: object) => client.call('risk.simulate', { body: { ...body, ...more } })
      assert.equal((await call({ username: 'nobody' })).code, 404)
      assert.equal((await call({ address: 'here' })).body.field, 'address')
      assert.equal((await call({ deviceId: 'x' })).code, 404)
    })

    it('other points of a rule move the simulated score, and wrong ones are refused in words', async () => {
      const { scopes, rules } = await client.do('risk.look')
      const policy = scopes[0]?.policy ?? assert.fail()
      assert.equal(rules.find(({ rule }) => rule === 'not-me')?.points, 40)
      assert.equal(rules.find(({ rule }) => rule === 'network')?.points, null)
      const username = 'weighed@example.com'
      await newPerson(username)
      await signIn(server, username)
      const simulated = async (points: number) => {
        const draft = { ...policy, rules: { ...policy.rules, 'no-token': { points }, 'new-device': { points: 1 } } }
        return client.do('risk.simulate', { body: { username, policy: draft } })
      }
      const [none, more] = [await simulated(0), await simulated(12)]
      assert.equal(more.score - none.score, 12)
      assert.ok(more.findings.some(({ points, because }) => points === 12 && /no token/.test(because)))
      for (const points of [101, -1, 1.5, null]) {
        const { body } = await set('', { ...policy, rules: { 'not-me': { points } } } as RiskPolicy)
        assert.equal(body.message, 'policy.rules.not-me.points must be a whole number from 0 to 100.')
      }
    })

    it('remembered devices are listed and forgotten with a reason, and the timeline says why somebody was asked', async () => {
      const person = await newPerson('device@example.com')
      const device = newDevice()
      await signIn(server, person.username, device, true)
      assert.equal((await visit(server, person.username, device)).body.status, 'SUCCESS')
      const params = { id: person.id }
      const [shown] = (await client.do('users.look', { params })).devices
      assert.deepEqual([shown?.kind, shown?.name, shown?.isTrusted], ['browser', 'Chrome on Windows', true])
      const body = { act: 'end-trust', deviceId: shown?.id ?? '', reason } as const
      assert.deepEqual((await client.do('users.act', { params, body })).user?.devices, [])
      assert.equal((await client.call('users.act', { params, body })).code, 404)
      assert.equal((await visit(server, person.username, device)).body.status, 'WAIT_FOR_INPUT')
      const { items } = await client.do('users.timeline', { params, query: {} })
      assert.match(
        items.find(({ kind }) => kind === 'asked')?.why ?? '',
        /^Asked at risk \d+ of 100\. Because: There is no earlier sign-in/,
      )
      assert.ok(items.some(({ text, why }) => /forgotten by/.test(text) && why?.includes(reason)))
    })

    it('a paired phone is listed, and removed with a reason', async () => {
      const person = await newPerson('phone@example.com')
      await pairedPhone(server.baseUrl, server.call, person.username, { name: 'Pixel' })
      const params = { id: person.id }
      const [shown] = (await client.do('users.look', { params })).devices
      assert.deepEqual([shown?.kind, shown?.name], ['phone', 'Pixel'])
      const body = { act: 'remove-phone', deviceId: shown?.id ?? '', reason } as const
      assert.deepEqual((await client.do('users.act', { params, body })).user?.devices, [])
      assert.equal((await client.call('users.act', { params, body })).code, 404)
      const { items } = await client.do('users.timeline', { params, query: {} })
      assert.ok(items.some(({ text, why }) => /A phone was removed by/.test(text) && why?.includes(reason)))
    })
  })
}
