import assert from 'node:assert/strict'
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Answer } from '../vocabulary/answer.ts'
import { methods } from './index.ts'
import type { Hashing, Heard, JudgeFrom, Method, Tools, ToSend } from './method.ts'

/** A question that waits, and the one answer to it. */
export interface Asked {
  readonly challengeId: string | null
  readonly pending: string | null
  readonly secret: string | null
  readonly right: string
  readonly tools: Tools
  /** How a text is given as an answer; as a code unless it says otherwise. */
  readonly answered?: (text: string) => Answer
  /** What a text as an answer sounds like. */
  readonly heard?: (text: string) => Heard
  /** Alterations, by their names below, that the method reads as the same answer. */
  readonly alike?: readonly string[]
}

/** What every method promises. `make` asks somebody anew: each time another question with another right answer. */
export function methodSuite(method: Method, make: () => Asked): void {
  describe(`the method ${method.id}`, () => {
    it('is listed under its own name, with a title', () => {
      assert.equal(methods[method.id], method)
      assert.ok(method.title.length > 3)
    })

    it('says right to the right answer', () => {
      const asked = make()
      assert.equal(say(method, asked, asked.right).kind, 'right')
    })

    describe('says wrong to', () => wrongAnswers(method, make))
    describe('is pure:', () => purity(method, make))
    describe('asks', () => asking(method, make))
  })
}

function wrongAnswers(method: Method, make: () => Asked): void {
  const altered: Readonly<Record<string, (right: string) => string>> = {
    nothing: () => '',
    'the next code': (right) => String((Number(right) + 1) % 10 ** right.length).padStart(right.length, '0'),
    'the code backwards': (right) => [...right].reverse().join('') + (isPalindrome(right) ? '0' : ''),
    'the code without its last digit': (right) => right.slice(0, -1),
    'the code without its first digit': (right) => right.slice(1),
    'the code and one digit more': (right) => `${right}0`,
    'a zero before the code': (right) => `0${right}`,
    'the code twice': (right) => right + right,
    'the code and a blank': (right) => `${right} `,
    'the code and a line break': (right) => `${right}\n`,
    'the code and a zero byte': (right) => `${right}\u0000`,
    'the code in full-width digits': (right) => right.replace(/[0-9]/g, (digit) => digits[0][Number(digit)] ?? ''),
    'the code in Arabic digits': (right) => right.replace(/[0-9]/g, (digit) => digits[1][Number(digit)] ?? ''),
    'the code as a number with a sign': (right) => `+${right}`,
    'the code in hexadecimal': (right) => `0x${Number(right).toString(16)}`,
    'a lone surrogate': () => '\ud800',
    'a very long text': (right) => right.repeat(20_000),
    'SQL and HTML': () => `' or 1=1 -- <script>`,
  }
  for (const [what, alter] of Object.entries(altered))
    it(what, () => {
      const asked = make()
      const given = alter(asked.right)
      if (given === asked.right) return // an answer without digits
      const expected = asked.alike?.includes(what) ? 'right' : 'wrong'
      assert.equal(say(method, asked, given).kind, expected)
    })

  it('every other text', () => {
    const asked = make()
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9]{4,10}$/))
    fc.assert(
      fc.property(text, (answer) => {
        fc.pre(answer !== asked.right)
        assert.equal(say(method, asked, answer).kind, 'wrong')
      }),
      { numRuns: 300 },
    )
  })

  it('the right answer to another question', () => {
    for (let round = 0; round < 20; round++) {
      const [mine, theirs] = [make(), make()]
      if (mine.right === theirs.right) continue // by chance, as every millionth time
      assert.equal(say(method, mine, theirs.right).kind, 'wrong')
      assert.equal(say(method, { ...mine, right: theirs.right }, theirs.right).kind, 'wrong')
    }
  })

  it('the right answer when nothing was kept to judge it by', () => {
    const asked = make()
    const nothing = { challengeId: null, pending: null, secret: null }
    assert.deepEqual(say(method, { ...asked, ...nothing }, asked.right), { kind: 'wrong' })
    const kept = method.needs === 'credential' ? { secret: null } : { pending: null }
    assert.deepEqual(say(method, { ...asked, ...kept }, asked.right), { kind: 'wrong' })
  })

  it('whatever is said when nothing was kept, even the code of an empty secret', () => {
    const nothing = { challengeId: null, pending: null, secret: null }
    for (const answer of ['', '000000', '123456', '328482'])
      assert.deepEqual(say(method, { ...make(), ...nothing }, answer), { kind: 'wrong' })
  })
}

function purity(method: Method, make: () => Asked): void {
  it('the same input has the same verdict, however often it is judged and in whatever order', () => {
    const asked = make()
    const answers = [asked.right, 'wrong', asked.right, '', asked.right]
    const verdicts = answers.map((answer) => say(method, asked, answer))
    assert.deepEqual(
      verdicts.map(({ kind }) => kind),
      ['right', 'wrong', 'right', 'wrong', 'right'],
    )
    assert.deepEqual(verdicts[2], verdicts[0])
    assert.deepEqual(verdicts[4], verdicts[0])
  })

  it('it changes nothing of what it is given', () => {
    const asked = make()
    const from = deepFreeze(fromOf(method, asked, asked.right))
    assert.equal(method.judge(from, Object.freeze({ ...asked.tools })).kind, 'right')
  })

  it('it makes the same question of the same chance', () => {
    const begin = () =>
      method.begin(
        { challengeId: 'c', via: ['sms'], codeLength: 6, isNumberShown: false, secret: null },
        toolsAt(0, '123456'),
      )
    assert.deepEqual(begin(), begin())
  })
}

function asking(method: Method, make: () => Asked): void {
  const { secret } = make()
  const sends = method.needs === 'contact' || method.askedBy !== undefined
  const ask = (via: readonly ('sms' | 'email')[], codeLength = 6) =>
    method.begin(
      { challengeId: randomUUID(), via, codeLength, isNumberShown: false, secret },
      toolsAt(0, `${'0'.repeat(codeLength - 3)}417`),
    )

  it('by the channels that were chosen and no other, with one code for all of them', () => {
    for (const via of [['sms'], ['email'], ['sms', 'email']] as const) {
      const { send } = ask(via)
      assert.deepEqual(
        send.map((message) => message.via),
        sends ? via : [],
      )
      assert.equal(new Set(codesOf(send)).size, method.needs === 'contact' ? 1 : 0)
    }
  })

  it('with a code as long as the customer wants, leading zeros included', () => {
    for (const codeLength of [6, 7, 8])
      for (const code of codesOf(ask(['sms'], codeLength).send)) assert.match(code, /^0{3,}417$/)
  })

  it('and keeps JSON in which no code can be read', () => {
    const { pending, send } = ask(['sms', 'email'])
    assert.doesNotThrow(() => JSON.parse(pending))
    for (const code of codesOf(send)) assert.ok(!pending.includes(code))
  })
}

function codesOf(send: readonly ToSend[]): string[] {
  return send.flatMap((one) => (one.kind === 'code' ? [one.code] : []))
}

/** The tools of a customer of the tests: a fixed time, and chance that is none. */
export function toolsAt(nowMs: number, code: string, secret: Buffer = Buffer.alloc(20, 3)): Tools {
  return {
    nowMs,
    randomCode: () => code,
    randomSecret: () => secret,
    digest: (...parts) => createHmac('sha256', 'a key of the tests').update(JSON.stringify(parts)).digest(),
    same: (left, right) => sha256(left) === sha256(right),
  }
}

const digits = ['０１２３４５６７８９', '٠١٢٣٤٥٦٧٨٩'] as const

function say(method: Method, asked: Asked, text: string) {
  return method.judge(fromOf(method, asked, text), asked.tools)
}

/** Somebody whose name the engine knows. */
export const userId = '9a0c6bd4-8e7a-4b0e-9d3c-0123456789ab'

/** What a method is given to judge, with everything hashed that it wants hashed. */
export function fromOf(
  method: Method,
  { challengeId, pending, secret, answered, heard }: Asked,
  text: string,
): JudgeFrom {
  const answer = answered?.(text) ?? { kind: 'code', code: text }
  const from = { challengeId, pending, secret, answer, ...(heard && { heard: heard(text) }) }
  return method.hashings ? { ...from, digests: method.hashings({ ...from, userId }).map(quickHash) } : from
}

/** Stands in for the slow hash, which is not the method's and would take minutes here. */
export function quickHash({ salt, parts }: Hashing): Buffer {
  return createHmac('sha256', salt).update(JSON.stringify(parts)).digest()
}

function isPalindrome(text: string): boolean {
  return text === [...text].reverse().join('')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function deepFreeze(from: JudgeFrom): JudgeFrom {
  Object.freeze(from.answer)
  return Object.freeze(from)
}
