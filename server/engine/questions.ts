import { hashingsToRegister, type QuestionProblem, questionProblem, secretOfQuestions } from '../methods/questions.ts'
import { randomId } from '../security/random.ts'
import type { QuestionAnswer } from '../vocabulary/answer.ts'
import type { Credential } from '../vocabulary/credential.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { isTurnedOn, mayEnrol } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import { hashQueue } from './hashing.ts'
import { notify } from './notices.ts'
import type { Engine } from './ports.ts'
import { toolsFor } from './tools.ts'
import type { UserRequest } from './users.ts'

export interface RegisterQuestionsRequest extends UserRequest {
  readonly questions: readonly QuestionAnswer[]
}

export type RegisterQuestionsOutcome =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: RegisterQuestionsRefusal }

export type RegisterQuestionsRefusal = QuestionProblem | 'unknown-user' | 'disabled-user' | 'turned-off' | 'repeated'

/**
 * Registers a user's security questions in place of those he had, and tells him. They count at once: the caller, who
 * signed, has asked the user himself.
 */
export async function registerQuestions(
  engine: Pick<Engine, 'store' | 'clock'>,
  { customer, username, questions, request, requestId }: RegisterQuestionsRequest,
): Promise<RegisterQuestionsOutcome> {
  if (!isTurnedOn(customer, 'questions')) return { ok: false, reason: 'turned-off' }
  const problem = questionProblem(questions)
  if (problem) return { ok: false, reason: problem }
  const known = await engine.store.read.users.find(customer.id, foldUsername(username))
  if (!known) return { ok: false, reason: 'unknown-user' }

  const credential = await questionsCredential(engine, customer, known.id, questions)
  const nowMs = engine.clock()
  return engine.store.write(async (tx): Promise<RegisterQuestionsOutcome> => {
    if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    // As he is now: hashing took a while.
    const user = await tx.users.byId(customer.id, known.id)
    if (!user) return { ok: false, reason: 'unknown-user' }
    if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }
    if (!(await mayEnrol(tx, customer, user.id, 'questions'))) return { ok: false, reason: 'turned-off' }
    await tx.credentials.replace(customer.id, user.id, [credential], nowMs)
    const told = { userId: user.id, username: user.username, contacts: user }
    await notify(tx, { customer, event: 'questions-set', ...told, nowMs })
    const detail = JSON.stringify({ questions: questions.length })
    const note = { kind: 'enrolment', subject: user.id, method: 'questions', challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, 'registered', nowMs)
    return { ok: true, id: credential.id }
  })
}

/** What is kept of security questions, their answers hashed slowly. */
export async function questionsCredential(
  { clock }: Pick<Engine, 'clock'>,
  customer: Customer,
  userId: string,
  questions: readonly QuestionAnswer[],
): Promise<Credential> {
  const hashings = hashingsToRegister(questions, userId, toolsFor(customer, clock()))
  const digests = await hashQueue.hold(customer.id, hashings.length, (hash) => Promise.all(hashings.map(hash)))
  const secret = secretOfQuestions(questions, hashings, digests)
  return { id: randomId(), method: 'questions', state: 'active', label: null, secret, lastStep: -1, lastUsedAtMs: null }
}
