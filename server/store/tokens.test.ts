import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import { aDecision, aToken, aUser, nowMs, type Story, tell } from '../../test/support/store.ts'
import type { Token, TokenMove } from '../vocabulary/token.ts'
import type { Store } from './open.ts'

const mine = 101

for (const name of databaseNames) {
  describe(`tokens on ${name}`, () => {
    let one: OneStore
    let store: Store
    let raw: RawDatabase
    let story: Story

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
      story = await tell(store, mine)
    })
    after(() => one.close())

    const added = async (more: Partial<Token> = {}) => {
      const token = aToken(mine, more)
      assert.equal((await store.write((tx) => tx.tokens.add(mine, [token]))).size, 1)
      return token
    }
    const find = async ({ serial }: Token) => {
      const token = await store.read.tokens.find(mine, serial)
      assert.ok(token)
      return token
    }
    const move = (token: Token, to: TokenMove) => store.write((tx) => tx.tokens.move(token, to, nowMs))
    const toUser = () => ({ state: 'assigned', userId: story.user.id }) as const
    /** Somebody uses the token up to a step. */
    const use = async ({ id }: Token, step: number) => {
      const decision = {
        ...aDecision(story.challenge),
        challengeId: null,
        method: 'hardware-token',
        nowMs: nowMs + 5,
      } as const
      const credential = { id, userId: story.user.id, step }
      assert.equal(
        await store.decide({ ...decision, subject: { key: story.user.id, isUser: true }, credential }),
        'accepted',
      )
    }

    it('are given back as they were added, by serial number and by public identity', async () => {
      const token = await added({ lastStep: 41 })
      assert.deepEqual(await find(token), token)
      assert.deepEqual(await store.read.tokens.byPublicId(mine, 'cccjgjgkhcbb'), story.token)
      assert.equal(await store.read.tokens.find(mine, 'no-such'), undefined)
      assert.equal(await store.read.tokens.byPublicId(mine, 'cccc'), undefined)
    })

    it('are added once for a serial number and for a public identity, also within one list', async () => {
      const [one, same, sameKey] = [aToken(mine), aToken(mine), aToken(mine, { seed: story.token.seed })]
      const list = [one, { ...same, serial: one.serial }, sameKey]
      assert.deepEqual(await store.write((tx) => tx.tokens.add(mine, list)), new Set([one.id]))
      assert.deepEqual(await store.write((tx) => tx.tokens.add(mine, list)), new Set())
    })

    it('are added by thousands, and come in pages by serial number', async () => {
      const id = 102
      const list = Array.from({ length: 1_201 }, (_, at) => aToken(id, { serial: String(at).padStart(5, '0') }))
      await store.write(async (tx) => {
        await tx.customers.add(id, 'Many', 'the-key-of-the-many', nowMs)
        assert.equal((await tx.tokens.add(id, list)).size, list.length)
      })
      assert.equal(await store.read.tokens.count(id), list.length)
      const page = await store.read.tokens.page(id, 1_198, 10)
      assert.deepEqual(
        page.map(({ serial }) => serial),
        ['01198', '01199', '01200'],
      )
    })

    it('in a hand have one credential, which is judged by the seed and knows the step', async () => {
      const token = await added({ lastStep: 6 })
      assert.equal(await move(token, toUser()), true)
      const { username, id: userId } = story.user
      assert.deepEqual(await find(token), { ...token, state: 'assigned', userId, username })
      const credentials = await store.read.credentials.of(mine, userId, 'hardware-token')
      assert.deepEqual(
        credentials.find(({ id }) => id === token.id),
        {
          id: token.id,
          method: 'hardware-token',
          state: 'active',
          label: token.serial,
          secret: JSON.stringify(token.seed),
          lastStep: 6,
          lastUsedAtMs: null,
        },
      )
      await use(token, 9)
      assert.deepEqual(await find(token), {
        ...token,
        state: 'assigned',
        userId,
        username,
        lastStep: 9,
        lastUsedAtMs: nowMs + 5,
      })
    })

    it('take their step along when they leave a hand, and bring it to the next', async () => {
      const token = await added()
      await move(token, toUser())
      await use(token, 9)
      assert.equal(await move(await find(token), { state: 'disabled', userId: story.user.id }), true)
      const { id: userId, username } = story.user
      const left = { ...token, state: 'disabled', userId, username, lastStep: 9, lastUsedAtMs: nowMs + 5 } as const
      assert.deepEqual(await find(token), left)
      assert.deepEqual(await raw.run('select id from credentials where id = $1', token.id), [])
      assert.equal(await move(left, { state: 'assigned', userId }), true)
      assert.deepEqual(await find(token), { ...left, state: 'assigned' })
    })

    it('move only from where they were read', async () => {
      const token = await added()
      assert.equal(await move(token, toUser()), true)
      assert.equal(await move(token, toUser()), false)
      assert.equal(await move(token, { state: 'disabled', userId: null }), false)
      const held = await find(token)
      assert.equal(await move({ ...held, userId: null }, { state: 'unassigned', userId: null }), false)
      assert.equal(await move(held, { state: 'unassigned', userId: null }), true)
    })

    it('do not go to a hand by a step that was used', async () => {
      const token = await added({ lastStep: 9 })
      for (const usedStep of [0, 9]) assert.equal(await move(token, { ...toUser(), usedStep }), false)
      assert.equal(await move(token, { ...toUser(), usedStep: 10 }), true)
      const { lastStep, lastUsedAtMs } = await find(token)
      assert.deepEqual([lastStep, lastUsedAtMs], [10, nowMs])
    })

    it('come back with their step when their user is removed; what was disabled stays so', async () => {
      const [held, disabled] = [await added(), await added()]
      const user = aUser(mine)
      await store.write((tx) => tx.users.add(user, user.username))
      for (const token of [held, disabled]) await move(token, { state: 'assigned', userId: user.id })
      const credential = { id: held.id, userId: user.id, step: 3 }
      const decision = { ...aDecision(story.challenge), challengeId: null, method: 'hardware-token' } as const
      await store.decide({ ...decision, subject: { key: user.id, isUser: true }, credential })
      await move(await find(disabled), { state: 'disabled', userId: user.id })
      assert.equal(await store.write((tx) => tx.users.remove(mine, user.id)), true)
      assert.deepEqual(await find(held), { ...held, lastStep: 3, lastUsedAtMs: nowMs })
      assert.deepEqual(await find(disabled), { ...disabled, state: 'disabled' })
    })
  })
}
