import type { Clip, ClipProblem } from '../methods/voice/clip.ts'
import { selfScoreMin, type Template } from '../methods/voice/speaker.ts'
import { digitsMin } from '../methods/voice.ts'
import { askForVoice, openEnrolment, recordings } from '../methods/voice-enrolment.ts'
import { randomId } from '../security/random.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { OverloadError } from '../vocabulary/overload.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import { mayEnrol, TurnedOff } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import { findEnrollee, type LinkRefusal, type LinkRequest, type OfferedLink, offerLink } from './enrolment-link.ts'
import { enrolmentSubject, mayFinish } from './first-method.ts'
import { notify, tellUser } from './notices.ts'
import type { Engine, EngineCore, Listener } from './ports.ts'
import { toolsFor } from './tools.ts'
import { markOf, mayListen, openQuestion } from './voice.ts'
import { voiceMail } from './wording.ts'

export type VoiceLinkOutcome =
  | OfferedLink
  | { readonly ok: false; readonly reason: LinkRefusal | 'no-replay-protection' }

/** Makes a one-time link by which a user sets up his voice, in place of the one he has. A newer link ends an older one. */
export async function beginVoiceEnrolment(engine: Engine, request: LinkRequest): Promise<VoiceLinkOutcome> {
  const { customer } = request
  if (customer.settings.voiceReplayProtection === 'required' && !engine.voices.isReplayChecked)
    return { ok: false, reason: 'no-replay-protection' }
  const user = await findEnrollee(engine, request)
  if ('reason' in user) return user
  const id = randomId()
  const { pending, secret } = askForVoice(id, toolsFor(customer, engine.clock()))
  return offerLink(engine, request, {
    id,
    user,
    subject: enrolmentSubject('voice', user.id, request.isFirst),
    method: 'voice',
    label: 'VOICE REGISTRATION',
    pending,
    link: `${engine.baseUrl}/voice/${id}/${secret}`,
    mailOf: voiceMail,
  })
}

/** What the bearer of a link sees who is to set up his voice. */
export interface VoiceEnrolmentPage {
  readonly customer: Customer
  readonly challenge: Challenge
  readonly userId: string
  readonly username: string
  /** Whether the user's groups let him have a voice, as they are now. */
  readonly isAllowed: boolean
  /** The digits of each recording that may be made. */
  readonly prompts: readonly string[]
  /** Recordings that are enough when they are like each other. */
  readonly few: number
}

/** Undefined for a link that was altered, is of another question, or is over. */
export async function readVoiceEnrolment(
  engine: Engine,
  id: string,
  secret: string,
): Promise<VoiceEnrolmentPage | undefined> {
  const found = await openQuestion(engine, id)
  if (!found) return undefined
  const { customer, challenge, user } = found
  const prompts = openEnrolment(id, challenge.pending, secret, toolsFor(customer, engine.clock()))
  if (!prompts) return undefined
  const { id: userId, username } = user
  const isAllowed = await mayEnrol(engine.store.read, customer, userId, 'voice')
  return { customer, challenge, userId, username, isAllowed, prompts, few: recordings.few }
}

/** What is wrong with a recording of an enrolment. */
export type EnrolmentProblem = ClipProblem | 'other-digits' | 'busy' | 'too-many'

/** Says what is wrong with one recording, and keeps nothing of it. */
export async function tryRecording(
  engine: Engine,
  { challenge, prompts }: VoiceEnrolmentPage,
  { file, index }: { readonly file: Uint8Array; readonly index: number },
): Promise<EnrolmentProblem | undefined> {
  if (!(await mayListen(engine, challenge, 'enrolment'))) return 'too-many'
  const result = await holding(engine, (listener) => hear(listener, file, prompts[index] ?? ''))
  return typeof result === 'string' ? result : undefined
}

/**
 * `more`: the recordings are too unlike each other, and two more are wanted. `repeated`: one of them was sent before, or
 * twice. `turned-off`: the user's groups do not allow it any more. `at`: which recording is wrong, from 0.
 */
export type EnrolmentOutcome =
  | { readonly kind: 'enrolled' | 'over' | 'more' | 'repeated' | 'turned-off' }
  | { readonly kind: 'wrong'; readonly at: number; readonly problem: EnrolmentProblem }

/** Makes a voice of all recordings, in place of the one the user has. The link settles with it: it works once. */
export async function finishVoiceEnrolment(
  engine: Engine,
  page: VoiceEnrolmentPage,
  files: readonly Uint8Array[],
  requestId: string,
): Promise<EnrolmentOutcome> {
  if (!(await mayListen(engine, page.challenge, 'enrolment', files.length)))
    return { kind: 'wrong', at: 0, problem: 'too-many' }
  const job = async (listener: Listener): Promise<EnrolmentOutcome> => {
    const clips: Clip[] = []
    for (const [at, file] of files.entries()) {
      const clip = await hear(listener, file, page.prompts[at] ?? '')
      if (typeof clip === 'string') return { kind: 'wrong', at, problem: clip }
      clips.push(clip)
    }
    if (clips.length < recordings.few) return { kind: 'more' }
    const template = await listener.enrol(clips)
    if (template.selfScore < selfScoreMin && clips.length < recordings.many) return { kind: 'more' }
    return settle(engine, page, template, clips, requestId)
  }
  const result = await holding(engine, job)
  return result === 'busy' ? { kind: 'wrong', at: 0, problem: 'busy' } : result
}

async function holding<T>({ voices }: Engine, job: (listener: Listener) => Promise<T>): Promise<T | 'busy'> {
  try {
    return await voices.hold(job)
  } catch (error) {
    if (error instanceof OverloadError) return 'busy'
    throw error
  }
}

/** A recording of these digits, or what is wrong with it. */
async function hear(listener: Listener, file: Uint8Array, digits: string): Promise<Clip | EnrolmentProblem> {
  const clip = await listener.examine(file)
  if (typeof clip === 'string') return clip
  const fit = await listener.digitsIn(clip, digits)
  return fit === null || fit >= digitsMin ? clip : 'other-digits'
}

/** Both undo what was marked and kept. */
class Repeated extends Error {}
class Over extends Error {}

async function settle(
  engine: Engine,
  { customer, challenge, userId }: VoiceEnrolmentPage,
  template: Template,
  clips: readonly Clip[],
  requestId: string,
): Promise<EnrolmentOutcome> {
  const id = randomId()
  const nowMs = engine.clock()
  const marks = clips.map((clip, index) => markOf(customer, challenge, index, clip))
  try {
    await keep(engine, { customer, challenge, userId, id, template, marks, nowMs })
  } catch (error) {
    if (error instanceof Repeated) return { kind: 'repeated' }
    if (error instanceof Over) return { kind: 'over' }
    if (error instanceof TurnedOff) return { kind: 'turned-off' }
    throw error
  }
  const detail = JSON.stringify({ selfScore: template.selfScore.toFixed(2), engine: template.engine })
  const decided = await engine.store.decide({
    customerId: customer.id,
    nowMs: engine.clock(),
    verdict: 'right',
    method: 'voice',
    subject: challenge.subject,
    challengeId: challenge.id,
    credential: { id, userId, step: 0 },
    isConfirming: true,
    request: null,
    audit: { kind: 'enrolment', subject: userId, method: 'voice', challengeId: challenge.id, requestId, detail },
  })
  engine.observe({ kind: 'answer', method: 'voice', outcome: decided })
  if (decided === 'accepted') {
    await tellUser(engine, customer, userId, 'voice-set', id)
    return { kind: 'enrolled' }
  }
  await engine.store.write((tx) => tx.credentials.remove(customer.id, userId, 'voice', id))
  return { kind: 'over' }
}

interface Offered {
  readonly customer: Customer
  readonly challenge: Challenge
  readonly userId: string
  readonly id: string
  readonly template: Template
  readonly marks: readonly RequestMark[]
  readonly nowMs: number
}

/** Keeps the voice as offered, for the decision to confirm, and marks its recordings as seen. */
async function keep(
  { store }: Engine,
  { customer, challenge, userId, id, template, marks, nowMs }: Offered,
): Promise<void> {
  const secret = JSON.stringify(template)
  const credential = {
    id,
    method: 'voice',
    state: 'pending',
    label: null,
    secret,
    lastStep: -1,
    lastUsedAtMs: null,
  } as const
  await store.write(async (tx) => {
    if (!(await mayEnrol(tx, customer, userId, 'voice'))) throw new TurnedOff()
    if (!(await mayFinish(tx, challenge, userId))) throw new Over()
    for (const mark of marks) if (!(await tx.marks.claim(mark))) throw new Repeated()
    await tx.credentials.offerBeside(customer.id, userId, credential, nowMs)
  })
}

export interface EraseRequest {
  readonly customer: Customer
  readonly username: string
  readonly request: RequestMark | null
  readonly requestId: string | null
}

export type EraseOutcome =
  | { readonly ok: true; readonly erased: number }
  | { readonly ok: false; readonly reason: 'unknown-user' | 'repeated' }

/** Erases what is kept of a user's voice, and tells him. */
export async function eraseVoice(
  { store, clock }: Pick<EngineCore, 'store' | 'clock'>,
  { customer, username, request, requestId }: EraseRequest,
): Promise<EraseOutcome> {
  const nowMs = clock()
  return store.write(async (tx): Promise<EraseOutcome> => {
    if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    const user = await tx.users.find(customer.id, foldUsername(username))
    if (!user) return { ok: false, reason: 'unknown-user' }
    const kept = await tx.credentials.of(customer.id, user.id, 'voice')
    if (kept.length === 0) return { ok: true, erased: 0 }
    for (const { id } of kept) await tx.credentials.remove(customer.id, user.id, 'voice', id)
    const note = { kind: 'enrolment', subject: user.id, method: 'voice', challengeId: null, requestId, detail: null }
    await tx.audit.append(customer.id, note, 'removed', nowMs)
    const { id: userId, username: name } = user
    await notify(tx, { customer, event: 'voice-erased', userId, username: name, contacts: user, nowMs })
    return { ok: true, erased: kept.length }
  })
}
