import Type from 'typebox'
import { type AnswerRequest, answer } from '../../engine/answer.ts'
import { challenge, type Shown } from '../../engine/challenge.ts'
import { status } from '../../engine/status.ts'
import type { Answer, Customer, QuestionAnswer } from '../../vocabulary.ts'
import {
  authType,
  code,
  customerKey,
  email,
  ipAddress,
  language,
  phone,
  questionAnswers,
  shownName,
  showsMatchNumber,
  transactionName,
  txId,
  username,
} from './bodies.ts'
import { isDefaultCustomer, isSignUpCode, onlySignUp } from './default-customers.ts'
import { endpoint } from './endpoint.ts'
import {
  answerRefusals,
  challengeRefusals,
  emailMethod,
  questionRefusals,
  readMethod,
  readOwnMethod,
  said,
  states,
} from './words.ts'

/** Documents 000 and wire: challenge, validate, auth-status. */

export const challengeCall = endpoint({
  path: '/api/auth/challenge',
  summary: 'Challenge a user: enrolled (username) or not (phone, email)',
  refusal: 'ERROR',
  isForDefaultCustomers: true,
  body: Type.Object({
    customerKey,
    username: Type.Optional(username),
    phone: Type.Optional(phone),
    email: Type.Optional(email),
    authType: Type.Optional(authType),
    transactionName: Type.Optional(transactionName),
    showsMatchNumber: Type.Optional(showsMatchNumber),
    ipAddress: Type.Optional(ipAddress),
    language: Type.Optional(language),
  }),
  async handle({ engine, caller: { customer, mark }, body, address, requestId }) {
    const asked = body.authType === undefined ? null : readMethod(body.authType)
    if (asked === undefined) return { status: 'ERROR', message: `The authType ${body.authType} is not available.` }
    if (!body.username && !body.phone && !body.email)
      return { status: 'ERROR', message: 'Send username, phone or email.' }
    if (isDefaultCustomer(customer) && !isSignUpCode(asked)) return { status: 'ERROR', message: onlySignUp }
    const outcome = await challenge(engine, {
      customer,
      username: body.username ?? null,
      phone: body.phone ?? null,
      email: body.email ?? null,
      asked,
      readOwnMethod,
      emailMethod,
      ...circumstances(customer, body, address),
      language: body.language ?? null,
      showsMatchNumber: body.showsMatchNumber ?? false,
      request: mark,
      requestId,
    })
    if (!outcome.ok)
      return {
        ...deliveries(outcome.deliveries ?? []),
        responseType: 'CHALLENGE',
        ...challengeRefusals[outcome.reason],
      }
    const { challengeId, label, matchNumber, questions } = outcome
    const match = matchNumber === null ? {} : { matchNumber }
    const asking = questions.length === 0 ? {} : { questions: questions.map((question) => ({ question })) }
    return {
      txId: challengeId,
      authType: label,
      responseType: 'CHALLENGE',
      ...match,
      ...asking,
      ...deliveries(outcome.deliveries),
      ...said.challenged,
    }
  },
})

/** For what and from where a challenge is, as the caller says; strangers put no words into our messages. */
function circumstances(customer: Customer, body: { transactionName?: string; ipAddress?: string }, address: string) {
  if (isDefaultCustomer(customer)) return { transactionName: null, origin: address }
  return { transactionName: shownName(body.transactionName), origin: body.ipAddress ?? null }
}

/** `phoneDelivery` and `emailDelivery`, each only when its channel was used; the time is a string. */
function deliveries(
  shown: readonly Shown[],
): Record<string, { contact: string; sendStatus: string; sendTime: string }> {
  const names = { sms: 'phoneDelivery', call: 'phoneDelivery', email: 'emailDelivery' } as const
  const entries = shown.map(({ via, contact, isSent, atMs }) => {
    return [names[via], { contact, sendStatus: isSent ? 'SUCCESS' : 'ERROR', sendTime: String(atMs) }] as const
  })
  return Object.fromEntries(entries)
}

export const validateCall = endpoint({
  path: '/api/auth/validate',
  summary: 'Validate the answer of a user',
  refusal: 'FAILED',
  isForDefaultCustomers: true,
  body: Type.Object({
    customerKey: Type.Optional(customerKey),
    txId: Type.Optional(txId),
    username: Type.Optional(username),
    token: Type.Optional(code),
    authType: Type.Optional(authType),
    answers: Type.Optional(questionAnswers),
  }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const refused = (message: string) => ({ responseType: 'VALIDATE', status: 'FAILED', message })
    if (isDefaultCustomer(customer) && body.txId === undefined) return refused(onlySignUp)
    const given = answerOf(body)
    if (typeof given === 'string') return refused(given)
    const to = addressee(body)
    if (typeof to === 'string') return refused(to)
    const refusals = given.kind === 'answers' ? questionRefusals : answerRefusals
    const outcome = await answer(engine, {
      customer,
      to,
      readOwnMethod,
      answer: given,
      request: mark,
      requestId,
    })
    const echo = { ...(outcome.challengeId ? { txId: outcome.challengeId } : {}), responseType: 'VALIDATE' }
    const label = outcome.label ?? body.authType?.trim().toUpperCase()
    const named = label ? { ...echo, authType: label } : echo
    return outcome.ok ? { ...named, ...said.validated } : { ...named, ...refused(refusals[outcome.reason]) }
  },
})

interface ValidateBody {
  readonly customerKey?: string | number
  readonly txId?: string | number
  readonly username?: string
  readonly authType?: string
  readonly token?: string
  readonly answers?: readonly QuestionAnswer[]
}

/** A code, or answers to questions; a sentence when the body has neither or both. */
function answerOf({ token, answers = [] }: ValidateBody): Answer | string {
  if (token !== undefined && answers.length > 0) return 'Send token or answers, not both.'
  if (answers.length > 0) return { kind: 'answers', answers }
  return token === undefined ? 'Missing: token.' : { kind: 'code', code: token.replaceAll(/\s/g, '') }
}

/** A transaction, or a user with an authenticator; a sentence when the body names neither. */
function addressee(body: ValidateBody): AnswerRequest['to'] | string {
  if (body.txId !== undefined) return { challengeId: String(body.txId), username: body.username ?? null }
  if (body.username === undefined) return 'Missing: txId or username.'
  if (body.customerKey === undefined) return 'Missing: customerKey.'
  const asked = body.authType === undefined ? null : readMethod(body.authType)
  if (asked === undefined) return `The authType ${body.authType} is not available.`
  return { username: body.username, method: asked?.method ?? null }
}

export const statusCall = endpoint({
  path: '/api/auth/auth-status',
  summary: 'Ask how a transaction stands; browsers may ask without a signature',
  refusal: 'ERROR',
  isOpen: true,
  isForBrowsers: true,
  body: Type.Object({ txId, customerKey: Type.Optional(customerKey) }),
  async handle({ engine, caller, body }) {
    const state = await status(engine, String(body.txId), caller?.customer.id ?? null)
    return { txId: String(body.txId), ...states[state] }
  },
})
