import Type, { type Static } from 'typebox'
import type { Evaluation } from '../../engine/adaptive.ts'
import { type AnswerRequest, answer, type ToChallenge } from '../../engine/answer.ts'
import { challenge } from '../../engine/challenge.ts'
import type { ChallengeOutcome } from '../../engine/challenge-outcome.ts'
import { challengeIdOf } from '../../engine/passkeys.ts'
import type { Engine } from '../../engine/ports.ts'
import { status } from '../../engine/status.ts'
import type { Language } from '../../engine/templates.ts'
import { factLimits } from '../../risk/facts.ts'
import type { Answer, QuestionAnswer } from '../../vocabulary/answer.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { Assertion } from '../../vocabulary/passkey.ts'
import { qrJpeg } from '../qr.ts'
import { readAssertion } from '../webauthn.ts'
import {
  assertion,
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
  userAgent,
  username,
} from './bodies.ts'
import { askedFor, completed, riskField, strongestOf, weigh } from './challenge-risk.ts'
import { isDefaultCustomer, isSignUpCode, onlySignUp } from './default-customers.ts'
import { type Call, endpoint, type Reply } from './endpoint.ts'
import { emailMethod, noSuchMethod, readMethod, readOwnMethod } from './method-words.ts'
import { evaluationId } from './risk.ts'
import {
  answerRefusals,
  assertionRefusals,
  challengeRefusals,
  deliveries,
  questionRefusals,
  said,
  states,
} from './words.ts'

/** Documents 000 and wire: challenge, validate, auth-status. */

export const challengeCall = endpoint({
  path: '/api/auth/challenge',
  summary: 'Challenge a user: enrolled (username) or not (phone, email)',
  refusal: 'ERROR',
  nextWhenUnknown: 'Challenge again with a new key: that ends what this one may have sent.',
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
    userAgent: Type.Optional(userAgent),
    language: Type.Optional(language),
    risk: Type.Optional(riskField),
  }),
  async handle(call) {
    const { engine, caller, body, requestId } = call
    if (!body.risk) return askUser(call)
    const weighed = await weighFirst(engine, caller.customer, body, requestId)
    if ('status' in weighed) return weighed
    const authType = body.authType ?? strongestOf(weighed)
    const reply = await askUser(authType === undefined ? call : { ...call, body: { ...body, authType } })
    if (reply.status !== said.challenged.status) return reply
    return { ...reply, ...(await askedFor(engine, caller.customer, weighed, String(reply['txId']))) }
  },
})

interface ChallengeBody {
  readonly username?: string
  readonly phone?: string
  readonly email?: string
  readonly authType?: string
  readonly transactionName?: string
  readonly showsMatchNumber?: boolean
  readonly ipAddress?: string
  readonly userAgent?: string
  readonly language?: Language
  readonly risk?: Static<typeof riskField>
}

async function askUser({
  engine,
  caller: { customer, mark },
  body,
  address,
  requestId,
}: Call<ChallengeBody>): Promise<Reply> {
  const asked = body.authType === undefined ? null : readMethod(body.authType)
  if (asked === undefined) return { status: 'ERROR', message: noSuchMethod(body.authType) }
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
    return { ...deliveries(outcome.deliveries ?? []), responseType: 'CHALLENGE', ...challengeRefusals[outcome.reason] }
  return {
    txId: outcome.challengeId,
    authType: outcome.label,
    responseType: 'CHALLENGE',
    ...(await asking(outcome)),
    ...deliveries(outcome.deliveries),
    ...said.challenged,
  }
}

/** Risk is weighed of an enrolled user, whom a contact of somebody else's choice does not prove. */
async function weighFirst(
  engine: Engine,
  customer: Customer,
  body: ChallengeBody,
  requestId: string,
): Promise<Evaluation | Reply> {
  const { username, phone, email, ipAddress, risk = {} } = body
  if (username === undefined || phone !== undefined || email !== undefined || isDefaultCustomer(customer))
    return {
      status: 'ERROR',
      message: 'Risk is weighed of an enrolled user: send username, and neither phone nor email.',
    }
  return weigh(engine, { customer, username, ipAddress, risk, requestId })
}

/** What the caller has to show, each only where the method has it. */
async function asking({ matchNumber, questions, passkey, scanLink }: Asking) {
  return {
    ...(scanLink === null ? {} : { qrCode: await qrJpeg(scanLink) }),
    ...(matchNumber === null ? {} : { matchNumber }),
    ...(questions.length === 0 ? {} : { questions: questions.map((question) => ({ question })) }),
    ...(passkey ? { publicKey: passkey.publicKey } : {}),
    ...(passkey?.promptUrl ? { promptUrl: passkey.promptUrl } : {}),
  }
}

type Asking = Pick<Extract<ChallengeOutcome, { ok: true }>, 'matchNumber' | 'questions' | 'passkey' | 'scanLink'>

/** For what and from where a challenge is, as the caller says; strangers put no words into our messages. */
function circumstances(customer: Customer, body: ChallengeBody, address: string) {
  if (isDefaultCustomer(customer)) return { transactionName: null, origin: address }
  const userAgent = body.userAgent ?? body.risk?.userAgent ?? ''
  return {
    transactionName: shownName(body.transactionName),
    origin: body.ipAddress ?? null,
    userAgent: userAgent.slice(0, factLimits.userAgentMax) || null,
  }
}

export const validateCall = endpoint({
  path: '/api/auth/validate',
  summary: 'Validate the answer of a user',
  refusal: 'FAILED',
  nextWhenUnknown:
    'Ask auth-status about the txId, or challenge again; without a txId, have the user type his next code and send it with a new key.',
  isForDefaultCustomers: true,
  body: Type.Object({
    customerKey: Type.Optional(customerKey),
    txId: Type.Optional(txId),
    username: Type.Optional(username),
    token: Type.Optional(code),
    authType: Type.Optional(authType),
    answers: Type.Optional(questionAnswers),
    assertion: Type.Optional(assertion),
    evaluationId: Type.Optional(evaluationId),
    saveDevice: Type.Optional(
      Type.Boolean({ description: 'With `evaluationId`: the user wants this device to be remembered.' }),
    ),
  }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const refused = (message: string) => ({ responseType: 'VALIDATE', status: 'FAILED', message })
    if (isDefaultCustomer(customer) && body.txId === undefined) return refused(onlySignUp)
    const given = answerOf(body)
    if (typeof given === 'string') return refused(given)
    const to = given.kind === 'assertion' ? assertionTo(body, given.assertion) : addressee(body)
    if (typeof to === 'string') return refused(to)
    const outcome = await answer(engine, { customer, to, readOwnMethod, answer: given, request: mark, requestId })
    const echo = { ...(outcome.challengeId ? { txId: outcome.challengeId } : {}), responseType: 'VALIDATE' }
    const label = outcome.label ?? body.authType?.trim().toUpperCase()
    const named = label ? { ...echo, authType: label } : echo
    const refusals = refusalsOf[given.kind]
    if (!outcome.ok) return { ...named, ...refused(refusals[outcome.reason]) }
    const { evaluationId, saveDevice = false } = body
    if (evaluationId === undefined) return { ...named, ...said.validated }
    return { ...named, ...said.validated, ...(await completed(engine, customer, { evaluationId, saveDevice })) }
  },
})

const refusalsOf = { code: answerRefusals, answers: questionRefusals, assertion: assertionRefusals }

interface ValidateBody {
  readonly customerKey?: string | number
  readonly txId?: string | number
  readonly username?: string
  readonly authType?: string
  readonly token?: string
  readonly answers?: readonly QuestionAnswer[]
  readonly assertion?: unknown
}

type Given = Extract<Answer, { kind: 'code' | 'answers' | 'assertion' }>

/** What the user answered; a sentence when the body has nothing of the kind, or several. */
function answerOf({ token, answers = [], assertion }: ValidateBody): Given | string {
  if (token !== undefined && answers.length > 0) return 'Send token or answers, not both.'
  if (assertion !== undefined && answers.length > 0) return 'Send assertion or answers, not both.'
  if (assertion !== undefined && token !== undefined) return 'Send token or assertion, not both.'
  if (answers.length > 0) return { kind: 'answers', answers }
  if (token !== undefined) return { kind: 'code', code: token.replaceAll(/\s/g, '') }
  if (assertion === undefined) return 'Missing: token.'
  const read = readAssertion(assertion)
  return read ? { kind: 'assertion', assertion: read } : 'The assertion cannot be read. Send what toJSON() makes of it.'
}

/** An assertion names its own transaction: then the user must be named, whom it lets in. */
function assertionTo(body: ValidateBody, given: Assertion): ToChallenge | string {
  const challengeId = body.txId === undefined ? challengeIdOf(given) : String(body.txId)
  if (body.txId === undefined && body.username === undefined) return 'Missing: txId or username.'
  return { challengeId, username: body.username ?? null }
}

/** A transaction, or a user with an authenticator; a sentence when the body names neither. */
function addressee(body: ValidateBody): AnswerRequest['to'] | string {
  if (body.txId !== undefined) return { challengeId: String(body.txId), username: body.username ?? null }
  if (body.username === undefined) return 'Missing: txId or username.'
  if (body.customerKey === undefined) return 'Missing: customerKey.'
  const asked = body.authType === undefined ? null : readMethod(body.authType)
  if (asked === undefined) return noSuchMethod(body.authType)
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
