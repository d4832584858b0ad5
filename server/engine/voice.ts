import type { Heard } from '../methods/method.ts'
import type { Clip, ClipProblem } from '../methods/voice/clip.ts'
import type { Template } from '../methods/voice/speaker.ts'
import { openPrompt, type Prompt, speakerMins, withNewPrompt } from '../methods/voice.ts'
import { keyedDigest } from '../security/digest.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { OverloadError } from '../vocabulary/overload.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import { mayUse } from './allowed-methods.ts'
import { type AnswerRefusal, answer } from './answer.ts'
import type { Listen } from './decision.ts'
import type { Engine, Listener } from './ports.ts'
import { toolsFor } from './tools.ts'

/** How long a recording that was sent once is known again. */
const recordingsKnownMs = 365 * 24 * 3_600_000

/** Whether voices are used here and allowed to a user, and whether he has one that can be asked for. */
export async function voiceStateOf(
  engine: Pick<Engine, 'store' | 'voices'>,
  customer: Customer,
  userId: string,
): Promise<'off' | 'unset' | 'set'> {
  if (!(await mayUse(engine, customer, userId, 'voice'))) return 'off'
  const kept = await engine.store.read.credentials.of(customer.id, userId, 'voice')
  const secrets = kept.filter(({ state }) => state === 'active').map(({ secret }) => secret)
  const bar = barOfVoice(engine, customer, secrets)
  if (bar === 'no-replay-protection') return 'off'
  return bar ? 'unset' : 'set'
}

/** Why a voice is not asked for, though the user has one. */
export function barOfVoice(
  { voices }: Pick<Engine, 'voices'>,
  { settings }: Customer,
  secrets: readonly string[],
): 'not-enrolled' | 'no-replay-protection' | undefined {
  if (settings.voiceReplayProtection === 'required' && !voices.isReplayChecked) return 'no-replay-protection'
  return secrets.some((secret) => templateIn(secret).engine === voices.engine) ? undefined : 'not-enrolled'
}

function templateIn(secret: string): Template {
  return JSON.parse(secret) as Template // written by an enrolment
}

/** What the bearer of a link sees who is to prove himself by his voice. Reading it decides nothing. */
export interface VoicePage {
  readonly customer: Customer
  readonly challenge: Challenge & { readonly pending: string }
  readonly prompt: Prompt
}

/**
 * The question behind a link, with digits that live; undefined for a link that was altered, is of another question, or is
 * over. New digits are drawn when the last ones are over, and never before: whoever has a recording of some digits cannot
 * draw until they come.
 */
export async function readVoicePage(engine: Engine, id: string, secret: string): Promise<VoicePage | undefined> {
  const found = await openQuestion(engine, id)
  if (!found) return undefined
  const { customer, challenge } = found
  const asked = openPrompt(id, challenge.pending, secret, toolsFor(customer, engine.clock()))
  if (!asked) return undefined
  if (asked.prompt && asked.prompt.untilMs > engine.clock()) return { customer, challenge, prompt: asked.prompt }
  return await askAnew(engine, found, secret)
}

/** A question that waits and its customer, while its user may answer. */
export async function openQuestion(engine: Engine, id: string) {
  if (!/^[0-9a-f-]{36}$/.test(id)) return undefined
  const challenge = await engine.store.read.challenges.find(id)
  if (challenge?.state !== 'pending' || challenge.expiresAtMs <= engine.clock()) return undefined
  const { customerId, userId, pending, method } = challenge
  if (method !== 'voice' || userId === null || pending === null) return undefined
  const customer = await engine.customer(customerId)
  const user = await engine.store.read.users.byId(customerId, userId)
  return customer && user?.isEnabled ? { customer, challenge: { ...challenge, pending }, user } : undefined
}

/** New digits in place of those that were read; those of another reader who came first, when there was one. */
async function askAnew(
  engine: Engine,
  { customer, challenge }: Pick<VoicePage, 'customer' | 'challenge'>,
  secret: string,
): Promise<VoicePage | undefined> {
  const tools = toolsFor(customer, engine.clock())
  await engine.store.write((tx) => tx.challenges.amend(challenge, withNewPrompt(challenge.pending, tools)))
  const found = await openQuestion(engine, challenge.id)
  const prompt = found && openPrompt(challenge.id, found.challenge.pending, secret, tools)?.prompt
  return found && prompt ? { customer, challenge: found.challenge, prompt } : undefined
}

/** Listening costs much, also to what cannot be heard and so spends no try. */
const recordingsMax = { answer: 20, enrolment: 40 } as const

/** Counts recordings that a link brings, and says whether they may be listened to. */
export async function mayListen(
  { store }: Pick<Engine, 'store'>,
  { customerId, id, createdAtMs, expiresAtMs }: Challenge,
  to: keyof typeof recordingsMax,
  count = 1,
): Promise<boolean> {
  const sent = await store.write((tx) =>
    tx.sendCounts.add(customerId, `recordings:${id}`, createdAtMs, expiresAtMs, count),
  )
  return sent <= recordingsMax[to]
}

/** What the user may do better. It tells nothing of how near he was. */
export type VoiceHint =
  | ClipProblem
  | 'late'
  | 'too-many'
  | 'repeated'
  | 'other-digits'
  | 'other-voice'
  | 'busy'
  | 'locked'
  | 'disabled'
  | 'outdated'

export type VoiceOutcome =
  | { readonly kind: 'accepted' | 'denied' | 'over' }
  | { readonly kind: 'again'; readonly hint: VoiceHint }

/** A recording from the page behind a link. */
export interface Spoken {
  /** Of the link. */
  readonly secret: string
  /** A WAV file. */
  readonly file: Uint8Array
  /** Of the digits that were said. */
  readonly prompt: number
}

/** Judges a recording. One that cannot be heard, or whose digits are over, spends nothing. */
export async function answerByVoice(
  engine: Engine,
  page: VoicePage,
  spoken: Spoken,
  requestId: string,
): Promise<VoiceOutcome> {
  const arrivedAtMs = engine.clock()
  const { customer, challenge, prompt } = page
  if (spoken.prompt !== prompt.number || prompt.untilMs <= arrivedAtMs) return again('late')
  if (!(await mayListen(engine, challenge, 'answer'))) return again('too-many')
  try {
    return await engine.voices.hold(async (listener) => {
      const clip = await listener.examine(spoken.file)
      if (typeof clip === 'string') return again(clip)
      const ear = listenTo(engine, customer, listener, clip, prompt)
      const outcome = await answer(engine, {
        customer,
        to: { challengeId: challenge.id, username: null },
        readOwnMethod: () => undefined,
        answer: { kind: 'recording', secret: spoken.secret, prompt: spoken.prompt, isDenied: false, arrivedAtMs },
        listen: ear.listen,
        request: markOf(customer, challenge, prompt.number, clip),
        requestId,
      })
      if (outcome.ok) return { kind: 'accepted' }
      if (outcome.reason !== 'wrong') return refusals[outcome.reason] ?? { kind: 'over' }
      // These digits were said, rightly or not: nobody is asked for them again.
      await askAnew(engine, page, spoken.secret)
      return again(ear.hint())
    })
  } catch (error) {
    if (error instanceof OverloadError) return again('busy')
    throw error
  }
}

const again = (hint: VoiceHint): VoiceOutcome => ({ kind: 'again', hint })

const refusals: Readonly<Partial<Record<AnswerRefusal, VoiceOutcome>>> = {
  repeated: again('repeated'),
  locked: again('locked'),
  disabled: again('disabled'),
}

/** The user says that it is not him who signs in. */
export async function denyByVoice(
  engine: Engine,
  { customer, challenge }: VoicePage,
  secret: string,
  requestId: string,
): Promise<VoiceOutcome> {
  const outcome = await answer(engine, {
    customer,
    to: { challengeId: challenge.id, username: null },
    readOwnMethod: () => undefined,
    answer: { kind: 'recording', secret, prompt: 0, isDenied: true, arrivedAtMs: engine.clock() },
    request: null,
    requestId,
  })
  return { kind: !outcome.ok && outcome.reason === 'denied' ? 'denied' : 'over' }
}

/** Listens once, and remembers what was wrong. */
function listenTo(engine: Engine, { settings }: Customer, listener: Listener, clip: Clip, { digits }: Prompt) {
  let problem: VoiceHint = 'other-voice'
  const speakerMin = speakerMins[settings.voiceThreshold]
  const listen: Listen = async (secret): Promise<Heard> => {
    const template = templateIn(secret)
    if (template.engine !== engine.voices.engine) {
      problem = 'outdated'
      return { speaker: Number.NaN, speakerMin, digits: null }
    }
    const speaker = await listener.compare(template, clip)
    const said = await listener.digitsIn(clip, digits)
    if (speaker >= speakerMin) problem = 'other-digits'
    return { speaker, speakerMin, digits: said }
  }
  return { listen, hint: () => problem }
}

/**
 * A recording counts once, for whomever, and so do the digits of a prompt. Marks that expire at the same moment are told
 * apart by their digests, and all others by their nonces: that is where the recording stands.
 */
export function markOf(
  { digestKey }: Customer,
  { id, createdAtMs }: Challenge,
  prompt: number,
  clip: Clip,
): RequestMark {
  return {
    digest: keyedDigest(digestKey, 'voice-prompt', id, String(prompt)),
    nonce: keyedDigest(digestKey, 'voice-recording', clip.fingerprint),
    expiresAtMs: createdAtMs + recordingsKnownMs,
  }
}
