import Type from 'typebox'
import { confirm, enrol } from '../../engine/enrol.ts'
import { line } from '../line.ts'
import { qrJpeg } from '../qr.ts'
import { authType, code, customerKey, ignored, username } from './bodies.ts'
import { endpoint } from './endpoint.ts'
import { confirmRefusals, enrolRefusals } from './enrolment-words.ts'
import { readMethod } from './method-words.ts'
import { said } from './words.ts'

/** Document 001: Google Authenticator, and every other app that reads the same QR code. */

const common = {
  customerKey,
  username,
  /** Document 001 calls it required; no client sends it. */
  authenticatorType: Type.Optional(authType),
  authenticatorName: Type.Optional(line(60, 'The name the app shows.')),
  googleAuthenticatorName: Type.Optional(line(60, 'The same, as Joomla spells it.')),
  registrationType: Type.Optional(ignored),
  questionAnswerList: Type.Optional(ignored),
}

const responseType = 'GOOGLE_AUTHENTICATOR'

export const secretCall = endpoint({
  path: '/api/auth/google-auth-secret',
  summary: 'Offer a user a new secret for an authenticator app',
  refusal: 'ERROR',
  body: Type.Object({ ...common, token: Type.Optional(ignored), secret: Type.Optional(ignored) }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const type = body.authenticatorType
    if (type !== undefined && readMethod(type)?.method !== 'time-code')
      return { status: 'ERROR', message: `The authenticatorType ${type} is not available.` }
    const issuer = body.authenticatorName ?? body.googleAuthenticatorName ?? null
    const outcome = await enrol(engine, {
      customer,
      username: body.username,
      method: 'time-code',
      issuer,
      request: mark,
      requestId,
    })
    if (!outcome.ok) return { responseType, ...enrolRefusals[outcome.reason] }
    const { id, secretText, uri } = outcome
    return {
      txID: id,
      txId: id,
      responseType,
      qrCodeData: await qrJpeg(uri),
      secret: secretText,
      otpauthUri: uri,
      ...said.scan,
    }
  },
})

export const confirmCall = endpoint({
  path: '/api/auth/validate-google-auth-secret',
  summary: 'Confirm the secret by a code made with it; also works at every later login',
  refusal: 'FAILED',
  nextWhenUnknown: 'Send the next code of the app with a new key.',
  body: Type.Object({ ...common, token: code, secret: line(200, 'The secret as google-auth-secret gave it.') }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const outcome = await confirm(engine, {
      customer,
      username: body.username,
      method: 'time-code',
      secretText: body.secret,
      code: body.token.replaceAll(/\s/g, ''),
      request: mark,
      requestId,
    })
    if (!outcome.ok) return { responseType, ...confirmRefusals[outcome.reason] }
    return { txID: outcome.id, txId: outcome.id, responseType, ...said.validated }
  },
})
