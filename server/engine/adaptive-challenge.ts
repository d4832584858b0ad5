import { methods } from '../methods/index.ts'
import type { Obligation } from '../risk/facts.ts'
import type { Answer } from '../vocabulary/answer.ts'
import type { ChallengeState } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { Recalled } from './adaptive.ts'
import { ask, asked, type CompleteOutcome, complete } from './adaptive-results.ts'
import { type AnswerRefusal, answer } from './answer.ts'
import { challenge } from './challenge.ts'
import type { ChallengeOutcome } from './challenge-outcome.ts'
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
  /** The address the user signs in from, and his browser there; shown to him where he answers. */
  readonly address: string | null
  readonly userAgent?: string | null
  /** Where he signs in a match number is shown. */
  readonly showsMatchNumber?: boolean
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
    userAgent: request.userAgent,
    language: null,
    showsMatchNumber: request.showsMatchNumber ?? false,
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
    const reason = await whyNotYet(engine, customer, challengeId)
    if (reason) return { ok: false, reason }
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

type NotYet = Extract<EvaluationOutcome, { ok: false }>['reason']

/** Why a question that nothing was typed for cannot have been answered, or will not be any more. */
async function whyNotYet(engine: Engine, customer: Customer, challengeId: string): Promise<NotYet | undefined> {
  const snapshot = await engine.store.challengeSnapshot(customer.id, challengeId)
  if (!snapshot) return 'unknown-challenge'
  const { method, state, expiresAtMs } = snapshot.challenge
  const { answeredBy } = methods[method]
  if (answeredBy === 'code' || answeredBy === 'answers') return `empty-${answeredBy}`
  const isOver = state === 'pending' && expiresAtMs <= engine.clock()
  return isOver ? 'expired' : ended[state]
}

const ended: Readonly<Partial<Record<ChallengeState, NotYet>>> = {
  denied: 'denied',
  expired: 'expired',
  spent: 'spent',
  cancelled: 'replaced',
}
