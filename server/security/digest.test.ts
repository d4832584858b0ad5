import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { deriveKey, fingerprint, keyedDigest, same } from './digest.ts'

const key = Buffer.alloc(32, 7)

describe('keyedDigest', () => {
  it('is HMAC-SHA-256 over the parts, each behind its length', () => {
    const expected = createHmac('sha256', key).update('4:name5:alice').digest()
    assert.deepEqual(keyedDigest(key, 'name', 'alice'), expected)
  })

  it('counts bytes, not letters, in front of a part', () => {
    const expected = createHmac('sha256', key).update('2:ü').digest()
    assert.deepEqual(keyedDigest(key, 'ü'), expected)
  })

  it('differs by key', () => {
    assert.notDeepEqual(keyedDigest(key, 'a'), keyedDigest(Buffer.alloc(32, 8), 'a'))
  })

  it('never lets a letter slide from one part into the next', () => {
    const parts = fc.array(fc.string({ unit: fc.constantFrom('a', '1', ':', '2') }), { maxLength: 4 })
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const isSame = JSON.stringify(left) === JSON.stringify(right)
        assert.equal(keyedDigest(key, ...left).equals(keyedDigest(key, ...right)), isSame)
      }),
      { numRuns: 2_000 },
    )
  })

  for (const [left, right] of [
    [
      ['12', '3456'],
      ['123', '456'],
    ],
    [['a', ''], ['a']],
    [
      ['', 'a'],
      ['a', ''],
    ],
    [['1:a'], ['a']],
  ] as const)
    it(`tells ${JSON.stringify(left)} from ${JSON.stringify(right)}`, () => {
      assert.notDeepEqual(keyedDigest(key, ...left), keyedDigest(key, ...right))
    })
})

describe('fingerprint', () => {
  it('is SHA-256 over the parts, each behind its length', () => {
    const expected = createHash('sha256').update('1:a2:ü').digest()
    assert.deepEqual(fingerprint('a', 'ü'), expected)
  })

  it('is the same for a text and for its bytes', () => {
    assert.deepEqual(fingerprint('ü'), fingerprint(Buffer.from('ü')))
  })

  it('never lets a byte slide from one part into the next', () => {
    assert.notDeepEqual(fingerprint('12', '3456'), fingerprint('123', '456'))
    assert.notDeepEqual(fingerprint('a', ''), fingerprint('a'))
  })
})

describe('deriveKey', () => {
  it('makes a key of 32 bytes, the same for the same purpose', () => {
    assert.equal(deriveKey(key, 'audit').length, 32)
    assert.deepEqual(deriveKey(key, 'audit'), deriveKey(key, 'audit'))
  })

  it('makes another key for another purpose, and never the key itself', () => {
    assert.notDeepEqual(deriveKey(key, 'audit'), deriveKey(key, 'digest'))
    assert.notDeepEqual(deriveKey(key, 'audit'), key)
  })

  it('is HKDF-SHA-256 of RFC 5869 without salt', () => {
    const extracted = createHmac('sha256', Buffer.alloc(32)).update(key).digest()
    const expanded = createHmac('sha256', extracted).update('audit').update(Buffer.of(1)).digest()
    assert.deepEqual(deriveKey(key, 'audit'), expanded)
  })
})

describe('same', () => {
  const rows: readonly (readonly [left: string, right: string, isSame: boolean])[] = [
    ['', '', true],
    ['123456', '123456', true],
    ['123456', '123457', false],
    ['023456', '123456', false],
    ['123456', '12345', false],
    ['123456', '1234567', false],
    ['123456', '', false],
    ['', '0', false],
  ]
  for (const [left, right, isSame] of rows)
    it(`says ${isSame} of "${left}" and "${right}"`, () => {
      assert.equal(same(Buffer.from(left), Buffer.from(right)), isSame)
      assert.equal(same(Buffer.from(right), Buffer.from(left)), isSame)
    })
})
