import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { QuestionAnswer } from '../vocabulary/answer.ts'
import type { JudgeFrom, Tools } from './method.ts'
import { type Asked, methodSuite, quickHash, toolsAt, userId } from './method-suite.ts'
import { fold, hashingsToRegister, questionProblem, questions, secretOfQuestions } from './questions.ts'

const tools: Tools = { ...toolsAt(0, 'unused'), randomSecret: (bytes) => randomBytes(bytes) }
const [pet, street, teacher] = ['Name of your first pet?', 'Street you grew up in?', 'Your favourite teacher?'] as const
const list: readonly QuestionAnswer[] = [
  { question: pet, answer: 'Rex 2' },
  { question: street, answer: 'Elm Grove' },
  { question: teacher, answer: 'Ms Ng' },
]

methodSuite(questions, () => {
  const right = `Answer ${randomUUID()}`
  const mine = [{ question: pet, answer: right }, ...list.slice(1, 2)]
  const answered = (text: string) => ({
    kind: 'answers' as const,
    answers: [{ question: pet, answer: text }, ...mine.slice(1)],
  })
  const alike = ['the code and a blank', 'the code and a line break', 'the code in full-width digits']
  return { ...asked(mine), right, answered, alike }
})

describe('security questions', () => {
  it('two are asked, in the words of their registration', () => {
    const texts = list.map(({ question }) => question)
    for (let round = 0; round < 50; round++) {
      const chosen = askedOf(asked(list))
      assert.equal(new Set(chosen).size, 2)
      for (const question of chosen) assert.ok(texts.includes(question))
    }
  })

  it('every pair is asked about equally often, whichever comes first', () => {
    const counts = new Map<string, number>()
    for (let round = 0; round < 3_000; round++) {
      const pair = askedOf(asked(list)).join(' ')
      counts.set(pair, (counts.get(pair) ?? 0) + 1)
    }
    assert.equal(counts.size, 6)
    // Expected 500 each; six standard deviations are 123.
    for (const [pair, count] of counts) assert.ok(count > 377 && count < 623, `${pair}: ${count}`)
  })

  it('both answers have to be right, in any order', () => {
    const { first, second, say } = question()
    assert.equal(say([first, second]), 'right')
    assert.equal(say([second, first]), 'right')
    assert.equal(say([{ ...first, answer: 'wrong' }, second]), 'wrong')
    assert.equal(say([first, { ...second, answer: 'wrong' }]), 'wrong')
    assert.equal(
      say([
        { ...first, answer: second.answer },
        { ...second, answer: first.answer },
      ]),
      'wrong',
    )
  })

  it('a missing, foreign, doubled or further question makes it wrong', () => {
    const { first, second, other, say } = question()
    const wrong: QuestionAnswer[][] = [
      [],
      [first],
      [first, first],
      [first, { ...first, answer: second.answer }],
      [first, other],
      [first, second, other],
      [first, second, second],
      [first, { ...second, question: 'Something else?' }],
      [first, { ...second, question: '' }],
    ]
    for (const answers of wrong) assert.equal(say(answers), 'wrong', JSON.stringify(answers))
  })

  it('the answer of one user is of no use to another with the same question, answer and salt', () => {
    const { from } = question()
    const digestsOf = (id: string | null) => questions.hashings?.({ ...from, userId: id }).map(quickHash) ?? []
    assert.equal(questions.judge({ ...from, digests: digestsOf(userId) }, tools).kind, 'right')
    for (const id of [null, '', randomUUID()])
      assert.equal(questions.judge({ ...from, digests: digestsOf(id) }, tools).kind, 'wrong')
  })

  it('always two different texts are hashed, whatever was kept, asked or answered', () => {
    const { from } = question()
    const cases: JudgeFrom[] = [
      from,
      { ...from, secret: null },
      { ...from, pending: null },
      { ...from, challengeId: null, pending: null, secret: null },
      { ...from, answer: { kind: 'answers', answers: [] } },
      { ...from, answer: { kind: 'code', code: '123456' } },
    ]
    for (const one of cases) {
      const made = questions.hashings?.({ ...one, userId: null }) ?? []
      assert.equal(new Set(made.map(({ salt, parts }) => JSON.stringify([...salt, ...parts]))).size, 2)
      for (const { salt } of made) assert.equal(salt.length, 16)
    }
  })

  it('nothing of an answer can be read in what is kept, and each has a salt of its own', () => {
    const { secret } = asked(list)
    for (const { answer } of list)
      for (const text of [answer, fold(answer), Buffer.from(answer).toString('base64')])
        assert.ok(!secret?.includes(text))
    const { answers } = JSON.parse(secret ?? '') as { answers: { salt: string }[] }
    assert.equal(new Set(answers.map(({ salt }) => salt)).size, list.length)
  })

  it('digests that nobody made are wrong', () => {
    const { from } = question()
    assert.equal(questions.judge(from, tools).kind, 'wrong')
    assert.equal(questions.judge({ ...from, digests: [] }, tools).kind, 'wrong')
  })
})

describe('an answer is read as the same', () => {
  const rows: readonly (readonly [why: string, one: string, other: string])[] = [
    ['in any case', 'Elm Grove', 'eLM gROVE'],
    ['with white space around it', 'Elm Grove', '\t Elm Grove \n'],
    ['with other white space inside', 'Elm Grove', 'Elm \u00a0\u3000 Grove'],
    ['in full-width letters', 'Elm 12', 'Ｅｌｍ　１２'],
    ['composed or not', 'José', 'Jose\u0301'],
    ['with a ligature', 'office', 'oﬃce'],
    ['with ß or ss', 'Große Straße', 'GROSSE STRASSE'],
    ['with a final sigma', 'Οδός', 'ΟΔΌΣ'],
    ['with a soft hyphen or a mark of byte order', 'Elm Grove', '\ufeffElm\u00ad Grove'],
    ['with a joiner that nobody sees', 'Elm Grove', 'E\u200dlm\u200c Grove'],
  ]
  for (const [why, one, other] of rows) it(why, () => assert.equal(fold(one), fold(other)))

  it('and reading it again changes nothing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(fold(fold(text)), fold(text))))
  })

  for (const [one, other] of [
    ['Elm Grove', 'ElmGrove'],
    ['Elm Grove', 'Elm-Grove'],
    ['José', 'Jose'],
    ['1', '2'],
  ] as const)
    it(`but ${one} is not ${other}`, () => assert.notEqual(fold(one), fold(other)))
})

describe('registering questions', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ question: `Question ${at}?`, answer: `Answer of ${at}` }))
  const withFirst = (more: Partial<QuestionAnswer>) => [{ ...(list[0] as QuestionAnswer), ...more }, ...list.slice(1)]
  const rows: Readonly<Record<string, readonly [string | undefined, readonly QuestionAnswer[]]>> = {
    'three, as clients send them': [undefined, list],
    two: [undefined, list.slice(0, 2)],
    ten: [undefined, many(10)],
    none: ['too-few', []],
    one: ['too-few', list.slice(0, 1)],
    eleven: ['too-many', many(11)],
    'an empty question': ['unreadable-question', withFirst({ question: '' })],
    'a question of white space': ['unreadable-question', withFirst({ question: ' \u200b\u3000' })],
    'a question with a line break': ['unreadable-question', withFirst({ question: 'Your\npet?' })],
    'a question that turns the direction': ['unreadable-question', withFirst({ question: 'Your \u202epet?' })],
    'a question with half a character': ['unreadable-question', withFirst({ question: 'Your \ud800 pet?' })],
    'a question in Persian, with its joiner': [undefined, withFirst({ question: 'چه می\u200cخواهی؟' })],
    'an empty answer': ['no-answer', withFirst({ answer: '' })],
    'an answer of white space': ['no-answer', withFirst({ answer: ' \t ' })],
    'a question of 251 letters': ['too-long', withFirst({ question: 'q'.repeat(251) })],
    'an answer of 251 letters': ['too-long', withFirst({ answer: 'a'.repeat(251) })],
    'a question and an answer of 250': [undefined, withFirst({ question: 'q'.repeat(250), answer: 'a'.repeat(250) })],
    'the same question twice': ['same-question', withFirst({ question: `  ${street.toUpperCase()}` })],
    'the same answer twice': ['same-answer', withFirst({ answer: 'ELM  grove' })],
    'an answer in its question': ['answer-in-question', withFirst({ answer: 'First PET' })],
    'an answer in another question': [undefined, withFirst({ answer: 'favourite' })],
  }
  for (const [what, [problem, given]] of Object.entries(rows))
    it(`${what}: ${problem ?? 'fine'}`, () => assert.equal(questionProblem(given), problem))
})

/** Registers a list and asks about it. */
function asked(registered: readonly QuestionAnswer[]): Omit<Asked, 'right'> & { readonly pending: string } {
  const hashings = hashingsToRegister(registered, userId, tools)
  const secret = secretOfQuestions(registered, hashings, hashings.map(quickHash))
  const challengeId = randomUUID()
  const { pending, send } = questions.begin(
    { challengeId, via: [], codeLength: 6, isNumberShown: false, secret },
    tools,
  )
  assert.deepEqual(send, [])
  return { challengeId, pending, secret, tools }
}

function askedOf({ pending }: { readonly pending: string }): readonly string[] {
  return questions.questions?.(pending) ?? []
}

/** A question that waits, the right answers to it, and one that was not asked for. */
function question() {
  const { challengeId, pending, secret } = asked(list)
  const [first, second] = askedOf({ pending }).map((text) => list.find((one) => one.question === text))
  const other = list.find((one) => one !== first && one !== second)
  assert.ok(first && second && other)
  const from: JudgeFrom = { challengeId, pending, secret, answer: { kind: 'answers', answers: [first, second] } }
  const say = (answers: readonly QuestionAnswer[]) => {
    const given: JudgeFrom = { ...from, answer: { kind: 'answers', answers } }
    const digests = questions.hashings?.({ ...given, userId }).map(quickHash) ?? []
    return questions.judge({ ...given, digests }, tools).kind
  }
  return { first, second, other, from, say }
}
