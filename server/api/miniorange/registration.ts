import Type from 'typebox'
import { isForPhones } from '../../engine/app-link.ts'
import { confirm } from '../../engine/enrol.ts'
import { type OfferRequest, offerPairing, pairingState } from '../../engine/pairing.ts'
import { registerQuestions } from '../../engine/questions.ts'
import { registerYubikey } from '../../engine/token-codes.ts'
import { line } from '../line.ts'
import { qrJpeg } from '../qr.ts'
import { authType, code, customerId, customerKey, questionAnswers, txId, username } from './bodies.ts'
import { type Call, endpoint, type Reply } from './endpoint.ts'
import { confirmRefusals, phoneRefusals, registerQuestionsRefusals, tokenRefusals } from './enrolment-words.ts'
import { readMethod } from './method-words.ts'
import { said, states } from './words.ts'

const registerBody = Type.Object({
  customerKey: Type.Optional(customerKey),
  username,
  registrationType: Type.Optional(
    line(
      60,
      'What is registered: `GOOGLE AUTHENTICATOR`, `YUBIKEY_TOKEN` or `MOBILE AUTHENTICATION`; left out, it is `KBA`.',
    ),
  ),
  secret: Type.Optional(line(200, 'The secret as google-auth-secret gave it.')),
  token: Type.Optional(code),
  authenticatorType: Type.Optional(authType),
  questionAnswerList: Type.Optional(questionAnswers),
})

type RegisterCall = Call<Type.Static<typeof registerBody>>
type Registrar = (call: RegisterCall) => Promise<Reply>

/** What each `registrationType` registers; a new one is a line here. */
const registrars: Readonly<Record<string, Registrar>> = {
  KBA: registerAnswers,
  'GOOGLE AUTHENTICATOR': registerApp,
  'MOBILE AUTHENTICATION': registerPhone,
  YUBIKEY_TOKEN: registerKey,
}

export const registerCall = endpoint({
  path: '/api/auth/register',
  summary: 'Register a method of a user, by its registrationType',
  refusal: 'FAILED',
  body: registerBody,
  async handle(call) {
    const type = call.body.registrationType?.trim().toUpperCase() ?? 'KBA'
    const registrar = Object.hasOwn(registrars, type) ? registrars[type] : appOfName(type)
    return registrar ? registrar(call) : failed(`The registrationType ${type} is not available.`)
  },
})

/** Other authenticator apps are one thing with Google's. */
function appOfName(type: string): Registrar | undefined {
  return readMethod(type)?.method === 'time-code' ? registerApp : undefined
}

async function registerAnswers({ engine, caller: { customer, mark }, body, requestId }: RegisterCall): Promise<Reply> {
  const { username, questionAnswerList: questions = [] } = body
  const outcome = await registerQuestions(engine, { customer, username, questions, request: mark, requestId })
  return outcome.ok
    ? { txId: outcome.id, ...said.registered }
    : failed(registerQuestionsRefusals[outcome.reason].message)
}

async function registerKey({ engine, caller: { customer, mark }, body, requestId }: RegisterCall): Promise<Reply> {
  const { username, token } = body
  if (!token) return failed('Missing: otpToken.')
  const otp = token.replaceAll(/\s/g, '')
  const outcome = await registerYubikey(engine, { customer, username, otp, request: mark, requestId })
  return outcome.ok ? said.registered : failed(tokenRefusals[outcome.reason].message)
}

/** Only `FAILED`, in the words that Drupal compares: clients of this call know no `ALREADY_USED`. */
async function registerApp({ engine, caller: { customer, mark }, body, requestId }: RegisterCall): Promise<Reply> {
  const { token, secret } = body
  if (!token || !secret) return failed(`Missing: ${token ? 'secret' : 'otpToken'}.`)
  const outcome = await confirm(engine, {
    customer,
    username: body.username,
    method: 'time-code',
    secretText: secret,
    code: token.replaceAll(/\s/g, ''),
    request: mark,
    requestId,
  })
  return outcome.ok ? { txId: outcome.id, ...said.validated } : failed(confirmRefusals[outcome.reason].message)
}

async function registerPhone({ engine, caller: { customer, mark }, body, requestId }: RegisterCall): Promise<Reply> {
  return offer(engine, { customer, username: body.username, request: mark, requestId })
}

export const registerMobileCall = endpoint({
  path: '/api/auth/register-mobile',
  summary: 'Offer a user to pair a phone: the QR code opens the app, once, for five minutes',
  refusal: 'ERROR',
  body: Type.Object({ username, customerKey: Type.Optional(customerKey), customerId: Type.Optional(customerId) }),
  handle: async ({ engine, caller: { customer, mark }, body, requestId }) =>
    offer(engine, { customer, username: body.username, request: mark, requestId }),
})

async function offer(engine: RegisterCall['engine'], request: OfferRequest): Promise<Reply> {
  const outcome = await offerPairing(engine, request)
  if (!outcome.ok) return phoneRefusals[outcome.reason]
  const words = isForPhones(engine.baseUrl) ? said.scanPhone : said.scanWithoutTls
  return { txId: outcome.id, qrCode: await qrJpeg(outcome.link), ...words }
}

export const registrationStatusCall = endpoint({
  path: '/api/auth/registration-status',
  summary: 'Ask how a registration stands; browsers may ask without a signature',
  refusal: 'ERROR',
  isOpen: true,
  isForBrowsers: true,
  body: Type.Object({ txId, customerKey: Type.Optional(customerKey) }),
  async handle({ engine, caller, body }) {
    const state = await pairingState(engine, String(body.txId), caller?.customer.id ?? null)
    return { txId: String(body.txId), ...states[state] }
  },
})

function failed(message: string): Reply {
  return { status: 'FAILED', message }
}
