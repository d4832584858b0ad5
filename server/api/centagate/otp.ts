import Type from 'typebox'
import { answer } from '../../engine/answer.ts'
import { foldUsername } from '../../engine/contacts.ts'
import { typedMethods } from '../../engine/typed-codes.ts'
import type { TypedMethod } from '../../vocabulary/method.ts'
import { line } from '../line.ts'
import { type Call, endpoint } from './endpoint.ts'
import { otpDigits } from './factors.ts'
import { devAccId, ignored, otpType } from './fields.ts'
import { earlierOf, passed, userOf } from './sign-in.ts'
import { otpRefusals, said } from './words.ts'

export const authOtp = endpoint({
  name: 'auth/authOtp',
  isVersioned: true,
  summary: 'Check the code of an authenticator app or of a hardware token',
  fields: {
    otp: line(64, 'The code, as the user typed it.'),
    devAccId: Type.Optional(devAccId),
    otpType: Type.Optional(otpType),
  },
  async handle(call) {
    const { engine, customer, body, mark, facts, requestId } = call
    if (body.devAccId !== undefined) return said.noDeviceAccount
    const user = await userOf(call)
    const earlier = await earlierOf(call, user)
    if (earlier && 'code' in earlier) return earlier
    if (!/^[0-9]+$/.test(body.otp) || body.otp.length !== otpDigits) return said.wrong
    const method = await methodOf(call, body.otpType)
    const outcome = await answer(engine, {
      customer,
      to: { username: body.username, method },
      readOwnMethod: () => undefined,
      answer: { kind: 'code', code: body.otp },
      facts,
      request: mark,
      requestId,
    })
    if (!outcome.ok) return otpRefusals[outcome.reason]
    return user ? passed(call, user, earlier, method) : said.wrong
  },
})

/**
 * The one method that a code is judged by, so that it is one guess: the app, or the hardware token of a user without an
 * app. `offline` is the vendor's word for hardware, and asks for the token of a user who has both.
 */
async function methodOf({ engine, customer, body }: Call, type: string | undefined): Promise<TypedMethod> {
  const user = await engine.store.userSnapshot(customer.id, foldUsername(body.username))
  const enrolled = typedMethods(user?.credentials ?? [], otpDigits)
  const ranked =
    type === 'offline' ? (['hardware-token', 'time-code'] as const) : (['time-code', 'hardware-token'] as const)
  return ranked.find((method) => enrolled.includes(method)) ?? 'time-code'
}

export const authCrOtp = endpoint({
  name: 'auth/authCrOtp',
  isVersioned: true,
  summary: 'Check the code of a challenge-response token; there are none',
  fields: {
    crOtp: line(64, 'The response, as the user typed it.'),
    challenge: line(64, 'The challenge that the token was given.'),
    devAccId: Type.Optional(devAccId),
    otpType: Type.Optional(otpType),
    tokenId: Type.Optional(ignored),
  },
  handle: async () => said.noToken,
})
