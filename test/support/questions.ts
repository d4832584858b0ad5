import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type RegisterQuestionsOutcome, registerQuestions } from '../../server/engine/questions.ts'
import type { Store } from '../../server/store/open.ts'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { testKey } from './caller.ts'
import { aMark } from './store.ts'

export const threeQuestions: readonly QuestionAnswer[] = [
  { question: 'What was the name of your first pet?', answer: 'Rex the Second' },
  { question: 'Which street did you grow up in?', answer: 'Elm Grove' },
  { question: 'Who was your favourite teacher?', answer: 'Ms Ng' },
]

/** Registers questions for a user of the test customer. */
export async function tryToRegister(
  store: Store,
  username: string,
  questions: readonly QuestionAnswer[] = threeQuestions,
  nowMs = Date.now(),
): Promise<RegisterQuestionsOutcome> {
  const customer = await store.read.customers.find(testKey.customerKey)
  assert.ok(customer)
  const request = aMark({ expiresAtMs: nowMs + 600_000 })
  const engine = { store, clock: () => nowMs }
  return registerQuestions(engine, { customer, username, questions, request, requestId: randomUUID() })
}

export async function register(...all: Parameters<typeof tryToRegister>): Promise<void> {
  const outcome = await tryToRegister(...all)
  assert.ok(outcome.ok, JSON.stringify(outcome))
}

/** The questions of a challenge with their right answers. */
export function rightAnswers(
  { body }: { readonly body: Readonly<Record<string, unknown>> },
  from = threeQuestions,
): QuestionAnswer[] {
  const asked = body['questions'] as { question: string }[]
  return asked.map(({ question }) => {
    const known = from.find((one) => one.question === question)
    assert.ok(known, question)
    return known
  })
}

/** The same with one answer wrong; another one for each number. */
export function wrongAnswers(right: readonly QuestionAnswer[], index = 0): QuestionAnswer[] {
  return right.map((one, at) => (at === 0 ? { ...one, answer: `${one.answer} ${index}` } : one))
}
