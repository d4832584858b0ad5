import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, it } from 'node:test'
import { keyThatSigned } from './device-proof.ts'

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

function pointOf(key: KeyObject): string {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const parts = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
  return Buffer.concat(parts).toString('base64url')
}

function signed(text: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

describe('the proof of a device', () => {
  const mine = pair()
  const point = pointOf(mine.publicKey)
  const signature = signed('a text', mine.privateKey)

  it('names the key that signed, the same each time', () => {
    const named = keyThatSigned('a text', point, signature)
    assert.match(String(named), /^[\w-]{43}$/)
    assert.equal(keyThatSigned('another', point, signed('another', mine.privateKey)), named)
  })

  it('names no key for another text, key or signature', () => {
    const other = pair()
    assert.equal(keyThatSigned('another text', point, signature), null)
    assert.equal(keyThatSigned('a text', pointOf(other.publicKey), signature), null)
    assert.equal(keyThatSigned('a text', point, signed('a text', other.privateKey)), null)
  })

  it('names no key for what cannot be read', () => {
    const offCurve = Buffer.alloc(65, 1)
    offCurve[0] = 4
    for (const bad of ['', 'x', point.slice(2), offCurve.toString('base64url'), `${point}AAAA`])
      assert.equal(keyThatSigned('a text', bad, signature), null)
    for (const bad of ['', 'x', signature.slice(2), Buffer.alloc(64).toString('base64url')])
      assert.equal(keyThatSigned('a text', point, bad), null)
  })
})
