import assert from 'node:assert/strict'
import { createDecipheriv, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { seal, sealedBy, sealingKey, unseal } from './seal.ts'

const key = sealingKey(randomBytes(32))
const other = sealingKey(randomBytes(32))
const place = '11627 challenges 0af1 pending'

describe('seal', () => {
  it('opens again to the same bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, where) => {
        assert.deepEqual(unseal(key, seal(key, plain, where), where), Buffer.from(plain))
      }),
    )
  })

  for (const plain of ['', 'a', 'Grüße, 世界 🔑', 'x'.repeat(70_000)])
    it(`opens again to the same text: ${plain.length} letters`, () => {
      assert.equal(unseal(key, seal(key, plain, place), place).toString(), plain)
    })

  it('hides the text', () => {
    const sealed = seal(key, 'a secret of the tests', place)
    assert.ok(!Buffer.from(sealed).includes('secret'))
  })

  it('never makes the same bytes twice: each has a nonce of its own', () => {
    const made = Array.from({ length: 1_000 }, () => Buffer.from(seal(key, 'same', place)).toString('hex'))
    assert.equal(new Set(made).size, 1_000)
    assert.equal(new Set(made.map((hex) => hex.slice(10, 34))).size, 1_000)
  })

  it('keeps its layout, so that what is on disk opens in every later release', () => {
    const sealed = Buffer.from(seal(key, 'layout', place))
    assert.equal(sealed.length, 1 + 4 + 12 + 'layout'.length + 16)
    assert.equal(sealed[0], 1)
    assert.deepEqual(sealed.subarray(1, 5), Buffer.from(key.id))
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, sealed.subarray(5, 17))
    decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(-16))
    const plain = Buffer.concat([decipher.update(sealed.subarray(17, -16)), decipher.final()])
    assert.equal(plain.toString(), 'layout')
  })

  it('does not open when any one bit of the sealed text, its nonce, tag or version is altered', () => {
    const sealed = Buffer.from(seal(key, 'one bit', place))
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const byte = Math.floor(bit / 8)
      if (byte >= 1 && byte <= 4) continue // the name of the key: only a hint which key to take
      const altered = Buffer.from(sealed)
      altered[byte] = (altered[byte] ?? 0) ^ (1 << (bit % 8))
      assert.throws(() => unseal(key, altered, place), `bit ${bit}`)
    }
  })

  it('does not open when it is cut short or made longer', () => {
    const sealed = Buffer.from(seal(key, 'a text', place))
    for (let length = 0; length < sealed.length; length++)
      assert.throws(() => unseal(key, sealed.subarray(0, length), place), `${length} bytes`)
    assert.throws(() => unseal(key, Buffer.concat([sealed, Buffer.alloc(1)]), place))
  })

  it('does not open with another key', () => {
    assert.throws(() => unseal(other, seal(key, 'a text', place), place))
    assert.throws(() => unseal(other, seal(key, '', place), place))
  })

  for (const wrong of ['', `${place} `, '11628 challenges 0af1 pending', '11627 challenges 0af1 pendinG'])
    it(`does not open at another place: "${wrong}"`, () => {
      assert.throws(() => unseal(key, seal(key, 'a text', place), wrong))
    })

  it('says nothing of the text when it does not open', () => {
    const sealed = Buffer.from(seal(key, 'a secret of the tests', place))
    sealed[20] = (sealed[20] ?? 0) ^ 1
    assert.throws(
      () => unseal(key, sealed, place),
      (error: Error) => !error.message.includes('secret') && !error.message.includes(place),
    )
  })
})

describe('sealingKey', () => {
  for (const length of [0, 16, 31, 33, 64])
    it(`refuses ${length} bytes`, () => {
      assert.throws(() => sealingKey(randomBytes(length)), /32 bytes/)
    })

  it('has the same id for the same bytes and another id for others', () => {
    assert.deepEqual(sealingKey(key.bytes).id, key.id)
    assert.notDeepEqual(other.id, key.id)
  })

  it('finds what it sealed, and only that', () => {
    const sealed = seal(key, 'a text', place)
    assert.equal(sealedBy(sealed, key), true)
    assert.equal(sealedBy(sealed, other), false)
    assert.equal(sealedBy(new Uint8Array(0), key), false)
  })
})
