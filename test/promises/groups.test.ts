import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { changeMembers, type GroupOutcome, putGroups, removeGroup } from '../../server/engine/groups.ts'
import type { Store } from '../../server/store/open.ts'
import type { Customer } from '../../server/vocabulary/customer.ts'
import type { Group } from '../../server/vocabulary/group.ts'
import { post, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { type Nodes, startNodes } from '../support/nodes.ts'
import { openRaw } from '../support/raw.ts'
import { storeOn } from '../support/store.ts'
import { totp } from '../support/totp.ts'

/** Several processes change the same groups at once: the servers', and this one by the engine's own functions. */

const times = 24
const { customerKey } = testKey

for (const name of databaseNames) {
  describe(`groups on ${name}, changed by several processes at once`, () => {
    let nodes: Nodes
    let store: Store
    let customer: Customer
    before(async () => {
      nodes = await startNodes(name)
      store = await storeOn(nodes.place)
      customer = (await store.read.customers.find(customerKey)) ?? assert.fail('there is a customer')
    })
    after(async () => {
      await store.close()
      await nodes.stop()
    })

    const startedAtMs = Date.now()
    let count = 0
    const call = async (index: number, path: string, body: object): Promise<string> => {
      const { baseUrl } = nodes.processes[index % nodes.processes.length] ?? assert.fail('there is a node')
      const timestamp = startedAtMs - ++count
      const { body: answer } = await post(baseUrl, `/moas/api/admin/${path}`, { customerKey, ...body }, { timestamp })
      return String(answer.status)
    }
    const here = async (
      change: (engine: { store: Store; clock(): number }, who: typeof request) => Promise<GroupOutcome>,
    ) => {
      const outcome = await change({ store, clock: Date.now }, request)
      return outcome.ok ? 'SUCCESS' : outcome.reason
    }
    const request = {
      get customer() {
        return customer
      },
      request: null,
      requestId: null,
    }
    const all = () => store.read.groups.page(customerKey, { offset: 0, limit: 1_000 })
    const defaults = async () => (await all()).filter(({ isDefault }) => isDefault).map((group) => group.name)
    const make = (index: number, groupName: string) =>
      index % 3 === 2
        ? here((engine, who) => putGroups(engine, who, [{ name: groupName, isDefault: true }]))
        : call(index, 'groups/update', { groups: [{ groupName, isDefault: 'true' }] })
    const told = async (outcome: string) => {
      const raw = await openRaw(nodes.place)
      const rows = await raw.run(
        "select subject, detail from audit_rows where kind = 'group' and outcome = $1 order by id",
        outcome,
      )
      await raw.close()
      return rows.map(({ subject, detail }) => ({ subject, ...JSON.parse(String(detail)) }))
    }

    it(`${times} defaults at once: each is the default once, one after the other, and one stays`, async () => {
      const names = Array.from({ length: times }, (_, index) => `Default ${index}`)
      let isOver = false
      const seen: number[] = []
      const looking = (async () => {
        for (; !isOver; await setImmediate()) seen.push((await defaults()).length)
      })()
      const words = await Promise.all(names.map((groupName, index) => make(index, groupName)))
      isOver = true
      await looking
      assert.deepEqual(
        words,
        names.map(() => 'SUCCESS'),
      )
      assert.ok(seen.length > 1 && seen.every((length) => length === 1), `defaults seen: ${[...new Set(seen)]}`)
      const moves = await told('made-default')
      assert.deepEqual(moves.map(({ after: to }) => to).sort(), [...names].sort())
      for (const [index, move] of moves.entries()) assert.equal(move.before, moves[index - 1]?.after ?? 'DEFAULT')
      assert.deepEqual(await defaults(), [moves.at(-1)?.after])
    })

    it(`one new group, put ${times} times at once, is made once`, async () => {
      const words = await Promise.all(
        Array.from({ length: times }, (_, index) => make(index, index % 2 === 0 ? 'Once' : 'ONCE')),
      )
      assert.deepEqual([...new Set(words)], ['SUCCESS'])
      const made = (await told('created')).filter((row) => row.name.toLowerCase() === 'once')
      assert.equal(made.length, 1)
    })

    it(`one user, added ${times} times at once, is added once`, async () => {
      await call(0, 'users/create', { username: 'once@example.com' })
      await call(0, 'groups/update', { groups: [{ groupName: 'Joined', isDefault: 'false' }] })
      const users = [{ primaryEmail: 'once@example.com' }]
      const changes = [{ username: 'once@example.com', isMember: true }]
      const words = await Promise.all(
        Array.from({ length: times }, (_, index) =>
          index % 3 === 2
            ? here((engine, who) => changeMembers(engine, who, 'Joined', changes))
            : call(index, 'groups/members/update', { groupName: 'Joined', users }),
        ),
      )
      assert.deepEqual([...new Set(words)], ['SUCCESS'])
      assert.equal((await told('member-added')).length, 1)
      assert.equal((await all()).find((group) => group.name === 'Joined')?.members, 1)
    })

    it('users who are made while the default moves are in one group each', async () => {
      const names = Array.from({ length: times }, (_, index) => `moving${index}@example.com`)
      const words = await Promise.all(
        names.flatMap((username, index) => [
          call(index, 'users/create', { username }),
          make(index, `Moving ${index % 4}`),
        ]),
      )
      assert.deepEqual([...new Set(words)], ['SUCCESS'])
      for (const username of names) {
        const user = await store.read.users.find(customerKey, username)
        assert.equal((await store.read.groups.of(customerKey, user?.id ?? '')).length, 1, username)
      }
    })

    it('what a group forbids is confirmed by no node from then on, though it was offered before', async () => {
      const methods = (list: Group['methods']) =>
        here((engine, who) => putGroups(engine, who, [{ name: 'Strict', methods: list }]))
      const join = (username: string) =>
        here((engine, who) => changeMembers(engine, who, 'Strict', [{ username, isMember: true }]))
      const auth = (index: number, path: string, body: object) => {
        const { baseUrl } = nodes.processes[index % nodes.processes.length] ?? assert.fail('there is a node')
        return post(baseUrl, `/moas/api/auth/${path}`, { customerKey, ...body }, { timestamp: startedAtMs - ++count })
      }
      const offered = async (username: string) => {
        const { body } = await auth(0, 'google-auth-secret', { username })
        return { username, secret: String(body['secret']) }
      }
      const confirm = async (index: number, { username, secret }: { username: string; secret: string }) => {
        const token = totp(secret, Date.now())
        const { code, body } = await auth(index, 'validate-google-auth-secret', { username, secret, token })
        assert.equal(code, 200)
        return String(body.message)
      }
      const active = async (username: string) => {
        const user = (await store.read.users.find(customerKey, username)) ?? assert.fail()
        return (await store.read.credentials.list(customerKey, user.id, 'time-code')).length
      }
      const off =
        'This method is turned off for this user. See the methods of his groups, and for questions the setting questions.'

      // The nodes remember that no group of this customer names methods; confirming must not rely on it.
      const first = await offered('strict@example.com')
      await methods(['passkey'])
      await join(first.username)
      const words = await Promise.all(Array.from({ length: times }, (_, index) => confirm(index, first)))
      assert.deepEqual([...new Set(words)], [off])
      assert.equal(await active(first.username), 0)

      // Joining and confirming at once: enrolled just before or not at all, and refused ever after.
      const racing = await Promise.all(Array.from({ length: 8 }, (_, index) => offered(`racing${index}@example.com`)))
      const said = await Promise.all(racing.flatMap((one, index) => [confirm(index, one), join(one.username)]))
      for (const [index, one] of racing.entries()) {
        const isEnrolled = said[2 * index] === 'Successfully Validated'
        assert.ok(isEnrolled || said[2 * index] === off, said[2 * index])
        assert.equal(await active(one.username), isEnrolled ? 1 : 0)
        assert.equal((await auth(index, 'google-auth-secret', { username: one.username })).body.message, off)
      }
      await methods(null)
    })

    it('a group that becomes the default while it is removed: there is a default afterwards', async () => {
      for (let round = 0; round < 5; round++) {
        const groupName = `Gone ${round}`
        await call(0, 'groups/update', { groups: [{ groupName, isDefault: 'false' }] })
        const [removed, made] = await Promise.all([
          here((engine, who) => removeGroup(engine, who, groupName)),
          call(round, 'groups/update', { groups: [{ groupName, isDefault: 'true' }] }),
        ])
        assert.equal(made, 'SUCCESS', 'it is made anew, if it was removed before')
        assert.match(removed, /^(SUCCESS|is-default)$/)
        assert.deepEqual(await defaults(), [groupName])
      }
    })
  })
}
