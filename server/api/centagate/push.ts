import Type from 'typebox'
import type { Asked } from '../../engine/person.ts'
import { status } from '../../engine/status.ts'
import type { User } from '../../vocabulary/user.ts'
import { admitted, ask } from './asking.ts'
import { badInput, type Call, endpoint } from './endpoint.ts'
import { factors } from './factors.ts'
import { devAccId } from './fields.ts'
import { earlierOf, passed, tokenFor, userOf } from './sign-in.ts'
import { pushRefusals, said, states } from './words.ts'

/** As much as the page of a link shows at a glance. */
const shownLettersMax = 100

/** With its padding: the name before it has no letter to give away or to take. */
const wholeBase64 = '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'

export const requestMobilePushCR = endpoint({
  name: 'req/requestMobilePushCR',
  isVersioned: true,
  summary: 'Ask a user to accept or deny: on his phones, or by links in an SMS or an e-mail when he has paired none',
  fields: {
    details: Type.Optional(
      Type.String({ maxLength: 1_000, pattern: wholeBase64, description: 'What he accepts, in Base64.' }),
    ),
    devAccId: Type.Optional(devAccId),
  },
  async handle(call) {
    const { body } = call
    if (body.devAccId !== undefined) return said.noDeviceAccount
    const purpose = body.details === undefined ? null : readDetails(body.details)
    if (purpose === undefined) return badInput('The field details is not valid.')
    if (!(await admitted(call))) return pushRefusals['too-many']
    const user = await userOf(call)
    if (!user) return said.unknownUser
    const earlier = await earlierOf(call, user)
    if (earlier && 'code' in earlier) return earlier
    const outcome = await ask(call, { asked: await askedBy(call, user), purpose })
    if (!outcome.ok) return pushRefusals[outcome.reason]
    return { ...said.done, object: { authToken: await tokenFor(call, user, outcome.challengeId) } }
  },
})

/** His own phones before a message that somebody else may read. */
async function askedBy({ engine, customer }: Call, user: User): Promise<Asked> {
  const phones = await engine.store.read.credentials.of(customer.id, user.id, 'push')
  if (phones.length > 0) return { method: 'push', via: [], label: 'PUSH' }
  return { method: 'message-link', via: [user.phone === null ? 'email' : 'sms'], label: 'PUSH' }
}

/** One line of text, all of which can be shown; undefined when it is something else. */
function readDetails(base64: string): string | undefined {
  const text = new TextDecoder().decode(Buffer.from(base64, 'base64'))
  const isFit = text.length <= shownLettersMax && /^(?=.*[^\p{Z}])[^\p{C}\p{Zl}\p{Zp}\ufffd]+$/u.test(text)
  return isFit ? text : undefined
}

export const statecheck = endpoint({
  name: 'session/statecheck',
  oldName: 'auth/statecheck',
  isVersioned: false,
  summary: 'Ask how a request stands that the user answers elsewhere',
  fields: {
    authMethod: Type.String({ pattern: '^[A-Z]{1,20}$', description: 'What was requested: `PUSH`, or `SMS`.' }),
  },
  async handle(call) {
    const { engine, customer, body } = call
    const factor = Object.entries(factors).find(([word]) => word === body.authMethod)?.[1]
    if (!factor) return said.notEnabled
    if (body.authToken === undefined) return badInput('Missing: authToken.')
    const user = await userOf(call)
    const earlier = await earlierOf(call, user)
    if (earlier && 'code' in earlier) return earlier
    const asked = earlier?.challengeId ? await engine.store.read.challenges.find(earlier.challengeId) : undefined
    if (!user || !earlier || !asked) return said.noSignIn
    if (!factor.methods.some((method) => method === asked.method)) return said.badStatus
    const state = await status(engine, asked.id, customer.id)
    if (state !== 'approved') return states[state]
    // A code that was typed has had its answer already.
    return factor.isPolled ? passed(call, user, earlier, asked.method, asked.id) : said.badStatus
  },
})
