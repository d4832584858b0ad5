import type { Static } from 'typebox'
import { answerForEvaluation } from '../../engine/adaptive-challenge.ts'
import { answerDecoy } from '../../engine/adaptive-decoy.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Answer } from '../../vocabulary/answer.ts'
import { readAssertion } from '../webauthn.ts'
import type { Around, Evaluated, Told } from './around.ts'
import type { validateBody } from './bodies.ts'
import { offered } from './caller.ts'
import { answerRefusals, offersOf, said, wrongAnswers } from './words.ts'

export async function validateAnswer(
  { engine, requestId }: Around,
  { customer, username, evaluation }: Evaluated,
  body: Static<typeof validateBody>,
): Promise<Told> {
  const given = answerOf(body)
  if (given === undefined) return wrongAnswers.assertion
  if (evaluation.isUntrusted) return validateUntrusted(engine, { customer, username, evaluation, given, requestId })
  const trustsDevice = body.saveDevice
  const outcome = await answerForEvaluation(engine, {
    ...{ customer, evaluation, trustsDevice, requestId },
    answer: given,
    request: null,
  })
  if (!outcome.ok) {
    if (outcome.reason === 'wrong') return given ? wrongAnswers[given.kind] : answerRefusals['not-approved']
    return answerRefusals[outcome.reason]
  }
  const { resultToken, deviceToken } = outcome
  return { ...said.proved, resultToken, ...(deviceToken === null ? {} : { deviceToken }) }
}

interface Untrusted {
  readonly customer: Evaluated['customer']
  readonly username: string
  readonly evaluation: Evaluated['evaluation']
  readonly given: Given | null
  readonly requestId: string
}

/** Right or wrong, and nothing more: every other word would tell whether there is such a user. */
async function validateUntrusted(engine: Engine, { given, ...request }: Untrusted): Promise<Told> {
  if (!given) return wrongAnswers.code
  const { customer, username, evaluation, requestId } = request
  if (offersOf(evaluation.obligations, offered(engine, customer, evaluation)).first === undefined) {
    await answerDecoy(engine, { customer, username, answer: given, requestId })
    return wrongAnswers[given.kind]
  }
  const outcome = await answerForEvaluation(engine, { ...request, answer: given, trustsDevice: false, request: null })
  return outcome.ok ? said.proved : wrongAnswers[given.kind]
}

type Given = Extract<Answer, { kind: 'code' | 'answers' | 'assertion' }>

/** Null: nothing was typed, because the user answers elsewhere; undefined: what the browser made cannot be read. */
function answerOf({ token, answers = [], assertion }: Static<typeof validateBody>): Given | null | undefined {
  if (assertion !== undefined) {
    const read = readAssertion(assertion)
    return read && { kind: 'assertion', assertion: read }
  }
  if (answers.length > 0) return { kind: 'answers', answers }
  const code = token?.replaceAll(/\s/g, '') ?? ''
  return code === '' ? null : { kind: 'code', code }
}
