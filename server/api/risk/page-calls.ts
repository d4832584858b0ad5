import type { Static } from 'typebox'
import { deviceProofText } from '../../../contract/device-proof.ts'
import type { DeviceReport, PageAnswer } from '../../../contract/risk.ts'
import { type EvaluateRequest, evaluate } from '../../engine/adaptive.ts'
import { answerForEvaluation, askForEvaluation } from '../../engine/adaptive-challenge.ts'
import { answerDecoy, decoyOf } from '../../engine/adaptive-decoy.ts'
import { registerFromPage } from '../../engine/adaptive-registration.ts'
import { admitAsking } from '../../engine/admission.ts'
import { foldUsername } from '../../engine/contacts.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Obligation } from '../../risk/facts.ts'
import { keyThatSigned } from '../../security/device-proof.ts'
import type { Answer } from '../../vocabulary.ts'
import type { challengeBody, evaluateBody, registerBody, validateBody } from './bodies.ts'
import type { evaluatedPageOf, Page, pageOf } from './caller.ts'
import { answerRefusals, askRefusals, decoyTypes, offersOf, registerRefusals, said, wrongAnswers } from './words.ts'

/** What a call knows beside its page and its body. */
export interface Around {
  readonly engine: Engine
  readonly address: string
  readonly userAgent: string | null
  readonly requestId: string
}

type Told = Omit<PageAnswer, 'customerKey' | 'userKey' | 'status'> & { readonly status: string }
type Caller = NonNullable<Awaited<ReturnType<typeof pageOf>>>
type Evaluated = NonNullable<Awaited<ReturnType<typeof evaluatedPageOf>>>

/** Whether the user is enrolled; a page without a session hears the same of everybody. */
export async function isUserRegistered({ engine, address }: Around, page: Caller): Promise<Told> {
  if (page.session === null) return (await isTooOften(engine, page, address)) ? said.tooOften : said.registered
  const user = await engine.store.read.users.find(page.customer.id, foldUsername(page.username))
  return user ? said.registered : said.notRegistered
}

export async function registerUser(
  { engine, requestId }: Around,
  { customer, session }: Caller,
  body: Static<typeof registerBody>,
): Promise<Told> {
  if (session === null) return said.needsSession
  const { firstName = null, lastName = null, phone = null, alternateEmail: email = null, questions } = body
  const profile = { firstName, lastName, phone, email, questions }
  const outcome = await registerFromPage(engine, { customer, session, profile, requestId })
  if (!outcome.ok) return registerRefusals[outcome.reason]
  return outcome.left.length === 0 ? said.enrolled : said.enrolledInPart
}

export async function evaluateRisk(around: Around, page: Caller, body: Static<typeof evaluateBody>): Promise<Told> {
  const { engine, address } = around
  if (page.session === null && (await isTooOften(engine, page, address))) return said.tooOften
  const outcome = await evaluate(engine, evaluationOf(around, page, body.device))
  if (!outcome.ok) return outcome.reason === 'bad-session' ? said.badSession : said.disabledUser
  const { id: evaluation, decision, deviceToken, resultToken, obligations } = outcome
  const device = deviceToken === null || page.session === null ? {} : { deviceToken }
  if (decision === 'deny') return { ...said.denied, ...device }
  if (decision === 'allow' && page.session !== null)
    return { ...said.allowed, ...device, ...(resultToken === null ? {} : { resultToken }) }
  return { ...said.mustProve, ...device, evaluation, ...typesFor(page, obligations) }
}

/** How the user can be asked. A page without a session is told one way, also for somebody who has none. */
function typesFor(page: Caller, obligations: readonly Obligation[]) {
  const { all, first } = offersOf(obligations)
  if (page.session === null)
    return { obligationType: first?.type ?? decoyTypes[decoyOf(page.customer, page.username).kind] }
  return first ? { obligationType: first.type, obligationTypes: all.map(({ type }) => type) } : {}
}

function evaluationOf({ address, userAgent, requestId }: Around, page: Caller, device: DeviceReport): EvaluateRequest {
  const { hints, components, token = null, publicKey, signature } = device
  const facts = { address, userAgent: userAgent?.slice(0, 512) ?? null, hints, components, roundTripMs: null }
  const common = { customer: page.customer, app: null, groups: [], facts, requestId }
  if (page.session === null) {
    const who = { username: page.username }
    return { ...common, who, deviceToken: null, deviceKey: null, isUntrusted: true }
  }
  const who = { session: page.token, username: page.username, origin: page.origin }
  if (publicKey === undefined || signature === undefined)
    return { ...common, who, deviceToken: token, deviceKey: null, isUntrusted: false }
  const deviceKey = keyThatSigned(deviceProofText(page.token, token ?? ''), publicKey, signature)
  // Whoever signs wrongly has the token from somebody else.
  return { ...common, who, deviceToken: deviceKey === null ? null : token, deviceKey, isUntrusted: false }
}

export async function challengeUser(
  { engine, address, requestId }: Around,
  { customer, username, evaluation }: Evaluated,
  body: Static<typeof challengeBody>,
): Promise<Told> {
  if (evaluation.decision === 'deny') return said.denied
  const { all, first } = offersOf(evaluation.obligations)
  if (!first) return evaluation.isUntrusted ? decoyAsked(decoyOf(customer, username)) : said.nothingToAsk
  const wanted = body.obligationType
  const offer = wanted === undefined ? first : all.find(({ type }) => type === wanted)
  if (!offer) return said.notOffered
  const { obligation, type: label } = offer
  const outcome = await askForEvaluation(engine, {
    ...{ customer, evaluation, obligation, label, address, requestId },
    request: null,
  })
  if (!outcome.ok) return askRefusals[outcome.reason]
  const { questions, deliveries } = outcome
  const kba = questions.map((question) => ({ question }))
  const contact = evaluation.isUntrusted ? undefined : deliveries.find(({ isSent }) => isSent)?.contact
  return {
    ...said.asked,
    obligationType: label,
    ...(kba.length === 0 ? {} : { kba }),
    ...(contact === undefined ? {} : { contact }),
  }
}

function decoyAsked({ kind, questions }: ReturnType<typeof decoyOf>): Told {
  const kba = questions.map((question) => ({ question }))
  return { ...said.asked, obligationType: decoyTypes[kind], ...(kba.length === 0 ? {} : { kba }) }
}

export async function validateAnswer(
  { engine, requestId }: Around,
  { customer, username, evaluation }: Evaluated,
  body: Static<typeof validateBody>,
): Promise<Told> {
  const given = answerOf(body)
  const isDecoy = evaluation.isUntrusted && offersOf(evaluation.obligations).first === undefined
  if (isDecoy && given) {
    const outcome = await answerDecoy(engine, { customer, username, answer: given, requestId })
    return outcome === 'locked' ? answerRefusals.locked : wrongAnswers[given.kind]
  }
  const trustsDevice = body.saveDevice && !evaluation.isUntrusted
  const outcome = await answerForEvaluation(engine, {
    ...{ customer, evaluation, trustsDevice, requestId },
    answer: given,
    request: null,
  })
  if (!outcome.ok) {
    if (outcome.reason === 'wrong') return given ? wrongAnswers[given.kind] : answerRefusals['not-approved']
    return answerRefusals[outcome.reason]
  }
  if (evaluation.isUntrusted) return said.proved
  const { resultToken, deviceToken } = outcome
  return { ...said.proved, resultToken, ...(deviceToken === null ? {} : { deviceToken }) }
}

type Given = Extract<Answer, { kind: 'code' | 'answers' }>

/** Null: nothing was typed, because the user answers elsewhere. */
function answerOf({ token, answers = [] }: Static<typeof validateBody>): Given | null {
  if (answers.length > 0) return { kind: 'answers', answers }
  const code = token?.replaceAll(/\s/g, '') ?? ''
  return code === '' ? null : { kind: 'code', code }
}

/** Without a session anybody may ask about anybody, so it is counted, by name and by address. */
async function isTooOften(engine: Engine, { customer, username }: Page, address: string): Promise<boolean> {
  return (await admitAsking(engine, customer, foldUsername(username), address)) !== undefined
}
