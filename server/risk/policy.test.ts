import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brokenEvidence, type Evidence } from './evidence.ts'
import { acceptable, counts } from './obligations.ts'
import { assess } from './policy.ts'
import { defaultPolicy, type Policy, readPolicy } from './policy-file.ts'
import { startingScore } from './rules.ts'

/** Tuesday, 12:00 UTC. */
const noonMs = Date.UTC(2026, 5, 2, 12)

/** A sign-in as always: known, at home, on a remembered device. */
const usual: Evidence = {
  ...brokenEvidence(noonMs),
  isBroken: false,
  signIns: 20,
  token: 'known',
  isTrusted: true,
  likeness: 'same',
  deviceLabel: 'Chrome on Windows',
  devices: 1,
  address: '192.0.2.7',
  network: { ...brokenEvidence(0).network, country: 'NO' },
  isSeen: { country: true, asn: true, prefix: true, address: true },
  nats: { country: -1, place: -7, device: -5, token: -10, hour: -0.4, length: 2 },
}

function policyOf(written: unknown): Policy {
  const read = readPolicy(written)
  assert.ok('policy' in read, JSON.stringify(read))
  return read.policy
}

const decide = (evidence: Partial<Evidence>, written: unknown = {}) =>
  assess({ ...usual, ...evidence }, policyOf(written))

describe('a decision', () => {
  it('adds up: the score is where everybody starts and what each finding adds', () => {
    const { score, findings } = decide({ token: 'none', network: { ...usual.network, country: 'PT' } })
    const sum = findings.reduce((total, { points }) => total + points, startingScore)
    assert.equal(score, Math.max(0, Math.min(100, sum)))
  })

  it('lets the user pass on a remembered device as always', () => {
    const { decision, score } = decide({})
    assert.deepEqual([decision, score], ['allow', 7])
  })

  it('never lets anybody pass without token, without history, with a replaced token, or when the weighing broke', () => {
    const open = { challengeAt: 100, rules: { 'stolen-token': { points: 0, action: 'allow' } } }
    for (const evidence of [
      { token: 'none' },
      { signIns: 0 },
      { token: 'stolen' },
      { isBroken: true },
      { isTrusted: false },
    ] as const)
      assert.equal(decide(evidence, open).decision, 'challenge', JSON.stringify(evidence))
  })

  it('takes looks for a device only where the policy says so, and only those of a trusted one', () => {
    const fingerprint = { devices: { proof: 'fingerprint' } }
    const untold = { token: 'none', nats: { ...usual.nats, token: 0 } } as const
    assert.equal(decide(untold, fingerprint).decision, 'allow')
    assert.equal(decide({ ...untold, likeness: 'drifted' }, fingerprint).decision, 'challenge')
    assert.equal(decide({ ...untold, isTrusted: false }, fingerprint).decision, 'challenge')
  })

  it('names the country, the journey and the hour in sentences', () => {
    const { findings } = decide({
      token: 'none',
      network: { ...usual.network, country: 'PT' },
      isSeen: { ...usual.isSeen, country: false },
      nats: { ...usual.nats, country: 1.2, hour: 1 },
      travel: { km: 2_700.4, hours: 0.5 },
    })
    const said = new Map(findings.map(({ rule, because }) => [rule, because]))
    assert.equal(said.get('new-country'), 'First sign-in from Portugal.')
    assert.match(said.get('impossible-travel') ?? '', /2700 km away and 30 minutes ago/)
    assert.equal(said.get('hour'), 'The user seldom signs in between 12:00 and 15:00 UTC.')
  })

  it('challenges for conduct, whatever the score', () => {
    for (const conduct of [{ prompts: 3 }, { isReported: true }, { travel: { km: 5_000, hours: 1 } }] as const)
      assert.equal(decide(conduct).decision, 'challenge', JSON.stringify(conduct))
    assert.equal(decide({ network: { ...usual.network, lists: ['tor'] } }).decision, 'challenge')
  })

  it('weighs failures by how many there were', () => {
    const pointsOf = (failures: number) =>
      decide({ failures }).findings.find(({ rule }) => rule === 'failures')?.points ?? 0
    assert.deepEqual([0, 1, 2, 4, 100].map(pointsOf), [0, 0, 10, 20, 30])
  })
})

describe('a policy', () => {
  it('denies by its lists', () => {
    const denied: readonly (readonly [Partial<Evidence>, unknown])[] = [
      [{}, { countries: { allowed: ['PT'] } }],
      [{}, { countries: { blocked: ['NO'] } }],
      [{ network: { ...usual.network, country: null } }, { countries: { allowed: ['PT'] } }],
      [{}, { networks: { blocked: ['192.0.2.0/24'] } }],
      [{}, { networks: { allowed: ['198.51.100.0/24', '2001:db8::/32'] } }],
      [{ address: null }, { networks: { allowed: ['198.51.100.0/24'] } }],
    ]
    for (const [evidence, written] of denied)
      assert.equal(decide(evidence, written).decision, 'deny', JSON.stringify(written))
    assert.equal(decide({}, { networks: { allowed: ['192.0.2.7'] }, countries: { allowed: ['NO'] } }).decision, 'allow')
  })

  it('knows its hours in their own zone, over midnight too', () => {
    const hours = (from: string, until: string, days: number[], zone = 'Europe/Oslo') => ({
      hours: { zone, from, until, days, otherwise: 'challenge' },
    })
    assert.equal(decide({}, hours('13:30', '14:30', [2])).decision, 'allow') // 14:00 in Oslo
    assert.equal(decide({}, hours('13:30', '14:00', [2])).decision, 'challenge')
    assert.equal(decide({}, hours('13:30', '14:30', [1])).decision, 'challenge')
    assert.equal(decide({}, hours('22:00', '15:00', [1])).decision, 'allow') // began on Monday
    assert.equal(decide({}, hours('22:00', '15:00', [2])).decision, 'challenge')
  })

  it('only reports where it is told to: everybody is asked, and what it would have done is said', () => {
    const outcome = decide({}, { mode: 'report', countries: { blocked: ['NO'] } })
    assert.deepEqual([outcome.decision, outcome.unenforced, outcome.notifies], ['challenge', 'deny', false])
    assert.equal(decide({}, { countries: { blocked: ['NO'] } }).notifies, true)
    assert.equal(decide({}, { mode: 'report' }).decision, 'challenge')
  })

  it('denies from a score on, and bounds the number of devices', () => {
    assert.equal(
      decide({ token: 'none', nats: { ...usual.nats, place: 5, device: 5, token: 1 } }, { denyAt: 70 }).decision,
      'deny',
    )
    const full = { token: 'none', devices: 3 } as const
    assert.equal(decide(full, { devices: { max: 3, otherwise: 'deny' } }).decision, 'deny')
    assert.equal(decide({ devices: 3 }, { devices: { max: 3, otherwise: 'deny' } }).decision, 'allow')
  })

  it('keeps what a rule asks for where it only says what it is worth', () => {
    const listed = { network: { ...usual.network, lists: ['tor'] } }
    assert.equal(decide(listed, { rules: { 'bad-network': { points: 0 } } }).decision, 'challenge')
    assert.equal(decide(listed, { rules: { 'bad-network': { points: 0, action: 'allow' } } }).decision, 'allow')
  })

  it('gives rules other points where they speak against the user, and only there', () => {
    const away = { country: false, asn: false, prefix: false, address: false }
    const rules = {
      'new-country': { points: 33 },
      network: { points: 7, action: 'deny' },
      hour: { points: 4 },
      'no-token': { points: 21 },
      failures: { points: 9 },
    }
    const abroad = { isSeen: away, token: 'none', failures: 5, nats: { ...usual.nats, hour: 1 } } as const
    const { findings, decision } = decide(abroad, { rules })
    const points = new Map(findings.map(({ rule, points }) => [rule, points]))
    const asked = Object.entries(rules).map(([rule, { points }]) => [rule, points])
    assert.deepEqual(
      asked.map(([rule]) => [rule, points.get(rule as (typeof findings)[number]['rule'])]), // names of the table above
      asked,
    )
    assert.equal(decision, 'deny')
    // At home, by day: the score is as if the policy said nothing.
    assert.deepEqual(decide({}, { rules }), decide({}))
    assert.equal(decide({ isSeen: away }, { rules: { network: { points: 0, action: 'deny' } } }).decision, 'deny')
  })

  it('takes no device for a new one that looks the same, where looks count', () => {
    const looksSame = { token: 'none', nats: { ...usual.nats, token: 0 } } as const
    const rules = { 'new-device': { points: 90, action: 'deny' } }
    assert.equal(decide(looksSame, { rules }).decision, 'deny')
    assert.equal(decide(looksSame, { rules, devices: { proof: 'fingerprint' } }).decision, 'allow')
    const other = { ...looksSame, likeness: 'other' } as const
    assert.equal(decide(other, { rules, devices: { proof: 'fingerprint' } }).decision, 'deny')
  })

  it('can score by the model of Freeman et al., which looks at address and browser alone, and lets nobody pass for that', () => {
    const model = { model: 'freeman' }
    const freeman = { address: 0.02, userAgent: 0.5, share: 1.2 }
    const home = decide({ freeman }, model)
    assert.deepEqual([home.decision, home.score], ['allow', 1])
    const [first] = home.findings
    assert.equal(
      first?.because,
      'By the model of Freeman et al. an attacker is 0.012 times as likely as the user: address × 0.02, browser × 0.5, how often the user signs in × 1.2. It looks at nothing else.',
    )
    const stranger = { address: 4, userAgent: null, share: 1 }
    assert.equal(decide({ freeman: stranger }, model).score, 80)
    assert.match(decide({ freeman: stranger }, model).findings[0]?.because ?? '', /browser not told/)
    // Nothing of our own score counts besides; what the rules are worth does.
    const hostile = { country: 4, place: 4, device: 4, token: 4, hour: 4, length: 4 }
    assert.equal(decide({ freeman, nats: hostile }, model).score, 1)
    assert.equal(decide({ freeman, isReported: true }, model).score, 41)
    const open = { ...model, challengeAt: 100 }
    for (const evidence of [{ token: 'none' }, { signIns: 0, freeman: null }, { isBroken: true }] as const)
      assert.equal(decide({ freeman, ...evidence }, open).decision, 'challenge', JSON.stringify(evidence))
    const { findings } = decide({}, model) // kept before there was such a score
    assert.ok(findings.some(({ because }) => because === 'There is no score of Freeman et al. for this sign-in.'))
    assert.ok('problems' in readPolicy({ model: 'other' }))
  })

  it('says everything that is wrong with it', () => {
    const read = readPolicy({
      challengeAt: 101,
      countries: { allowed: ['no'] },
      networks: { blocked: ['192.0.2.0/33'] },
      hours: { zone: 'Nowhere' },
      devices: { max: 99 },
      rules: { nonsense: {} },
      bogus: 1,
    })
    assert.ok('problems' in read)
    for (const place of [
      'challengeAt',
      'countries.allowed[0]',
      'networks.blocked[0]',
      'hours',
      'devices.max',
      'rules.nonsense',
      'bogus',
    ])
      assert.ok(
        read.problems.some((problem) => problem.startsWith(`policy.${place}`)),
        `${place}: ${read.problems.join(' ')}`,
      )
    for (const nothing of [null, [], 'x', 1]) assert.ok('problems' in readPolicy(nothing))
  })
})

describe('what is asked', () => {
  const has = [
    { method: 'questions', via: null },
    { method: 'message-code', via: 'email' },
    { method: 'message-code', via: 'sms' },
    { method: 'passkey', via: null },
    { method: 'time-code', via: null },
  ] as const

  it('is the strongest first', () => {
    const names = acceptable(60, defaultPolicy, has).map(({ method, via }) => via ?? method)
    assert.deepEqual(names, ['passkey', 'time-code', 'sms', 'email', 'questions'])
  })

  it('is worth what the risk demands', () => {
    assert.ok(!counts('questions', 75, defaultPolicy))
    assert.ok(counts('message-code', 100, defaultPolicy))
    const strict = policyOf({ methods: [{ from: 40, least: 5 }], refused: ['passkey'] })
    assert.deepEqual(acceptable(60, strict, has), [])
    assert.equal(acceptable(39, strict, has).length, 4)
  })
})
