import { advanceSignIn } from '../../engine/sign-in.ts'
import { endpoint } from './endpoint.ts'
import { details, smsOtp, transactionId } from './fields.ts'
import { judgeSms, sendSms } from './sms.ts'
import { said } from './words.ts'

export const requestSmsTransOtp = endpoint({
  name: 'req/requestSmsTransOtp',
  isVersioned: true,
  summary: 'Send a user a code by SMS that is good for one transaction',
  fields: { details, transactionId },
  handle: (call) => sendSms(call, { purpose: call.body.details, binding: bindingOf(call.body) }),
})

export const authoriseSmsTrans = endpoint({
  name: 'trans/authoriseSmsTrans',
  isVersioned: true,
  namesUser: true,
  summary: 'Check the code of a transaction, with what it was asked for',
  fields: { details, transactionId, smsOtp },
  async handle(call) {
    const { engine, app, body } = call
    const judged = await judgeSms(call, body.smsOtp, bindingOf(body))
    if ('code' in judged) return judged
    const { user, earlier } = judged
    // It signs nobody in: what was proven before is all that is.
    const authToken = await advanceSignIn(engine, app, {
      userId: user.id,
      token: body.authToken ?? null,
      methods: earlier?.methods ?? [],
      answeredElsewhere: null,
    })
    if (authToken === undefined) return said.noSignIn
    return { ...said.done, object: { username: user.username, transactionId: body.transactionId, authToken } }
  },
})

/** Of the two, the id has no spaces: where one ends and the other begins is never open. */
function bindingOf({ transactionId: id, details: text }: { transactionId: string; details: string }): string {
  return `transaction ${id} ${text}`
}
