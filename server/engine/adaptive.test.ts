import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { databaseNames, newPlace, type Place } from '../../test/support/databases.ts'
import { aChallenge, aUser, storeOn } from '../../test/support/store.ts'
import { noNetwork } from '../risk/evidence.ts'
import type { Network, SignInFacts } from '../risk/facts.ts'
import { defaultPolicy } from '../risk/policy-file.ts'
import type { Store } from '../store/open.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { User } from '../vocabulary/user.ts'
import { type EvaluateOutcome, type Evaluation, evaluate, recall } from './adaptive.ts'
import { forgetDevice, listDevices } from './adaptive-devices.ts'
import { countFinished } from './adaptive-learn.ts'
import { readPolicies, setPolicy } from './adaptive-policy.ts'
import { ask, complete, redeem, tell } from './adaptive-results.ts'
import { eraseRisk, explain, exportRisk, replay, simulate } from './adaptive-review.ts'
import { spread } from './adaptive-spread.ts'
import type { RiskCore } from './ports.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const oslo: Network = { ...noNetwork, asn: 'AS1', country: 'NO', latitude: 59.91, longitude: 10.75, kind: 'other' }
const lisbon: Network = { ...noNetwork, asn: 'AS2', country: 'PT', latitude: 38.72, longitude: -9.14, kind: 'other' }
const home = '192.0.2.7'
const away = '198.51.100.7'

const facts: SignInFacts = {
  address: home,
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  hints: {},
  components: { canvas: 'c', fonts: 'f', timeZone: 'Europe/Oslo' },
  roundTripMs: null,
}

for (const name of databaseNames) {
  describe(`weighing a sign-in on ${name}`, () => {
    let place: Place
    let store: Store
    let engine: RiskCore
    let customer: Customer
    let user: User
    let nowMs = Date.UTC(2026, 5, 1, 12)
    let number = 800
    const observed: string[] = []

    before(async () => {
      place = await newPlace(name)
      store = await storeOn(place)
      engine = {
        store,
        clock: () => nowMs,
        observe: ({ outcome }) => observed.push(outcome),
        networkOf: (address) => (address === home ? oslo : lisbon),
        policies: (id) => readPolicies(store.read.riskPolicies.all, id),
      }
    })
    beforeEach(async () => {
      const id = number++
      await store.write((tx) => tx.customers.add(id, 'Customer', 'the-api-key-of-a-customer', nowMs))
      const found = await store.read.customers.find(id)
      assert.ok(found)
      customer = found
      user = aUser(id, { email: 'alice@example.com' })
      await store.write((tx) => tx.users.add(user, user.username))
    })
    after(async () => {
      await store.close()
      await place.remove()
    })

    const weigh = async (deviceToken: string | null, more: Partial<SignInFacts> = {}): Promise<Evaluation> => {
      const outcome: EvaluateOutcome = await evaluate(engine, {
        ...{ customer, who: { username: user.username }, app: null, groups: [], deviceToken, deviceKey: null },
        facts: { ...facts, ...more },
        ...{ isUntrusted: false, requestId: 'r' },
      })
      assert.ok(outcome.ok)
      return outcome
    }
    const prove = async (id: string, trustsDevice: boolean): Promise<string | null> => {
      const outcome = await complete(engine, { customer, id, proof: 'caller', trustsDevice })
      assert.ok(outcome.ok, JSON.stringify(outcome))
      return outcome.deviceToken
    }
    /** The token of a device that the user just had remembered. */
    const remembered = async (): Promise<string> => {
      const token = await prove((await weigh(null)).id, true)
      nowMs += hourMs
      assert.ok(token)
      return token
    }
    const brought = (resultToken: string) => ({ resultToken, username: user.username, action: 'sign-in' })
    const rulesOf = ({ findings }: Evaluation): string[] => findings.map(({ rule }) => rule)

    it('asks whoever is not known, and lets him pass on the device that he had remembered', async () => {
      const first = await weigh(null)
      assert.deepEqual([first.decision, rulesOf(first)], ['challenge', ['no-history']])
      const token = await remembered()
      const second = await weigh(token)
      assert.equal(second.decision, 'allow')
      assert.ok(second.deviceToken && second.deviceToken !== token)
    })

    it('takes a copied fingerprint without the token for a new device', async () => {
      await remembered()
      const copied = await weigh(null)
      assert.equal(copied.decision, 'challenge')
      assert.ok(rulesOf(copied).includes('no-token'))
    })

    it('notices a token that was copied: whoever comes second with an older one loses the device', async () => {
      const token = await remembered()
      const next = (await weigh(token)).deviceToken
      nowMs += hourMs
      assert.ok((await weigh(next)).deviceToken)
      const stolen = await weigh(token)
      assert.deepEqual([stolen.decision, rulesOf(stolen).includes('stolen-token')], ['challenge', true])
      assert.deepEqual(await listDevices(engine, customer, user.username), [])
    })

    it('forgives an answer that was lost on its way, and two tabs', async () => {
      const token = await remembered()
      const lost = await weigh(token)
      const again = await weigh(token)
      assert.deepEqual([again.decision, again.deviceToken], ['allow', null], 'the new one is still on its way')
      nowMs += hourMs
      assert.equal((await weigh(token)).decision, 'allow')
      assert.ok(lost.deviceToken)
    })

    it('scores by the model of Freeman et al. where the policy says so', async () => {
      await setPolicy(engine, { customer, scope: '', policy: { model: 'freeman' }, requestId: null })
      const first = await weigh(null)
      assert.deepEqual([first.decision, rulesOf(first)], ['challenge', ['no-history']])
      const token = await remembered()
      await countFinished(store)
      // What everybody does is remembered for a while: a node that just started reads it.
      const young = { ...engine, store: await storeOn(place) }
      const scoreAt = async (address: string) => {
        const request = {
          customer,
          username: user.username,
          facts: { ...facts, address },
          deviceId: null,
          policy: null,
        }
        return simulate(young, { ...request, app: null, groups: [], atMs: nowMs })
      }
      const [known, strange] = [await scoreAt(home), await scoreAt(away)]
      assert.ok(known.score < strange.score, `${known.score} ${strange.score}`)
      assert.ok(known.findings.every(({ rule, points }) => rule === 'freeman' || points === 0))
      await young.store.close()
      assert.equal((await weigh(token)).decision, 'challenge', 'unscored, it stays where every score begins')
    })

    it('learns nothing from what did not finish', async () => {
      const token = await remembered()
      const before = await store.riskSnapshot(customer.id, user.username)
      for (let tries = 0; tries < 20; tries++) await weigh(null, { address: away })
      for (let tries = 0; tries < 3; tries++) await weigh(token)
      const after = await store.riskSnapshot(customer.id, user.username)
      assert.deepEqual(after?.user, before?.user)
      await countFinished(store)
      assert.ok(rulesOf(await weigh(null, { address: away })).includes('new-country'))
    })

    it('learns an allowed sign-in when its result is redeemed, and that once', async () => {
      const { resultToken, deviceToken } = await weigh(await remembered())
      assert.ok(resultToken && deviceToken)
      const redeemed = await Promise.all([1, 2].map(() => redeem(engine, customer, brought(resultToken))))
      assert.equal(redeemed.filter(Boolean).length, 1)
      const found = await store.riskSnapshot(customer.id, user.username)
      assert.equal(Math.round(found?.user.profile.total ?? 0), 2)
    })

    it('neither takes nor learns a result that is brought for another user, and uses it up', async () => {
      const { resultToken } = await weigh(await remembered())
      assert.ok(resultToken)
      const before = await store.riskSnapshot(customer.id, user.username)
      assert.equal(await redeem(engine, customer, { ...brought(resultToken), username: 'mallory' }), undefined)
      assert.deepEqual((await store.riskSnapshot(customer.id, user.username))?.user, before?.user)
      assert.equal(await redeem(engine, customer, brought(resultToken)), undefined)
    })

    it('refuses a result that is late', async () => {
      const { resultToken } = await weigh(await remembered())
      nowMs += 60_001
      assert.equal(await redeem(engine, customer, brought(resultToken ?? '')), undefined)
    })

    it('completes by the answer to its own question and nothing else', async () => {
      const { id } = await weigh(null)
      const attempt = () => complete(engine, { customer, id, proof: 'challenge', trustsDevice: true })
      const state = (one: string) => ({ ok: false, reason: one })
      assert.deepEqual(await attempt(), state('not-approved'))
      const subject = { key: user.id, isUser: true }
      const challenge = aChallenge(customer.id, { userId: user.id, subject, expiresAtMs: nowMs + hourMs })
      const stranger = aUser(customer.id)
      await store.write(async (tx) => {
        await tx.users.add(stranger, stranger.username)
        await tx.challenges.replace(challenge, nowMs)
      })
      const foreign = aChallenge(customer.id, { userId: stranger.id, subject: { key: stranger.id, isUser: true } })
      await store.write((tx) => tx.challenges.replace(foreign, nowMs))
      assert.equal(await ask(engine, customer, id, foreign.id), false)
      assert.equal(await ask(engine, customer, id, challenge.id), true)
      assert.deepEqual(await attempt(), state('not-approved'))
      const questions = await complete(engine, {
        ...{ customer, id: (await weigh(null)).id, trustsDevice: false },
        proof: { method: 'questions' },
      })
      assert.equal(questions.ok, true)
      nowMs += 15 * 60_000
      assert.deepEqual(await attempt(), state('unknown'))
      assert.equal(await recall(engine, customer, id), undefined)
    })

    it('counts unanswered questions, and what the user says was not his', async () => {
      const token = await remembered()
      const subject = { key: user.id, isUser: true }
      for (let asked = 0; asked < 4; asked++) {
        const { id } = await weigh(null)
        const challenge = aChallenge(customer.id, { userId: user.id, subject })
        await store.write((tx) => tx.challenges.replace(challenge, nowMs))
        assert.ok(await ask(engine, customer, id, challenge.id))
      }
      const flooded = await weigh(token)
      assert.deepEqual([flooded.decision, rulesOf(flooded).includes('prompts')], ['challenge', true])
      nowMs += dayMs
      assert.equal((await weigh(token)).decision, 'allow')
      const doubtful = await weigh(null)
      assert.equal(await tell(engine, customer, doubtful.id, 'not-me'), true)
      assert.equal((await weigh(token)).decision, 'challenge')
      assert.equal(await tell(engine, customer, doubtful.id, 'mine'), true)
      assert.equal((await weigh(token)).decision, 'allow')
    })

    it('notices a journey that nobody makes, and failures of late', async () => {
      const token = await remembered()
      const journey = await weigh(token, { address: away })
      assert.deepEqual([journey.decision, rulesOf(journey).includes('impossible-travel')], ['challenge', true])
      nowMs += dayMs
      assert.ok(!rulesOf(await weigh(token, { address: away })).includes('impossible-travel'))
      for (let tries = 0; tries < 3; tries++) await tell(engine, customer, (await weigh(null)).id, 'failed')
      assert.ok(rulesOf(await weigh(token)).includes('failures'))
    })

    it('notices failures from one address, whoever it tries', async () => {
      await remembered()
      for (let tries = 0; tries < 6; tries++)
        await tell(engine, customer, (await weigh(null, { address: away })).id, 'failed')
      const other = aUser(customer.id)
      await store.write((tx) => tx.users.add(other, other.username))
      user = other
      assert.ok(rulesOf(await weigh(null, { address: away })).includes('failures'))
      assert.ok(!rulesOf(await weigh(null)).includes('failures'))
      nowMs += 2 * hourMs
      assert.ok(!rulesOf(await weigh(null, { address: away })).includes('failures'))
    })

    it('asks, and never lets pass, when the weighing itself breaks', async () => {
      const token = await remembered()
      const broken: RiskCore = {
        ...engine,
        networkOf: () => {
          throw new Error('no files')
        },
      }
      const outcome = await evaluate(broken, {
        ...{ customer, who: { username: user.username }, app: null, groups: [], deviceToken: token, deviceKey: null },
        ...{ facts, isUntrusted: false, requestId: 'r' },
      })
      assert.ok(outcome.ok)
      assert.deepEqual([outcome.decision, rulesOf(outcome)], ['challenge', ['no-history', 'engine']])
      assert.equal(observed.at(-1), 'broken')
    })

    it('tells the user once an hour of what the policy refuses', async () => {
      await setPolicy(engine, { customer, scope: '', policy: { countries: { blocked: ['NO'] } }, requestId: null })
      for (let tries = 0; tries < 3; tries++) assert.equal((await weigh(null)).decision, 'deny')
      const told = await store.read.deliveries.log(customer.id, null, 10)
      assert.equal(told.filter(({ challengeId }) => challengeId === null).length, 1)
    })

    it('follows the policy of the app, then the group, then the customer', async () => {
      const token = await remembered()
      const deny = { countries: { blocked: ['NO'] } }
      const set = (scope: string, policy: unknown) => setPolicy(engine, { customer, scope, policy, requestId: null })
      const decide = async (app: string | null, groups: readonly string[]) => {
        const outcome = await evaluate(engine, {
          ...{ customer, who: { username: user.username }, app, groups, deviceToken: token, deviceKey: null },
          ...{ facts, isUntrusted: false, requestId: 'r' },
        })
        assert.ok(outcome.ok)
        return outcome.decision
      }
      assert.deepEqual(await set('app:a', deny), { ok: true })
      assert.deepEqual(await set('group:g', { mode: 'report' }), { ok: true })
      assert.deepEqual(
        [await decide('a', ['g']), await decide('b', ['x', 'g']), await decide(null, [])],
        ['deny', 'challenge', 'allow'],
      )
      assert.equal((await set('', { denyAt: 0 })).ok, false)
      assert.deepEqual(await set('', null), { ok: true })
    })

    it('follows the policy of a group that the user is in', async () => {
      const token = await remembered()
      const groupId = await store.write(async (tx) => {
        const id = await tx.groups.add(customer.id, { name: 'Staff', nameFolded: 'staff', attributes: {} }, nowMs)
        return id ?? assert.fail('no group')
      })
      const policy = { networks: { blocked: ['192.0.2.0/24'] } }
      assert.deepEqual(await setPolicy(engine, { customer, scope: `group:${groupId}`, policy, requestId: null }), {
        ok: true,
      })
      assert.equal((await weigh(token)).decision, 'allow', 'not in it')
      await store.write((tx) => tx.groups.addMember(customer.id, groupId, user.id, nowMs))
      assert.equal((await weigh(token)).decision, 'deny')
      const spreadOf = async (scope: string) =>
        (await spread(engine, { customer, scope, policy: defaultPolicy, sinceMs: 0, limit: 100 })).total
      assert.deepEqual([await spreadOf(`group:${groupId}`), await spreadOf('app:a')], [3, 0], 'his earlier ones, too')
    })

    it('tries a draft on earlier sign-ins, simulates, explains, exports and erases', async () => {
      const token = await remembered()
      await weigh(token)
      const read = (await readPolicies(async () => new Map([['', '{"countries":{"blocked":["NO"]}}']]), 1)).get('')
      assert.ok(read)
      const outcome = await replay(engine, { customer, policy: read, limit: 10 })
      assert.deepEqual(
        [outcome.total, outcome.would.deny, outcome.changes],
        [2, 2, { 'allow → deny': 1, 'challenge → deny': 1 }],
      )
      const [device] = await listDevices(engine, customer, user.username)
      assert.equal(device?.label, 'Chrome on Windows')
      const request = { customer, username: user.username, facts, policy: null, app: null, groups: [], atMs: nowMs }
      const simulated = await simulate(engine, { ...request, deviceId: device.id })
      assert.equal(simulated.unenforced, 'allow')
      assert.equal((await simulate(engine, { ...request, deviceId: null })).unenforced, 'challenge')
      assert.equal((await explain(engine, customer, user.username, 10))?.length, 2, 'nothing of a simulation is kept')
      const exported = await exportRisk(engine, customer, user.username)
      assert.deepEqual([exported?.devices.length, exported?.evaluations.length, exported?.values['country']], [1, 2, 1])
      assert.equal(await forgetDevice(engine, customer, user.username, 'another'), false)
      assert.equal(await eraseRisk(engine, customer, user.username), true)
      const stranger = await weigh(token)
      assert.deepEqual([stranger.decision, rulesOf(stranger)], ['challenge', ['no-history']])
      assert.equal(await eraseRisk(engine, customer, 'nobody'), false)
    })
  })
}
