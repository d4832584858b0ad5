import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { databaseNames } from '../../test/support/databases.ts'
import { aDevice as aKnownDevice, aSession } from '../../test/support/kept-risk.ts'
import { type OneStore, oneStore } from '../../test/support/one-store.ts'
import { dump, type RawDatabase, type RawRow } from '../../test/support/raw.ts'
import {
  aChallenge,
  aCredential,
  accountDigest,
  accountReset,
  aDecision,
  aDevice,
  aLogo,
  aNote,
  anAnswerClaim,
  anApp,
  anOffer,
  aToken,
  aUser,
  nowMs,
  plain,
  type Story,
  tell,
} from '../../test/support/store.ts'
import { nobody } from '../risk/kept.ts'
import type { Store } from './open.ts'
import type { Repositories } from './repositories.ts'

/** Customers of the test that runs: a broken one must not fail the next. */
let mine = 100
let other = 101

type FunctionName = {
  [Table in keyof Repositories]: `${Table}.${keyof Repositories[Table] & string}`
}[keyof Repositories]

/** By an unguessable id, of the server as a whole, or the one look that may leave the customer. */
type Unscoped =
  | `customers.${string}`
  | `admins.${string}`
  | `adminFactors.${string}`
  | `adminSessions.${string}`
  | 'userSessions.add'
  | 'userSessions.find'
  | 'userSessions.change'
  | 'userSessions.end'
  | 'accounts.digestOf'
  | 'accounts.find'
  | 'accounts.byReset'
  | 'audit.addBlock'
  | 'phoneOffers.find'
  | 'challenges.waiting'
  | 'devices.byId'
  | 'devices.present'
  | 'pushMessages.isDue'
  | 'pushMessages.claimDue'
  | 'pushMessages.record'
  | 'apps.byKey'
  | 'signIns.add'
  | 'riskEvaluations.add'
  | 'riskEvaluations.takeUncounted'
  | 'riskCounts.add'
  | `inbox.${string}`
  | 'challenges.find'
  | 'deliveries.add'
  | 'deliveries.claimAbandoned'
  | 'deliveries.receive'
  | 'marks.claim'
  | 'users.existsElsewhere'
  | 'users.index'
  | 'webhooks.claimDue'
  | 'webhooks.record'

interface Probe {
  look(tx: Repositories, story: Story): Promise<unknown>
  /** What it must give; absent where it gives nothing and may also refuse. */
  readonly finds?: unknown
}

/** Every function that takes a customer's id, called with another customer's; a new one is a line here. */
const foreignProbes = {
  'accounts.of': { look: (tx) => tx.accounts.of(other), finds: undefined },
  'accounts.put': {
    look: (tx) =>
      tx.accounts.put({ customerId: other, email: 'e', phone: null, password: 'p' }, accountDigest(mine), nowMs),
    finds: false,
  },
  'accounts.offerReset': { look: (tx) => tx.accounts.offerReset(other, Buffer.from('other'), nowMs + 1) },
  'accounts.resetPassword': {
    look: (tx) => tx.accounts.resetPassword(other, accountReset(mine), 'p', nowMs),
    finds: false,
  },
  'challenges.cancelAll': { look: (tx, { user }) => tx.challenges.cancelAll(other, user.id, nowMs), finds: 0 },
  'phoneOffers.endAll': { look: (tx, { user }) => tx.phoneOffers.endAll(other, user.id, 0), finds: 0 },
  'riskEvaluations.endAll': { look: (tx, { user }) => tx.riskEvaluations.endAll(other, user.id), finds: 0 },
  'signIns.endAll': { look: (tx, { user }) => tx.signIns.endAll(other, user.id), finds: 0 },
  'userSessions.endAll': { look: (tx, { user }) => tx.userSessions.endAll(other, user.id, null), finds: 0 },
  'audit.list': { look: (tx) => tx.audit.list(other, { limit: 10 }), finds: [] },
  'audit.reports': { look: (tx) => tx.audit.reports(other, 0, 10), finds: [] },
  'audit.counts': { look: (tx) => tx.audit.counts(other, 0, 1_000, 10), finds: [] },
  'users.search': {
    look: async (tx) =>
      (await tx.users.search(other, { state: 'all', failuresMax: 50, nowMs, offset: 0, limit: 10 })).users,
    finds: [],
  },
  'users.withPhoneAlone': {
    look: async (tx) => (await tx.users.withPhoneAlone(other, 10)).total,
    finds: 0,
  },
  'credentials.overview': { look: (tx, { user }) => tx.credentials.overview(other, [user.id]), finds: [] },
  'credentials.removeAll': {
    look: (tx, { user }) => tx.credentials.removeAll(other, user.id, 'time-code'),
    finds: 0,
  },
  'credentials.holders': {
    look: async (tx) => (await tx.credentials.holders(other, ['time-code'], true, 10)).total,
    finds: 0,
  },
  'guards.closed': { look: (tx, { user }) => tx.guards.closed(other, [user.id], 0, 1), finds: [] },
  'guards.countClosed': { look: (tx) => tx.guards.countClosed(other, 0, 1), finds: 0 },
  'deliveries.byDay': { look: (tx) => tx.deliveries.byDay(other, 0), finds: [] },
  'deliveries.health': { look: (tx) => tx.deliveries.health(other, 0), finds: [] },
  'apps.list': { look: (tx) => tx.apps.list(other), finds: [] },
  'apps.add': { look: (tx, { app }) => tx.apps.add(anApp(other, { name: app.name })), finds: true },
  'apps.rotate': { look: (tx, { app }) => tx.apps.rotate(other, app.id, 'another-secret', 0), finds: false },
  'apps.change': { look: (tx, { app }) => tx.apps.change(other, app.id, { factors: 2 }), finds: false },
  'apps.remove': { look: (tx, { app }) => tx.apps.remove(other, app.id), finds: false },
  'audit.append': { look: (tx) => tx.audit.append(other, aNote(), 'done', nowMs) },
  'audit.nextBlock': { look: (tx) => tx.audit.nextBlock(other, 0, nowMs), finds: undefined },
  'audit.last': { look: (tx) => tx.audit.last(other), finds: undefined },
  'audit.hashes': { look: async (tx) => (await tx.audit.hashes(other, [1])).size, finds: 0 },
  'audit.verify': { look: async (tx) => (await tx.audit.verify(other)).blocks, finds: 0 },
  'challenges.byRequest': {
    look: (tx, { requestDigest }) => tx.challenges.byRequest(other, requestDigest),
    finds: undefined,
  },
  'challenges.cancel': { look: (tx, { challenge }) => tx.challenges.cancel(other, challenge.id, nowMs) },
  'challenges.amend': {
    look: (tx, { challenge }) => tx.challenges.amend({ ...challenge, customerId: other }, '{}'),
    finds: false,
  },
  'challenges.latest': {
    look: (tx, { challenge }) => tx.challenges.latest(other, challenge.subject.key, challenge.method),
    finds: undefined,
  },
  'challenges.recent': {
    look: (tx, { challenge }) => tx.challenges.recent(other, challenge.subject.key, [challenge.method], 0, 10),
    finds: [],
  },
  'challenges.replace': {
    look: (tx, { challenge }) =>
      tx.challenges.replace({ ...aChallenge(other), subject: challenge.subject, method: challenge.method }, nowMs),
  },
  'credentials.add': { look: (tx, { user }) => tx.credentials.add(other, user.id, aCredential(), nowMs) },
  'credentials.of': { look: (tx, { user }) => tx.credentials.of(other, user.id, 'time-code'), finds: [] },
  'credentials.offer': { look: (tx, { user }) => tx.credentials.offer(other, user.id, aCredential(), nowMs) },
  'credentials.replace': { look: (tx, { user }) => tx.credentials.replace(other, user.id, [aCredential()], nowMs) },
  'credentials.unused': { look: (tx, { user }) => tx.credentials.unused(other, user.id, 'time-code'), finds: 0 },
  'credentials.list': { look: (tx, { user }) => tx.credentials.list(other, user.id, 'time-code'), finds: [] },
  'credentials.offerBeside': {
    look: (tx, { user }) => tx.credentials.offerBeside(other, user.id, aCredential(), nowMs),
  },
  'credentials.remove': {
    look: (tx, { user, credential }) => tx.credentials.remove(other, user.id, credential.method, credential.id),
    finds: false,
  },
  'deliveries.completionOf': {
    look: (tx) => tx.deliveries.completionOf(other, '+1 5550', 0, 10),
    finds: { sent: 0, completed: 0 },
  },
  'deliveries.log': { look: (tx, { challenge }) => tx.deliveries.log(other, challenge.id, 10), finds: [] },
  'deliveries.of': { look: (tx, { challenge }) => tx.deliveries.of(other, challenge.id), finds: [] },
  'deliveries.record': {
    look: (tx, { delivery: { id } }) =>
      tx.deliveries.record({ id, customerId: other, isSent: true, atMs: nowMs, error: null, tries: [] }),
  },
  'keptAnswers.claim': {
    look: (tx, { answerDigest }) => tx.keptAnswers.claim(other, anAnswerClaim({ digest: answerDigest })),
    finds: true,
  },
  'keptAnswers.find': { look: (tx, { answerDigest }) => tx.keptAnswers.find(other, answerDigest), finds: undefined },
  'keptAnswers.keep': { look: (tx, { answerDigest }) => tx.keptAnswers.keep(other, answerDigest, '{}') },
  'keptAnswers.giveUp': { look: (tx, { answerDigest }) => tx.keptAnswers.giveUp(other, answerDigest) },
  'keptAnswers.giveBack': { look: (tx, { answerDigest }) => tx.keptAnswers.giveBack(other, answerDigest) },
  'logos.find': { look: (tx) => tx.logos.find(other, aLogo.digest), finds: undefined },
  'logos.put': { look: (tx) => tx.logos.put(other, 'another', Buffer.from('another'), nowMs) },
  'logos.remove': { look: (tx) => tx.logos.remove(other), finds: false },
  'groups.add': {
    look: (tx) => tx.groups.add(other, { name: 'Staff', nameFolded: 'other staff', attributes: {} }, nowMs),
  },
  'groups.addMember': {
    look: (tx, { user, groupId }) => tx.groups.addMember(other, groupId, user.id, nowMs),
    finds: false,
  },
  'groups.alone': { look: (tx) => tx.groups.alone(other) },
  'groups.builtInOf': {
    look: async (tx) => (await tx.groups.builtInOf(other))?.customerId,
    get finds() {
      return other // as it is when the test runs
    },
  },
  'groups.byId': { look: (tx, { groupId }) => tx.groups.byId(other, groupId), finds: undefined },
  'groups.change': {
    look: (tx, { groupId }) => tx.groups.change(other, groupId, { attributes: {} }, nowMs),
    finds: false,
  },
  'groups.count': { look: (tx) => tx.groups.count(other, 'staff'), finds: 0 },
  'groups.countMembers': { look: (tx, { groupId }) => tx.groups.countMembers(other, groupId), finds: 0 },
  'groups.defaultOf': {
    look: async (tx) => (await tx.groups.defaultOf(other))?.customerId,
    get finds() {
      return other // as it is when the test runs
    },
  },
  'groups.find': { look: (tx) => tx.groups.find(other, 'staff'), finds: undefined },
  'groups.holdUser': {
    look: (tx, { user, groupId }) => tx.groups.holdUser(other, [groupId], user.username),
    finds: false,
  },
  'groups.makeDefault': { look: (tx, { groupId }) => tx.groups.makeDefault(other, groupId, nowMs), finds: false },
  'groups.members': { look: (tx, { groupId }) => tx.groups.members(other, groupId, 0, 10), finds: [] },
  'groups.of': { look: (tx, { user }) => tx.groups.of(other, user.id), finds: [] },
  'groups.methodsOf': { look: (tx, { user }) => tx.groups.methodsOf(other, user.id), finds: null },
  'groups.ownMemberships': { look: (tx) => tx.groups.ownMemberships(other, 0, 10), finds: [] },
  'groups.page': { look: async (tx) => (await tx.groups.page(other, { offset: 0, limit: 10 })).length, finds: 1 },
  'groups.remove': { look: (tx, { groupId }) => tx.groups.remove(other, groupId), finds: false },
  'groups.withMethods': { look: (tx) => tx.groups.withMethods(other, 10), finds: [] },
  'groups.removeMember': {
    look: (tx, { user, groupId }) => tx.groups.removeMember(other, groupId, user.id),
    finds: false,
  },
  'guards.find': {
    look: (tx, { user }) => tx.guards.find(other, user.id, 'message-code'),
    finds: { failures: 0, lockedUntilMs: 0 },
  },
  'guards.triesOf': { look: (tx, { user }) => tx.guards.triesOf(other, user.id, 'message-code', 0), finds: 0 },
  'guards.unlock': { look: (tx, { user }) => tx.guards.unlock(other, user.id), finds: 0 },
  'phoneOffers.add': {
    look: (tx, { user: { id } }) => tx.phoneOffers.add(anOffer(other, id, { id: `another-of-${id}` }), nowMs),
  },
  'phoneOffers.take': {
    look: (tx, { user: { id } }) => tx.phoneOffers.take(other, `phone-of-${id}`, 'device', null, 0),
    finds: false,
  },
  'devices.list': { look: (tx, { user }) => tx.devices.list(other, user.id), finds: [] },
  'devices.add': { look: (tx, { user }) => tx.devices.add(aDevice(other, user.id)) },
  'devices.rename': { look: (tx, { device }) => tx.devices.rename(other, device.id, 'Mine'), finds: false },
  'devices.setPush': { look: (tx, { device }) => tx.devices.setPush(other, device.id, null), finds: false },
  'devices.touch': { look: (tx, { device }) => tx.devices.touch(other, device.id, nowMs) },
  'devices.remove': { look: (tx, { user, device }) => tx.devices.remove(other, user.id, device.id), finds: false },
  'pushMessages.addFor': {
    look: (tx, { user: { id: userId }, challenge: { id: challengeId, expiresAtMs } }) =>
      tx.pushMessages.addFor({ customerId: other, userId, challengeId, expiresAtMs }, nowMs),
    finds: 0,
  },
  'pushMessages.forget': {
    look: (tx, { device }) =>
      tx.pushMessages.forget(other, device.id, device.push ?? { endpoint: '', p256dh: '', auth: '' }),
  },
  'riskDevices.of': { look: (tx, { user }) => tx.riskDevices.of(other, user.id), finds: [] },
  'riskDevices.add': { look: (tx, { user }) => tx.riskDevices.add(other, user.id, aKnownDevice()) },
  'riskDevices.renew': {
    look: (tx, { risk: { device } }) => tx.riskDevices.renew(other, { ...device, label: 'x' }, device.tokenDigest),
    finds: false,
  },
  'riskDevices.remove': { look: (tx, { user }) => tx.riskDevices.remove(other, user.id, null), finds: 0 },
  'riskEvaluations.find': {
    look: (tx, { risk }) => tx.riskEvaluations.find(other, risk.evaluation.id),
    finds: undefined,
  },
  'riskEvaluations.ask': {
    look: (tx, { risk }) => tx.riskEvaluations.ask(other, risk.evaluation.id, 'c'),
    finds: false,
  },
  'riskEvaluations.finish': {
    look: (tx, { risk }) =>
      tx.riskEvaluations.finish(other, risk.evaluation.id, {
        ...{ method: 'caller', deviceId: null, result: { digest: Buffer.from('r'), untilMs: nowMs } },
      }),
    finds: false,
  },
  'riskEvaluations.redeem': {
    look: (tx, { user }) => tx.riskEvaluations.redeem(other, Buffer.from(`result of ${user.id}`), nowMs),
    finds: undefined,
  },
  'riskEvaluations.settle': {
    look: (tx, { risk }) => tx.riskEvaluations.settle(other, risk.evaluation.id, 'finished'),
    finds: false,
  },
  'riskEvaluations.count': { look: (tx, { risk }) => tx.riskEvaluations.count(other, risk.evaluation.id) },
  'riskEvaluations.recent': { look: (tx, { user }) => tx.riskEvaluations.recent(other, user.id, 10), finds: [] },
  'riskEvaluations.removeOf': { look: (tx, { user }) => tx.riskEvaluations.removeOf(other, user.id), finds: 0 },
  'riskCounts.bump': { look: (tx) => tx.riskCounts.bump(other, { level: 0, mark: 1 }, nowMs) },
  'riskPolicies.all': { look: (tx) => tx.riskPolicies.all(other), finds: new Map() },
  'riskPolicies.put': { look: (tx) => tx.riskPolicies.put(other, '', '{"denyAt":1}', nowMs) },
  'riskPolicies.remove': { look: (tx) => tx.riskPolicies.remove(other, ''), finds: false },
  'riskSessions.add': {
    look: (tx) => tx.riskSessions.add(other, Buffer.from('another'), aSession, 5, nowMs + 1),
  },
  'riskSessions.find': {
    look: (tx, { risk }) => tx.riskSessions.find(other, risk.sessionDigest, nowMs),
    finds: undefined,
  },
  'riskSessions.step': { look: (tx, { risk }) => tx.riskSessions.step(other, risk.sessionDigest, nowMs), finds: false },
  'riskSessions.end': { look: (tx, { risk }) => tx.riskSessions.end(other, risk.sessionDigest), finds: false },
  'riskUsers.hold': { look: (tx, { user }) => tx.riskUsers.hold(other, user.id), finds: nobody },
  'riskUsers.put': { look: (tx, { user }) => tx.riskUsers.put(other, user.id, nobody) },
  'riskUsers.remove': { look: (tx, { user }) => tx.riskUsers.remove(other, user.id), finds: false },
  'sendCounts.add': { look: (tx) => tx.sendCounts.add(other, 'budget', 0, 1, 1), finds: 1 },
  'sendCounts.alone': { look: (tx) => tx.sendCounts.alone(other, 'budget') },
  'sendCounts.since': { look: (tx) => tx.sendCounts.since(other, 'budget', -1), finds: 0 },
  'signIns.find': { look: (tx, { signInDigest }) => tx.signIns.find(other, signInDigest, nowMs), finds: undefined },
  'signIns.wait': { look: (tx, { signInDigest }) => tx.signIns.wait(other, signInDigest, 'another'), finds: false },
  'signIns.take': { look: (tx, { signInDigest }) => tx.signIns.take(other, signInDigest, nowMs), finds: false },
  'settings.all': { look: (tx) => tx.settings.all(other), finds: new Map() },
  'settings.set': { look: (tx) => tx.settings.set(other, 'codeLength', '8', nowMs) },
  'settings.unset': { look: (tx) => tx.settings.unset(other, 'issuer') },
  'tokens.add': { look: (tx, { token }) => tx.tokens.add(other, [{ ...aToken(other), serial: token.serial }]) },
  'tokens.byPublicId': { look: (tx) => tx.tokens.byPublicId(other, plain.publicId), finds: undefined },
  'tokens.count': { look: (tx) => tx.tokens.count(other), finds: 0 },
  'tokens.find': { look: (tx, { token }) => tx.tokens.find(other, token.serial), finds: undefined },
  'tokens.move': {
    look: (tx, { token }) =>
      tx.tokens.move({ ...token, customerId: other }, { state: 'disabled', userId: null }, nowMs),
    finds: false,
  },
  'tokens.page': { look: (tx) => tx.tokens.page(other, 0, 10), finds: [] },
  'webhooks.add': { look: (tx, { user }) => tx.webhooks.add(other, user.id, 'event-of-the-other', '{}', nowMs) },
  'webhooks.list': { look: (tx) => tx.webhooks.list(other, 10), finds: [] },
  'webhooks.resend': { look: (tx) => tx.webhooks.resend(other, `event-of-${mine}`, nowMs), finds: false },
  'users.byId': { look: (tx, { user }) => tx.users.byId(other, user.id), finds: undefined },
  'users.find': { look: (tx, { user }) => tx.users.find(other, user.username), finds: undefined },
  'users.page': { look: (tx) => tx.users.page(other, 0, 10), finds: [] },
  'users.countAfter': {
    look: async (tx) => (await tx.users.countAfter(other, '', 10)).count,
    finds: 0,
  },
  'users.count': { look: (tx) => tx.users.count(other), finds: 0 },
  'users.change': {
    look: (tx, { user }) => tx.users.change(other, user.id, { email: 'e@example.com' }, nowMs),
    finds: false,
  },
  'users.remove': { look: (tx, { user }) => tx.users.remove(other, user.id), finds: false },
  'users.add': { look: (tx, { user }) => tx.users.add(aUser(other), user.username), finds: true },
} satisfies Record<Exclude<FunctionName, Unscoped>, Probe> as Readonly<Record<string, Probe>>

for (const name of databaseNames) {
  describe(`another customer on ${name}`, () => {
    let one: OneStore
    let store: Store
    let raw: RawDatabase
    let story: Story

    before(async () => {
      one = await oneStore(name)
      ;({ store, raw } = one)
    })
    beforeEach(async () => {
      mine += 10
      other = mine + 1
      story = await tell(store, mine)
      await store.write((tx) => tx.customers.add(other, 'Other', 'the-api-key-of-the-other-customer', nowMs))
    })
    after(() => one.close())

    for (const [called, probe] of Object.entries(foreignProbes)) {
      it(`finds and changes nothing by ${called}`, async () => {
        const before = await rowsOf(raw, mine)
        let found: unknown
        try {
          found = await store.write((tx) => probe.look(tx, story))
        } catch (error) {
          if ('finds' in probe) throw error // a refusal is as good as a write that changes nothing
        }
        if ('finds' in probe) assert.deepEqual(found, probe.finds)
        assert.deepEqual(await rowsOf(raw, mine), before)
        assert.ok(await store.userSnapshot(mine, story.user.username))
      })
    }

    it('gets no snapshot', async () => {
      assert.equal(await store.userSnapshot(other, story.user.username), undefined)
      assert.equal(await store.challengeSnapshot(other, story.challenge.id), undefined)
    })

    it('decides nothing on a challenge', async () => {
      const before = await rowsOf(raw, mine)
      assert.equal(await store.decide(aDecision(story.challenge, { customerId: other })), 'closed')
      assert.deepEqual(await rowsOf(raw, mine), before)
    })

    it('decides nothing on a credential', async () => {
      const before = await rowsOf(raw, mine)
      const decided = await store.decide({
        ...aDecision(story.challenge, { customerId: other }),
        challengeId: null,
        method: 'time-code',
        subject: { key: story.user.id, isUser: true },
        credential: { id: story.credential.id, userId: story.user.id, step: 1_000 },
      })
      assert.notEqual(decided, 'accepted')
      assert.deepEqual(await rowsOf(raw, mine), before)
    })
  })
}

async function rowsOf(raw: RawDatabase, customerId: number): Promise<Record<string, RawRow[]>> {
  const all = await dump(raw)
  const rows = Object.entries(all).map(([table, list]) => [
    table,
    list.filter((row) => row['customer_id'] === customerId || (table === 'customers' && row['id'] === customerId)),
  ])
  return Object.fromEntries(rows)
}
