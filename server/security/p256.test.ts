import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, it } from 'node:test'
import { derivedP256, isP256Point, isSignedBy } from './p256.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
const signed = (text: string) =>
  sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')

describe('P-256', () => {
  it('knows a point of the curve from what is none', () => {
    assert.ok(isP256Point({ x, y }))
    for (const [left, right] of [
      [x, x],
      ['', ''],
      [x, ''],
      [`${x}=`, y],
      [x.slice(1), y],
      ['A'.repeat(43), 'A'.repeat(43)],
      [Buffer.from(x, 'base64url').toString('base64'), y],
    ] as const)
      if (left !== x || right !== y) assert.equal(isP256Point({ x: left, y: right }), false)
  })

  it('takes the signature of the key over the very text, in its one form', () => {
    const signature = signed('text')
    assert.ok(isSignedBy({ x, y }, 'text', signature))
    const der = sign('sha256', Buffer.from('text'), privateKey).toString('base64url')
    for (const wrong of ['', der, `${signature}=`, signature.slice(0, -1), 'A'.repeat(86), signed('texts')])
      assert.equal(isSignedBy({ x, y }, 'text', wrong), false)
    assert.equal(isSignedBy({ x, y: x }, 'text', signature), false)
  })

  it('derives the same pair from the same secret, another for another purpose', () => {
    const secret = Buffer.alloc(32, 5)
    const pair = derivedP256(secret, 'one')
    assert.deepEqual(derivedP256(secret, 'one'), pair)
    assert.notEqual(derivedP256(secret, 'two').publicKey, pair.publicKey)
    const point = Buffer.from(pair.publicKey, 'base64url')
    assert.deepEqual([point.length, point[0]], [65, 4])
    const halves = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
    const [px = '', py = ''] = halves
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: px, y: py }, format: 'jwk' })
  })
})
