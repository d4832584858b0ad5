import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { generateSync } from 'otplib'
import { base32, fromBase32, hotp, type OtpAlgorithm, timeStep } from './otp.ts'

const algorithms = ['sha1', 'sha256', 'sha512'] as const

describe('hotp', () => {
  it('gives every code of RFC 4226 appendix D', () => {
    const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
    const secret = Buffer.from('12345678901234567890')
    assert.deepEqual(
      codes.map((_, counter) => hotp(secret, counter, 6)),
      codes,
    )
  })

  it('gives every code of RFC 6238 appendix B, with the seed of each hash', () => {
    // The appendix prints one seed; its reference code uses one as long as the hash (erratum 2866).
    const seeds: Record<OtpAlgorithm, Buffer> = {
      sha1: Buffer.from('1234567890'.repeat(2)),
      sha256: Buffer.from('1234567890'.repeat(4).slice(0, 32)),
      sha512: Buffer.from('1234567890'.repeat(7).slice(0, 64)),
    }
    const rows: readonly (readonly [seconds: number, sha1: string, sha256: string, sha512: string])[] = [
      [59, '94287082', '46119246', '90693936'],
      [1_111_111_109, '07081804', '68084774', '25091201'],
      [1_111_111_111, '14050471', '67062674', '99943326'],
      [1_234_567_890, '89005924', '91819424', '93441116'],
      [2_000_000_000, '69279037', '90698825', '38618901'],
      [20_000_000_000, '65353130', '77737706', '47863826'],
    ]
    for (const [seconds, ...codes] of rows) {
      const step = timeStep(seconds * 1000, 30)
      const made = algorithms.map((algorithm) => hotp(seeds[algorithm], step, 8, algorithm))
      assert.deepEqual(made, codes, `at ${seconds} s`)
    }
  })

  for (const algorithm of algorithms) {
    for (const digits of [6, 7, 8]) {
      it(`agrees with oathtool: ${algorithm}, ${digits} digits`, () => {
        const secret = randomBytes(randomInt(16, 65))
        const first = randomInt(2 ** 40)
        const option = algorithm === 'sha1' ? ['--hotp', '-c', String(first), '-w', '19'] : []
        if (algorithm === 'sha1')
          return assert.deepEqual(
            oathtool([...option, '-d', String(digits), secret.toString('hex')]),
            Array.from({ length: 20 }, (_, index) => hotp(secret, first + index, digits)),
          )
        // oathtool counts only with SHA-1; with the others it reads a clock.
        const seconds = first % 4_000_000_000
        const theirs = oathtool([
          `--totp=${algorithm}`,
          ...['-d', String(digits), '-w', '19', '--now', `@${seconds}`, secret.toString('hex')],
        ])
        const step = timeStep(seconds * 1000, 30)
        assert.deepEqual(
          Array.from({ length: 20 }, (_, index) => hotp(secret, step + index, digits, algorithm)),
          theirs,
        )
      })
    }
  }

  it('agrees with otplib over random secrets, counters and lengths', () => {
    const given = fc.record({
      secret: fc.uint8Array({ minLength: 16, maxLength: 64 }),
      counter: fc.nat({ max: 2 ** 31 - 1 }),
      digits: fc.constantFrom(6 as const, 7 as const, 8 as const),
      algorithm: fc.constantFrom(...algorithms),
    })
    fc.assert(
      fc.property(given, ({ secret, counter, digits, algorithm }) => {
        const theirs = generateSync({ strategy: 'hotp', secret, counter, digits, algorithm })
        assert.equal(hotp(secret, counter, digits, algorithm), theirs)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps leading zeros', () => {
    const secret = Buffer.from('12345678901234567890')
    const codes = Array.from({ length: 2_000 }, (_, counter) => hotp(secret, counter, 6))
    assert.ok(codes.every((code) => /^[0-9]{6}$/.test(code)))
    assert.ok(codes.some((code) => code.startsWith('0')))
  })

  it('takes a counter of more than 32 bits', () => {
    const secret = Buffer.from('12345678901234567890')
    const counter = 2 ** 32 + 1
    assert.deepEqual([hotp(secret, counter, 6)], oathtool(['--hotp', '-c', String(counter), secret.toString('hex')]))
    assert.notEqual(hotp(secret, counter, 6), hotp(secret, 1, 6))
  })
})

describe('timeStep', () => {
  const rows: readonly (readonly [nowMs: number, periodSeconds: number, step: number])[] = [
    [0, 30, 0],
    [29_999, 30, 0],
    [30_000, 30, 1],
    [59_999, 60, 0],
    [60_000, 60, 1],
    [20_000_000_000_000, 30, 666_666_666],
  ]
  for (const [nowMs, periodSeconds, step] of rows)
    it(`${nowMs} ms lie in step ${step} of ${periodSeconds} s`, () => {
      assert.equal(timeStep(nowMs, periodSeconds), step)
    })
})

describe('base32', () => {
  const rows: readonly (readonly [plain: string, encoded: string])[] = [
    ['', ''],
    ['f', 'MY======'],
    ['fo', 'MZXQ===='],
    ['foo', 'MZXW6==='],
    ['foob', 'MZXW6YQ='],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI======'],
  ]
  for (const [plain, encoded] of rows)
    it(`writes "${plain}" as RFC 4648 section 10 does, without its padding`, () => {
      assert.equal(base32(Buffer.from(plain)), encoded.replaceAll('=', ''))
    })

  it('is read back by a reader of our own tests, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        assert.deepEqual(unbase32(base32(bytes)), Buffer.from(bytes))
      }),
    )
  })
})

function oathtool(options: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync('oathtool', options, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout.trim().split('\n')
}

function unbase32(text: string): Buffer {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(text, (letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

describe('fromBase32', () => {
  it('reads what base32 wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
        assert.deepEqual(fromBase32(base32(bytes)), Buffer.from(bytes))
      }),
    )
  })

  it('reads RFC 4648 section 10, padded or not, in any case and in groups', () => {
    assert.equal(fromBase32('MZXW6YTBOI======')?.toString(), 'foobar')
    assert.equal(fromBase32('mzxw 6ytb-oi')?.toString(), 'foobar')
  })

  it('reads nothing else', () => {
    for (const text of ['', '=', '1', 'MZXW0', 'ÄÖ', 'MZ\0XW']) assert.equal(fromBase32(text), undefined)
  })
})
