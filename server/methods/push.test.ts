import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { describe, it } from 'node:test'
import type { SignedDecision } from '../vocabulary/answer.ts'
import { toolsAt } from './method-suite.ts'
import { push } from './push.ts'
import { qrScan } from './qr-scan.ts'

const challengeId = '5a0c6bd4-8e7a-4b0e-9d3c-0123456789ab'
const tools = toolsAt(0, '07')

function newPhone(deviceId = randomUUID()) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const decide = (more: Partial<SignedDecision> = {}): SignedDecision => {
    const statement = more.statement ?? 'what was decided'
    const signature = sign('sha256', Buffer.from(statement), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const made = { kind: 'signed-decision', deviceId, isAccepted: true, proof: '', statement } as const
    return { ...made, signature: signature.toString('base64url'), ...more }
  }
  return { secret: JSON.stringify({ deviceId, x, y }), decide }
}

const from = { challengeId, via: [], codeLength: 6, secret: null }

describe('push', () => {
  const phone = newPhone()
  const shown = push.begin({ ...from, isNumberShown: true }, tools)
  const held = push.begin({ ...from, isNumberShown: false }, tools)
  const judge = (answer: SignedDecision, begun = held, secret: string | null = phone.secret) =>
    push.judge({ challengeId, pending: begun.pending, secret, answer }, tools).kind

  it('gives the caller a number where one is shown, and none otherwise', () => {
    assert.deepEqual([shown.matchNumber, held.matchNumber], ['07', undefined])
    assert.deepEqual([push.matchNumber?.(shown.pending), push.matchNumber?.(held.pending)], ['07', null])
    assert.deepEqual([shown.send, held.send], [[], []])
  })

  it('accepts the yes of the phone; with a number only with that number', () => {
    assert.equal(judge(phone.decide()), 'right')
    assert.equal(judge(phone.decide({ proof: '07' }), shown), 'right')
    for (const proof of ['', '7', '007', '08', '07 ', '０７', '70'])
      assert.equal(judge(phone.decide({ proof }), shown), 'wrong', proof)
  })

  it('denies without a number', () => {
    for (const begun of [shown, held]) assert.equal(judge(phone.decide({ isAccepted: false }), begun), 'denied')
  })

  it('is answered by the very key of the phone and nobody else', () => {
    const other = newPhone()
    const { deviceId } = phone.decide()
    assert.equal(judge(other.decide()), 'wrong')
    assert.equal(judge(other.decide({ deviceId })), 'wrong', 'another key under its name')
    assert.equal(judge(phone.decide({ deviceId: other.decide().deviceId })), 'wrong', 'its key under another name')
    assert.equal(judge({ ...phone.decide(), statement: 'something else' }), 'wrong')
    for (const signature of ['', 'x', 'A'.repeat(86), `${phone.decide().signature}A`, '\ud800'])
      for (const isAccepted of [true, false]) assert.equal(judge(phone.decide({ signature, isAccepted })), 'wrong')
    assert.equal(judge(phone.decide(), held, null), 'wrong')
    const nothing = { challengeId, pending: null, secret: phone.secret, answer: phone.decide() }
    assert.deepEqual(push.judge(nothing, tools), { kind: 'wrong' })
    const code = { ...nothing, pending: held.pending, answer: { kind: 'code', code: '07' } as const }
    assert.deepEqual(push.judge(code, tools), { kind: 'wrong' })
  })
})

describe('scanning', () => {
  const phone = newPhone()
  const { pending } = qrScan.begin({ ...from, isNumberShown: false }, tools)
  const secret = qrScan.scanSecret?.(challengeId, pending, tools) ?? ''
  const judge = (answer: SignedDecision, kept: string | null = pending, id: string | null = challengeId) =>
    qrScan.judge({ challengeId: id, pending: kept, secret: phone.secret, answer }, tools).kind

  it('has a secret of 256 bits that is of this question alone and is not kept', () => {
    assert.match(secret, /^[\w-]{43}$/)
    assert.ok(!pending.includes(secret))
    assert.notEqual(qrScan.scanSecret?.(randomUUID(), pending, tools), secret)
    const other = qrScan.begin({ ...from, isNumberShown: false }, toolsAt(0, '', Buffer.alloc(32, 9)))
    assert.notEqual(qrScan.scanSecret?.(challengeId, other.pending, tools), secret)
  })

  it('accepts what was scanned, and denies without it', () => {
    assert.equal(judge(phone.decide({ proof: secret })), 'right')
    for (const proof of ['', secret.slice(1), `${secret}A`, secret.toLowerCase()])
      assert.equal(judge(phone.decide({ proof })), 'wrong')
    assert.equal(judge(phone.decide({ isAccepted: false })), 'denied')
    assert.equal(judge(phone.decide({ proof: secret }), null), 'wrong')
    assert.equal(judge(phone.decide({ proof: secret }), pending, null), 'wrong')
    assert.equal(judge(newPhone().decide({ proof: secret })), 'wrong')
  })
})
