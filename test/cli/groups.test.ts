import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

interface Shown {
  readonly name: string
  readonly isDefault: boolean
  readonly members: number
  readonly attributes: Readonly<Record<string, string>>
}

for (const database of databaseNames) {
  describe(`groups by the command line, on ${database}`, () => {
    let server: TestServer
    const command = (...words: string[]) => countersign(server.place, ['groups', ...words])
    const done = <T = Record<string, unknown>>(...words: string[]) => json<T>(server.place, ['groups', ...words])
    const users = ['anna@example.com', 'ben@example.com']
    before(async () => {
      server = await startServer(database)
      for (const username of users) await server.call('/admin/users/create', { username })
    })
    after(() => server.close())

    it('a group is added, filled, listed, changed and removed, and the audit says by whom', async () => {
      await done('add', 'Staff', '--attribute', '1=Head office', '--attribute', '2=Two')
      await done('join', 'Staff', ...users)
      assert.equal((await done('leave', 'staff', users[1] ?? ''))['changed'], 1)
      await done('change', 'Staff', '--default', '--attribute', '2=')
      await done('change', 'Staff', '--rename', 'Employees')
      const { groups, total } = await done<{ groups: Shown[]; total: number }>('list', '--search', 'EMPLOY')
      assert.equal(total, 1)
      assert.deepEqual(
        groups.map(({ name, isDefault, members, attributes }) => [name, isDefault, members, attributes]),
        [['Employees', true, 1, { 1: 'Head office' }]],
      )
      assert.match((await command('list')).stdout, /^1–2 of 2 groups.*^DEFAULT +- +2 +-$.*^Employees +default +1 +20/ms)
      assert.match((await command('members', 'Employees')).stdout, /^1–1 of 1 members.*^anna@example\.com +20/ms)
      const named = await done<{ methods: string[] }>('change', 'Employees', '--methods', 'push, passkey')
      assert.deepEqual(named.methods.toSorted(), ['passkey', 'push'])
      assert.match((await command('change', 'Employees', '--methods', 'pigeon')).stderr, /of these, with commas/)
      assert.equal((await done<{ methods: null }>('change', 'Employees', '--methods', 'all')).methods, null)
      await done('change', 'DEFAULT', '--default')
      await done('remove', 'Employees')
      assert.equal((await done<{ total: number }>('list')).total, 1)
      const raw = await openRaw(server.place)
      const rows = await raw.run("select outcome, detail from audit_rows where kind = 'group' order by id")
      await raw.close()
      assert.deepEqual(
        rows.map(({ outcome }) => outcome),
        'created member-added member-added member-removed updated made-default renamed updated updated made-default deleted'.split(
          ' ',
        ),
      )
      for (const { detail } of rows) assert.match(String(detail), /"by":"command line".*"before":.*"after":/)
    })

    it('nothing is set up for a member whose groups do not allow it', async () => {
      await done('add', 'Limited', '--methods', 'message-code')
      await done('join', 'Limited', users[0] ?? '')
      for (const [words, sentence] of [
        [['users', 'recovery-codes', users[0] ?? ''], /allow no recovery codes.*groups list/],
        [['phones', 'pair', users[0] ?? ''], /allow nothing that a phone is good for.*groups list/],
      ] as const) {
        const { code, stderr } = await countersign(server.place, words)
        assert.deepEqual([code, sentence.test(stderr)], [1, true], stderr)
      }
      await done('remove', 'Limited')
    })

    it('the groups of an app are chosen by name, listed, changed and opened again', async () => {
      await done('add', 'Till staff')
      await done('add', 'Guests')
      const apps = (...words: string[]) => json<{ groups: string[] }>(server.place, ['apps', ...words])
      assert.deepEqual((await apps('add', '--name', 'Till', '--group', 'TILL STAFF', '--group', 'Guests')).groups, [
        'Till staff',
        'Guests',
      ])
      const listed = async () => (await countersign(server.place, ['apps', 'list'])).stdout
      assert.match(await listed(), /^Till +\w+ +node +any +1 +Till staff, Guests +20/m)
      assert.match((await command('remove', 'Guests')).stderr, /An app serves the users of "Guests" only/)
      assert.deepEqual((await apps('change', 'Till', '--group', 'Till staff')).groups, ['Till staff'])
      await done('remove', 'Guests')
      assert.deepEqual((await apps('change', 'Till', '--factors', '2')).groups, ['Till staff'])
      assert.deepEqual((await apps('change', 'Till', '--any-group')).groups, [])
      assert.match(await listed(), /^Till +\w+ +node +any +2 +all +20/m)
      const unknown = await countersign(server.place, ['apps', 'change', 'Till', '--group', 'Nowhere'])
      assert.deepEqual([unknown.code, /has no group "Nowhere"/.test(unknown.stderr)], [1, true], unknown.stderr)
    })

    it('what cannot be is refused with a sentence', async () => {
      await done('add', 'Twice')
      for (const [words, code, sentence] of [
        [['add', 'TWICE'], 1, /There is a group "Twice" already/],
        [['add', ' '], 1, /1–100 visible characters/],
        [['add', 'X', '--attribute', '51=a'], 2, /a number, 1–50/],
        [['change', 'Nowhere', '--default'], 1, /has no group "Nowhere".*groups list/],
        [['change', 'Twice'], 2, /Give --default, --attribute, --methods or --rename/],
        [['change', 'Twice', '--rename', 'default'], 1, /There is a group "default" already/],
        [['change', 'DEFAULT', '--rename', 'Other'], 1, /from the beginning/],
        [['remove', 'DEFAULT'], 1, /from the beginning/],
        [
          ['join', 'Twice', 'anna@example.com', 'nobody'],
          1,
          new RegExp(`Customer ${testKey.customerKey} has no user nobody`),
        ],
        [['members', 'Nowhere'], 1, /has no group/],
      ] as const) {
        const ended = await command(...words)
        assert.equal(ended.code, code, `${words.join(' ')}: ${ended.stderr}`)
        assert.match(ended.stderr, sentence)
      }
      assert.equal((await done<{ total: number }>('members', 'Twice')).total, 0)
    })
  })
}
