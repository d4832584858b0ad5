import { beginAssertion, challengeIdOf, judgeAssertion } from '../../engine/passkeys.ts'
import { waitFor } from '../../engine/sign-in.ts'
import { readAssertion } from '../webauthn.ts'
import { admitted } from './asking.ts'
import { badInput, type Call, endpoint } from './endpoint.ts'
import { assertion } from './fields.ts'
import { earlierOf, passed, supportsFido, userOf } from './sign-in.ts'
import { fidoAskRefusals, fidoRefusals, type Reply, said } from './words.ts'

export const requestAssertionOption = endpoint({
  name: 'req/requestAssertionOption',
  isVersioned: true,
  summary: 'Ask a user for a passkey or a security key',
  fields: {},
  async handle(call) {
    const { engine, app, body, origin } = call
    if (!supportsFido(call)) return said.notEnabled
    if (!(await admitted(call))) return said.fidoTooOften
    const user = await userOf(call)
    if (!user) return said.unknownUser
    const earlier = await earlierOf(call, user)
    if (earlier && 'code' in earlier) return earlier
    const outcome = await beginAssertion(engine, { ...whoOf(call), label: 'FIDO', transactionName: null, origin })
    if (!outcome.ok) return fidoAskRefusals[outcome.reason]
    if (!outcome.passkey) return said.badStatus // a copy of a request whose question is answered
    if (body.authToken !== undefined && !(await waitFor(engine, app, body.authToken, outcome.challengeId)))
      return said.noSignIn
    // As clients hand it to the browser: the options alone. The assertion itself says what it answers.
    return { ...said.done, object: outcome.passkey.publicKey }
  },
})

export const authFido = endpoint({
  name: 'auth/authFido',
  isVersioned: true,
  summary: 'Check what a passkey or a security key signed',
  fields: { assertion },
  async handle(call): Promise<Reply> {
    if (!supportsFido(call)) return said.notEnabled
    const given = readAssertion(call.body.assertion)
    if (!given) return badInput('The field assertion is not valid.')
    const user = await userOf(call)
    const earlier = await earlierOf(call, user)
    if (earlier && 'code' in earlier) return earlier
    if (earlier?.challengeId && earlier.challengeId !== challengeIdOf(given)) return said.badStatus
    const outcome = await judgeAssertion(call.engine, { ...whoOf(call), assertion: given })
    if (!outcome.ok) return fidoRefusals[outcome.reason]
    return user ? passed(call, user, earlier, 'passkey') : said.fidoFailed
  },
})

function whoOf({ customer, body, facts, mark, requestId }: Call) {
  return { customer, username: body.username, facts, request: mark, requestId }
}
