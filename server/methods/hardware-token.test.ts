import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { oathCode } from '../../test/support/totp.ts'
import { touch } from '../../test/support/yubikey.ts'
import type { OathSeed, TokenSeed } from '../vocabulary/token.ts'
import { hardwareToken, tokenLimits } from './hardware-token.ts'
import type { LastUse, Verdict } from './method.ts'
import { type Asked, methodSuite, toolsAt } from './method-suite.ts'

const nowMs = 1_800_000_000_000
const periodMs = 30_000
const now = nowMs / periodMs
const wrong: Verdict = { kind: 'wrong' }

// Eight digits and big keys: with six, a stranger's code is right once in a few ten thousand tests.
const kinds: Readonly<Record<string, () => { seed: TokenSeed; right: string }>> = {
  'TOTP with SHA-1': () => time('sha1'),
  'TOTP with SHA-256': () => time('sha256'),
  'TOTP with SHA-512': () => time('sha512'),
  HOTP: () => {
    const key = randomBytes(20)
    return { seed: { kind: 'hotp', ...oath(key) }, right: oathCode(key, 3, 8) }
  },
  YubiKey: () => {
    const yubikey = { key: randomBytes(16), publicId: 'cccjgjgkhcbb', privateId: randomBytes(6) }
    return { seed: yubikeySeed(yubikey), right: touch(yubikey, 7, 3) }
  },
}

for (const [kind, make] of Object.entries(kinds))
  describe(kind, () => {
    methodSuite(hardwareToken, () => {
      const { seed, right } = make()
      const tools = toolsAt(nowMs + 12_345, 'unused')
      return { challengeId: randomUUID(), pending: '{}', secret: JSON.stringify(seed), right, tools } satisfies Asked
    })
  })

describe('a counting token', () => {
  // RFC 4226 appendix D.
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
  const key = Buffer.from('12345678901234567890')
  const seed: TokenSeed = { kind: 'hotp', key: key.toString('base64'), digits: 6, algorithm: 'sha1' }

  it('shows the codes of RFC 4226 appendix D, and each tells its counter', () => {
    for (const [counter, code] of codes.entries())
      assert.deepEqual(judge(seed, code, { step: counter - 1, atMs: null }), { kind: 'right', usedStep: counter })
  })

  it('may be touched ten times for one answer and no more', () => {
    const last = { step: 100, atMs: nowMs }
    for (let ahead = 1; ahead <= tokenLimits.lookAhead; ahead++)
      assert.deepEqual(judge(seed, oathCode(key, 100 + ahead), last), { kind: 'right', usedStep: 100 + ahead })
    assert.deepEqual(judge(seed, oathCode(key, 100 + tokenLimits.lookAhead + 1), last), wrong)
  })

  it('gives the step of the code that was used last, so that it is told to be used, and wrong for an older code after newer', () => {
    const last = { step: 100, atMs: nowMs }
    assert.deepEqual(judge(seed, oathCode(key, 100), last), { kind: 'right', usedStep: 100 })
    assert.deepEqual(judge(seed, oathCode(key, 99), last), wrong)
  })

  it('is found again by two codes in a row within a hundred, and used up with the second', () => {
    const last = { step: 100, atMs: nowMs }
    const pair = (step: number) => [oathCode(key, step), oathCode(key, step + 1)] as const
    for (const first of [101, 112, 199])
      assert.deepEqual(resync(seed, pair(first), last), { kind: 'right', usedStep: first + 1 })
    assert.deepEqual(resync(seed, pair(200), last), wrong)
  })

  it('is not found by codes it showed before: resync is not replay', () => {
    const last = { step: 100, atMs: nowMs }
    for (const first of [50, 98, 99, 100]) {
      assert.deepEqual(resync(seed, [oathCode(key, first), oathCode(key, first + 1)], last), wrong)
    }
  })

  it('is not found by two codes that do not follow one another, or by one twice', () => {
    const last = { step: 100, atMs: nowMs }
    for (const [first, second] of [
      [110, 112],
      [111, 110],
      [110, 110],
    ] as const)
      assert.deepEqual(resync(seed, [oathCode(key, first), oathCode(key, second)], last), wrong)
  })
})

describe('a token with a clock', () => {
  it('shows the codes of RFC 6238 appendix B', () => {
    const seeds = { sha1: 20, sha256: 32, sha512: 64 } as const
    const rows = [
      [59, '94287082', '46119246', '90693936'],
      [1_111_111_109, '07081804', '68084774', '25091201'],
      [20_000_000_000, '65353130', '77737706', '47863826'],
    ] as const
    for (const [seconds, ...shown] of rows)
      for (const [index, [algorithm, bytes]] of Object.entries(seeds).entries()) {
        const key = Buffer.from('1234567890'.repeat(7).slice(0, bytes))
        const seed = { kind: 'totp', ...oath(key), algorithm, periodSeconds: 30 } as TokenSeed
        const verdict = judge(seed, shown[index] ?? '', undefined, seconds * 1000)
        assert.deepEqual(verdict, { kind: 'right', usedStep: Math.floor(seconds / 30) })
      }
  })

  it('that has never been used is expected on time, one step around', () => {
    const clock = newClock()
    assert.deepEqual(offsets(clock, undefined), [-1, 0, 1])
  })

  it('is expected where it was last', () => {
    const clock = newClock()
    assert.deepEqual(offsets(clock, seen(3)), [0, 2, 3, 4])
    assert.deepEqual(offsets(clock, seen(-2)), [-3, -2, -1, 0])
  })

  it('leads nobody further than four steps by answers alone', () => {
    const clock = newClock()
    let at = 0
    for (const step of [1, 2, 3, 4, 5]) {
      assert.ok(offsets(clock, seen(at)).includes(step), `after ${at}`)
      at = step
    }
    assert.deepEqual(offsets(clock, seen(5)), [0, 3, 4, 5])
    assert.deepEqual(offsets(clock, seen(-5)), [-5, -4, -3, 0])
  })

  it('whose owner types slowly is expected on time too', () => {
    const clock = newClock()
    assert.ok(offsets(clock, seen(-3)).includes(0))
  })

  it('is found again by two codes in a row within a hundred steps, and then expected there', () => {
    const clock = newClock()
    const pair = (offset: number) => [clock.code(now + offset), clock.code(now + offset + 1)] as const
    for (const offset of [-100, -20, 0, 42, 99])
      assert.deepEqual(resync(clock.seed, pair(offset)), { kind: 'right', usedStep: now + offset + 1 })
    for (const offset of [-101, 100]) assert.deepEqual(resync(clock.seed, pair(offset)), wrong)
    assert.deepEqual(offsets(clock, seen(42)), [0, 41, 42, 43])
  })

  it('is not found by codes at or before the last one: resync is not replay', () => {
    const clock = newClock()
    const last = { step: now - 10, atMs: nowMs }
    for (const first of [now - 30, now - 11, now - 10])
      assert.deepEqual(resync(clock.seed, [clock.code(first), clock.code(first + 1)], last), wrong)
    const next = [clock.code(now - 9), clock.code(now - 8)] as const
    assert.deepEqual(resync(clock.seed, next, last), { kind: 'right', usedStep: now - 8 })
  })

  it('with steps of a minute counts minutes', () => {
    const key = randomBytes(20)
    const seed: TokenSeed = { kind: 'totp', ...oath(key), periodSeconds: 60 }
    const minute = nowMs / 60_000
    assert.deepEqual(judge(seed, oathCode(key, minute, 8)), { kind: 'right', usedStep: minute })
    assert.deepEqual(judge(seed, oathCode(key, minute - 2, 8)), wrong)
  })
})

describe('a YubiKey', () => {
  const yubikey = { key: randomBytes(16), publicId: 'cccjgjgkhcbb', privateId: randomBytes(6) }
  const seed = yubikeySeed(yubikey)

  it('tells its counter: every touch is later, and plugging in is later than every touch', () => {
    const steps = [touch(yubikey, 1, 0), touch(yubikey, 1, 1), touch(yubikey, 1, 255), touch(yubikey, 2, 0)].map(
      (otp) => {
        const verdict = judge(seed, otp)
        assert.equal(verdict.kind, 'right')
        return verdict.kind === 'right' ? verdict.usedStep : undefined
      },
    )
    assert.deepEqual(steps, [256, 257, 511, 512])
  })

  it('of another public or private identity, or another key, is wrong', () => {
    for (const other of [
      { ...yubikey, publicId: 'cccjgjgkhcbc' },
      { ...yubikey, privateId: randomBytes(6) },
      { ...yubikey, key: randomBytes(16) },
    ])
      assert.deepEqual(judge(seed, touch(other, 1, 1)), wrong)
  })

  it('needs no resync, and gets none', () => {
    assert.deepEqual(resync(seed, [touch(yubikey, 1, 1), touch(yubikey, 1, 2)]), wrong)
  })
})

function oath(key: Uint8Array): Omit<OathSeed, 'kind' | 'periodSeconds'> {
  return { key: Buffer.from(key).toString('base64'), digits: 8, algorithm: 'sha1' }
}

function time(algorithm: OathSeed['algorithm']): { seed: TokenSeed; right: string } {
  const key = randomBytes(32)
  return { seed: { kind: 'totp', ...oath(key), algorithm, periodSeconds: 30 }, right: oathCode(key, now, 8, algorithm) }
}

function yubikeySeed({ key, publicId, privateId }: { key: Buffer; publicId: string; privateId: Buffer }): TokenSeed {
  return { kind: 'yubikey', key: key.toString('base64'), publicId, privateId: privateId.toString('hex') }
}

function newClock() {
  const key = randomBytes(20)
  const seed: TokenSeed = { kind: 'totp', ...oath(key), periodSeconds: 30 }
  return { seed, code: (step: number) => oathCode(key, step, 8) }
}

/** The token was used an hour ago, so many steps off. */
function seen(offset: number): LastUse {
  const atMs = nowMs - 3_600_000
  return { step: atMs / periodMs + offset, atMs }
}

/** How far off the codes are that count now. */
function offsets({ seed, code }: ReturnType<typeof newClock>, last: LastUse | undefined): number[] {
  const around = Array.from({ length: 121 }, (_, index) => index - 60)
  return around.filter((offset) => judge(seed, code(now + offset), last).kind === 'right')
}

function judge(seed: TokenSeed, code: string, last?: LastUse, atMs = nowMs): Verdict {
  const from = {
    challengeId: null,
    pending: null,
    secret: JSON.stringify(seed),
    answer: { kind: 'code', code },
  } as const
  return hardwareToken.judge(last ? { ...from, last } : from, toolsAt(atMs, 'unused'))
}

function resync(seed: TokenSeed, codes: readonly [string, string], last: LastUse = { step: -1, atMs: null }): Verdict {
  const secret = JSON.stringify(seed)
  return hardwareToken.resync?.({ secret, last, codes }, toolsAt(nowMs, 'unused')) ?? wrong
}
