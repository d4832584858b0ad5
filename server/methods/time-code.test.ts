import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { generateSync } from 'otplib'
import { totp } from '../../test/support/totp.ts'
import type { Verdict } from './method.ts'
import { type Asked, methodSuite, toolsAt } from './method-suite.ts'
import { timeCode } from './time-code.ts'

const periodMs = 30_000
const nowMs = 1_800_000_000_000
const nowStep = nowMs / periodMs

methodSuite(timeCode, () => {
  const { secret, secretText } = enrol()
  const tools = toolsAt(nowMs + 12_345, 'unused')
  return { challengeId: randomUUID(), pending: '{}', secret, right: totp(secretText, nowMs), tools } satisfies Asked
})

describe('the window of a time code', () => {
  // Of the code that begins at `nowMs`, asked at these moments.
  const rows: readonly (readonly [promise: string, askedMs: number, kind: Verdict['kind']])[] = [
    ['is open from one step before', nowMs - periodMs, 'right'],
    ['is closed a millisecond earlier', nowMs - periodMs - 1, 'wrong'],
    ['is open at the first moment of the code', nowMs, 'right'],
    ['is open at the last moment of the code', nowMs + periodMs - 1, 'right'],
    ['is open to the end of the step after', nowMs + 2 * periodMs - 1, 'right'],
    ['is closed a millisecond later', nowMs + 2 * periodMs, 'wrong'],
    ['is closed an hour before', nowMs - 3_600_000, 'wrong'],
    ['is closed an hour later', nowMs + 3_600_000, 'wrong'],
    ['is closed a day later', nowMs + 86_400_000, 'wrong'],
  ]
  for (const [promise, askedMs, kind] of rows)
    it(promise, () => {
      const { secret, secretText } = withoutRepeats(nowMs, askedMs)
      assert.equal(judge(secret, totp(secretText, nowMs), askedMs).kind, kind)
    })

  it('tells which step a code was of, so that it can be spent', () => {
    for (const around of [-1, 0, 1]) {
      const { secret, secretText } = withoutRepeats(nowMs)
      const code = totp(secretText, nowMs + around * periodMs)
      assert.deepEqual(judge(secret, code, nowMs), { kind: 'right', usedStep: nowStep + around })
    }
  })

  it('names the later step when two steps have the same code, so that spending it spends both', () => {
    const { secret, secretText, atMs } = collision()
    const verdict = judge(secret, totp(secretText, atMs), atMs)
    assert.deepEqual(verdict, { kind: 'right', usedStep: atMs / periodMs + 1 })
  })
})

describe('a time code', () => {
  it('is the one that otplib makes', () => {
    for (let round = 0; round < 50; round++) {
      const { secret, secretText } = enrol()
      const epoch = 1_500_000_000 + round * 12_345_678
      assert.equal(judge(secret, generateSync({ secret: secretText, epoch }), epoch * 1000).kind, 'right')
    }
  })

  it('of an older secret with another hash, length or period is judged by these', () => {
    const key = Buffer.from('12345678901234567890123456789012')
    const secret = JSON.stringify({ key: key.toString('base64'), digits: 8, periodSeconds: 30, algorithm: 'sha256' })
    assert.deepEqual(judge(secret, '46119246', 59_000), { kind: 'right', usedStep: 1 })
    assert.equal(judge(secret, '119246', 59_000).kind, 'wrong')
    const slow = JSON.stringify({ key: key.toString('base64'), digits: 8, periodSeconds: 60, algorithm: 'sha256' })
    assert.deepEqual(judge(slow, '46119246', 60_000), { kind: 'right', usedStep: 1 })
  })
})

describe('an enrolment', () => {
  it('makes a key of 160 bits (RFC 4226 section 4 R6), each time another one', () => {
    const asked: number[] = []
    const randomSecret = (bytes: number) => {
      asked.push(bytes)
      return randomBytes(bytes)
    }
    const tools = { ...toolsAt(0, ''), randomSecret }
    const made = Array.from({ length: 20 }, () => timeCode.enrol?.({ issuer: 'i', account: 'a' }, tools).secret)
    assert.deepEqual(new Set(asked), new Set([20]))
    assert.equal(new Set(made).size, 20)
  })

  it('shows the secret again as it was shown', () => {
    const { secret, secretText } = enrol()
    assert.equal(timeCode.secretText?.(secret), secretText)
    assert.match(secretText, /^[A-Z2-7]{32}$/)
  })

  const names: readonly (readonly [issuer: string, account: string, shown: string])[] = [
    ['Example Bank', 'alice@example.com', 'Example Bank'],
    ['Bank: Retail', 'alice@example.com', 'Bank  Retail'],
    ['a:b:c', 'alice', 'a b c'],
    [':', 'alice', 'Countersign'],
    ['', 'alice', 'Countersign'],
    ['   ', 'alice', 'Countersign'],
    ['Grüße & Söhne 世界 🔑', 'bücher@example.com', 'Grüße & Söhne 世界 🔑'],
    ['R&D?secret=AAAA#x', 'a&secret=BBBB', 'R&D?secret=AAAA#x'],
    ['50% off/../', 'a/b c+d:e%0d%0a', '50% off/../'],
    ['<b>"\'`', '<i>"\'`', '<b>"\'`'],
  ]
  for (const [issuer, account, shown] of names)
    it(`of issuer ${JSON.stringify(issuer)} and account ${JSON.stringify(account)} is read back as it was meant`, () => {
      const { uri, secretText } = enrol(issuer, account)
      const read = readKeyUri(uri)
      assert.deepEqual(read, {
        kind: 'totp',
        labelIssuer: shown,
        account,
        parameters: { secret: secretText, issuer: shown, algorithm: 'SHA1', digits: '6', period: '30' },
      })
    })

  it('never has a colon in its issuer: apps would take what follows for the account', () => {
    const { uri } = enrol('a:b', 'c:d')
    const label = uri.slice('otpauth://totp/'.length, uri.indexOf('?'))
    assert.equal(label, 'a%20b:c%3Ad')
  })
})

function enrol(issuer = 'Example', account = 'alice@example.com') {
  const made = timeCode.enrol?.({ issuer, account }, toolsAt(0, '', randomBytes(20)))
  assert.ok(made)
  return { secret: made.secret, secretText: made.show.secretText, uri: made.show.uri }
}

function judge(secret: string, code: string, askedMs: number): Verdict {
  const from = { challengeId: null, pending: null, secret, answer: { kind: 'code', code } } as const
  return timeCode.judge(from, toolsAt(askedMs, 'unused'))
}

/** A credential whose codes around these moments all differ, so that none is right by chance. */
function withoutRepeats(...momentsMs: readonly number[]) {
  for (;;) {
    const made = enrol()
    const around = momentsMs.flatMap((ms) => [-1, 0, 1].map((step) => Math.floor(ms / periodMs) + step))
    const steps = [...new Set(around)]
    if (new Set(steps.map((step) => totp(made.secretText, step * periodMs))).size === steps.length) return made
  }
}

/** A moment at which the code of a credential is the same in this step and in the next. */
function collision() {
  // Found by trying: one pair of neighbours in a million agrees.
  const key = Buffer.from('12345678901234567890')
  const secret = JSON.stringify({ key: key.toString('base64'), digits: 6, periodSeconds: 30, algorithm: 'sha1' })
  const secretText = timeCode.secretText?.(secret) ?? ''
  return { secret, secretText, atMs: 50_424_280 * periodMs }
}

/** The Key URI format as authenticator apps read it: github.com/google/google-authenticator/wiki/Key-Uri-Format. */
function readKeyUri(uri: string) {
  const [, kind, label = '', query] = /^otpauth:\/\/(totp|hotp)\/([^?#]*)\?([^#]*)$/.exec(uri) ?? []
  const [labelIssuer = '', account = ''] = label.split(':')
  return {
    kind,
    labelIssuer: decodeURIComponent(labelIssuer),
    account: decodeURIComponent(account),
    parameters: Object.fromEntries(new URLSearchParams(query)),
  }
}
