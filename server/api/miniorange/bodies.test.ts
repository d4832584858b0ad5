import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { line } from '../line.ts'
import { code, customerKey, email, phone, reworded, shownName, transactionName, txId, username } from './bodies.ts'

const takes = (schema: TSchema, value: unknown): boolean => Compile(schema).Check(value)

describe('a line of text', () => {
  const schema = line(10, 'A line of the tests.')

  it('is up to so many letters long, and not empty', () => {
    assert.ok(takes(schema, 'a'))
    assert.ok(takes(schema, 'x'.repeat(10)))
    assert.ok(!takes(schema, 'x'.repeat(11)))
    assert.ok(!takes(schema, ''))
  })

  for (const text of ['Grüße', '世界', 'R&D <3', "o'brien", 'a\u00a0b', '🔑'])
    it(`takes ${text}`, () => {
      assert.ok(takes(schema, text))
    })

  const foreign = [
    '\u0000',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\u001b',
    '\u007f',
    '\u0085',
    '\u009f',
    '\u2028',
    '\u2029',
    '\u202a',
    '\u202e',
    '\u2066',
    '\u2069',
  ]
  for (const letter of foreign)
    it(`refuses ${JSON.stringify(letter)} (${letter.codePointAt(0)?.toString(16)}) wherever it stands`, () => {
      for (const text of [letter, `${letter}a`, `a${letter}`, `a${letter}b`]) assert.ok(!takes(schema, text))
    })

  for (const value of [1, true, null, [], ['a'], {}, { toString: 'a' }])
    it(`refuses ${JSON.stringify(value)}, which is no text`, () => {
      assert.ok(!takes(schema, value))
    })
})

describe('the fields', () => {
  const rows: readonly (readonly [
    name: string,
    schema: TSchema,
    taken: readonly unknown[],
    refused: readonly unknown[],
  ])[] = [
    [
      'customerKey',
      customerKey,
      ['11627', 11627, '999999999999', 1],
      ['0', 0, -1, '011627', '1e5', ' 1', '1000000000000', 1.5, '', true, ['1'], null, {}],
    ],
    ['username', username, ['alice', 'x'.repeat(254)], ['', 'x'.repeat(255), 'a\nb', 7]],
    ['code', code, ['123456', '123 456', 'x'.repeat(64)], ['', 'x'.repeat(65), 123456, ['123456'], '12\n3456']],
    ['phone', phone, ['+15551234567', '(555) 123-4567'], ['', '9'.repeat(41), 15551234567, '+1555\r\n1']],
    ['email', email, ['a@example.com'], ['', `${'a'.repeat(251)}@b.c`, 'a@b\r\nBcc: c@d', ['a@b']]],
    ['txId', txId, ['0190-abc', 7, -7], ['', 'x'.repeat(65), 1.5, ['a'], {}, 'a\u0000']],
    ['transactionName', transactionName, ['', 'x'.repeat(1_000)], ['x'.repeat(1_001), 7, ['a'], {}]],
  ]
  for (const [name, schema, taken, refused] of rows) {
    it(`${name} takes what real clients send`, () => {
      for (const value of taken) assert.ok(takes(schema, value), String(value))
    })
    it(`${name} refuses the rest`, () => {
      for (const value of refused) assert.ok(!takes(schema, value), JSON.stringify(value))
    })
  }
})

describe('reworded', () => {
  const rows: readonly (readonly [promise: string, raw: Record<string, unknown>, body: Record<string, unknown>])[] = [
    ['leaves an ordinary body as it is', { txId: 'a', token: 'b', other: 1 }, { txId: 'a', token: 'b', other: 1 }],
    ['reads txID as txId', { txID: 'a' }, { txId: 'a' }],
    ['reads otpToken as token', { otpToken: 'b' }, { token: 'b' }],
    ['takes two spellings that agree', { txId: 'a', txID: 'a' }, { txId: 'a' }],
    ['takes null, empty and absent alike', { a: null, b: '', c: 0, d: false }, { c: 0, d: false }],
    [
      'reads an alias beside an empty name',
      { txId: '', txID: 'a', token: null, otpToken: 'b' },
      { txId: 'a', token: 'b' },
    ],
    ['reads a name beside an empty alias', { txId: 'a', txID: null }, { txId: 'a' }],
    ['keeps a blank, which is not empty', { token: ' ' }, { token: ' ' }],
  ]
  for (const [promise, raw, body] of rows)
    it(promise, () => {
      assert.deepEqual(reworded(raw), body)
    })

  it('makes two spellings that disagree a list, which no field takes', () => {
    assert.deepEqual(reworded({ txId: 'a', txID: 'b' }), { txId: ['a', 'b'] })
    assert.deepEqual(reworded({ token: '1', otpToken: '2' }), { token: ['1', '2'] })
    assert.ok(!takes(txId, reworded({ txId: 'a', txID: 'b' })['txId']))
    assert.ok(!takes(code, reworded({ token: '1', otpToken: 1 })['token']))
  })

  it('changes nothing of what it is given', () => {
    const raw = Object.freeze({ txID: 'a', empty: '' })
    reworded(raw)
    assert.deepEqual(raw, { txID: 'a', empty: '' })
  })

  it('cannot reach a prototype', () => {
    const body = reworded(JSON.parse('{"__proto__":{"isAdmin":true}}'))
    assert.equal(Object.getPrototypeOf(body), Object.prototype)
    assert.equal('isAdmin' in {}, false)
  })
})

describe('shownName', () => {
  const rows: readonly (readonly [text: string | undefined, shown: string | null])[] = [
    [undefined, null],
    ['', null],
    ['   ', null],
    ['\r\n\u200b\u202e', null],
    ['Login', 'Login'],
    ['  Login  ', 'Login'],
    ['Grüße 世界 🔑', 'Grüße 世界 🔑'],
    ['a\r\nBcc: b', 'a  Bcc: b'],
    ['a\u202eb\u2066c', 'a b c'],
    ['a\u0000b', 'a b'],
    ['a\u2028b\u2029c', 'a b c'],
    ['x'.repeat(31), 'x'.repeat(30)],
    ['🔑'.repeat(40), '🔑'.repeat(30)],
    [`${'x'.repeat(29)} and more`, 'x'.repeat(29)],
    ['<b>R&D</b>', '<b>R&D</b>'],
  ]
  for (const [text, shown] of rows)
    it(`of ${JSON.stringify(text)?.slice(0, 40)} is ${JSON.stringify(shown)}`, () => {
      assert.equal(shownName(text), shown)
    })

  it('is well-formed, of one line, and at most 30 letters long, whatever was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const shown = shownName(`${text}\ud800`) ?? ''
        assert.ok(shown.isWellFormed())
        assert.ok([...shown].length <= 30)
        assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\u2028\u2029]/u)
        assert.equal(shown, shown.trim())
      }),
      { numRuns: 2_000 },
    )
  })
})
