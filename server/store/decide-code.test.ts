import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import type { RawDatabase } from '../../test/support/raw.ts'
import { aCredential, aMark, aUser, nowMs } from '../../test/support/store.ts'
import { type TwoStores, twoStores } from '../../test/support/two-stores.ts'
import { guardLimits } from '../engine/guard.ts'
import type { TypedCode } from '../vocabulary/decision.ts'
import type { User } from '../vocabulary/user.ts'
import type { Store } from './open.ts'

const customerId = 7
const key = Buffer.alloc(20, 5)
const secret = JSON.stringify({ key: key.toString('base64'), digits: 6, periodSeconds: 30, algorithm: 'sha1' })
const right = codeOf(Math.floor(nowMs / 30_000))
const wrong = right === '000000' ? '000001' : '000000'

for (const name of databaseNames) {
  describe(`a typed code on ${name}`, () => {
    let stores: TwoStores
    let first: Store
    let second: Store
    let raw: RawDatabase
    let user: User

    before(async () => {
      stores = await twoStores(name, customerId)
      ;({ first, second, raw } = stores)
    })
    beforeEach(async () => {
      user = await enrolled()
    })
    after(() => stores.close())

    const enrolled = async (more: Partial<User> = {}) => {
      const made = aUser(customerId, more)
      await first.write(async (tx) => {
        await tx.users.add(made, made.username)
        await tx.credentials.offer(customerId, made.id, aCredential({ secret }), nowMs)
      })
      return made
    }
    const typed = (code: string, more: Partial<TypedCode> = {}): TypedCode => ({
      customerId,
      usernameFolded: user.username,
      method: 'time-code',
      code,
      nowMs,
      request: null,
      requestId: randomUUID(),
      detail: null,
      ...more,
    })
    const outcomesOf = (requestId: string) =>
      raw.run('select outcome, subject from audit_rows where request_id = $1', requestId)

    it('is accepted once, and the audit tells of each time', async () => {
      const [one, two] = [typed(right), typed(right)]
      const told = { userId: user.id, failures: 0 }
      assert.deepEqual(await first.decideCode(one), { decided: 'accepted', ...told })
      assert.deepEqual(await second.decideCode(two), { decided: 'used', ...told })
      assert.deepEqual(await outcomesOf(one.requestId), [{ outcome: 'accepted', subject: user.id }])
      assert.deepEqual(await outcomesOf(two.requestId), [{ outcome: 'used', subject: user.id }])
    })

    it('is accepted once of fifty at the same time on two stores', async () => {
      const all = Array.from({ length: 50 }, (_, index) => (index % 2 ? first : second).decideCode(typed(right)))
      const decided = (await Promise.all(all)).map((one) => one.decided)
      assert.equal(decided.filter((one) => one === 'accepted').length, 1)
      assert.equal(decided.filter((one) => one === 'used').length, 49)
    })

    it('does nothing when its request was seen before', async () => {
      const request = aMark()
      assert.equal((await first.decideCode(typed(wrong, { request }))).decided, 'wrong')
      assert.equal((await second.decideCode(typed(right, { request }))).decided, 'repeated')
      assert.equal((await first.decideCode(typed(right))).decided, 'accepted')
    })

    it('counts each failure, of whatever store, and locks after ten', async () => {
      for (let failures = 0; failures < guardLimits.failuresPerLock; failures++)
        assert.deepEqual(await (failures % 2 ? first : second).decideCode(typed(wrong)), {
          decided: 'wrong',
          userId: user.id,
          failures,
        })
      assert.equal((await first.decideCode(typed(right))).decided, 'locked')
      assert.equal((await second.decideCode(typed(right))).decided, 'locked')
    })

    it('tells exactly how many failures were before each of many at the same time', async () => {
      const times = guardLimits.failuresPerLock
      const all = await Promise.all(Array.from({ length: times }, () => first.decideCode(typed(wrong))))
      const counted = all.map(({ failures }) => failures).sort((one, other) => one - other)
      assert.deepEqual(counted, [...Array(times).keys()])
    })

    it('of a user who is switched off is not judged', async () => {
      const off = await enrolled({ isEnabled: false })
      const code = typed(right, { usernameFolded: off.username })
      assert.deepEqual(await first.decideCode(code), { decided: 'disabled-user', userId: off.id, failures: 0 })
      assert.deepEqual(await outcomesOf(code.requestId), [])
    })

    it('of a user who was switched off on another store is not judged', async () => {
      await second.write((tx) => tx.users.change(customerId, user.id, { isEnabled: false }, nowMs))
      assert.equal((await first.decideCode(typed(right))).decided, 'disabled-user')
    })

    it('of a name that nobody enrolled is counted and locked like any other', async () => {
      const usernameFolded = `nobody ${randomUUID()}`
      const code = typed(right, { usernameFolded })
      assert.deepEqual(await first.decideCode(code), { decided: 'wrong', userId: null, failures: 0 })
      const [line] = await outcomesOf(code.requestId)
      assert.match(String(line?.['subject']), /^name:[\w-]{43}$/)
      for (let times = 1; times < guardLimits.failuresPerLock; times++)
        await first.decideCode(typed(wrong, { usernameFolded }))
      assert.equal((await second.decideCode(typed(right, { usernameFolded }))).decided, 'locked')
    })

    it('of a user who enrolled nothing of the method is wrong, and counted', async () => {
      const code = () => typed(right, { method: 'hardware-token' })
      for (let failures = 0; failures < guardLimits.failuresPerLock; failures++)
        assert.deepEqual(await first.decideCode(code()), { decided: 'wrong', userId: user.id, failures })
      assert.equal((await first.decideCode(code())).decided, 'locked')
    })

    it('is not that of a user of the same name of another customer', async () => {
      const other = 8
      await first
        .write((tx) => tx.customers.add(other, 'Other', 'the-api-key-of-the-other', nowMs))
        .catch(() => undefined)
      const { decided, userId } = await first.decideCode(typed(right, { customerId: other }))
      assert.deepEqual({ decided, userId }, { decided: 'wrong', userId: null })
    })

    it('fails alone when it cannot be decided', async () => {
      const unknown = typed(right, { customerId: 999 })
      const [bad, good] = await Promise.allSettled([first.decideCode(unknown), first.decideCode(typed(right))])
      assert.equal(bad.status, 'rejected')
      assert.equal(good.status === 'fulfilled' && good.value.decided, 'accepted')
    })
  })
}

/** RFC 4226 section 5.3. */
function codeOf(counter: number): string {
  const moving = Buffer.alloc(8)
  moving.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', key).update(moving).digest()
  const offset = (mac[19] ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
