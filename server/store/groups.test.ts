import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Kysely } from 'kysely'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { openRaw } from '../../test/support/raw.ts'
import { anApp, aUser, masterKey, nowMs } from '../../test/support/store.ts'
import { storeRules } from '../engine/store-rules.ts'
import type { App } from '../vocabulary/app.ts'
import { Keys } from './keys.ts'
import { groups as groupsMigration } from './migrations/0007-groups.ts'
import { groupMethods } from './migrations/0013-group-methods.ts'
import type { Store } from './open.ts'
import { openPostgres } from './postgres/open.ts'
import type { Repositories } from './repositories.ts'
import { openSqlite } from './sqlite/open.ts'

/** The customer of the test that runs. */
let mine = 100

for (const name of databaseNames) {
  describe(`groups on ${name}`, () => {
    let one: OneStore
    let store: Store

    before(async () => {
      one = await oneStore(name)
      store = one.store
    })
    beforeEach(async () => {
      mine += 1
      await store.write((tx) => tx.customers.add(mine, 'Mine', 'an-api-key-of-the-tests', nowMs))
    })
    after(() => one.close())

    const whole = { offset: 0, limit: 100 }
    const add = async (groupName: string, tx?: Repositories): Promise<number> => {
      const group = { name: groupName, nameFolded: groupName.toLowerCase(), attributes: {} }
      const job = (one: Repositories) => one.groups.add(mine, group, nowMs)
      const id = await (tx ? job(tx) : store.write(job))
      return id ?? assert.fail('the name was free')
    }
    const addUser = async (username: string): Promise<string> => {
      const user = aUser(mine, { username })
      await store.write((tx) => tx.users.add(user, username))
      return user.id
    }
    const allowedOf = async ({ key }: App) =>
      (await store.read.apps.byKey(key))?.allowedGroups.map((group) => group.name)
    const defaults = async () =>
      (await store.read.groups.page(mine, whole)).filter(({ isDefault }) => isDefault).map((group) => group.name)

    it('a new customer has the group DEFAULT, which new users join', async () => {
      await addUser('anna')
      const [group, ...more] = await store.read.groups.page(mine, whole)
      assert.deepEqual(more, [])
      assert.deepEqual([group?.name, group?.isDefault, group?.isBuiltIn, group?.members], ['DEFAULT', true, true, 1])
    })

    it('new users join the group that is the default at that moment; others stay where they are', async () => {
      const early = await addUser('early')
      const staff = await add('Staff')
      assert.equal(await store.write((tx) => tx.groups.makeDefault(mine, staff, nowMs + 1)), true)
      const late = await addUser('late')
      const groupsOf = async (userId: string) => (await store.read.groups.of(mine, userId)).map((group) => group.name)
      assert.deepEqual([await groupsOf(early), await groupsOf(late)], [['DEFAULT'], ['Staff']])
      assert.deepEqual(await defaults(), ['Staff'])
    })

    it('the database itself lets only one be the default', async () => {
      await add('Second')
      const raw = await openRaw(one.place)
      await assert.rejects(raw.run('update groups set is_default = 1 where customer_id = $1', mine), /unique/i)
      await raw.close()
      assert.deepEqual(await defaults(), ['DEFAULT'])
    })

    it('one of two names that differ in case is taken', async () => {
      await add('Staff')
      const again = { name: 'STAFF', nameFolded: 'staff', attributes: {} }
      assert.equal(await store.write((tx) => tx.groups.add(mine, again, nowMs)), undefined)
    })

    it('pages stay as they are while others are added, and are searched by name', async () => {
      for (const one of ['b', 'a%', 'c']) await add(one)
      const first = await store.read.groups.page(mine, { offset: 0, limit: 2 })
      await add('0')
      const second = await store.read.groups.page(mine, { offset: 2, limit: 2 })
      assert.deepEqual(
        [...first, ...second].map((group) => group.name),
        ['DEFAULT', 'b', 'a%', 'c'],
      )
      assert.equal(await store.read.groups.count(mine), 5)
      for (const [searchFolded, found] of [
        ['%', ['a%']],
        ['efau', ['DEFAULT']],
        ['_', []],
      ] as const) {
        const page = await store.read.groups.page(mine, { ...whole, searchFolded })
        assert.deepEqual(
          page.map((group) => group.name),
          found,
        )
        assert.equal(await store.read.groups.count(mine, searchFolded), found.length)
      }
    })

    it('members are counted and listed, once each, and go with their user', async () => {
      const [anna, ben] = [await addUser('anna'), await addUser('ben')]
      const staff = await add('Staff')
      const join = (userId: string) => store.write((tx) => tx.groups.addMember(mine, staff, userId, nowMs + 5))
      assert.deepEqual([await join(ben), await join(anna), await join(anna)], [true, true, false])
      const listed = await store.read.groups.members(mine, staff, 0, 10)
      assert.deepEqual(
        listed.map(({ username, groupName, createdAtMs }) => [username, groupName, createdAtMs]),
        [
          ['ben', 'Staff', nowMs + 5],
          ['anna', 'Staff', nowMs + 5],
        ],
      )
      assert.deepEqual(await store.read.groups.ownMemberships(mine, 0, 10), listed, 'those in DEFAULT are left out')
      assert.equal(await store.read.groups.holdUser(mine, [staff], 'ben'), true)
      await store.write((tx) => tx.users.remove(mine, ben))
      assert.equal(await store.read.groups.countMembers(mine, staff), 1)
      assert.equal(await store.read.groups.holdUser(mine, [staff], 'ben'), false)
      const leave = () => store.write((tx) => tx.groups.removeMember(mine, staff, anna))
      assert.deepEqual([await leave(), await leave()], [true, false])
    })

    it('the default, the built-in and one that an app names stay; another goes and its members do not', async () => {
      const anna = await addUser('anna')
      const [staff, guests, shop] = [await add('Staff'), await add('Guests'), await add('Shop')]
      const app = anApp(mine)
      await store.write(async (tx) => {
        await tx.groups.makeDefault(mine, staff, nowMs)
        await tx.groups.addMember(mine, guests, anna, nowMs)
        await tx.apps.add(app)
        await tx.apps.change(mine, app.id, { allowedGroups: [shop] })
      })
      const builtIn = (await store.read.groups.builtInOf(mine))?.id ?? 0
      for (const id of [staff, builtIn, shop])
        assert.equal(await store.write((tx) => tx.groups.remove(mine, id)), false)
      assert.equal(await store.write((tx) => tx.groups.remove(mine, guests)), true)
      assert.ok(await store.read.users.byId(mine, anna))
      assert.deepEqual(await allowedOf(app), ['Shop'])
    })

    it('an app names groups of its own customer only', async () => {
      const foreign = await add('Foreign')
      mine += 1
      await store.write((tx) => tx.customers.add(mine, 'Next', 'an-api-key-of-the-tests', nowMs))
      const app = anApp(mine)
      const own = await add('Own')
      const stranger = { ...app, allowedGroups: [{ id: foreign, name: 'Foreign' }] }
      await assert.rejects(
        store.write((tx) => tx.apps.add(stranger)),
        /group of the app/,
      )
      await store.write((tx) => tx.apps.add({ ...app, allowedGroups: [{ id: own, name: 'Own' }] }))
      const changing = store.write((tx) => tx.apps.change(mine, app.id, { allowedGroups: [foreign, own] }))
      await assert.rejects(changing, /group of the app/)
      assert.deepEqual(await allowedOf(app), ['Own'], 'and no group is lost by it')
    })

    it('customers and users from before the groups get the group DEFAULT', async () => {
      const [anna, ben] = [await addUser('anna'), await addUser('ben')]
      const raw = await openRaw(one.place)
      for (const table of ['app_groups', 'group_members', 'groups']) await raw.run(`drop table ${table}`)
      await raw.close()
      const options = { keys: new Keys([masterKey]), ...storeRules }
      const database = one.place.databaseUrl
        ? openPostgres(one.place.databaseUrl, options)
        : await openSqlite(join(one.place.dataDir, 'countersign.db'), options)
      for (const migration of [groupsMigration(database.dialect), groupMethods()])
        await database.write((db) => migration.up(db as unknown as Kysely<unknown>))
      await database.close()
      const groups = await store.read.groups.page(mine, whole)
      assert.deepEqual(
        groups.map((group) => [group.name, group.isDefault, group.members]),
        [['DEFAULT', true, 2]],
      )
      for (const userId of [anna, ben]) assert.equal((await store.read.groups.of(mine, userId)).length, 1)
      const late = await addUser('late')
      assert.equal((await store.read.groups.of(mine, late))[0]?.name, 'DEFAULT')
    })
  })
}
