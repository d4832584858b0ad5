import Type from 'typebox'
import { makeRecoveryCodes } from '../../engine/recovery-codes.ts'
import { customerKey, username } from './bodies.ts'
import { endpoint } from './endpoint.ts'
import { recoveryCodesRefusals } from './enrolment-words.ts'
import { said } from './words.ts'

/** Our extension: no document of the vendor's has recovery codes. */
export const recoveryCodesCall = endpoint({
  path: '/api/auth/recovery-codes',
  summary: 'Make a user ten recovery codes; those he had before end',
  refusal: 'ERROR',
  body: Type.Object({ customerKey: Type.Optional(customerKey), username }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const outcome = await makeRecoveryCodes(engine, { customer, username: body.username, request: mark, requestId })
    if (!outcome.ok) return recoveryCodesRefusals[outcome.reason]
    return { username: body.username, recoveryCodes: outcome.codes, ...said.done }
  },
})
