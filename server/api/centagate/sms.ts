import { answer } from '../../engine/answer.ts'
import { latestSms } from '../../engine/sign-in.ts'
import type { SignIn } from '../../vocabulary/app.ts'
import type { User } from '../../vocabulary/user.ts'
import { admitted, ask, type Question, toWait } from './asking.ts'
import { type Call, endpoint } from './endpoint.ts'
import { smsOtp } from './fields.ts'
import { earlierOf, passed, tokenFor, userOf } from './sign-in.ts'
import { type Reply, said, smsOtpRefusals, smsRefusals } from './words.ts'

const bySms = { method: 'message-code', via: ['sms'], label: 'SMS' } as const

export const requestSmsOtp = endpoint({
  name: 'req/requestSmsOtp',
  oldName: 'auth/requestSmsOtp',
  isVersioned: true,
  summary: 'Send a user a code by SMS',
  fields: {},
  handle: (call) => sendSms(call, { purpose: null }),
})

/** Sends a code. Its answer names the number, the seconds the code lives, and the token to go on with. */
export async function sendSms(call: Call, question: Omit<Question, 'asked'>): Promise<Reply> {
  if (!(await admitted(call))) return toWait
  const user = await userOf(call)
  if (!user) return said.unknownUser
  const earlier = await earlierOf(call, user)
  if (earlier && 'code' in earlier) return earlier
  const outcome = await ask(call, { ...question, asked: bySms })
  if (!outcome.ok) return smsRefusals[outcome.reason] === said.wait ? toWait : smsRefusals[outcome.reason]
  const [delivery] = outcome.deliveries
  return {
    ...said.done,
    object: {
      phone: delivery?.contact ?? '',
      timeout: String(call.customer.settings.codeTtlSeconds),
      authToken: await tokenFor(call, user, outcome.challengeId),
    },
  }
}

export const authSmsOtp = endpoint({
  name: 'auth/authSmsOtp',
  isVersioned: true,
  summary: 'Check the code that a user got by SMS',
  fields: { smsOtp },
  async handle(call) {
    const judged = await judgeSms(call, call.body.smsOtp)
    return 'code' in judged ? judged : passed(call, judged.user, judged.earlier, 'message-code')
  },
})

interface Judged {
  readonly user: User
  readonly earlier: SignIn | null
}

/** Judges a code by the question that it answers: the user's latest, and the one of the token where there is one. */
export async function judgeSms(call: Call, code: string, binding?: string): Promise<Judged | Reply> {
  const { engine, customer, mark, facts, requestId } = call
  const user = await userOf(call)
  const earlier = await earlierOf(call, user)
  if (earlier && 'code' in earlier) return earlier
  // One length only: a digit more or less could be one of the field beside it.
  if (!/^[0-9]+$/.test(code) || code.length !== customer.settings.codeLength) return said.wrongSms
  const challengeId = user && (await latestSms(engine, user))
  if (!user || challengeId === undefined) return said.noSms
  if (earlier?.challengeId && earlier.challengeId !== challengeId) return said.badStatus
  const outcome = await answer(engine, {
    customer,
    to: { challengeId, username: null },
    readOwnMethod: () => undefined,
    answer: { kind: 'code', code, binding },
    facts,
    request: mark,
    requestId,
  })
  return outcome.ok ? { user, earlier } : smsOtpRefusals[outcome.reason]
}
