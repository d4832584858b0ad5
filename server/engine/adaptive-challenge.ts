import { methods } from '../methods/index.ts'
import type { Obligation } from '../risk/facts.ts'
import type { Answer, Customer, RequestMark } from '../vocabulary.ts'
import type { Recalled } from './adaptive.ts'
import { ask, asked, type CompleteOutcome, complete } from './adaptive-results.ts'
import { type AnswerRefusal, answer } from './answer.ts'
import { type ChallengeOutcome, challenge } from './challenge.ts'
import type { Asked } from './person.ts'
import type { Engine } from './ports.ts'

interface Request {
  readonly customer: Customer
  readonly request: RequestMark | null
  readonly requestId: string
}

export interface AskRequest extends Request {
  readonly evaluation: Recalled
  readonly obligation: Obligation
  /** The obligation in the caller's own word. */
  readonly label: string
  /** The address the user signs in from. */
  readonly address: string | null
}

/** `over`: the evaluation ended meanwhile. */
export type AskOutcome = ChallengeOutcome | { readonly ok: false; readonly reason: 'over' }

/** Asks the user whom an evaluation is about, by one of its obligations; from then on only this answer completes it. */
export async function askForEvaluation(engine: Engine, request: AskRequest): Promise<AskOutcome> {
  const { customer, evaluation, obligation, label } = request
  const by: Asked = { method: obligation.method, via: obligation.via === null ? [] : [obligation.via], label }
  const outcome = await challenge(engine, {
    ...{ customer, request: request.request, requestId: request.requestId },
    username: evaluation.username,
    phone: null,
    email: null,
    asked: by,
    readOwnMethod: () => by,
    emailMethod: by,
    transactionName: null,
    origin: request.address,
    language: null,
    showsMatchNumber: false,
  })
  if (!outcome.ok) return outcome
  const isKept = await ask(engine, customer, evaluation.id, outcome.challengeId)
  return isKept ? outcome : { ok: false, reason: 'over' }
}

export interface AnswerRequest extends Request {
  readonly evaluation: Recalled
  /** Null: the user answers elsewhere, by a link or on his phone; has he? */
  readonly answer: Answer | null
  readonly trustsDevice: boolean
}

export type EvaluationOutcome =
  | Extract<CompleteOutcome, { ok: true }>
  /** `not-asked`: there is no question that this could answer; `empty-…`: nothing was answered, and no attempt spent. */
  | {
      readonly ok: false
      readonly reason:
        | AnswerRefusal
        | 'not-asked'
        | 'empty-code'
        | 'empty-answers'
        | Extract<CompleteOutcome, { ok: false }>['reason']
    }

/** Has the question of an evaluation answered and, when that was right, the evaluation completed: once. */
export async function answerForEvaluation(engine: Engine, request: AnswerRequest): Promise<EvaluationOutcome> {
  const { customer, evaluation } = request
  const challengeId = await asked(engine, customer, evaluation.id)
  if (challengeId === undefined) return { ok: false, reason: 'not-asked' }
  if (!request.answer) {
    const kind = await kindOf(engine, customer, challengeId)
    if (kind === 'code' || kind === 'answers') return { ok: false, reason: `empty-${kind}` }
  } else {
    const outcome = await answer(engine, {
      ...{ customer, request: request.request, requestId: request.requestId },
      to: { challengeId, username: evaluation.username },
      readOwnMethod: () => undefined,
      answer: request.answer,
    })
    if (!outcome.ok) return outcome
  }
  const { trustsDevice } = request
  return complete(engine, { customer, id: evaluation.id, proof: 'challenge', trustsDevice })
}

async function kindOf(engine: Engine, customer: Customer, challengeId: string): Promise<Answer['kind'] | undefined> {
  const snapshot = await engine.store.challengeSnapshot(customer.id, challengeId)
  return snapshot && methods[snapshot.challenge.method].answeredBy
}
