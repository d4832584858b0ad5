import type { EvaluateOutcome, Evaluation } from '../../engine/adaptive.ts'
import type { CompleteOutcome } from '../../engine/adaptive-results.ts'
import type { RiskAction } from '../../risk/facts.ts'
import { labelOf } from './method-words.ts'
import type { Said } from './words.ts'

/** Document 002's words for a decision; clients of `/rest/rba` read the same. */
export const decisions = {
  allow: { status: 'SUCCESS', message: 'The user may go on.' },
  challenge: { status: 'WAIT_FOR_INPUT', message: 'Challenge the user.' },
  deny: { status: 'DENY', message: 'The user may not go on.' },
} as const satisfies Record<RiskAction, Said>

export const evaluateRefusals = {
  'bad-session': { status: 'ERROR', message: 'There is no such session.' },
  'disabled-user': { status: 'FAILED', message: 'This user is disabled.' },
} as const satisfies Record<Extract<EvaluateOutcome, { ok: false }>['reason'], Said>

export const completeRefusals = {
  unknown: { status: 'FAILED', message: 'There is no such evaluation, or it is over.' },
  denied: { status: 'FAILED', message: 'This sign-in was denied.' },
  'not-approved': { status: 'FAILED', message: 'The challenge of this evaluation was not answered rightly.' },
  'method-too-weak': { status: 'FAILED', message: 'This method is not enough at this risk. Use another one.' },
} as const satisfies Record<Extract<CompleteOutcome, { ok: false }>['reason'], Said>

export const riskSaid = {
  opened: { status: 'SUCCESS', message: 'Hand the session to the page.' },
  redeemed: { status: 'SUCCESS', message: 'The result is genuine and was not redeemed before.' },
  notRedeemed: {
    status: 'FAILED',
    message: 'There is no such result: forged, expired, redeemed before, or of another user.',
  },
  badOrigin: { status: 'ERROR', message: 'The origin is what browsers call it, such as https://login.example.com.' },
  noEvaluation: { status: 'FAILED', message: 'There is no such evaluation.' },
  noDevice: { status: 'FAILED', message: 'The user has no such device.' },
  remembered: { status: 'SUCCESS', message: 'The profile was registered.' },
  wrongSecret: { status: 'ERROR', message: 'The appSecret is not that of this customer.' },
  repeated: { status: 'ERROR', message: 'This request was already received.' },
} as const satisfies Record<string, Said>

/** What a backend is told of an evaluation; it must not reach the user, who would learn from it what to fake. */
export function explained({ id, score, findings, unenforced, obligations }: Evaluation) {
  const types = obligations.flatMap((one) => labelOf(one) ?? [])
  return {
    evaluationId: id,
    riskScore: score,
    findings,
    unenforced: decisions[unenforced].status,
    ...(types[0] === undefined ? {} : { obligationType: types[0], obligationTypes: types }),
  }
}
