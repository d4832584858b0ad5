import Type from 'typebox'
import { answer } from '../../engine/answer.ts'
import { endpoint } from './endpoint.ts'
import { factors } from './factors.ts'
import { devAccId, ignored, line, otpType } from './fields.ts'
import { earlierOf, passed, userOf } from './sign-in.ts'
import { otpRefusals, said } from './words.ts'

/** Of every app that reads our QR code. */
const otpDigits = 6

export const authOtp = endpoint({
  name: 'auth/authOtp',
  isVersioned: true,
  summary: 'Check the code of an authenticator app',
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
    const { method } = factors.OTP
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
