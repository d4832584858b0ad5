import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Tools } from './method.ts'
import { type Asked, fromOf, methodSuite, quickHash, toolsAt, userId } from './method-suite.ts'
import { hashingsOfSet, newRecoveryCodes, recoveryCode, secretOfCode } from './recovery-code.ts'

const tools: Tools = { ...toolsAt(0, 'unused'), randomSecret: (bytes) => randomBytes(bytes) }

methodSuite(recoveryCode, () => {
  for (;;) {
    const [one] = newSet()
    // Some alterations of the suite touch digits only, and most codes have some.
    if (one && /[2-9]/.test(one.right)) return one
  }
})

describe('recovery codes', () => {
  it('are ten, of fifty bits each, in letters that are not misread', () => {
    const codes = newRecoveryCodes(tools)
    assert.equal(new Set(codes).size, 10)
    for (const code of codes) assert.match(code, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
  })

  it('use every letter equally often', () => {
    const counts = new Map<string, number>()
    for (let round = 0; round < 200; round++)
      for (const letter of newRecoveryCodes(tools).join('').replaceAll('-', ''))
        counts.set(letter, (counts.get(letter) ?? 0) + 1)
    assert.equal(counts.size, 32)
    // Expected 625 each; six standard deviations are 148.
    for (const [letter, count] of counts) assert.ok(count > 477 && count < 773, `${letter}: ${count}`)
  })

  it('are read as people write them', () => {
    const right = '10ABC-DEF29'
    const asked = keep([right])[0] as Asked
    for (const written of [
      right,
      right.toLowerCase(),
      '10ABCDEF29',
      '1-0-A-B-C-D-E-F-2-9',
      'loabc-def29',
      'IOabcdef29',
    ])
      assert.deepEqual(judge(asked, written), { kind: 'right', usedStep: 0 }, written)
    for (const written of ['10ABC-DEF28', '10ABC-DEF2', '10ABC_DEF29', '10ABD-CEF29', 'Z0ABC-DEF29'])
      assert.deepEqual(judge(asked, written), { kind: 'wrong' }, written)
  })

  it('each is right for itself alone', () => {
    const set = newSet()
    for (const [mine, asked] of set.entries())
      for (const [theirs, { right }] of set.entries())
        assert.equal(judge(asked, right).kind, mine === theirs ? 'right' : 'wrong')
  })

  it('cost one hash to try, for the whole set and for somebody who has none', () => {
    const keysOf = (list: readonly Asked[], text: string) =>
      new Set(
        list.flatMap(({ secret }) => {
          const from = {
            challengeId: null,
            pending: null,
            secret,
            answer: { kind: 'code', code: text } as const,
            userId,
          }
          return recoveryCode.hashings?.(from).map(({ salt, parts }) => JSON.stringify([...salt, ...parts])) ?? []
        }),
      )
    const set = newSet()
    assert.equal(keysOf(set, set[3]?.right ?? '').size, 1)
    assert.equal(keysOf(set, 'wrong').size, 1)
    assert.equal(keysOf([{ ...(set[0] as Asked), secret: null }], 'wrong').size, 1)
  })

  it('of two sets have two salts, and of two users two hashes', () => {
    const [one, other] = [hashingsOfSet(['A'], userId, tools)[0], hashingsOfSet(['A'], userId, tools)[0]]
    assert.notDeepEqual(one?.salt, other?.salt)
    const salt = { ...tools, randomSecret: () => Buffer.alloc(16) }
    assert.notDeepEqual(hashingsOfSet(['A'], userId, salt), hashingsOfSet(['A'], 'another', salt))
  })

  it('cannot be read in what is kept', () => {
    for (const { secret, right } of newSet())
      for (const text of [right, right.replace('-', '')]) assert.ok(!secret?.includes(text))
  })
})

function newSet(): Asked[] {
  return keep(newRecoveryCodes(tools))
}

function keep(codes: readonly string[]): Asked[] {
  const hashings = hashingsOfSet(codes, userId, tools)
  return hashings.map((one, at) => {
    return {
      challengeId: null,
      pending: null,
      secret: secretOfCode(one, quickHash(one)),
      right: codes[at] ?? '',
      tools,
    }
  })
}

function judge(asked: Asked, text: string) {
  return recoveryCode.judge(fromOf(recoveryCode, asked, text), tools)
}
