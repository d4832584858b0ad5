import Type, { type Static } from 'typebox'
import { type Evaluation, evaluate } from '../../engine/adaptive.ts'
import { ask, complete } from '../../engine/adaptive-results.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { Reply } from './endpoint.ts'
import { labelOf } from './method-words.ts'
import { factFields, factsOf } from './risk.ts'
import { completeRefusals, decisions, evaluateRefusals, explained } from './risk-words.ts'

/** Risk as a step of challenge and validate: a remembered device may need no second factor, where the policy says so. */

const { ipAddress: _, ...facts } = factFields
export const riskField = Type.Object(facts, {
  description: 'Weigh the sign-in first, by this and `ipAddress`: then nothing may have to be asked, or nothing helps.',
})

interface Weighing {
  readonly customer: Customer
  readonly username: string
  readonly ipAddress: string | undefined
  readonly risk: Static<typeof riskField>
  readonly requestId: string
}

/** The evaluation when the user must be challenged; else the answer to the call. */
export async function weigh(engine: Engine, weighing: Weighing): Promise<Evaluation | Reply> {
  const { customer, username, ipAddress, risk, requestId } = weighing
  const given = ipAddress === undefined ? risk : { ...risk, ipAddress }
  const outcome = await evaluate(engine, { customer, who: { username }, ...factsOf(given), requestId })
  if (!outcome.ok) return evaluateRefusals[outcome.reason]
  const told = { responseType: 'CHALLENGE', ...explained(outcome) }
  if (outcome.decision === 'deny') return { ...told, status: 'DENIED', message: decisions.deny.message }
  if (outcome.decision === 'challenge') return outcome
  const { deviceToken, resultToken } = outcome
  return {
    ...told,
    isSecondFactorNeeded: false,
    ...(deviceToken === null ? {} : { deviceToken }),
    ...(resultToken === null ? {} : { resultToken }),
    ...decisions.allow,
  }
}

/**
 * By what to ask when the caller names nothing: the strongest that the policy counts at this risk, save recovery codes, which
 * users keep for the day when nothing else is at hand.
 */
export function strongestOf({ obligations }: Evaluation): string | undefined {
  return obligations.filter(({ method }) => method !== 'recovery-code').flatMap((one) => labelOf(one) ?? [])[0]
}

/** What goes with a challenge that was asked because of an evaluation; only its answer completes it from now on. */
export async function askedFor(
  engine: Engine,
  customer: Customer,
  evaluation: Evaluation,
  challengeId: string,
): Promise<object> {
  const isKept = await ask(engine, customer, evaluation.id, challengeId)
  if (!isKept) return { status: 'FAILED', message: 'The evaluation ended meanwhile. Challenge the user anew.' }
  return { ...explained(evaluation), isSecondFactorNeeded: true }
}

/** Completes the evaluation of a challenge that was just answered rightly. */
export async function completed(
  engine: Engine,
  customer: Customer,
  { evaluationId, saveDevice = false }: { readonly evaluationId: string; readonly saveDevice?: boolean },
): Promise<{ readonly deviceToken?: string; readonly resultToken: string } | Reply> {
  const outcome = await complete(engine, { customer, id: evaluationId, proof: 'challenge', trustsDevice: saveDevice })
  if (!outcome.ok) return completeRefusals[outcome.reason]
  const { deviceToken, resultToken } = outcome
  return { resultToken, ...(deviceToken === null ? {} : { deviceToken }) }
}
